"""Overdue drills, and acceptances and exclusions that ran out, are one message; each has a key that stays the same."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from dr_orchestrator.domain.agenda import Appointment
from dr_orchestrator.domain.findings.tracked import State
from dr_orchestrator.domain.notices.event import Event
from dr_orchestrator.domain.notices.seeing import overdue
from dr_orchestrator.domain.programme import DueState
from dr_orchestrator.domain.service import Exclusion
from dr_orchestrator.domain.tickets.ticket import Item, Ticket
from tests.support.calendar import drill
from tests.support.tracked import APPROVER, DAY, tracked

NOW = datetime(2026, 11, 23, 15, tzinfo=UTC)
WEEK = 7 * 86400


def test_a_drill_that_missed_its_period_is_told_once_in_the_next() -> None:
    """By its name and the period; one that missed none is not."""
    late = Appointment(
        DueState(drill("late"), True, "never proven", None, NOW), None, datetime(2026, 10, 1, tzinfo=UTC)
    )
    (told,) = overdue([late, replace(late, overdue_since=None)], [], NOW)
    assert (told.event, told.keys) == (Event.OVERDUE, ("drill late 2026-10-01",))
    assert told.facts["items"] == ["drill late of orders, o: since 2026-10-01"]
    assert overdue([late], [], NOW + 2 * DAY)[0].keys == told.keys


@pytest.mark.parametrize(
    ("after", "told"), [(-1, False), (0, False), (1, True), (7 * 86400, True), (7 * 86400 + 1, False)]
)
def test_an_acceptance_that_ran_out_is_told_for_a_week(after: int, told: bool) -> None:
    """From the instant after its last one; later it is old news, and one that was simulated is never told."""
    of = tracked(state=State.ACCEPTED, accepted_by=APPROVER, accepted_reason="old", accepted_until=NOW, due=None)
    now = NOW + timedelta(seconds=after)
    found = overdue([], [of, replace(of, simulated=True)], now)
    assert [each.keys for each in found] == [(f"acceptance {of.fingerprint} 2026-11-23",)] * told
    assert overdue([], [replace(of, state=State.REMEDIATED)], now) == []


def test_an_exclusion_that_ran_out_is_told() -> None:
    """By service, resource and day, once that day is over."""
    of = replace(drill("a").service, exclusions={"db": Exclusion("Ada", "old", date(2026, 11, 22))})
    (told,) = overdue([], [], NOW, [of])
    assert told.keys == ("exclusion orders db 2026-11-22",)
    assert overdue([], [], NOW - 2 * DAY, [of]) == []


@pytest.mark.parametrize(("after", "told"), [(0, True), (7 * 86400, True), (7 * 86400 + 1, False)])
def test_a_ticket_that_was_lost_is_told_for_a_week(after: int, told: bool) -> None:
    """Once, with what makes another; not where its finding is closed or simulated, nor one that is there or being made,
    nor where there is none.
    """
    of = tracked(due=None)
    gone = Ticket(1, "jira", "dro-1", ref="OPS-7", gone="10007", gone_at=NOW)
    now = NOW + timedelta(seconds=after)
    (*seen,) = overdue([], [], now, tickets=[Item(1, of, gone)])
    assert [each.keys for each in seen] == [(f"ticket {of.fingerprint} 10007 {NOW.isoformat()}",)] * told
    assert all("OPS-7" in each.facts["items"][0] and "dro tickets anew" in each.facts["items"][0] for each in seen)
    others = [
        Item(1, replace(of, state=State.REMEDIATED), gone),
        Item(1, replace(of, simulated=True), gone),
        Item(1, of, replace(gone, remote="10007")),
        Item(1, of, replace(gone, intended_at=NOW)),
        Item(1, of, None),
    ]
    assert overdue([], [], now, tickets=others) == []
