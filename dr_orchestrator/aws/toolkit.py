"""The tools that every restorer works with, and the verbs that they share."""

from __future__ import annotations

import random
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

from dr_orchestrator.aws.accounts import Account
from dr_orchestrator.aws.calls.api import Refused
from dr_orchestrator.aws.calls.throttling import apart
from dr_orchestrator.aws.copies import Proofs
from dr_orchestrator.aws.watcher import ABSENT, PATIENCE, STOPPED, VANISHED, Feed, GaveUp, Sighting, States, Watcher
from dr_orchestrator.domain.copy import Copy, CopyState, Place
from dr_orchestrator.domain.cost import Rates
from dr_orchestrator.domain.drill import Pick, Selection
from dr_orchestrator.domain.objective import format_duration
from dr_orchestrator.domain.ports import Clock
from dr_orchestrator.domain.recovery_point import PointKind, RecoveryPoint, WorstCase
from dr_orchestrator.domain.run import Observation, SegmentKind
from dr_orchestrator.domain.service import Resource
from dr_orchestrator.errors import NotMeasured, NotRecoverable
from dr_orchestrator.runner.context import RunContext
from dr_orchestrator.runner.patience import AFTERWARDS, RECOVERING, Patience

T = TypeVar("T")
WINDOW_SLACK = timedelta(days=2)
"""A window of continuous backup begins with a daily backup, so it may be as much shorter without any interruption."""

QUOTA_RETRY, QUOTA_RETRY_LONGEST = 30.0, 300.0
"""Drill seconds between two tries of a creation that a quota forbids: doubled each time, up to the longest."""

EDGE = timedelta(minutes=5)
"""How far inside the window its edge is taken: it moves on while the restore is being asked for."""

UNHURRIED = 72 * 3600.0
"""Drill seconds after which is given up what no target bounds: what has none, or comes before any disruption."""

TEARDOWN_CEILING = 4 * 3600.0
RETRY = 30.0
UNDETERRED = Patience(answered=PATIENCE, silent=PATIENCE, stops=False)
ABSENCES, BETWEEN_ABSENCES = 4, 20.0
"""How often, and how many drill seconds apart, a copy must be absent before it counts as never made."""


def _nowhere_else(place: Place) -> Account:
    raise NotMeasured(f"nothing here reaches {place}", "use credentials that do")


@dataclass(frozen=True)
class Toolkit:
    """The tools of a restorer: the account, who waits, the proofs before a deletion, and the run's own context.

    `ceiling` is how long (drill seconds) a restore is measured on, past its `target`, at most. `stands` is the account
    as copies tell it: empty for that of their sources, `rates` are the prices of AWS that the workspace declares.
    `places` are what it declares for what drills leave there meanwhile: buckets; `used` are those of this run. `home`
    is the workspace, in which programs of the team's own are run; `observed` is what the run has seen of its copies so
    far, `points` are the recovery points that it chose.
    """

    account: Account
    watcher: Watcher
    proofs: Proofs
    context: RunContext
    ceiling: float
    elsewhere: Callable[[Place], Account] = _nowhere_else
    stands: str = ""
    rates: Callable[[], Rates] = Rates
    places: frozenset[str] = frozenset()
    used: Callable[[], frozenset[str]] = frozenset
    home: Path = Path()
    observed: Callable[[], Sequence[Observation]] = tuple
    points: Callable[[], Sequence[RecoveryPoint]] = tuple
    target: timedelta | None = None

    @property
    def clock(self) -> Clock:
        """The drill's clock."""
        return self.context.clock

    @property
    def buckets(self) -> list[str]:
        """The buckets in which objects of the run may lie: those that are declared, and those that it used."""
        return sorted(self.places | self.used())

    @property
    def run(self) -> str:
        """The run's id."""
        return self.context.run

    def account_at(self, place: Place) -> Account:
        """The account in which a copy stands: its own place need not be that of its source."""
        if place.region == self.account.region and place.account in (self.stands, self.account.pinned or self.stands):
            return self.account
        return self.elsewhere(place)

    def at(self, place: Place) -> Toolkit:
        """The same tools, with the account in which a copy stands for that of its source."""
        if (there := self.account_at(place)) is self.account:
            return self
        return replace(self, account=there, elsewhere=self.account_at, stands=place.account)

    def instant(self, selection: Selection, window: tuple[datetime, datetime], resource: Resource) -> RecoveryPoint:
        """The instant that a selection means in a window of continuous backup, as that was when disaster struck."""
        (earliest, latest), struck = window, self.context.struck.replace(microsecond=0)
        return _in_window(selection, (earliest, min(latest, struck)), resource, struck, self.run)

    def wait_until_ready(
        self,
        feed: Feed,
        copy: Copy,
        states: States,
        ready: Callable[[Sighting], bool] = lambda _: True,
        name: str = "",
    ) -> Sighting:
        """Wait until the copy can be used, on past its target, to the ceiling; `name` is that of what is waited for
        where it is not the copy itself.
        """
        kept: list[float] = []
        with self.context.apart():
            seen = self.watcher.wait(
                feed,
                name or copy.id,
                states,
                ceiling=self.ceiling,
                observe=lambda state: self.context.observe(copy, state),
                ready=ready,
                raise_if_stopped=self.context.raise_if_stopped,
                delayed=lambda seconds, why: self.context.delayed(SegmentKind.THROTTLING, f"{copy.id}: {why}", seconds),
                stood_still=lambda seconds: self.context.delayed(SegmentKind.HOLD, f"{copy.id}: {STOPPED}", seconds),
                kept=kept.append,
            )
        self.context.kept(sum(kept))
        return seen

    def beforehand(self) -> Toolkit:
        """The same tools, for what is made before the disruption: nobody waits for that, and no target bounds it."""
        return replace(self, ceiling=UNHURRIED)

    def wait_beforehand(self, feed: Feed, copy: Copy, states: States, ready: Callable[[Sighting], bool]) -> Sighting:
        """Likewise, before the disruption; NotMeasured past the ceiling: there nothing had to be recovered yet."""
        try:
            return self.beforehand().wait_until_ready(feed, copy, states, ready)
        except GaveUp as late:
            raise NotMeasured(late.message, late.hint) from late

    def seconds_since(self, seen: Sighting) -> float:
        """How many drill seconds ago something was first seen to be ready; the looks that confirmed it came after."""
        return self.clock.monotonic() - seen.answered

    def ask(self, create: Callable[[], T], quota: Collection[str]) -> T:
        """Ask for a copy, again and again while a quota forbids it (error codes), up to the ceiling.

        What that took is a segment of its own, however it ends.
        """
        started: float | None = None
        reason, pause = "", QUOTA_RETRY
        try:
            while True:
                try:
                    with apart() as lost:
                        return create()
                except Refused as refused:
                    if refused.code not in quota:
                        raise
                    now = self.clock.monotonic()
                    started = now - sum(lost) if started is None else started
                    reason = f"{refused.call}: {refused.code}"
                    if now - started > self.ceiling:
                        raise
                finally:
                    if started is None and lost:
                        self.context.delayed(
                            SegmentKind.THROTTLING, "the call that creates it was throttled", sum(lost)
                        )
                self.pause(pause)
                pause = min(pause * 2, QUOTA_RETRY_LONGEST)
        finally:
            if started is not None:
                self.context.delayed(SegmentKind.QUOTA, reason, self.clock.monotonic() - started)

    def pause(self, seconds: float) -> None:
        """Wait, looking before and after whether somebody stopped the drill."""
        self.context.raise_if_stopped()
        self.clock.sleep(seconds)
        self.context.raise_if_stopped()

    def wait_until_gone(self, feed: Feed, copy: Copy, states: States, name: str = "") -> None:
        """Wait, whatever anyone says, until the copy is provably no more."""
        self.watcher.wait(
            feed,
            name or copy.id,
            states,
            ceiling=TEARDOWN_CEILING,
            observe=lambda state: self.context.observe(copy, state),
        )

    def retry_while(
        self, prove_and_delete: Callable[[], object], *while_codes: str, within: float = TEARDOWN_CEILING
    ) -> None:
        """Repeat a deletion that AWS refuses for now, by one of these codes (the copy is still being made), until it is
        taken; Refused where that is so for longer than `within` (drill seconds).

        Each try proves anew: between two of them the name may have become somebody else's.
        """
        started = self.clock.monotonic()
        while True:
            try:
                self.retry_transient(prove_and_delete)
            except Refused as refused:
                for_now = any(code in refused.code for code in while_codes)
                if not for_now or self.clock.monotonic() - started > within:
                    raise
                self.context.asked_again(f"the deletion was refused: {refused.message}")
                self.clock.sleep(RETRY)
            else:
                return

    def describe_confirmed(self, look: Callable[[], T | None]) -> T | None:
        """The object that is to be deleted. AWS may not show for a while what it has just made: one absence is no
        proof.
        """
        for again in range(ABSENCES):
            if again:
                self.clock.sleep(BETWEEN_ABSENCES)
            if (found := self.retry_transient(look)) is not None:
                return found
        return None

    def absence_confirmed(self, look: Callable[[], list[str]]) -> list[str]:
        """Those that are still to be seen of what should be gone: AWS may show for a while what it has just deleted."""
        for again in range(ABSENCES):
            if again:
                self.clock.sleep(BETWEEN_ABSENCES)
            if not (seen := self.retry_transient(look)):
                return []
        return seen

    def retry_transient(self, ask: Callable[[], T]) -> T:
        """Ask again while AWS fails in passing: a copy must not stay because of one bad moment."""
        return self.context.patiently(ask, UNDETERRED)

    def once_gone(self, ask: Callable[[], T]) -> T:
        """Likewise of what is asked once a copy is gone: nothing stays for want of that answer."""
        return self.context.patiently(ask, AFTERWARDS)

    def patiently(self, ask: Callable[[], T]) -> T:
        """Likewise on the way of the recovery, which may be stopped."""
        return self.context.patiently(ask, RECOVERING)

    def never_created(self, copy: Copy) -> CopyState:
        """The meaning of a copy's absence: it is gone if it ever was, else it was never made."""
        record = self.proofs.intended(copy)
        if record.asked:
            raise NotMeasured(f"{copy.id} was asked for as {record.job} and is not to be seen yet", "sweep again later")
        return CopyState.NEVER_CREATED if record.identity is None else CopyState.DELETED


def gone(states: States) -> States:
    """For a deletion: only absence is the end of it, and every state that a copy can have is on the way there.

    It is seen several times, one after the other: AWS may forget for a moment what it still has.
    """
    known = states.ready | states.dead | states.progress
    return States(ready=frozenset({ABSENT}), progress=known - {ABSENT}, sightings=VANISHED)


def _in_window(
    selection: Selection, window: tuple[datetime, datetime], resource: Resource, struck: datetime, run: str
) -> RecoveryPoint:
    """The instant that a selection means, in a window of continuous backup; NotRecoverable outside of it.

    A random one follows from the run's id, so that it can be drawn again.
    """
    source, (earliest, latest) = resource.id, window
    instant, told = _instant(selection, earliest, latest, struck, run)
    if not earliest <= instant <= latest:
        span = f"{earliest:%Y-%m-%d %H:%M:%S} to {latest:%Y-%m-%d %H:%M:%S} UTC"
        side = f"{format_duration(earliest - instant if instant < earliest else instant - latest)} outside"
        told = f"{source}: {instant:%Y-%m-%d %H:%M:%S} UTC is {side} its restorable window, {span}"
        raise NotRecoverable(told, "choose an instant within the window")
    return RecoveryPoint(
        id=f"{source}@{instant:%Y-%m-%dT%H:%M:%SZ}",
        kind=PointKind.CONTINUOUS,
        data_time=instant,
        data_time_source=told,
        window_start=earliest,
        window_end=latest,
        reference=None if selection.pick is Pick.LATEST else instant,
        store=resource.name,
    )


def lag(
    window: tuple[datetime, datetime], retention: timedelta, created_at: datetime | None, until: datetime
) -> WorstCase:
    """The loss of a continuous backup by a disaster now, and whether its window is shorter than it should be.

    `retention` is how far back it should reach, but for a store that was `created_at` later.
    """
    earliest, latest = window
    promised = until - retention
    due = max(promised, created_at) if created_at else promised
    source, whole = "lag of the latest restorable time", True
    if retention and earliest - due > WINDOW_SLACK:
        missing = format_duration(earliest - due)
        source += f"; the window was interrupted or switched on late: it begins at {earliest:%Y-%m-%d %H:%M} UTC only,"
        source += f" {missing} after it should"
        whole = False
    return WorstCase(until - latest, source, whole=whole)


def _instant(
    selection: Selection, earliest: datetime, latest: datetime, struck: datetime, run: str
) -> tuple[datetime, str]:
    """The instant, and what it is; AWS restores to whole seconds."""
    match selection.pick:
        case Pick.RANDOM:
            earliest = min(earliest + EDGE, latest)
            second = random.Random(run).randrange(int((latest - earliest).total_seconds()) + 1)  # noqa: S311 - to be drawn again
            return earliest + timedelta(seconds=second), f"random instant, drawn from run {run}"
        case Pick.OLDEST:
            return min(earliest + EDGE, latest), "edge of the retention"
        case Pick.BEFORE if selection.at is not None:
            last = selection.at.replace(microsecond=0)
            return last - timedelta(seconds=last == selection.at), "last second before the incident"
        case Pick.AT:
            return selection.at or struck - (selection.ago or timedelta()), "asked instant"
    return latest, "latest restorable time"
