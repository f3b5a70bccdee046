"""Raising: due by tier and severity, the same finding at a repeat, the graver the sooner, by each source once."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from dr_orchestrator.domain.deadlines import Deadlines, usual
from dr_orchestrator.domain.finding import Severity
from dr_orchestrator.domain.findings.sighting import Sighting, merged, of_look, of_run, seen
from dr_orchestrator.domain.findings.tracked import Act, RaisedBy, State, TrackedFinding, anew
from dr_orchestrator.domain.posture.ruling import NOBODY, Look, Ruling, Standing, Stood
from dr_orchestrator.domain.rule import Rule
from dr_orchestrator.domain.verdict import Verdict
from tests.support.ledger_samples import START
from tests.support.tracked import DAY, DEADLINES, HOUR, OWNER, found, run, tracked


def sighting(name: str, began: datetime, severity: Severity = Severity.HIGH, owner: str = OWNER) -> Sighting:
    ended = run(name, began, Verdict.FAILED, findings=[found(severity=severity, owner=owner)])
    assert ended.closing is not None
    return of_run(ended.header, ended.closing)[0]


def again(of: TrackedFinding, what: Sighting, deadlines: Deadlines = DEADLINES) -> TrackedFinding:
    change = seen(of, what, deadlines)
    assert change is not None
    return change.after


@pytest.mark.parametrize(
    ("tier", "severity", "days"),
    [
        (0, Severity.HIGH, 7),
        (0, Severity.LOW, 90),
        (2, Severity.MEDIUM, 90),
        (3, Severity.HIGH, 60),
        (9, Severity.LOW, 180),
    ],
)
def test_the_usual_time_is_told_by_tier_and_severity(tier: int, severity: Severity, days: int) -> None:
    """Of tiers beyond those that are told it is that of the last."""
    assert Deadlines({tier: usual(tier)}).due(tier, severity, START) == START + days * DAY


def test_of_a_tier_that_nobody_declared_there_is_no_due_date() -> None:
    """Nor of what has no tier: none is made up."""
    assert DEADLINES.due(7, Severity.HIGH, START) is DEADLINES.due(None, Severity.HIGH, START) is None


@pytest.mark.parametrize("tier", range(5))
def test_the_graver_the_sooner(tier: int) -> None:
    """In every tier; and no tier has less time than the one before it."""
    times = [*usual(tier).values()]
    assert times == sorted(times)
    assert all(a <= b for a, b in zip(times, usual(tier + 1).values(), strict=True))


def test_the_same_source_is_one_sighting() -> None:
    """Told twice, it changes nothing."""
    assert seen(tracked(), sighting("r-first", START), DEADLINES) is None


def test_a_drill_that_is_still_overdue_is_reopened_in_the_same_period() -> None:
    """Whatever closed it; one that is open, or accepted, is seen once a period."""
    late = replace(sighting("quarter until 2026-10-01", START), raised_by=RaisedBy.OVERDUE)
    change = seen(None, late, DEADLINES)
    assert change is not None
    assert seen(change.after, replace(late, at=START + DAY), DEADLINES) is None
    accepted = anew(change.after, State.ACCEPTED, accepted_by="others", accepted_until=START + 9 * DAY)
    assert seen(accepted, replace(late, at=START + DAY), DEADLINES) is None
    closed = anew(change.after, State.NOT_REPRODUCIBLE, evidence="tried", closed_at=START + HOUR)
    reopened = seen(closed, replace(late, at=START + DAY), DEADLINES)
    assert reopened is not None
    assert (reopened.after.state, reopened.after.reopened) == (State.OPEN, 1)


def test_a_repeat_that_is_graver_is_due_sooner() -> None:
    """One that is not keeps its date, and so does one that would be due later."""
    low = again(tracked(severity=Severity.LOW, due=START + 90 * DAY), sighting("r-2", START + DAY))
    assert (low.severity, low.due) == (Severity.HIGH, START + DAY + HOUR + 7 * DAY)
    soon = tracked(severity=Severity.LOW, due=START + 2 * DAY)
    assert again(soon, sighting("r-2", START + DAY)).due == START + 2 * DAY
    milder = again(tracked(), sighting("r-2", START + DAY, Severity.LOW))
    assert (milder.severity, milder.due) == (Severity.LOW, tracked().due)


def test_a_repeat_gives_a_due_date_where_there_was_none() -> None:
    """And takes none away where no policy tells one any more."""
    assert again(tracked(due=None), sighting("r-2", START + DAY)).due == START + DAY + HOUR + 7 * DAY
    assert again(tracked(), sighting("r-2", START + DAY), Deadlines()).due == tracked().due


def test_the_owner_follows_the_drill_file_until_a_person_names_one() -> None:
    """Also while it is reopened; not while somebody else has accepted it."""
    others = sighting("r-2", START + DAY, owner="others")
    assert again(tracked(), others).owner == "others"
    assert again(tracked(assigned=True), others).owner == OWNER
    closed = anew(tracked(), State.REMEDIATED, retest="r-0", closed_at=START)
    assert again(closed, others).owner == "others"
    assert again(replace(closed, assigned=True), others).owner == OWNER
    accepted = anew(tracked(), State.ACCEPTED, accepted_by="others", accepted_until=START + 9 * DAY)
    assert again(accepted, others).owner == OWNER
    lapsed = again(replace(accepted, accepted_until=START), others)
    assert (lapsed.owner, lapsed.state) == ("others", State.OPEN)


def test_a_word_that_a_repeat_refutes_gives_nobody_more_time() -> None:
    """What was closed as not reproducible was never mended: it is as old as it was, and due when it was."""
    before = tracked()
    closed = anew(before, State.NOT_REPRODUCIBLE, evidence="tried", closed_at=START + DAY)
    change = seen(closed, sighting("r-2", START + 50 * DAY), DEADLINES)
    assert change is not None
    of = change.after
    assert (of.state, of.opened_at, of.due, of.reopened) == (State.OPEN, before.opened_at, before.due, 1)
    assert of.evidence == ""


def test_a_reopened_one_begins_anew() -> None:
    """Its age and due date count from the repeat; what closed it is in the history alone."""
    closed = anew(tracked(), State.REMEDIATED, retest="r-1", closed_at=START + DAY)
    change = seen(closed, sighting("r-2", START + 50 * DAY), DEADLINES)
    assert change is not None
    of, at = change.after, START + 50 * DAY + HOUR
    assert (of.state, of.opened_at, of.due, of.reopened, of.retest) == (State.OPEN, at, at + 7 * DAY, 1, "")
    assert (of.first_seen, of.closed_at) == (START + HOUR, None)
    assert [each.act for each in change.entries] == [Act.REOPENED]


def test_a_sighting_that_comes_late_sets_no_clock_back() -> None:
    """A run whose end was written after a later one's."""
    assert again(tracked(), sighting("r-0", START - DAY)).last_seen == START + HOUR


def test_of_one_cause_in_a_look_the_gravest_counts() -> None:
    """One sighting of it, whatever the order."""
    low, high = (sighting("r", START, each) for each in (Severity.LOW, Severity.HIGH))
    assert [each.finding.severity for each in merged([low, high])] == [Severity.HIGH]
    assert [each.finding.severity for each in merged([high, low])] == [Severity.HIGH]


def test_shortfalls_alone_are_sightings_of_a_look() -> None:
    """What is held or not known is none; what nobody claims has neither tier nor owner."""
    look = Look(START, True, "1", "r", ("orders",))

    def row(standing: Standing, service: str = "orders") -> Stood:
        ruling = Ruling(Rule.POSTURE_LOCK, standing, "seen", severity=Severity.HIGH)
        return Stood(service, "Orders", "team", 1, "db", "a-type", "db-prod", "us-east-1", ruling)

    told = of_look(look, [row(each) for each in Standing] + [row(Standing.SHORT, NOBODY)])
    assert [(each.service, each.tier, each.finding.owner) for each in told] == [
        ("orders", 1, "team"),
        (NOBODY, None, ""),
    ]
    assert {(each.raised_by, each.simulated, each.at) for each in told} == {(RaisedBy.POSTURE, True, START)}
    assert {each.account for each in told} == {"1"}


def test_each_look_is_a_source_of_its_own() -> None:
    """Two within a second, too."""
    first, second = (Look(START + timedelta(microseconds=each), False, "1", "r", ()) for each in (0, 1))
    ruling = Ruling(Rule.POSTURE_LOCK, Standing.SHORT, "seen")
    short = Stood("orders", "Orders", "team", 1, "db", "a-type", "db-prod", "us-east-1", ruling)
    (one,), (two,) = of_look(first, [short]), of_look(second, [short])
    change = seen(None, one, DEADLINES)
    assert change is not None
    repeat = seen(change.after, two, DEADLINES)
    assert repeat is not None
    assert (repeat.after.seen, repeat.entries) == (2, ())
