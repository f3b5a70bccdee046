"""How the findings of the sample's runs stand some weeks later: one accepted, one worked on, some overdue."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from dr_orchestrator.domain.deadlines import Deadlines, usual
from dr_orchestrator.domain.findings.acts import Accept, PersonAct, Start
from dr_orchestrator.domain.findings.sighting import of_run, seen
from dr_orchestrator.domain.findings.tracked import TrackedFinding, end_of
from dr_orchestrator.domain.rule import Rule
from dr_orchestrator.reporting.view.standing import Standings
from tests.support.golden import sample

NOW = datetime(2026, 12, 8, 9, tzinfo=UTC)
_DEADLINES = Deadlines({tier: usual(tier) for tier in range(4)})
_LATER = NOW - timedelta(days=7)
_ACTS: dict[tuple[str, Rule], PersonAct] = {
    ("images", Rule.WORST_CASE): Accept(
        "Dana Whitfield", "continuous backups come with the new cluster", end_of(date(2027, 3, 31))
    ),
    ("develop-with-aws", Rule.PARITY): Start(),
}


def standings() -> Standings:
    """The standings of all that the sample's runs found."""
    found = [one for run in sample.runs() if run.closing for one in of_run(run.header, run.closing)]
    raised: dict[tuple[str, bool], TrackedFinding] = {}
    for sighting in found:
        change = seen(raised.get(sighting.key), sighting, _DEADLINES)
        assert change is not None
        act = _ACTS.get((sighting.service, sighting.finding.rule))
        raised[sighting.key] = act.on(change.after, "dana", _LATER).after if act else change.after
    return Standings(NOW, raised)
