"""The heartbeat, on a real server of each engine: rows, marker, and nobody else's table."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from dr_orchestrator.canary.rows import RowWriter
from dr_orchestrator.checks.sql import SqlChecks
from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.domain.drill import NewestRow, RestoredRow
from dr_orchestrator.errors import NotMeasured, UsageError
from tests.support.engine_database import Real
from tests.support.mariadb_server import login_to

NOW = datetime(2026, 11, 20, 9, 0, 0, 123456, tzinfo=UTC)
COPY = Copy("rds-instance", "dro-x", "us-east-1", "x", "d", "s")


def writer(real: Real, *at: datetime, table: str = "dr_canary") -> RowWriter:
    instants = iter(at)
    return RowWriter(lambda: login_to(real.url), table, "at", lambda: next(instants, None))


def test_each_beat_adds_a_row_and_changes_the_marker(real: Real) -> None:
    """To the microsecond; what is older than two days goes, the marker stays, and the checks read it."""
    times = [NOW - timedelta(days=2, seconds=1), NOW - timedelta(days=2), NOW]
    beating = writer(real, *times)
    beats = [beating.beat() for _ in times]
    beating.close()
    assert [(beat.sequence, beat.at) for beat in beats] == list(zip((1, 2, 3), times, strict=True))
    assert [row[:2] for row in real.say("SELECT id, sequence FROM dr_canary ORDER BY id")] == [(0, 3), (2, 2), (3, 3)]
    checks = SqlChecks(lambda _: real.login, lambda: real.login)
    assert checks.perform(NewestRow("heartbeat", "dr_canary", "at", canary=True), COPY, NOW).newest == NOW
    seen = checks.marker(RestoredRow("restored", "dr_canary", "at"), COPY)
    assert seen is not None
    assert (seen.sequence, seen.at) == (3, NOW)


def test_the_instant_is_the_databases_own(real: Real) -> None:
    """Where nobody tells it; a new process goes on with the numbers, also where the marker is gone."""
    before = datetime.now(UTC) - timedelta(minutes=1)
    for expected in (1, 2):
        beating = writer(real)
        beat = beating.beat()
        beating.close()
        assert beat.sequence == expected
        assert before < beat.at < before + timedelta(minutes=5)
    real.say("DELETE FROM dr_canary WHERE id = 0")
    beating = writer(real)
    assert beating.beat().sequence == 3
    beating.close()


def test_a_table_of_somebody_else_is_not_touched(real: Real) -> None:
    """It is refused, and nothing in it is changed."""
    real.say("CREATE TABLE dr_canary (id bigint, name text)", "INSERT INTO dr_canary VALUES (7, 'x')")
    with pytest.raises(UsageError, match="dr_canary is no heartbeat"):
        writer(real).beat()
    assert real.say("SELECT id FROM dr_canary") == [(7,)]


def test_a_beat_is_whole_or_not_at_all(real: Real) -> None:
    """Where the history row is refused, the marker is not changed either; the next is written anew."""
    beating = writer(real)
    beating.beat()
    real.say("INSERT INTO dr_canary VALUES (2, 2, current_timestamp)")
    with pytest.raises(NotMeasured, match=r"(?i)duplicate"):
        beating.beat()
    assert real.say("SELECT sequence FROM dr_canary WHERE id = 0") == [(1,)]
    real.say("DELETE FROM dr_canary WHERE id = 2")
    assert beating.beat().sequence == 2
    beating.close()
