"""A database that is locked, restarted or gone for a while costs no fact: it is kept, and written when it answers."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import copy_context
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
import pytest

from dr_orchestrator.domain.clock import Moment
from dr_orchestrator.domain.run import Run
from dr_orchestrator.domain.verdict import Verdict
from dr_orchestrator.errors import Aborted
from dr_orchestrator.ledger import engine, ledger, patience
from dr_orchestrator.ledger.engine import LedgerDefect, Unanswered, heard_by
from dr_orchestrator.ledger.ledger import SqlLedger
from dr_orchestrator.ledger.patience import keeping, write_patiently
from dr_orchestrator.waiting import stops
from tests.support.ledger_samples import EXERCISE, MAXIMAL, MINIMAL, START, closing, header, write


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """What was waited between two tries: time passes by waiting alone."""
    taken: list[float] = []
    monkeypatch.setattr(patience.time, "sleep", taken.append)
    monkeypatch.setattr(patience.time, "monotonic", lambda: sum(taken))
    return taken


class Silent:
    """A database that does not answer for so many transactions, before or after it took what it was given."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, times: int, *, after: bool = False) -> None:
        self.left, self.after, self.original = times, after, engine.transaction
        monkeypatch.setattr(ledger, "transaction", self.transaction)

    @contextmanager
    def transaction(self, of: Any) -> Iterator[Any]:
        if self.left and not self.after:
            self.left -= 1
            raise Unanswered("the ledger does not answer: gone")
        with self.original(of) as connection:
            yield connection
        if self.left:
            self.left -= 1
            raise Unanswered("the ledger does not answer: server closed the connection")


def test_every_fact_is_written_when_the_database_is_back(
    ledger: SqlLedger, monkeypatch: pytest.MonkeyPatch, pauses: list[float]
) -> None:
    """A fact waits for as long as the database is gone, and stands there as it was when it became known."""
    ledger.open_run(header("r-1"))
    Silent(monkeypatch, 9)
    event = next(event for event in MAXIMAL.events if event.moment is Moment.DISRUPTION)
    ledger.record_event("r-1", event)
    assert ledger.queries.run("r-1").events == (event,)
    assert pauses == [0.2, 0.4, 0.8, 1.6, 3.2, 5.0, 5.0, 5.0, 5.0]


def test_a_fact_whose_answer_was_lost_is_there_once(
    ledger: SqlLedger, monkeypatch: pytest.MonkeyPatch, pauses: list[float]
) -> None:
    """The database took it and died before it said so: the second try finds it written, and that is right."""
    ledger.open_run(header("r-1"))
    Silent(monkeypatch, 1, after=True)
    event = MAXIMAL.events[0]
    ledger.record_event("r-1", event)
    assert ledger.queries.run("r-1").events == (event,)
    assert len(pauses) == 1


@pytest.mark.parametrize("run", [MINIMAL, MAXIMAL], ids=["minimal", "maximal"])
def test_every_fact_whose_answer_was_lost_is_there_once(
    ledger: SqlLedger, monkeypatch: pytest.MonkeyPatch, pauses: list[float], run: Run
) -> None:
    """Whatever is written of a run, also what has no key of its own, when no first answer comes through."""
    lost = Silent(monkeypatch, 0, after=True)
    original = SqlLedger._has

    def losing(*given: Any) -> Any:
        lost.left = 1
        return original(*given)

    monkeypatch.setattr(SqlLedger, "_has", losing)
    ledger.open_exercise(EXERCISE)
    write(ledger, run)
    ledger.close_exercise(EXERCISE.id, START, Verdict.PASSED)
    assert ledger.queries.run(run.header.id) == run
    assert ledger.queries.exercise(EXERCISE.id)[0] == replace(EXERCISE, ended_at=START, verdict=Verdict.PASSED)
    assert len(pauses) > 2


def test_anothers_fact_is_not_taken_for_ours(
    ledger: SqlLedger, monkeypatch: pytest.MonkeyPatch, pauses: list[float]
) -> None:
    """The first try was never heard of, and another process closed the run meanwhile: that is said, not swallowed."""
    ledger.open_run(header("r-1"))
    ledger.close_run("r-1", closing(Verdict.ABORTED))
    Silent(monkeypatch, 1)
    with pytest.raises(LedgerDefect):
        ledger.close_run("r-1", closing(Verdict.PASSED))
    assert len(pauses) == 1


def test_a_fact_that_is_refused_at_once_is_our_defect(ledger: SqlLedger, pauses: list[float]) -> None:
    """Patience is for a database that is silent, never for one that contradicts."""
    ledger.open_run(header("r-1"))
    with pytest.raises(LedgerDefect):
        ledger.open_run(header("r-1"))
    assert pauses == []


def test_patience_ends(ledger: SqlLedger, monkeypatch: pytest.MonkeyPatch, pauses: list[float]) -> None:
    """After ten minutes the drill is told: it must not go on without its record."""
    Silent(monkeypatch, 10_000)
    with pytest.raises(Unanswered):
        ledger.open_run(header("r-1"))
    assert 600 < sum(pauses) < 610


def stopping(stop: threading.Event) -> Callable[[], None]:
    def raise_if_stopped() -> None:
        if stop.is_set():
            raise Aborted("stopped on request")

    return raise_if_stopped


def test_a_stopped_run_keeps_its_facts(ledger: SqlLedger, monkeypatch: pytest.MonkeyPatch, pauses: list[float]) -> None:
    """It waits no more, reads nothing, and loses nothing: all is written, in its order, before what is read next."""
    stop = threading.Event()
    with keeping(), stops.heeding(stopping(stop)):
        stop.set()
        Silent(monkeypatch, 3)
        ledger.open_run(header("r-1"))
        ledger.record_event("r-1", MAXIMAL.events[0])
        with pytest.raises(Aborted):
            ledger.copies("r-1")
        assert not pauses
        stops.heed_no_more()
        assert ledger.copies("r-1") == []
    assert ledger.queries.run("r-1").events == (MAXIMAL.events[0],)


def test_a_fact_that_was_kept_outlives_one_that_was_refused(
    ledger: SqlLedger, monkeypatch: pytest.MonkeyPatch, pauses: list[float]
) -> None:
    """Whoever waited in vain is told so, and its fact is not written later; those of which nobody was told are."""
    with keeping(), stops.heeding(stopping(stop := threading.Event())):
        stop.set()
        gone = Silent(monkeypatch, 10_000)
        ledger.open_run(header("r-1"))
        stops.heed_no_more()
        with pytest.raises(Unanswered):
            ledger.record_event("r-1", MAXIMAL.events[0])
        assert 600 < sum(pauses) < 610
        gone.left = 0
        ledger.record_event("r-1", MAXIMAL.events[1])
    assert ledger.queries.run("r-1").events == (MAXIMAL.events[1],)


def test_no_thread_of_a_run_drops_the_fact_of_another() -> None:
    """Two tell at once, as the lanes of a copying do: each fact is written, once, and nobody takes it for another's."""
    written: list[str] = []

    def first() -> None:
        other.start()
        other.join(0.2)  # it comes while this is being written, and may not write this, too
        written.append("first")

    with keeping():
        tell = partial(write_patiently, lambda: written.append("second"))
        other = threading.Thread(target=copy_context().run, args=(tell,))
        write_patiently(first)
        other.join()
    assert written == ["first", "second"]


def test_who_leaves_does_not_wait_for_the_ledger(
    ledger: SqlLedger, monkeypatch: pytest.MonkeyPatch, pauses: list[float]
) -> None:
    """It is asked once: whoever asked to stop a second time is told what is left instead."""
    Silent(monkeypatch, 10_000)
    stops.leaving.begin()
    try:
        with pytest.raises(Unanswered):
            ledger.open_run(header("r-1"))
    finally:
        stops.leaving.forget()
    assert pauses == []


def test_a_server_that_is_gone_in_mid_answer_is_asked_anew(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """PostgreSQL that takes a question and never answers is given up after a while, and the fact is written later."""
    monkeypatch.setattr(engine, "ANSWER_S", 0.5)
    pauses: list[float] = []
    made = ledger.connect(postgres_url)
    with psycopg.connect(postgres_url) as other:
        other.execute("LOCK TABLE run IN ACCESS EXCLUSIVE MODE")
        monkeypatch.setattr(patience.stops, "sleep", lambda seconds: (pauses.append(seconds), other.rollback()))
        made.open_run(header("r-1"))
    assert len(pauses) == 1
    assert made.queries.run("r-1").header.id == "r-1"
    made.close()


def test_a_migration_may_take_its_time(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A large ledger is changed for longer than any other answer takes: only the end of it counts."""
    made = engine.create(postgres_url)
    with made.begin() as connection:
        connection.connection.dbapi_connection.answer_s = 0.0  # type: ignore[union-attr]
        with engine.unhurried(connection):
            connection.exec_driver_sql("SELECT pg_sleep(0.5)")
    made.dispose()


def test_a_sqlite_ledger_that_another_program_locks_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pauses: list[float]
) -> None:
    """A real lock, longer than SQLite's own patience: the fact is written when it is released."""
    monkeypatch.setattr(engine, "WAIT_SECONDS", 0)
    made = ledger.connect(f"sqlite:///{tmp_path / 'ledger.db'}")
    other = sqlite3.connect(tmp_path / "ledger.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    def release(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 3:
            other.execute("COMMIT")

    monkeypatch.setattr(patience.time, "sleep", release)
    made.open_run(header("r-1"))
    assert len(pauses) == 3
    assert made.queries.run("r-1").header.id == "r-1"
    made.close()
    other.close()


def test_whoever_listens_hears_of_every_wait(ledger: SqlLedger) -> None:
    """Each read and write, of facts, of leases and of what guards ask, is a wait while it lasts; others' are not."""
    heard: list[str] = []

    @contextmanager
    def waiting() -> Iterator[None]:
        heard.append("from")
        yield
        heard.append("to")

    waits = (
        lambda: ledger.open_run(header("r-1")),
        lambda: ledger.record_event("r-1", MAXIMAL.events[0]),
        lambda: ledger.copies("r-1"),
        lambda: ledger.queries.run("r-1"),
        lambda: ledger.leases.take("r-1", "here:1:a", timedelta(seconds=30)),
        lambda: ledger.leases.beat("r-1", "here:1:a", timedelta(seconds=30)),
        lambda: ledger.leases.lease("r-1"),
    )
    for wait in waits:
        heard.clear()
        with heard_by(waiting):
            wait()
        assert heard[0] == "from"
        assert heard.count("from") == heard.count("to") > 0
    heard.clear()
    ledger.copies("r-1")
    with heard_by(waiting):
        other = threading.Thread(target=ledger.copies, args=("r-1",))
        other.start()
        other.join()
    assert heard == []


def test_the_pauses_between_two_tries_are_within_one_wait(
    ledger: SqlLedger, monkeypatch: pytest.MonkeyPatch, pauses: list[float]
) -> None:
    """From the first try to the answer: what the database was gone for is heard whole."""
    ledger.open_run(header("r-1"))
    lasted: list[float] = []

    @contextmanager
    def waiting() -> Iterator[None]:
        began = sum(pauses)
        yield
        lasted.append(sum(pauses) - began)

    Silent(monkeypatch, 5)
    with heard_by(waiting):
        ledger.record_event("r-1", MAXIMAL.events[0])
    assert max(lasted) == pytest.approx(0.2 + 0.4 + 0.8 + 1.6 + 3.2)
