"""Runs that see a finding, or prove it gone; and the life of one finding under whatever people and runs do to it."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Protocol

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from dr_orchestrator.domain.deadlines import Deadlines, usual
from dr_orchestrator.domain.finding import Finding, Severity
from dr_orchestrator.domain.findings.acts import Accept, Assign, Note, NotReproducible, PersonAct, Start
from dr_orchestrator.domain.findings.retest import by_run, remediated
from dr_orchestrator.domain.findings.sighting import of_run, seen
from dr_orchestrator.domain.findings.tracked import CLOSED, Change, Entry, State, TrackedFinding
from dr_orchestrator.domain.judge.findings import fingerprint_of
from dr_orchestrator.domain.rule import Rule
from dr_orchestrator.domain.run import CheckResult, Run
from dr_orchestrator.domain.verdict import Outcome, Verdict
from dr_orchestrator.errors import UsageError
from tests.support.ledger_samples import START, closing, header

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
DEADLINES = Deadlines({0: usual(0), 1: usual(1)})
OWNER, APPROVER = "payments", "Grace Hopper"
CHECK = "rows are there"


def found(drill: str = "orders-snapshot", severity: Severity = Severity.HIGH, owner: str = OWNER) -> Finding:
    """The finding of a check that failed."""
    name = fingerprint_of("orders", drill, Rule.CHECK_FAILED, CHECK)
    return Finding(name, severity, f"check '{CHECK}' failed", "0 rows", owner, Rule.CHECK_FAILED)


def run(
    name: str,
    began: datetime,
    verdict: Verdict = Verdict.PASSED,
    *,
    drill: str = "orders-snapshot",
    findings: Sequence[Finding] = (),
    measured: bool = True,
    simulated: bool = False,
    tier: int = 0,
    **more: Any,
) -> Run:
    """A run of an hour that has ended; one that `measured` has the check of the finding passed."""
    opened = header(name, drill=drill, started_at=began, tier=tier)
    opened = replace(opened, provenance=replace(opened.provenance, simulated=simulated))
    passed = CheckResult(CHECK, "some", "many", Outcome.PASSED)
    ended = closing(verdict, ended_at=began + HOUR, findings=tuple(findings), **more)
    return Run(opened, checks=(passed,) if measured else (), closing=ended)


def tracked(**more: Any) -> TrackedFinding:
    """A finding that one run raised at START + HOUR."""
    return replace(raised(run("r-first", START, Verdict.FAILED, findings=[found()])), **more)


def raised(by: Run, deadlines: Deadlines = DEADLINES) -> TrackedFinding:
    """The finding that a run raised."""
    assert by.closing is not None
    (sighting,) = of_run(by.header, by.closing)
    made = seen(None, sighting, deadlines)
    assert made is not None
    return made.after


class World(Protocol):
    """Where findings live: in the domain alone, or in a ledger."""

    def take_in(self, ended: Run) -> None:
        """A run ends."""

    def act(self, of: tuple[str, bool], act: PersonAct, now: datetime) -> None:
        """A person acts."""

    def tracked(self, of: tuple[str, bool]) -> TrackedFinding | None:
        """The finding as it was last written."""

    def history(self, of: tuple[str, bool]) -> list[Entry]:
        """What became of it."""


class InDomain:
    """Findings that are kept nowhere."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, bool], TrackedFinding] = {}
        self._runs: dict[str, Run] = {}
        self._history: dict[tuple[str, bool], list[Entry]] = {}

    def take_in(self, ended: Run) -> None:
        """Raise, and remediate, as the ledger does when a run is closed."""
        assert ended.closing is not None
        self._runs[ended.header.id] = ended
        for sighting in of_run(ended.header, ended.closing):
            self._keep(seen(self._found.get(sighting.key), sighting, DEADLINES))
        for each in list(self._found.values()):
            if (proof := by_run(ended, each, self._runs[each.last_source])) is not None:
                self._keep(remediated(each, proof))

    def act(self, of: tuple[str, bool], act: PersonAct, now: datetime) -> None:
        """Do it, where it is allowed."""
        if of not in self._found:
            raise UsageError("there is none")
        self._keep(act.on(self._found[of], "ada", now))

    def tracked(self, of: tuple[str, bool]) -> TrackedFinding | None:
        """As it was last changed."""
        return self._found.get(of)

    def history(self, of: tuple[str, bool]) -> list[Entry]:
        """The entries of its changes."""
        return list(self._history.get(of, []))

    def _keep(self, change: Change | None) -> None:
        if change is not None:
            self._found[change.after.key] = change.after
            self._history.setdefault(change.after.key, []).extend(change.entries)


@dataclass
class Expected:
    """What a finding has to be by now, by nothing but the rules as they are written down."""

    state: State | None = None
    until: datetime | None = None
    owner: str = OWNER
    assigned: bool = False
    last_seen: datetime = START

    def at(self, now: datetime) -> State | None:
        """Its state: an acceptance that has run out is open."""
        lapsed = self.state is State.ACCEPTED and self.until is not None and now > self.until
        return State.OPEN if lapsed else self.state


class Life(RuleBasedStateMachine):
    """One finding of a real run, and whatever may happen around it: it goes no way but those that are allowed."""

    counted = itertools.count()

    def __init__(self, world: World) -> None:
        super().__init__()
        self.world, self.now, self.expected = world, START, Expected()
        self.drill = f"drill-{next(self.counted)}"
        self.key = found(self.drill).fingerprint, False
        self.told: list[Entry] = []
        self.proofs: set[str] = set()

    def ends(self, verdict: Verdict, **more: Any) -> str:
        """A run begins now and has ended an hour later."""
        name = f"run-{next(self.counted)}"
        self.world.take_in(run(name, more.pop("began", self.now), verdict, **{"drill": self.drill, **more}))
        self.now += 2 * HOUR
        return name

    def try_to(self, act: PersonAct, allowed: bool) -> bool:
        """Whether it was done, which has to be what the rules say."""
        self.now += timedelta(microseconds=1)
        if not allowed:
            with pytest.raises(UsageError):
                self.world.act(self.key, act, self.now)
            return False
        self.world.act(self.key, act, self.now)
        return True

    @property
    def open(self) -> bool:
        """Whether it is there, and not closed."""
        state = self.expected.at(self.now)
        return state is not None and state not in CLOSED

    @rule(verdict=st.sampled_from([Verdict.FAILED, Verdict.PASSED_WITH_FINDINGS, Verdict.ABORTED]))
    def a_run_sees_it(self, verdict: Verdict) -> None:
        """Raised, seen once more, or reopened."""
        began = self.now
        self.ends(verdict, findings=[found(self.drill)], measured=False)
        kept = self.expected.at(began + HOUR)  # as it was when the run ended
        if kept is None or kept in CLOSED:
            self.expected = Expected(State.OPEN, None, self.expected.owner, self.expected.assigned)
        elif kept is not self.expected.state:
            self.expected.state, self.expected.until = kept, None
        self.expected.last_seen = began + HOUR

    @rule(verdict=st.sampled_from([Verdict.PASSED, Verdict.PASSED_WITH_FINDINGS]))
    def a_retest_passes(self, verdict: Verdict) -> None:
        """On AWS, of the same drill, with the check: remediated, where it was open."""
        there, began = self.expected.state is not None and self.expected.state not in CLOSED, self.now
        name = self.ends(verdict)
        if there and began > self.expected.last_seen:
            self.expected.state, self.expected.until = State.REMEDIATED, None
            self.proofs.add(name)

    @rule(
        how=st.sampled_from(
            [
                {"simulated": True},
                {"measured": False},
                {"drill": "another"},
                {"verdict": Verdict.INCONCLUSIVE},
                {"verdict": Verdict.PARTIAL},
                {"verdict": Verdict.ABORTED},
                {"verdict": Verdict.FAILED},
            ]
        )
    )
    def what_is_no_retest_ends(self, how: dict[str, Any]) -> None:
        """Whatever does not pass, is not real, not of the drill, or did not look: nothing changes."""
        self.ends(**{"verdict": Verdict.PASSED, **how})

    @precondition(lambda self: self.expected.state is not None)
    @rule()
    def one_that_began_before_passes(self) -> None:
        """It says nothing of what was seen after it began."""
        self.ends(Verdict.PASSED, began=self.expected.last_seen - timedelta(minutes=1))

    @rule()
    def a_rehearsal_sees_it(self) -> None:
        """That is another finding, and never this one."""
        self.ends(Verdict.FAILED, simulated=True, findings=[found(self.drill)])

    @rule()
    def somebody_starts(self) -> None:
        """From open, or from an acceptance."""
        allowed = self.open and self.expected.at(self.now + timedelta(microseconds=1)) is not State.IN_PROGRESS
        if self.try_to(Start(), allowed):
            self.expected.state, self.expected.until = State.IN_PROGRESS, None

    @rule(
        by=st.sampled_from([APPROVER, OWNER, f" {OWNER.upper()}", "the team"]),
        days=st.integers(-1, 3),
        reason=st.sampled_from(["it is old", " "]),
    )
    def somebody_accepts(self, by: str, days: int, reason: str) -> None:
        """By another than the owner, with a reason, until a day to come."""
        until = self.now + days * DAY
        another = by.strip().casefold() != self.expected.owner.casefold()
        if self.try_to(Accept(by, reason, until), self.open and another and bool(reason.strip()) and days > 0):
            self.expected.state, self.expected.until = State.ACCEPTED, until

    @rule(to=st.sampled_from([APPROVER, OWNER, "the team"]))
    def somebody_assigns(self, to: str) -> None:
        """The state stays; who accepted it is not made its owner while that holds."""
        now = self.now + timedelta(microseconds=1)
        before = self.world.tracked(self.key)
        accepted = self.expected.at(now) is State.ACCEPTED and before is not None
        theirs = accepted and before is not None and before.accepted_by.casefold() == to.casefold()
        if self.try_to(Assign(to), self.open and not theirs):
            self.expected.owner, self.expected.assigned = to, True
            self.expected.state = self.expected.at(self.now)

    @rule(evidence=st.sampled_from(["tried ten times", ""]))
    def somebody_cannot_reproduce_it(self, evidence: str) -> None:
        """With evidence, while nobody has accepted it."""
        state = self.expected.at(self.now + timedelta(microseconds=1))
        allowed = state in (State.OPEN, State.IN_PROGRESS) and bool(evidence)
        if self.try_to(NotReproducible(evidence), allowed):
            self.expected.state, self.expected.until = State.NOT_REPRODUCIBLE, None

    @rule(text=st.sampled_from(["looked at it", " "]))
    def somebody_notes(self, text: str) -> None:
        """In any state, which stays."""
        self.try_to(Note(text), self.expected.state is not None and bool(text.strip()))

    @rule(days=st.integers(1, 3))
    def time_goes_by(self, days: int) -> None:
        """An acceptance runs out by that alone."""
        self.now += days * DAY

    @invariant()
    def it_stands_as_it_should(self) -> None:
        """Its state is the expected one, with all that the state asks for."""
        of = self.world.tracked(self.key)
        assert (of and of.state_at(self.now)) == self.expected.at(self.now)
        if of is None:
            return
        assert of.owner == self.expected.owner
        assert (of.state is State.REMEDIATED) == bool(of.retest)
        assert not of.retest or of.retest in self.proofs
        assert (of.state is State.NOT_REPRODUCIBLE) == bool(of.evidence)
        assert (of.state is State.ACCEPTED) == (of.accepted_until is not None)
        assert (of.state in CLOSED) == (of.closed_at is not None)
        assert not of.accepted_by or of.accepted_by.casefold() != of.owner.casefold()

    @invariant()
    def nothing_of_its_history_is_lost(self) -> None:
        """It is only ever added to."""
        history = self.world.history(self.key)
        assert history[: len(self.told)] == self.told
        self.told = history
