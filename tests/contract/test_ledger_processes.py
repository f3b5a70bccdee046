"""What a ledger promises when much happens at once, or goes wrong: threads, killed processes, lost connections."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Engine, text

from dr_orchestrator.domain.clock import Event, Moment
from dr_orchestrator.domain.copy import CopyState
from dr_orchestrator.domain.run import Observation
from dr_orchestrator.domain.verdict import Verdict
from dr_orchestrator.errors import UsageError
from dr_orchestrator.ledger import engine as opened
from dr_orchestrator.ledger import patience
from dr_orchestrator.ledger.engine import LedgerDefect, create
from dr_orchestrator.ledger.ledger import SqlLedger, connect
from tests.support.ledger_samples import IDENTITY, MAXIMAL, START, closing, header, step, write
from tests.support.postgres_server import PASSWORD

DIES = """
import os, signal, sys
from sqlalchemy import insert
from dr_orchestrator.domain.copy import CopyState
from dr_orchestrator.ledger import rows, tables
from dr_orchestrator.ledger.ledger import connect
from tests.support.ledger_samples import IDENTITY, START, copy, header, step
ledger = connect(sys.argv[1])
ledger.open_run(header())
ledger.start_step("r-1", step())
ledger.intend_copy(copy(), START)
ledger.change_copy(copy(), CopyState.CREATED, START, IDENTITY)
with ledger._engine.begin() as connection:
    connection.execute(insert(tables.step).values(rows.row_of(step(2), run="r-1")))
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.slow
def test_a_killed_process_leaves_all_it_had_written(database_url: str) -> None:
    """After SIGKILL every fact whose call had returned is there, no half fact is, and the ledger can be written."""
    died = subprocess.run([sys.executable, "-c", DIES, database_url], check=False, cwd=Path(__file__).parents[2])
    assert died.returncode == -signal.SIGKILL
    ledger = connect(database_url)
    (run,) = ledger.queries.open_runs()
    assert run.header == header()
    assert run.steps == (step(),)
    assert [(record.state, record.identity) for record in run.copies] == [(CopyState.CREATED, IDENTITY)]
    ledger.start_step("r-1", step(2))
    ledger.close_run("r-1", closing(Verdict.ABORTED))
    assert ledger.queries.open_runs() == []
    ledger.close()


def test_drills_write_at_once(ledger: SqlLedger) -> None:
    """Eight drills in threads lose no fact and mix none up, while a ninth thread reads whole runs only."""
    offsets = [timedelta(seconds=second) for second in range(10)]

    def drill(run: str) -> None:
        ledger.open_run(header(run))
        for offset in offsets:
            ledger.record_observation(run, Observation(run, "creating", START, offset))
        ledger.close_run(run, closing(findings=MAXIMAL.closing.findings if MAXIMAL.closing else ()))

    def read() -> None:
        for _ in range(10):
            for run in ledger.queries.runs():
                assert run.closing is None or len(run.closing.findings) == 2

    with ThreadPoolExecutor(9) as threads:
        for done in [threads.submit(drill, f"r-{number}") for number in range(8)] + [threads.submit(read)]:
            done.result()
    runs = ledger.queries.runs()
    assert len(runs) == 8
    for run in runs:
        assert [(seen.copy, seen.offset) for seen in run.observations] == [(run.header.id, each) for each in offsets]


def test_one_of_two_writers_of_a_fact_is_refused(ledger: SqlLedger) -> None:
    """When two threads claim the same moment, or the same verdict, exactly one of them has written it."""
    ledger.open_run(header())
    together = threading.Barrier(4)
    claims: list[Callable[[], None]] = [
        *[lambda: ledger.record_event("r-1", Event(Moment.CLEAN, START, timedelta()))] * 2,
        *[lambda: ledger.close_run("r-1", closing())] * 2,
    ]

    def claim(write_it: Callable[[], None]) -> bool:
        together.wait()
        try:
            write_it()
        except LedgerDefect:
            return False
        return True

    with ThreadPoolExecutor(4) as threads:
        assert sorted(threads.map(claim, claims)) == [False, False, True, True]


def test_programs_open_a_new_file_at_once(tmp_path: Path) -> None:
    """Turning a new SQLite file into a ledger's never fails because another connection does so too."""
    for attempt in range(20):
        together = threading.Barrier(4)

        def open_it(
            url: str = f"sqlite:///{tmp_path / str(attempt)}", together: threading.Barrier = together
        ) -> Engine:
            together.wait()
            return create(url)

        with ThreadPoolExecutor(4) as threads:
            for done in [threads.submit(open_it) for _ in range(4)]:
                done.result().dispose()


@pytest.fixture
def impatient(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SqlLedger]:
    """A ledger in SQLite that gives up at once when another program writes."""
    monkeypatch.setattr(opened, "WAIT_SECONDS", 0)
    monkeypatch.setattr(patience, "PATIENCE_S", 0.0)
    ledger = connect(f"sqlite:///{tmp_path / 'ledger.db'}")
    yield ledger
    ledger.close()


def test_a_database_that_stays_locked_is_told(impatient: SqlLedger, tmp_path: Path) -> None:
    """A writer that waits in vain says which ledger, why and what to do; readers do not wait at all."""
    impatient.open_run(header())
    other = create(f"sqlite:///{tmp_path / 'ledger.db'}")
    with other.begin():
        with pytest.raises(UsageError, match=r"ledger\.db does not answer: database is locked") as told:
            impatient.start_step("r-1", step())
        assert "dro runs" in told.value.hint
        assert impatient.queries.run("r-1").steps == ()
    impatient.start_step("r-1", step())
    other.dispose()


def test_a_lost_connection_is_made_again(postgres_url: str, postgres_server: str) -> None:
    """A drill of many hours goes on after the database was restarted or a firewall cut the connection."""
    ledger = connect(postgres_url)
    ledger.open_run(header())
    with psycopg.connect(postgres_server, autocommit=True) as admin:
        name = postgres_url.rpartition("/")[2]
        admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
    ledger.start_step("r-1", step())
    assert ledger.queries.run("r-1").steps == (step(),)
    ledger.close()


def test_a_refused_login_never_shows_the_password(postgres_url: str) -> None:
    """Wrong password or database: the setting is named, what was wrong is told, the password is not."""
    for url, reason in (
        (postgres_url.replace(PASSWORD, "wrong-horse"), "password authentication failed"),
        (postgres_url + "-other", "does not exist"),
    ):
        with pytest.raises(UsageError, match=reason) as told:
            create(url)
        said = f"{told.value.message} {told.value.hint} {told.value.__cause__!r}"
        assert "DRO_DATABASE_URL=postgresql+psycopg://dro:***@127.0.0.1" in said
        assert "wrong-horse" not in said
        assert PASSWORD not in said


def test_the_session_may_have_any_time_zone(postgres_url: str, postgres_server: str) -> None:
    """A server that speaks in local time changes no instant."""
    with psycopg.connect(postgres_server, autocommit=True) as admin:
        name = postgres_url.rpartition("/")[2]
        admin.execute(f"ALTER DATABASE \"{name}\" SET timezone TO 'America/St_Johns'")
    ledger = connect(postgres_url)
    write(ledger, plain := MAXIMAL.__class__(header("r-1"), MAXIMAL.events))
    assert ledger.queries.run("r-1") == plain
    assert str(ledger.queries.run("r-1").header.started_at.tzinfo) == "UTC"
    ledger.close()


def test_readers_cannot_write(postgres_url: str) -> None:
    """The read side is read-only to the database itself."""
    ledger = connect(postgres_url)
    ledger.open_run(header())
    with (
        pytest.raises(Exception, match="read-only transaction"),
        ledger.queries._engine.begin() as connection,
    ):
        connection.execute(text("DELETE FROM run"))
    ledger.close()
