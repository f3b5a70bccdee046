"""The checks of a drill, performed together; a point-in-time restore is also held to the instant it asked for."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Protocol

from dr_orchestrator.checks import arrivals, http, items, restored, sql
from dr_orchestrator.checks.deep import words
from dr_orchestrator.checks.held import as_it_was
from dr_orchestrator.checks.result import timed
from dr_orchestrator.domain.clock import Moment
from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.domain.drill import (
    CanaryItem,
    Check,
    EventArrives,
    HttpAnswer,
    ItemsAtLeast,
    NewestRow,
    Query,
    RestoredItem,
    RestoredRow,
    RowsAtLeast,
    Surface,
)
from dr_orchestrator.domain.objective import format_duration
from dr_orchestrator.domain.ports import Clock
from dr_orchestrator.domain.proof import Command, Deep, SameInBoth, WholeRead, off_the_clock
from dr_orchestrator.domain.recovery_point import PointKind, RecoveryPoint
from dr_orchestrator.domain.run import CheckResult
from dr_orchestrator.domain.verdict import Outcome
from dr_orchestrator.errors import NotMeasured

Shallow = NewestRow | RowsAtLeast | Query | ItemsAtLeast | CanaryItem | RestoredRow | RestoredItem | Surface


class Proves(Protocol):
    """Performs deep checks."""

    def perform(
        self, check: Deep, copy: Copy, points: Sequence[RecoveryPoint], taken: Collection[str] = ()
    ) -> list[CheckResult]:
        """Perform one; a program may tell more results than one, under no name that is `taken`."""


class Compares(Protocol):
    """Compares what stands in two regions."""

    def perform(self, check: SameInBoth, copy: Copy) -> CheckResult:
        """Compare the store that the check names."""


@dataclass(frozen=True)
class Suite:
    """Performs a drill's checks in the order they are declared; `store_of` names the resource whose data one reads.

    `patiently` performs one again that fails in passing, `reached` notes a moment that one of them reaches.
    `names` are those of all checks of the drill, where these are only some; `reads` are those among them that read a
    database whole, and `whole` those that have done it by now. `held` is what a copy that goes on had before the
    disruption, by the names of checks: what it took on later counts for nothing; `held_in` is that of some of several
    databases, by what checks call these.
    """

    checks: tuple[Check, ...]
    clock: Clock
    sql: sql.SqlChecks = field(default_factory=sql.nothing_to_ask)
    items: items.ItemChecks = field(default_factory=items.nothing_to_ask)
    http: http.HttpChecks = field(default_factory=http.nothing_to_ask)
    arrivals: arrivals.ArrivalChecks = field(default_factory=arrivals.NothingToSendTo)
    store_of: Callable[[Check], str] = lambda _: ""
    patiently: Callable[[Callable[[], CheckResult]], CheckResult] = lambda perform: perform()
    deep: Proves | None = None
    sides: Compares | None = None
    reached: Callable[[Moment], None] = lambda _: None
    names: tuple[str, ...] = ()
    reads: frozenset[str] = frozenset()
    whole: set[str] = field(default_factory=set)
    held: Mapping[str, datetime | None] | None = None
    held_in: Mapping[str, Mapping[str, datetime | None]] = field(default_factory=dict)

    def on_the_clock(self) -> Suite:
        """Those that the recovery waits for."""
        return self._some(tuple(check for check in self.checks if not (off_the_clock(check) or _of_both(check))))

    def afterwards(self) -> Suite | None:
        """Those that are performed once the service is verified; None where there is none."""
        later = tuple(check for check in self.checks if off_the_clock(check))
        return self._some(later) if later else None

    def when_back(self) -> Suite | None:
        """Those that compare both regions, once the drill's name leads back; None where there is none."""
        both = tuple(check for check in self.checks if _of_both(check))
        return self._some(both) if both else None

    def _some(self, checks: tuple[Check, ...]) -> Suite:
        reads = frozenset(check.name for check in self.checks if isinstance(check, WholeRead) and not check.sample)
        return replace(self, checks=checks, names=tuple(check.name for check in self.checks), reads=reads)

    def all(self, copy: Copy, points: Sequence[RecoveryPoint], disrupted: datetime) -> list[CheckResult]:
        """Perform every check, whatever the others find; one that crashes is inconclusive.

        NotTheCopy where something else stands in the copy's place: it is asked nothing more."""
        asked = [point.reference for point in points if point.reference]
        reference = min(asked, default=disrupted)
        results: list[CheckResult] = []
        for check in self.checks:
            store = self.store_of(check)
            of_store = [point for point in points if point.store == store or len(points) == 1]
            if isinstance(check, Deep):
                taken = {*self.names, *(each.name for each in self.checks), *(result.name for result in results)}
                found = [replace(each, store=store) for each in self._deep(check, copy, of_store, taken)]
                results += [self._as_it_was(check, found[0], of_store, reference), *found[1:]]
                continue
            if isinstance(check, SameInBoth):
                results.append(self._both(check, copy))
                continue
            result = replace(self._perform(check, copy, reference, of_store), store=store)
            results.append(self._as_it_was(check, result, of_store, reference))
            if self._held(check) is None:
                results += _held_to_the_instant(check, result, of_store)
        return results

    def _as_it_was(
        self, check: Check, result: CheckResult, points: Sequence[RecoveryPoint], reference: datetime
    ) -> CheckResult:
        """A result in what goes on, counted as of before the disruption; as it is in what was restored."""
        if (held := self._held(check)) is None:
            return result
        beats = sum(isinstance(each, NewestRow) and each.canary and self._held(each) is held for each in self.checks)
        return as_it_was(check, result, points, reference, held, alone=beats < 2)

    def _held(self, check: Check) -> Mapping[str, datetime | None] | None:
        """The rows that the database of a check had before the disruption; None of one that was restored."""
        return self.held if self.held is not None else self.held_in.get(str(getattr(check, "database", "")))

    def _deep(
        self, check: Deep, copy: Copy, points: Sequence[RecoveryPoint], taken: Collection[str]
    ) -> list[CheckResult]:
        """Perform a deep check; what it tells beside its own result follows it."""
        beside: list[CheckResult] = []

        def perform() -> CheckResult:
            if self.deep is None:
                raise NotMeasured(f"{copy.id} is nothing that this check can be made of")
            own, *more = self.deep.perform(check, copy, points, taken)
            beside[:] = more
            return own

        result = self._timed(check, words.expectation(check), perform)
        result = replace(result, reads_whole=isinstance(check, WholeRead))
        if not result.figures:  # it could not tell, and so is no witness
            result = replace(result, proves_data=isinstance(check, Command) and check.proves_data)
        if result.figures.get("whole"):
            self.whole.add(check.name)
            if self.reads <= self.whole:  # of several databases the last one makes the copy whole
                self.reached(Moment.DATA_WHOLE)
        return [result, *beside]

    def _both(self, check: SameInBoth, copy: Copy) -> CheckResult:
        """Compare both regions: what was restored has no part in it, so that it proves nothing of that."""

        def compare() -> CheckResult:
            if self.sides is None:
                raise NotMeasured(f"{copy.id} has nothing that stands in two regions")
            return self.sides.perform(check, copy)

        return replace(self._timed(check, check.expected, compare), proves_data=False)

    def _perform(self, check: Shallow, copy: Copy, reference: datetime, points: Sequence[RecoveryPoint]) -> CheckResult:
        if isinstance(check, RestoredRow | RestoredItem):
            compare = partial(self._restored, check, copy, points)
            return self._timed(check, restored.expectation(check, self._called(check)), compare)
        if isinstance(check, HttpAnswer):
            result = self._timed(check, http.expectation(check), lambda: self.http.perform(check, copy))
            return replace(result, proves_data=False)
        if isinstance(check, EventArrives):
            result = self._timed(check, arrivals.expectation(check), lambda: self.arrivals.perform(check, copy))
            return replace(result, proves_data=False)
        if isinstance(check, ItemsAtLeast | CanaryItem):
            expected = items.expectation(check, self.items.called(check))
            result = self._timed(check, expected, lambda: self.items.perform(check, copy, reference))
            return replace(result, canary=isinstance(check, CanaryItem))
        expected = sql.expectation(check)
        result = self._timed(check, expected, lambda: self.sql.perform(check, copy, reference))
        return replace(result, canary=isinstance(check, NewestRow) and check.canary)

    def _called(self, check: RestoredRow | RestoredItem) -> str:
        return self.items.called(check) if isinstance(check, RestoredItem) else restored.ITEM

    def _timed(self, check: Check, expected: str, perform: Callable[[], CheckResult]) -> CheckResult:
        return timed(check, expected, self.clock, lambda: self.patiently(perform))

    def _restored(self, check: RestoredRow | RestoredItem, copy: Copy, points: Sequence[RecoveryPoint]) -> CheckResult:
        if isinstance(check, RestoredRow):
            in_copy, in_source = partial(self.sql.marker, check, copy), partial(self.sql.marker, check)
        else:
            in_copy, in_source = partial(self.items.marker, check, copy), partial(self.items.marker, check)
        return restored.judged(check, points, in_copy, in_source, self._called(check))


def _of_both(check: Check) -> bool:
    return isinstance(check, SameInBoth)


def _held_to_the_instant(check: Check, result: CheckResult, points: Sequence[RecoveryPoint]) -> list[CheckResult]:
    """Whether the heartbeat in the copy is the last one before the instant: rows before are there, rows after not."""
    if not result.canary or not isinstance(check, NewestRow | CanaryItem):
        return []
    instants = [point.data_time for point in points if point.kind is PointKind.CONTINUOUS]
    if not instants:
        return []
    instant, earliest = max(instants), min(instants) - 2 * check.interval
    expected = f"newest heartbeat within {format_duration(2 * check.interval)} before {instant:%Y-%m-%d %H:%M:%S} UTC"
    name = f"{check.name}: the asked instant"
    if result.newest is None:
        unread = CheckResult(name, expected, result.observed, Outcome.INCONCLUSIVE, check.mandatory)
        return [replace(unread, store=result.store)]
    held = Outcome.PASSED if earliest <= result.newest <= instant else Outcome.FAILED
    side = f"{format_duration(instant - result.newest)} before it"
    observed = f"{result.newest:%Y-%m-%d %H:%M:%S} UTC, {side}"
    return [CheckResult(name, expected, observed, held, check.mandatory, store=result.store)]
