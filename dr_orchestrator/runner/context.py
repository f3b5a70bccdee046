"""The context of one run: the one object in place of trains of callables."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, TypeVar

from dr_orchestrator.domain.clock import Moment
from dr_orchestrator.domain.copy import Copy, CopyState, Identity
from dr_orchestrator.domain.ports import Call, Clock, Ledger
from dr_orchestrator.domain.replica import Made
from dr_orchestrator.domain.resource_type.traits import Described, Traits
from dr_orchestrator.domain.run import SegmentKind
from dr_orchestrator.domain.service import Resource
from dr_orchestrator.runner.components import plain
from dr_orchestrator.runner.journal import Journal
from dr_orchestrator.runner.patience import Patience, again
from dr_orchestrator.waiting import stops
from dr_orchestrator.waiting.standstill import Standstill

T = TypeVar("T")
HOLDS = "holds "
"""How the words begin on what was seen to go with a copy; its ARN follows."""


class Drive(Protocol):
    """That this process drives the run: its lease, and through it whoever wants the run stopped."""

    def raise_if_stopped(self) -> None:
        """Raise Aborted where somebody asked for the run to be stopped, LeaseLost where another process drives it."""

    def raise_if_lost(self) -> None:
        """Raise LeaseLost where another process drives the run: before each fact that is written of it."""

    def before_write(self, makes: bool) -> None:
        """Raise LeaseLost unless it is known that no other process drives the run: before each change in AWS.

        `makes` tells of one after which something stands that was not there before.
        """

    def driven_elsewhere(self) -> bool:
        """Whether another process took the run: its copies and its end are that one's business, or a sweep's."""


class Undriven:
    """The drive of what nobody stops: a plan, or a sweep of one copy."""

    def raise_if_stopped(self) -> None:
        """Nobody asked."""

    def raise_if_lost(self) -> None:
        """It cannot be."""

    def before_write(self, makes: bool) -> None:
        """It cannot be."""

    def driven_elsewhere(self) -> bool:
        """No: nothing is driven."""
        return False


@dataclass
class RunContext:
    """One run's clock, its ledger, the lease by which it is driven, and how its steps are called.

    Without a ledger nothing is written: so for plans, and for whoever takes down what a dead process left. `journal` is
    what the run has written so far, once it is open; `standstill` tells how long this process did not run.
    """

    run: str
    clock: Clock
    ledger: Ledger | None = None
    lease: Drive = field(default_factory=Undriven)
    call: Call = field(default=plain)
    journal: Journal | None = None
    standstill: Standstill | None = None
    _held: dict[tuple[str, str], list[str]] = field(default_factory=dict, init=False)
    _waiting: bool = field(default=False, init=False)
    _apart: bool = field(default=False, init=False)

    @property
    def struck(self) -> datetime:
        """When disaster struck: nothing from after it can be recovered. Now, where it has not: in a plan, say."""
        return self.journal.disrupted() if self.journal is not None else self.clock.now()

    def raise_if_stopped(self) -> None:
        """Raise where somebody stopped the run, or another process drives it; what tears copies down does not ask."""
        self.lease.raise_if_stopped()

    def observe(self, copy: Copy, state: str) -> None:
        """Note a state that AWS reported for a copy."""
        if self.journal is not None:
            self.journal.observe(copy, state)

    def reached(self, moment: Moment) -> None:
        """Note that a moment was reached, now: where a step finds that out in its midst."""
        if self.journal is not None:
            self.journal.reach(moment)

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """While inside, the run waits for its ledger: no part of its recovery, and a segment as soon as it is felt."""
        if self._waiting or self.journal is None:
            yield
            return
        began, self._waiting = self.clock.monotonic(), True
        try:
            yield
        finally:
            self._waiting = False
            self.journal.waited(self.clock.monotonic() - began, apart=self._apart)
        if not self._apart:
            self.journal.tell_waits()  # not where it failed: it would be waited for once more

    @contextmanager
    def apart(self) -> Iterator[None]:
        """While inside, what the ledger takes holds no recovery up by itself: it is over, or AWS is at work on it."""
        before, self._apart = self._apart, True
        try:
            yield
        finally:
            self._apart = before

    def kept(self, seconds: float) -> None:
        """Note that for the last so many drill seconds the ledger kept the run from seeing what was done already."""
        if self.journal is not None:
            self.journal.waited(seconds)
            self.journal.tell_waits()

    def described(self, source: Resource, traits: Traits) -> None:
        """Note what a source is, as AWS describes it whenever a drill asks: nobody asks for this alone."""
        if self.journal is not None:
            self.journal.describe(Described(source.name, source.id, source.region, traits))

    def derived(self, made: Made) -> None:
        """Note the template that a replica is about to be made from; NotMeasured where the run began with another."""
        if self.journal is not None:
            self.journal.derive(made)

    def made(self, copy: Copy, identity: Identity) -> None:
        """Note what AWS has made of a copy as soon as it says so, where the step that asks for it goes on for long."""
        if self.ledger is not None:
            with stops.heeding_requests_alone():
                self.ledger.change_copy(copy, CopyState.CREATED, self.clock.now(), identity, "")

    def leaves_in(self, bucket: str) -> None:
        """Note a bucket before the run puts anything there: whoever cleans up after it looks there, too."""
        if self.ledger is not None:
            with stops.heeding_requests_alone():
                self.ledger.record_bucket(self.run, bucket)

    def delayed(self, kind: SegmentKind, reason: str, seconds: float) -> None:
        """Note that for the last so many drill seconds the run waited for something else than its recovery."""
        if self.journal is not None:
            self.journal.segment(kind, reason, seconds)

    def stood_still(self) -> float:
        """How many drill seconds this process did not run so far."""
        return self.standstill.seconds() * self.clock.pace if self.standstill else 0.0

    def asked_again(self, what: str) -> None:
        """Note a call that failed in passing, and why; the step under way tells it."""
        if self.journal is not None:
            self.journal.again[what] += 1

    def holds(self, copy: Copy, arn: str) -> None:
        """Note what goes with a copy and has no row of its own, as something that was seen of the copy: whoever asks
        what outlived that, in whichever process, asks after it, too.
        """
        known = self._held.setdefault(copy.key, [])
        if arn not in known:
            known.append(arn)
            self.observe(copy, f"{HOLDS}{arn}")

    def held_by(self, copy: Copy) -> Sequence[str]:
        """The ARNs of what goes with a copy, of those that this process has seen."""
        return tuple(self._held.get(copy.key, ()))

    def told(self, what: str) -> None:
        """Note something that the step under way is to tell, however it ends."""
        if self.journal is not None:
            self.journal.told.append(what)

    def patiently(self, act: Callable[[], T], patience: Patience) -> T:
        """Do something again while AWS fails in passing; what that cost the recovery is a segment of its own."""
        return again(
            act,
            patience,
            self.clock,
            failed=lambda failure: self.asked_again(failure.message),
            waits=self.raise_if_stopped if patience.stops else lambda: None,
            lost=lambda seconds, why: self.delayed(SegmentKind.THROTTLING, f"asked again: {why}", seconds),
        )
