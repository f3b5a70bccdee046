"""The world that the simulated services share: the lab's clock, what is due when, the faults asked for, the
databases.
"""

from __future__ import annotations

import heapq
import itertools
import logging
import random
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from dr_orchestrator.domain.ports import Clock
from dr_orchestrator.lab.faults import Faults

ACCOUNT = "123456789012"
REGION = "us-east-1"

_OF_POSTGRES = ("postgres", "aurora-postgresql")
_log = logging.getLogger(__name__)


class Database(Protocol):
    """A physical database behind an instance; `key` names it in its plane, `failed` says why it never will be ready."""

    @property
    def failed(self) -> str:
        """Why it never will be ready; empty while it may be."""

    @property
    def key(self) -> str:
        """Its name in its plane."""

    @property
    def switching(self) -> bool:
        """Whether a standby is being made, or takes its place."""

    @property
    def ready(self) -> bool:
        """Whether it is out of recovery, and all its data is there."""

    @property
    def serving(self) -> bool:
        """Whether its server answers SQL."""

    @property
    def address(self) -> tuple[str, int]:
        """Host and port."""

    @property
    def standby(self) -> tuple[str, int] | None:
        """Host and port of the server that follows it, which only reads; None while none does."""

    def restorable_until(self) -> datetime | None:
        """The lab time of the newest commit that is safely archived; None where nothing is archived."""

    def serve(self, wanted: bool) -> None:
        """Have its server run, or rest while the data stays: storage to which no instance is attached."""

    def give_password(self, user: str, password: str) -> None:
        """Have a role of it log in by another password from now on; while its server rests, from its start on."""

    def pair(self, *, asynchronous: bool) -> bool:
        """Have it followed by a standby, in the background; False where nothing plays that.

        An `asynchronous` one acknowledges what its standby does not have.
        """

    def fail_over(self, lasts: float, *, stays: bool) -> None:
        """End its server at once; so many real seconds later its standby takes its place; itself, where it `stays`."""

    def promote(self) -> None:
        """Have what follows another serve by itself, in the background; `switching` until it does."""

    def replayed(self) -> datetime | None:
        """The lab time of the newest commit of another that it has taken on; None where it follows none."""

    @property
    def switches(self) -> list[tuple[float, float]]:
        """When it was not reached, by the machine's time (Unix seconds): from, and until."""

    def drop(self) -> None:
        """End it and remove its files; what snapshots need stays."""


class Databases(Protocol):
    """The plane that puts a physical database behind an RDS instance. Its work goes on in the background."""

    def create(self, key: str, name: str, user: str, password: str) -> Database:
        """A new, empty database."""

    def snapshot(self, snapshot: str, source: Database) -> None:
        """Copy a database physically, under the name of a snapshot."""

    def holds(self, snapshot: str) -> bool:
        """Whether that snapshot's copy is complete."""

    def restore_snapshot(self, key: str, snapshot: str, at: datetime, *, apart: bool) -> Database:
        """A new database with what a physical snapshot held at `at`; `apart`, it gets out to nothing."""

    def restore_instant(self, key: str, source: str, at: datetime, *, apart: bool) -> Database:
        """A new database with what the database of key `source` held at `at`; `apart`, it gets out to nothing."""

    def follow(self, key: str, source: str, *, apart: bool) -> Database:
        """A new database that follows the one of key `source`, and only reads; `apart`, it gets out to nothing else.

        LabError where nothing plays that.
        """


Macro = Callable[[Any, Mapping[str, Any]], Any]
"""A function of the account that makes another of a part of a template, with the parameters that it is given."""


class SimulatedCloud:
    """One simulated AWS: everything in it tells the time of its clock.

    `macros` are the account's own, by name: a lab runs no code of its functions.
    """

    def __init__(self, clock: Clock, databases: Databases | None = None, seed: int = 42) -> None:
        self.clock = clock
        self.databases = databases
        self.others: dict[str, Callable[[], Databases]] = {}
        """The planes of engines beside PostgreSQL, by RDS's words for them; each is made when it is first asked for."""
        self.faults = Faults()
        self.agenda = Agenda(clock.now)
        self.endpoint = ""
        self.defects: list[str] = []
        self.macros: dict[str, Macro] = {}
        self.at_end: list[Callable[[], None]] = []
        """The ends of what ends with the lab: the servers that a service of it has started."""
        self._random = random.Random(seed)  # noqa: S311 (jitter, not secrets)
        self._local = threading.local()

    def behind(self, engine: str) -> Databases | None:
        """The plane that puts a database of an engine behind an instance; None where there is none.

        LabError where its server is not installed.
        """
        other = self.others.get(engine)
        if other is not None:
            return other()
        return self.databases if engine in _OF_POSTGRES else None

    def now(self) -> datetime:
        """The lab's time; inside something that was due, the instant at which it was."""
        return self.agenda.instant or self.clock.now()

    def jitter(self, seconds: float) -> timedelta:
        """A duration of about so many lab seconds; seeded, so that a lab behaves alike from run to run."""
        return timedelta(seconds=seconds * self._random.uniform(0.92, 1.08))

    @property
    def hurried(self) -> bool:
        """Whether what is created now is there at once."""
        return getattr(self._local, "hurried", False)

    @contextmanager
    def at_once(self) -> Iterator[None]:
        """Within: what is created is there at once, as for things that have existed for long."""
        before, self._local.hurried = self.hurried, True
        try:
            yield
        finally:
            self._local.hurried = before

    @contextmanager
    def as_of(self, at: datetime) -> Iterator[None]:
        """Within: this thread lives at `at`, to make things that are older than the lab."""
        with self.agenda.standing_at(at):
            yield

    def defect(self, what: str) -> None:
        """Remember something that the lab itself did wrong; told under /lab/state."""
        _log.exception(what)
        self.defects.append(what)


@dataclass(order=True)
class _Entry:
    due: datetime
    order: int
    act: Callable[[], None] = field(compare=False)


class Agenda:
    """The events of the lab by their time. Nothing runs by itself: `settle` performs what has become due, in order."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._entries: list[_Entry] = []
        self._order = itertools.count()
        self._lock = threading.RLock()
        self._local = threading.local()

    @property
    def instant(self) -> datetime | None:
        """The due time of what this thread is performing."""
        return getattr(self._local, "instant", None)

    @contextmanager
    def standing_at(self, at: datetime) -> Iterator[None]:
        """Within: for this thread the time is `at`."""
        before, self._local.instant = self.instant, at
        try:
            yield
        finally:
            self._local.instant = before

    def at(self, due: datetime, act: Callable[[], None]) -> None:
        """Have `act` called once its time has come."""
        with self._lock:
            heapq.heappush(self._entries, _Entry(due, next(self._order), act))

    def settle(self, on_error: Callable[[str], None]) -> None:
        """Perform what is due by now, each with the clock standing at its own instant."""
        with self._lock:
            if self.instant is not None:
                return
            now = self._now()
            while self._entries and self._entries[0].due <= now:
                entry = heapq.heappop(self._entries)
                try:
                    with self.standing_at(entry.due):
                        entry.act()
                except Exception as wrong:  # noqa: BLE001 (one broken entry must not stop the others, nor a stranger's call)
                    on_error(f"due at {entry.due}: {wrong!r}")


_current: list[SimulatedCloud] = []


def world() -> SimulatedCloud:
    """The lab that this process runs; moto's state is the process's, so there is one at a time."""
    return _current[-1]


def active() -> bool:
    """Whether a lab runs in this process."""
    return bool(_current)


@contextmanager
def inhabited(new: SimulatedCloud) -> Iterator[SimulatedCloud]:
    """Within: `new` is the lab of this process."""
    _current.append(new)
    try:
        yield new
    finally:
        _current.remove(new)


def naive(at: datetime) -> datetime:
    """moto keeps UTC without a zone."""
    return at.astimezone(UTC).replace(tzinfo=None)


def moto_now() -> datetime:
    """Stands in for moto's own `utcnow`: the lab's time, or the machine's while no lab runs."""
    return naive(world().now()) if active() else datetime.now(UTC).replace(tzinfo=None)


def tags(given: list[dict[str, str]]) -> dict[str, str]:
    """Tags as moto holds them, by key."""
    return {tag["Key"]: tag["Value"] for tag in given}
