"""Findings by age and state, as they stood at an instant, whatever became of them later."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from dr_orchestrator.domain.findings.acts import Accept, Assign, NotReproducible, PersonAct, Start, accepted_in
from dr_orchestrator.domain.findings.sighting import of_run, seen
from dr_orchestrator.domain.findings.tracked import Act, Change, Entry, State, TrackedFinding
from dr_orchestrator.domain.quarter.ageing import Aged, Ageing, ageing, as_of
from dr_orchestrator.domain.verdict import Verdict
from tests.support.ledger_samples import START
from tests.support.tracked import APPROVER, DAY, DEADLINES, HOUR, found, run

RAISED = START + HOUR
ACCEPT = Accept(APPROVER, "a new cluster comes", RAISED + 60 * DAY)


class Life:
    """A finding with its history, act by act."""

    def __init__(self) -> None:
        change = self._seen("r-1", 0)
        self.now, self.history = change.after, list(change.entries)

    def _seen(self, name: str, days: int, known: TrackedFinding | None = None) -> Change:
        saw = run(name, START + days * DAY, Verdict.FAILED, findings=[found()])
        assert saw.closing is not None
        (sighting,) = of_run(saw.header, saw.closing)
        change = seen(known, sighting, DEADLINES)
        assert change is not None
        return change

    def again(self, days: int) -> None:
        """It is seen once more."""
        change = self._seen(f"r-{days}", days, self.now)
        self.now, self.history = change.after, [*self.history, *change.entries]

    def done(self, act: PersonAct, days: int) -> None:
        """Somebody does something about it."""
        change = act.on(self.now, "dana", RAISED + days * DAY)
        self.now, self.history = change.after, [*self.history, *change.entries]

    def at(self, days: float) -> Aged | None:
        """How it stood so long after it was raised."""
        return as_of(self.now, self.history, RAISED + days * DAY)


def state(of: Aged | None) -> State | None:
    return of.state if of else None


def test_each_state_of_the_past_is_told_as_it_was() -> None:
    """Of what is closed by now an earlier quarter says that it was open, since when, and that it was overdue."""
    life = Life()
    life.done(Start(), 10)
    life.done(ACCEPT, 20)
    life.again(70)
    life.done(NotReproducible("tried it"), 80)
    told = {days: state(life.at(days)) for days in (-1, 0, 9, 10, 19, 20, 59, 61, 71, 79, 80, 99)}
    assert told == {
        -1: None,
        0: State.OPEN,
        9: State.OPEN,
        10: State.IN_PROGRESS,
        19: State.IN_PROGRESS,
        20: State.ACCEPTED,
        59: State.ACCEPTED,
        61: State.OPEN,
        71: State.OPEN,
        79: State.OPEN,
        80: State.NOT_REPRODUCIBLE,
        99: State.NOT_REPRODUCIBLE,
    }
    late = life.at(19)
    assert late is not None
    assert (late.age, late.overdue, late.bucket) == (19 * DAY, True, "under 30 days")


def test_the_present_is_told_as_lists_tell_it() -> None:
    """Where nothing turned since, the finding says itself how it stands: an acceptance runs out by the clock."""
    life = Life()
    life.done(ACCEPT, 20)
    assert [state(life.at(days)) for days in (59, 61)] == [State.ACCEPTED, State.OPEN]
    brought_in = as_of(life.now, (), RAISED + 30 * DAY)
    assert state(brought_in) is State.ACCEPTED
    assert state(as_of(replace(life.now, state=State.OPEN), life.history[1:], RAISED + DAY)) is State.OPEN


def test_a_finding_is_told_as_owned_and_due_then() -> None:
    """Whoever it was given to later, and whatever date a later reopening gave it: its history tells both."""
    life = Life()
    first, due = life.now.owner, life.now.due
    life.done(Assign("Others"), 2)
    life.done(Assign("", due=RAISED + 25 * DAY, reason="late"), 3)
    life.done(Start(), 4)
    given = life.now.due
    life.done(NotReproducible("tried it"), 5)
    life.again(40)
    life.done(Assign("The third", due=RAISED + 60 * DAY, reason="a new one"), 41)
    told = {days: life.at(days) for days in (1, 2.5, 6, 42)}
    assert [each.finding.owner for each in told.values() if each] == [first, "Others", "Others", "The third"]
    assert [_day(each.finding.due) for each in told.values() if each] == [
        _day(due),
        _day(due),
        _day(given),
        _day(RAISED + 60 * DAY),
    ]


def test_a_reopening_takes_no_date_from_before_it() -> None:
    """One that was mended was due when it was due: the date, and the owner, of the reopening are later ones."""
    life = Life()
    first, due = life.now.owner, life.now.due
    closed = replace(life.now, state=State.REMEDIATED, retest="r-9", closed_at=RAISED + 10 * DAY)
    life.now, life.history = closed, [*life.history, Entry(RAISED + 10 * DAY, "dro", Act.REMEDIATED, "", "r-9")]
    life.again(100)
    assert life.now.due != due
    then = life.at(9)
    assert then is not None
    assert (_day(then.finding.due), then.finding.owner) == (_day(due), first)
    late = as_of(life.now, life.history, RAISED + 9 * DAY, RAISED + 99 * DAY)
    assert late is not None
    assert late.overdue


def _day(at: datetime | None) -> date | None:
    return at.date() if at else None


def of(lives: list[Life], days: float, since: float = 0, *, simulated: bool = False) -> Ageing:
    named = [(replace(each.now, fingerprint=f"{at:016}"), each.history) for at, each in enumerate(lives)]
    histories = {finding.key: history for finding, history in named}
    start, now = RAISED + since * DAY, RAISED + days * DAY
    return ageing([finding for finding, _ in named], histories, start, now, simulated=simulated)


def test_the_quarter_tells_what_it_opened_and_closed() -> None:
    """Each finding once, however often it turned; the states sum up to all that were raised by then."""
    closed, reopened = Life(), Life()
    closed.done(NotReproducible("tried"), 40)
    reopened.done(NotReproducible("tried"), 10)
    reopened.again(50)
    told = of([Life(), closed, reopened], 60, since=30)
    assert (told.opened, told.closed) == (1, 1)
    assert sum(told.states.values()) == 3
    assert (of([reopened], 60).opened, of([reopened], 60).closed) == (1, 0)
    assert told.states[State.OPEN] == 2
    assert of([Life()], -1).states == dict.fromkeys(State, 0)
    assert of([Life()], 60, simulated=True).standing == ()


@pytest.mark.parametrize(
    ("days", "bucket"),
    [
        (29.9, "under 30 days"),
        (30, "30 to 89 days"),
        (89.9, "30 to 89 days"),
        (90, "90 to 179 days"),
        (180, "180 days and more"),
        (999, "180 days and more"),
    ],
)
def test_ages_fall_into_one_class_each(days: float, bucket: str) -> None:
    """The classes have no gap, and their sum is all that is live."""
    told = of([Life()], days)
    assert [name for name, live, _ in told.buckets if live] == [bucket]
    assert sum(live for _, live, _ in told.buckets) == len(told.live) == 1
    assert len(told.overdue) == sum(late for _, _, late in told.buckets)


def test_what_was_accepted_is_told_by_its_end() -> None:
    """Whatever ends first comes first; the oldest of what stands leads."""
    late, early = Life(), Life()
    late.done(replace(ACCEPT, until=RAISED + 200 * DAY), 5)
    early.done(ACCEPT, 5)
    told = of([late, early, Life()], 30)
    assert [each.finding.accepted_until for each in told.accepted] == [RAISED + 60 * DAY, RAISED + 200 * DAY]
    assert told.standing[0].age >= told.standing[-1].age
    assert told.live[0].age == timedelta(days=30)


def test_the_end_of_an_acceptance_is_read_from_its_own_line() -> None:
    """It is what the act wrote; another line tells none."""
    life = Life()
    life.done(ACCEPT, 20)
    told = accepted_in(life.history[-1].text)
    assert told is not None
    assert (told.approver, told.reason, told.until.date()) == (APPROVER, ACCEPT.reason, ACCEPT.until.date())
    assert accepted_in("tried until the end") is None


@pytest.mark.parametrize(
    "after", [Start(), Accept("Bob New", "another\nreason until 2031-01-01: x", RAISED + 99 * DAY)]
)
def test_who_accepted_it_then_is_named_whatever_was_accepted_later(after: PersonAct) -> None:
    """A page of a quarter that is over names the approver of then, with the reason of then."""
    life = Life()
    life.done(ACCEPT, 20)
    life.done(after, 40)
    told = life.at(30)
    assert told is not None
    assert told.state is State.ACCEPTED
    assert (told.finding.accepted_by, told.finding.accepted_reason) == (APPROVER, ACCEPT.reason)


@pytest.mark.parametrize("to", ["payments", ""])
def test_what_is_put_off_later_was_overdue_then(to: str) -> None:
    """No date that is given after the quarter makes its page say that nothing was late; who is named moves none."""
    life = Life()
    assert life.now.due is not None
    late = (life.now.due - RAISED) // DAY + 5
    life.done(Assign("others"), late + 1)
    life.done(Assign(to, RAISED + 200 * DAY, "later, due 2026-01-01"), late + 2)
    life.done(Assign("", RAISED + 210 * DAY, "later still"), late + 3)
    told = [life.at(late + days) for days in (0, 2.5, 4)]
    assert [each is not None and each.overdue for each in told] == [True, False, False]
    assert [each.finding.due.date() for each in told if each and each.finding.due] == [
        (RAISED + timedelta(days=days)).date() for days in (late - 5, 200, 210)
    ]


def test_a_first_date_of_later_is_none_of_then() -> None:
    """What nothing gave a date could not be overdue."""
    life = Life()
    life.now = replace(life.now, due=None)
    life.done(Assign("", RAISED + 30 * DAY), 20)
    told = [life.at(10), life.at(40)]
    assert [each is not None and each.overdue for each in told] == [False, True]


def test_a_history_without_a_beginning_is_open_since_it_was_first_seen() -> None:
    """What was brought in from older records has no line of its raising."""
    life = Life()
    life.done(Start(), 10)
    only: list[Entry] = life.history[1:]
    told = as_of(life.now, only, RAISED + 5 * DAY)
    assert told is not None
    assert (told.state, told.age) == (State.OPEN, 5 * DAY)
