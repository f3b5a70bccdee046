"""Made the ledgers of 0.1.0 that lie beside it, by that version's own code (commit 0eb8857); runs with no other.

    git worktree add ../then 0eb8857     # with this folder copied into its tests/
    python -m tests.data.make_ledger

It really runs drills of a small shop against a simulated account, lets their processes die in all stages, and writes

- `ledger-0.1.0.sqlite`, and the same rows as `ledger-0.1.0.sql`, a dump of a PostgreSQL;
- `account-0.1.0.json`, what the account held in the end and how it came to be there, so that it can be made anew, and
  the runs by what is special about each;
- `show-*.json`, what that version told of some runs, of the exercises and of the views for BI.
"""

from __future__ import annotations

import asyncio
import functools
import json
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest import mock

import psycopg
from click.testing import CliRunner
from sqlalchemy import Connection, create_engine, insert, select, text

from dr_orchestrator import __version__, prefect_runner, wiring
from dr_orchestrator.cli.commands import recovery
from dr_orchestrator.domain.recovery_point import PointKind
from dr_orchestrator.domain.run import SETTLED, CopyRecord, Run
from dr_orchestrator.ledger import tables
from dr_orchestrator.ledger.engine import create
from dr_orchestrator.ledger.ledger import SqlLedger, connect
from dr_orchestrator.reporting.export import exercise_json, run_json
from dr_orchestrator.wiring import keeping, opening
from tests.support import shop as shops
from tests.support.estate import Estate, estate
from tests.support.postgres_server import running

DATA = Path(__file__).parent
START = datetime(2026, 11, 20, 9, tzinfo=UTC)
"""What the drills' clock says when the shop is made."""
MACHINE = datetime(2025, 11, 20, 9, tzinfo=UTC)
"""What the machine's clock says when the drills' clock starts: long ago, so that by now every lease has run out."""
WRITES = (
    *("open_run", "record_event", "start_step", "finish_step", "record_point", "intend_copy", "change_copy"),
    *("record_check", "record_observation", "record_segment", "record_server_time", "close_run"),
    *("open_exercise", "close_exercise", "amend_exercise"),
)
GOLDEN = (
    *("snapshot-restore", "pitr-restore-of-a-table", "replica-rebuild", "failed", "inconclusive", "aborted"),
    *("leftover-instance", "dead-in-verify-of-a-replica"),
)
"""The runs that are shown whole."""


class Killed(BaseException):
    """Ends a process as SIGKILL would: nothing after it is written."""


class Story:
    """What happens to the shop, and when."""

    def __init__(self, shop: Estate, here: wiring.App) -> None:
        self.shop, self.here = shop, here
        self.timeline: list[dict[str, Any]] = []
        self.runs: dict[str, str] = {}

    def now(self) -> datetime:
        """The machine's clock: the drills' runs ahead of it at the lab's pace."""
        return MACHINE + (self.shop.clock.now() - START) / self.shop.clock.pace

    def fresh(self) -> None:
        """Hours later there is a new snapshot and a new heartbeat; each dead process's lease has run out."""
        self.shop.clock.sleep(2 * 3600)
        with mock.patch.object(self.shop, "client", self._noting(self.shop.client)):
            shops.fresh(self.shop)

    def _noting(self, client: Callable[[str], Any]) -> Callable[[str], Any]:
        def noting(service: str) -> Any:
            made, at = client(service), self.shop.clock.now().isoformat()
            if service == "rds":
                create = made.create_db_snapshot

                def snapshot(**given: Any) -> Any:
                    self.timeline.append({"at": at, "made": "snapshot", "id": given["DBSnapshotIdentifier"]})
                    return create(**given)

                made.create_db_snapshot = snapshot
            else:
                self.timeline.append({"at": at, "made": "heartbeat"})
            return made

        return noting

    def run(self, shown: str, drill: str) -> Run:
        """A drill from top to bottom."""
        found = shops.run(self.here, drill)
        self.runs[shown] = found.header.id
        return found

    def killed(self, shown: str, drill: str, write: str, of: str = "", *, before: bool = False) -> Run:
        """A drill whose process dies after (or before) the first write of which something is said."""
        self.dying(write, of, before, lambda: shops.run(self.here, drill))
        found = self.here.ledger.queries.runs(1)[0]
        assert found.closing is None
        self.runs[shown] = found.header.id
        return found

    def dying(self, write: str, of: str, before: bool, act: Callable[[], object]) -> None:
        """Within what is done the process dies: no write after that reaches the ledger, and its lease runs on."""
        dead: list[bool] = []

        def fatal(name: str, original: Callable[..., Any]) -> Callable[..., Any]:
            @functools.wraps(original)
            def wrapped(*given: Any, **named: Any) -> Any:
                mine = not dead and name == write and of in str(given)
                if dead or (mine and before):
                    dead.append(True)
                    raise Killed
                result = original(*given, **named)
                if mine:
                    dead.append(True)
                    raise Killed
                return result

            return wrapped

        with ExitStack() as patches:
            for name in WRITES:
                patches.enter_context(mock.patch.object(SqlLedger, name, fatal(name, getattr(SqlLedger, name))))
            patches.enter_context(mock.patch.object(keeping.Keeper, "let_go", lambda _: None))
            with suppress(Killed):
                act()
        assert dead, f"{write} of {of} never came"

    def exercise(self, *drills: str) -> None:
        """An exercise, by its own script."""
        asyncio.run(prefect_runner.script("quarterly").fn(list(drills), 1))


def tell(story: Story) -> None:
    """All that happens; the last process was heard of only just now."""
    green(story)
    otherwise(story)
    left(story)
    died(story)
    exercises(story)
    story.fresh()
    story.killed("under-way", "orders-pitr", "start_step", "wait until ready")


def green(story: Story) -> None:
    """Runs of every kind that ended well, after one that ended badly."""
    story.run("failed", "orders-snapshot")  # its snapshot is hours old
    story.fresh()
    story.run("snapshot-restore", "orders-snapshot")
    story.fresh()
    story.run("pitr-restore", "orders-pitr")
    story.fresh()
    story.run("pitr-restore-of-a-table", "sessions-pitr")
    story.fresh()
    story.run("replica-rebuild", "shop-replica")


def otherwise(story: Story) -> None:
    """Runs that failed before they began, that could not be measured, that were stopped, alive and dead."""
    shop, here, faults = story.shop, story.here, story.shop.lab.faults
    _pitr_switched(shop, on=False)
    story.run("failed-before-it-began", "sessions-pitr")
    _pitr_switched(shop, on=True)
    story.fresh()
    faults.add({"service": "dynamodb", "action": "RestoreTableToPointInTime", "kind": "access-denied"})
    story.run("inconclusive", "sessions-pitr")
    faults.clear()
    story.fresh()
    with _stopped_at(here, "wait until ready"):
        story.run("aborted", "orders-pitr")
    story.fresh()
    dead = story.killed("aborted-when-dead", "sessions-pitr", "start_step", "wait until ready")
    shop.clock.sleep(2 * 3600)
    with mock.patch.object(wiring, "world", lambda: here):
        told = CliRunner().invoke(recovery.abort, [dead.header.id], standalone_mode=False)
    assert here.ledger.queries.run(dead.header.id).closing is not None, told.output


def left(story: Story) -> None:
    """Runs that ended and whose copies resisted."""
    faults = story.shop.lab.faults
    story.fresh()
    faults.add({"service": "rds", "action": "DeleteDBInstance", "kind": "access-denied"})
    story.run("leftover-instance", "orders-snapshot")
    faults.clear()
    story.fresh()
    faults.add({"service": "dynamodb", "action": "DeleteTable", "kind": "access-denied"})
    story.run("leftover-table", "sessions-pitr")
    faults.clear()


def died(story: Story) -> None:
    """Runs whose process died, in each stage."""
    story.fresh()
    story.killed("dead-at-its-first-look", "sessions-pitr", "start_step", "look before starting")
    story.fresh()
    story.killed("dead-before-its-copy-was-asked-for", "orders-snapshot", "intend_copy")
    story.fresh()
    story.killed("dead-before-its-copy-was-known", "sessions-pitr", "change_copy", "created", before=True)
    story.fresh()
    story.killed("dead-in-mid-restore", "orders-pitr", "start_step", "wait until ready")
    story.fresh()
    story.killed("dead-in-mid-build", "shop-replica", "start_step", "wait until built")
    story.fresh()
    story.killed("dead-in-verify-of-a-replica", "shop-replica", "start_step", "verify")
    story.fresh()
    story.killed("dead-in-verify", "sessions-pitr", "start_step", "verify")


def exercises(story: Story) -> None:
    """One that ended, one that died at its very end, and one with a run of its own that died."""
    story.fresh()
    story.exercise("sessions-pitr", "orders-pitr")
    story.fresh()
    story.dying("close_exercise", "", True, lambda: story.exercise("sessions-pitr"))
    story.fresh()
    story.dying("start_step", "wait until ready", False, lambda: story.exercise("orders-snapshot", "sessions-pitr"))


def _pitr_switched(shop: Estate, *, on: bool) -> None:
    given = {"PointInTimeRecoveryEnabled": on}
    shop.client("dynamodb").update_continuous_backups(TableName="sessions-prod", PointInTimeRecoverySpecification=given)


@contextmanager
def _stopped_at(here: wiring.App, step: str) -> Iterator[None]:
    original = SqlLedger.start_step

    def stopping(ledger: SqlLedger, run: str, begun: Any) -> None:
        original(ledger, run, begun)
        if begun.name == step:
            here.stop.set()

    with mock.patch.object(SqlLedger, "start_step", stopping):
        yield
    here.stop.clear()


@contextmanager
def then(shop: Estate, home: Path) -> Iterator[Story]:
    """Within: the shop as a team of then drills it, on a machine of then."""
    with shops.world(shop, home) as here, ExitStack() as patches:
        shutil.rmtree(home / "drills")
        shutil.copytree(DATA / f"drills-{__version__}", home / "drills")
        story = Story(shop, here)
        for module in (keeping, opening):
            patches.enter_context(mock.patch.object(module, "now", story.now))
        patches.enter_context(mock.patch("socket.gethostname", lambda: "drills-1"))
        patches.enter_context(mock.patch("getpass.getuser", lambda: "ada"))
        yield story


def account(story: Story) -> dict[str, Any]:
    """What stands in the account of copies, and all that led there, in the order of time."""
    runs = story.here.ledger.queries.runs()
    standing = [_standing(story.shop, run, row) for run in runs for row in run.copies if _stands(story.shop, row)]
    known = {each["id"] for each in standing}
    names = story.shop.inventory()
    stray = {name for each in names.values() for name in each if name.startswith("dro-")} - known
    assert not {name for name in stray if not name.endswith("-config")}, stray
    return {
        "drill_clock": story.shop.clock.now().isoformat(),
        "machine_clock": story.now().isoformat(),
        "runs": story.runs,
        "timeline": sorted([*story.timeline, *standing], key=lambda each: each["at"]),
    }


def _stands(shop: Estate, row: CopyRecord) -> bool:
    return row.state not in SETTLED and any(row.copy.id in each for each in shop.inventory().values())


def _standing(shop: Estate, run: Run, row: CopyRecord) -> dict[str, Any]:
    kind = row.copy.type.value
    point = next(iter(run.points), None) if kind != "cloudformation-stack" else None
    tags = row.copy.tags
    if kind == "dynamodb-table":  # AWS gives none on restore
        client = shop.client("dynamodb")
        arn = client.describe_table(TableName=row.copy.id)["Table"]["TableArn"]
        tags = {each["Key"]: each["Value"] for each in client.list_tags_of_resource(ResourceArn=arn)["Tags"]}
    return {
        "at": row.intended_at.isoformat(),
        "made": kind,
        "id": row.copy.id,
        "unique_id": row.identity.unique_id if row.identity else "",
        "parent": row.copy.parent,
        "snapshot": point.id if point and point.kind is PointKind.SNAPSHOT else "",
        "instant": point.data_time.isoformat() if point else "",
        "tags": tags,
    }


def postgres(sqlite: Path, out: Path) -> None:
    """Dump a PostgreSQL that was made by this version's migrations and holds the rows of a SQLite ledger."""
    source = create_engine(f"sqlite:///{sqlite}")
    with running() as server:
        connect(server.url).close()
        target = create(server.url)
        with source.connect() as reading, target.begin() as writing:
            for table in tables.metadata.sorted_tables:
                if found := [dict(row) for row in reading.execute(select(table)).mappings()]:
                    writing.execute(insert(table), found)
                    if "number" in table.c:
                        last = f"(SELECT max(number) FROM {table.name})"
                        writing.execute(
                            text(f"SELECT setval(pg_get_serial_sequence('{table.name}', 'number'), {last})")
                        )
        target.dispose()
        dump = [server.bin_dir / "pg_dump", "--inserts", "--no-owner", "--no-privileges", "--no-comments"]
        told = subprocess.run([*dump, server.url], check=True, capture_output=True, text=True).stdout
    left_out = ("--", "\\", "SET ", "SELECT pg_catalog.set_config")  # psql's own words, and settings of the session
    out.write_text("\n".join(line for line in told.splitlines() if line and not line.startswith(left_out)) + "\n")
    with running() as server, psycopg.connect(server.url, autocommit=True) as connection:
        connection.execute(out.read_text())


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, ExitStack() as undo:
        home = Path(folder)
        undo.enter_context(mock.patch.dict("os.environ", {"DRO_HOME": folder}))
        shop = undo.enter_context(estate(home / "lab"))
        (home / "workspace").mkdir()
        undo.enter_context(mock.patch.dict("os.environ", {"DRO_HOME": str(home / "workspace")}))
        story = undo.enter_context(then(shop, home / "workspace"))
        tell(story)
        queries = story.here.ledger.queries
        for shown in GOLDEN:
            _write(f"show-{shown}.json", run_json(queries.run(story.runs[shown])))
        _write("show-exercises.json", [exercise_json(*queries.exercise(each.id)) for each in queries.exercises()])
        _write(f"account-{__version__}.json", account(story))
        story.here.ledger.close()
        sqlite = DATA / f"ledger-{__version__}.sqlite"
        sqlite.unlink(missing_ok=True)
        with create_engine(story.here.settings.database_url).connect() as connection:
            connection.execute(text(f"VACUUM INTO '{sqlite}'"))
        postgres(sqlite, sqlite.with_suffix(".sql"))
        with create_engine(f"sqlite:///{sqlite}").connect() as connection:
            _write("show-views.json", {name: _view(connection, name) for name in ("v_run", "v_step", "v_check")})


def _view(connection: Connection, name: str) -> dict[str, Any]:
    rows = connection.execute(text(f"SELECT * FROM {name}"))
    return {"columns": list(rows.keys()), "rows": len(rows.all())}


def _write(name: str, told: object) -> None:
    (DATA / name).write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
