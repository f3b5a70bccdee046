"""A lab in this process, as tests use it and as the background process does."""

from __future__ import annotations

import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pymysql

from dr_orchestrator.domain.ports import Clock
from dr_orchestrator.errors import LabError
from dr_orchestrator.lab import process
from dr_orchestrator.lab.cloud.world import Databases, SimulatedCloud
from dr_orchestrator.lab.estate.company import Company
from dr_orchestrator.lab.estate.writer import Filled, Writer
from dr_orchestrator.lab.faults import Faults
from dr_orchestrator.lab.mariadb.plane import MariaPlane
from dr_orchestrator.lab.postgres.plane import Plane
from dr_orchestrator.lab.programs import account
from dr_orchestrator.lab.twin import Twin
from dr_orchestrator.settings import Pace

if TYPE_CHECKING:
    from dr_orchestrator.lab.estate.seed import Seed
    from dr_orchestrator.lab.server import Application, Entry

# Real seconds: how often the writer writes at most, and how often WAL goes to the archive at most.
WRITE_EVERY, ARCHIVE_EVERY = 0.25, 2.0
_CLOCK_TOLERANCE, _LOOK = 0.5, 0.01


@dataclass(frozen=True)
class Lab:
    """A lab that answers at `endpoint` until the end of the `with`."""

    endpoint: str
    world: SimulatedCloud
    application: Application

    @property
    def faults(self) -> Faults:
        """Failures on request."""
        return self.world.faults

    @property
    def journal(self) -> Sequence[Entry]:
        """The AWS calls that were made, oldest first."""
        return tuple(self.application.journal)

    def environment(self) -> dict[str, str]:
        """The variables by which any AWS client reaches this lab; the clock is shared by hand, so there is no pace."""
        return process.environment(self.endpoint)

    def settle(self) -> None:
        """Perform what has become due without waiting for the next call."""
        self.world.agenda.settle(self.world.defect)


_one_at_a_time = threading.Lock()


@contextmanager
def serve(
    clock: Clock,
    twins: Callable[[], Sequence[Twin]],
    company: Company | None = None,
    *,
    postgres: bool = False,
    mariadb: bool = False,
    state: Path | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> Iterator[Lab]:
    """Within: a lab in this process whose time is `clock`'s. One at a time, for moto's state is the process's.

    With `postgres` there are real databases, whose files are under `state`; the clock must then be one that runs. With
    `mariadb` there are those of MariaDB and MySQL alone, on any clock. `twins` are those of the types that there are,
    loaded while the databases are being made; a `company` is made with all that it has.
    """
    with ExitStack() as undo:
        if not _one_at_a_time.acquire(blocking=False):
            raise LabError("a lab already runs in this process", "leave its `with` first")
        undo.callback(_one_at_a_time.release)
        start = clock.now()
        root = undo.enter_context(_root(state)) if postgres or mariadb else None
        plane = undo.enter_context(_plane(clock, root)) if postgres and root else None
        others = _Others(root / "mariadb", clock) if root else None
        if others is not None:
            undo.callback(others.stop)
        writer = None
        if others is not None and company is not None and company.databases:
            writer = Writer(partial(_behind, plane, others), start, company.databases)
        # moto takes seconds to import, while the databases are being made.
        from dr_orchestrator.lab.estate.seed import AGE, Seed  # noqa: PLC0415
        from dr_orchestrator.lab.install import installed  # noqa: PLC0415
        from dr_orchestrator.lab.server import Application, WebServer  # noqa: PLC0415

        world = SimulatedCloud(clock)
        undo.enter_context(installed(world, laid := twins()))
        server = WebServer(Application(world, laid))
        world.endpoint = server.endpoint
        if company is not None:
            progress("seeding the company")
            _seed(Seed(world, start, company, writer), laid, start - AGE)
        if writer is not None:
            progress("filling its databases")
            writer.catch_up(clock.now())
        if plane is not None or writer is not None:
            undo.enter_context(_kept_alive(plane, writer, world))
        world.databases = plane
        if others is not None:
            world.others |= undo.enter_context(_mariadb(others, world))
        undo.callback(lambda: [end() for end in world.at_end])
        server.start()
        undo.callback(server.stop)
        yield Lab(server.endpoint, world, server.application)


def _seed(seed: Seed, twins: Sequence[Twin], long_ago: datetime) -> None:
    """Put the company there, as it would be after months."""
    with seed.world.at_once():
        with seed.world.as_of(long_ago):
            seed.prepare_elsewhere()
            for twin in twins:
                twin.make(seed)
        for twin in twins:
            twin.fill(seed)


@contextmanager
def _root(state: Path | None) -> Iterator[Path]:
    """Within: the folder of the databases' files."""
    with ExitStack() as undo:
        if state is None:
            state = Path(undo.enter_context(tempfile.TemporaryDirectory(prefix="dro-lab-")))
        root = process.data_root(state.resolve())
        undo.callback(process.remove, root)
        yield root


@contextmanager
def _plane(clock: Clock, root: Path) -> Iterator[Plane]:
    with ExitStack() as undo:
        plane = Plane(root, _pace(clock))
        undo.callback(plane.stop)
        yield plane


class _Others:
    """The plane behind databases of MariaDB and MySQL; made where one is asked for."""

    def __init__(self, root: Path, clock: Clock) -> None:
        self._root, self._clock, self._making = root, clock, threading.Lock()
        self.made: list[MariaPlane] = []

    def __call__(self) -> MariaPlane:
        with self._making:
            if not self.made:
                self._root.mkdir()
                shutil.chown(self._root, account().uid, account().gid)
                self.made.append(MariaPlane(self._root, self._clock.now, pace=self._clock.pace))
        return self.made[0]

    def stop(self) -> None:
        """End it, if it was made."""
        for each in self.made:
            each.stop()


def _behind(plane: Plane | None, others: _Others, engine: str) -> Filled:
    """The plane of an engine."""
    if "postgres" not in engine:
        return others()
    if plane is None:
        raise LabError(f"there is a database of {engine}, and no PostgreSQL", "serve with postgres")
    return plane


@contextmanager
def _mariadb(others: _Others, world: SimulatedCloud) -> Iterator[dict[str, Callable[[], Databases]]]:
    """Within: marks are made in the binary logs of its databases."""

    def mark() -> None:
        try:
            for each in others.made:
                each.tick()
        except pymysql.Error as wrong:
            world.defect(f"no mark was made in a binary log: {wrong}")

    with _repeated(mark, max(ARCHIVE_EVERY, 60.0 / world.clock.pace)):
        yield dict.fromkeys(("mariadb", "mysql", "aurora-mysql"), others)


def _pace(clock: Clock) -> Pace:
    """The clock's pace with its origin: commits carry the machine's time, so instants are translated."""
    real, drill, factor = time.time(), clock.now().timestamp(), clock.pace
    pace = Pace(factor, (real * factor - drill) / (factor - 1)) if factor != 1 else Pace()
    time.sleep(_LOOK)
    runs = abs(clock.now().timestamp() - pace.drill_time(time.time())) < _CLOCK_TOLERANCE * max(1.0, factor)
    if not runs or clock.now().timestamp() <= drill:
        raise LabError("a real database needs a clock that runs", "use PacedClock, or serve without postgres")
    return pace


@contextmanager
def _kept_alive(plane: Plane | None, writer: Writer | None, world: SimulatedCloud) -> Iterator[None]:
    """Within: what is due happens and canaries are written; beside that, so as not to delay them, WAL is archived."""
    minute = 60.0 / world.clock.pace

    def live() -> None:
        world.agenda.settle(world.defect)
        if writer is not None:
            writer.beat(world.clock.now(), world.defect)

    def archive() -> None:
        if plane is None:
            return
        try:
            plane.tick()
        except psycopg.Error as wrong:
            world.defect(f"WAL was not archived: {wrong}")

    with ExitStack() as undo:
        if writer is not None:
            undo.callback(writer.stop)
        undo.enter_context(_repeated(live, max(WRITE_EVERY, minute)))
        undo.enter_context(_repeated(archive, max(ARCHIVE_EVERY, minute)))
        yield


@contextmanager
def _repeated(act: Callable[[], None], seconds: float) -> Iterator[None]:
    """Within: a thread calls `act` every so many real seconds, the time that it takes included."""
    done = threading.Event()

    def repeat() -> None:
        due = time.monotonic()
        while not done.wait(max(0.0, due - time.monotonic())):
            due = max(due + seconds, time.monotonic())
            act()

    thread = threading.Thread(target=repeat, name=f"lab-{act.__name__}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join(10)
