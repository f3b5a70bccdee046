"""Findings for persons: listed, shown and acted on; and the drills that are overdue, which become some."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from dr_orchestrator.domain.finding import Severity
from dr_orchestrator.domain.findings.acts import PersonAct
from dr_orchestrator.domain.findings.tracked import CLOSED, Entry, State, TrackedFinding, in_order
from dr_orchestrator.domain.programme import DueState
from dr_orchestrator.domain.run import Run
from dr_orchestrator.errors import UsageError
from dr_orchestrator.reporting.view.standing import Standings
from dr_orchestrator.wiring.operator import operator

if TYPE_CHECKING:
    from dr_orchestrator.ledger.queries import Queries
    from dr_orchestrator.wiring.app import App

NOT_CLOSED = tuple(each for each in State if each not in CLOSED)


@dataclass(frozen=True)
class Wanted:
    """The findings that somebody asks for: all that are not closed, where no states are named."""

    states: tuple[State, ...] = NOT_CLOSED
    service: str | None = None
    severities: tuple[Severity, ...] = ()
    overdue: bool = False


def listing(here: App, wanted: Wanted) -> tuple[list[TrackedFinding], datetime]:
    """Those that are wanted, overdue ones first, as they stand now; UsageError where a service is unknown."""
    now, queries = here.clock.now(), here.ledger.queries
    written = {*wanted.states, State.ACCEPTED} if State.OPEN in wanted.states else {*wanted.states}
    found = queries.findings(tuple(written), wanted.service)  # an acceptance that ran out is written, and is open
    if not found and wanted.service is not None:
        _known(queries.services_of_findings(), here, wanted.service)
    chosen = [
        each
        for each in found
        if each.state_at(now) in wanted.states
        and (not wanted.severities or each.severity in wanted.severities)
        and (not wanted.overdue or each.overdue_at(now))
    ]
    return in_order(chosen, now), now


def show(here: App, name: str) -> tuple[TrackedFinding, list[Entry], datetime]:
    """A finding with its history, and now; UsageError where there is none, or several are meant."""
    queries = here.ledger.queries
    found = queries.finding(name)
    return found, queries.histories([found.key])[found.key], here.clock.now()


def act(here: App, names: Sequence[str], done: PersonAct) -> tuple[list[TrackedFinding], datetime]:
    """Do to each what a person does, or to none; UsageError where one of them may not be changed so."""
    keys = [here.ledger.queries.finding(name).key for name in names]
    who, now = operator(), here.clock.now()
    return here.ledger.findings.act(list(dict.fromkeys(keys)), done, who, now), now


def look_at_drills(here: App, states: Sequence[DueState], *, simulated: bool) -> None:
    """Raise the drills whose period ended unproven, and close those that are proven by now."""
    newest = here.ledger.queries.newest_real(here.catalogue.drills)
    runs = {drill: each.id for drill, each in newest.items()}
    here.ledger.findings.look_at_drills(states, runs, here.clock.now(), simulated=simulated)


def standings(queries: Queries, runs: Iterable[Run], now: datetime) -> Standings:
    """How the findings of runs stand now, for their reports."""
    found = [(each, run.header.provenance.simulated) for run in runs if run.closing for each in run.closing.findings]
    keys = [(each.fingerprint, simulated) for each, simulated in found]
    return Standings(now, queries.followed(keys), {key: of[0] for key, of in queries.tickets(keys).items()})


def _known(services: Sequence[str], here: App, name: str) -> None:
    declared = {*services, *here.declared.services}
    if name not in declared:
        listed = ", ".join(sorted(declared)) or "none"
        raise UsageError(f"no service '{name}' is declared, nor ever had a finding", f"there are {listed}")
