"""A report of an instant tells the owner and the due date that a finding had then, whatever was done to it since."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import pairwise

import pytest

from dr_orchestrator.domain.finding import Severity
from dr_orchestrator.domain.findings.acts import Assign, NotReproducible, Start
from dr_orchestrator.domain.findings.before import as_given
from dr_orchestrator.domain.findings.tracked import Act, Entry, TrackedFinding, end_of
from dr_orchestrator.domain.verdict import Verdict
from tests.support.ledger_samples import START
from tests.support.tracked import APPROVER, DAY, OWNER, InDomain, found, run

KEY = found().fingerprint, False

Step = Callable[[InDomain, datetime], None]


def sees(severity: Severity = Severity.HIGH, owner: str = OWNER) -> Step:
    """A run that sees the finding ends."""

    def step(world: InDomain, now: datetime) -> None:
        seen = found(severity=severity, owner=owner)
        world.take_in(run(f"r-{now:%d}", now, Verdict.FAILED, findings=[seen], measured=False))

    return step


def passes(world: InDomain, now: datetime) -> None:
    world.take_in(run(f"r-{now:%d}", now))


def assigned(to: str = "", due: int | None = None, reason: str = "") -> Step:
    """A person names another owner, or another day, so many days later."""
    return lambda world, now: world.act(KEY, Assign(to, None if due is None else end_of(now + due * DAY), reason), now)


def cannot(world: InDomain, now: datetime) -> None:
    world.act(KEY, NotReproducible("tried ten times"), now)


def starts(world: InDomain, now: datetime) -> None:
    world.act(KEY, Start(), now)


def told(of: TrackedFinding) -> tuple[str, str]:
    return of.owner, f"{of.due:%Y-%m-%d}" if of.due else ""


@pytest.mark.parametrize(
    "steps",
    [
        [sees(), assigned("ada"), assigned("bob"), assigned("cy")],
        [sees(), assigned(due=30, reason="a freeze"), assigned(due=60, reason="it lasts"), assigned("bob", 5)],
        [sees(), starts, assigned("ada", 40, "away: due 2026-01-01, before 2026-01-02"), passes, sees()],
        [sees(), passes, sees(), passes, sees(Severity.LOW)],
        [sees(), passes, sees(owner="another team"), assigned("ada", 9, "a freeze"), cannot, sees()],
        [sees(owner=""), passes, sees(), assigned("ada")],
        [sees(), cannot, sees(), assigned(due=2), passes, sees()],
    ],
)
def test_owner_and_due_date_are_those_of_then(steps: Sequence[Step]) -> None:
    """At each instant between the steps, read off the history once all are done; none where nobody had it."""
    world, now, stood = InDomain(), START, []
    for step in steps:
        step(world, now)
        if (of := world.tracked(KEY)) is not None:
            stood.append((now + DAY / 2, of))
        now += DAY
    end = world.tracked(KEY)
    assert end is not None and len(stood) == len(steps)
    assert len({told(of) for _, of in stood}) > 1, "the steps changed nothing that could be told wrong"
    for instant, of in stood:
        assert told(as_given(end, world.history(KEY), instant)) == told(of), instant


def test_what_its_history_does_not_say_stays_as_it_is() -> None:
    """Reopenings of an earlier release do not say what they replaced: the date is that which a person gave last since
    it was raised, else that of now.
    """
    of = replace(_raised(), owner="now", due=START + 90 * DAY)
    at = [START + each * DAY for each in range(6)]
    reopened = Entry(at[4], "dro", Act.REOPENED, "check failed")
    raised = Entry(at[0], "dro", Act.RAISED, "check failed")
    given = Entry(at[1], "ada", Act.ASSIGNED, "to bob, due 2026-05-01")
    named = Entry(at[2], "ada", Act.ASSIGNED, "to cy (before bob)")
    assert told(as_given(of, [raised, reopened], at[3])) == told(of)
    assert told(as_given(of, [raised, given, named, reopened], at[3])) == ("cy", "2026-05-01")
    assert told(as_given(of, [raised, given, reopened, named], at[5])) == ("cy", told(of)[1])
    assert told(as_given(of, [raised, replace(named, at=at[3])], at[2])) == ("bob", told(of)[1])


def test_acts_that_change_neither_are_passed_over() -> None:
    """A note, a start, an acceptance after the instant leave both as they are."""
    world, now = InDomain(), START
    for step in (sees(), assigned("ada", 3), starts):
        step(world, now)
        now += DAY
    of = world.tracked(KEY)
    assert of is not None and APPROVER not in told(of)
    entries = world.history(KEY)
    assert all(one.at <= other.at for one, other in pairwise(entries))
    assert told(as_given(of, entries, entries[1].at)) == told(of)


def _raised() -> TrackedFinding:
    world = InDomain()
    sees()(world, START)
    of = world.tracked(KEY)
    assert of is not None
    return of
