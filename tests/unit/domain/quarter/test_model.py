"""The quarter that things are told in: each in one, also where it lies on the border of two."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from dr_orchestrator.domain.findings.acts import NotReproducible
from dr_orchestrator.domain.judge.against import Standing
from dr_orchestrator.domain.quarter.doing import Done
from dr_orchestrator.domain.quarter.model import Programme, programme
from dr_orchestrator.domain.quarter.ran import Ran
from dr_orchestrator.domain.quarter.span import LEAST
from dr_orchestrator.domain.verdict import Verdict
from dr_orchestrator.reporting.quarter.export import programme_json
from dr_orchestrator.reporting.quarter.view import programme_view
from tests.support.calendar import drill
from tests.support.programmes import DAY, HOUR, NOW, Q4, calling, facts, ran
from tests.support.tracked import tracked

A = drill("a")
START = Q4.start("UTC")


def quarters(*runs: Ran) -> tuple[Programme, Programme]:
    """The third quarter of the year as it ended, and the fourth as of now."""
    third = replace(calling([A], runs, START), start=Q4.moved(-1).start("UTC"), end=START)
    before = facts([A.service], [A], runs, START - LEAST, quarter=Q4.moved(-1), calling=third)
    return programme(before), programme(facts([A.service], [A], runs))


@pytest.mark.parametrize("ends", [timedelta(), HOUR])
def test_a_run_that_crosses_the_end_is_judged_where_it_ended(ends: timedelta) -> None:
    """Open in the quarter that it began in, it is in the results of the next, told as begun before, and no run of its
    plan; one that ended at the very end, too.
    """
    missed = ran(at=START - HOUR, verdict=Verdict.FAILED, rta=9 * HOUR, ended_at=START + ends)
    before, after = quarters(missed)
    assert [run.verdict for run in before.runs] == [None]
    assert [run.verdict for run in after.runs] == [Verdict.FAILED]
    assert (list(before.missed), [each.against.standing for each in after.missed]) == ([], [Standing.MISSED])
    assert sum(each.verdicts[Verdict.FAILED] for each in after.tiers) == 1
    assert [each.state for each in after.doings] == [Done.POSTPONED]
    assert [[point.run for point in each.points if point] for each in after.series] == [[missed]]
    assert [each.newest is not None for each in after.series] == [True]
    assert list(after.besides) == list(after.carried) == [missed]
    assert f"ended and judged in this one: {missed.id}." in programme_view(after).besides
    assert [programme_json(each)["carried"] for each in (before, after)] == [[], [missed.id]]


def test_a_run_that_ended_before_the_quarter_is_not_of_it() -> None:
    """Nor is one told twice that began and ended within one."""
    within, of_then = ran(), ran(at=START - 9 * HOUR)
    before, after = quarters(of_then, within)
    assert ([run.id for run in before.runs], [run.id for run in after.runs]) == ([of_then.id], [within.id])
    assert (list(after.carried), list(after.besides)) == ([], [])


def test_what_is_done_at_the_very_end_is_of_the_next_quarter() -> None:
    """An act on the border of two quarters is told by one of them."""
    raised = tracked(first_seen=START - 9 * DAY, opened_at=START - 9 * DAY)
    change = NotReproducible("tried").on(raised, "dana", START)
    more = {"findings": [change.after], "histories": {raised.key: change.entries}}
    third = replace(calling([A], (), START), start=Q4.moved(-1).start("UTC"), end=START)
    before = programme(facts([A.service], [A], (), START - LEAST, quarter=Q4.moved(-1), calling=third, **more))
    after = programme(facts([A.service], [A], (), NOW, **more))
    assert (before.findings.closed, len(before.findings.live)) == (0, 1)
    assert (after.findings.closed, len(after.findings.live)) == (1, 0)
