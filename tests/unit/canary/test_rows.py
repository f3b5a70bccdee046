"""The heartbeat of a PostgreSQL, on a real one: rows, marker, and nobody else's table."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest

from dr_orchestrator.canary.rows import RowWriter
from dr_orchestrator.checks.sql import SqlChecks
from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.domain.drill import NewestRow, Query, RestoredRow
from dr_orchestrator.domain.service import Login
from dr_orchestrator.domain.verdict import Outcome
from dr_orchestrator.errors import NotMeasured, UsageError
from dr_orchestrator.settings import CHECKOUT

NOW = datetime(2026, 11, 20, 9, 0, 0, 123456, tzinfo=UTC)
COPY = Copy("rds-instance", "dro-x", "us-east-1", "x", "d", "s")


def login(url: str) -> Login:
    parts = urlsplit(url)
    host, user, password = parts.hostname or "", parts.username or "", parts.password or ""
    return Login(host, parts.port or 0, parts.path.strip("/"), user, password)


@pytest.fixture
def database(postgres_url: str) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        yield connection


def writer(url: str, *at: datetime, table: str = "dr_canary") -> RowWriter:
    instants = iter(at)
    return RowWriter(lambda: login(url), table, "at", lambda: next(instants, None))


def rows(database: psycopg.Connection[Any]) -> list[tuple[Any, ...]]:
    return database.execute("SELECT id, sequence, at FROM dr_canary ORDER BY id").fetchall()


def test_each_beat_adds_a_row_and_changes_the_marker(postgres_url: str, database: psycopg.Connection[Any]) -> None:
    """The table is made; the marker (id 0) is the newest beat, to the microsecond, and the history keeps all."""
    times = [NOW + timedelta(seconds=number) for number in range(3)]
    beating = writer(postgres_url, *times)
    beats = [beating.beat() for _ in times]
    beating.close()
    assert [(beat.sequence, beat.at) for beat in beats] == list(zip((1, 2, 3), times, strict=True))
    assert rows(database) == [(0, 3, times[2]), *((n, n, at) for n, at in enumerate(times, 1))]


def test_a_writer_goes_on_where_another_left_off(postgres_url: str, database: psycopg.Connection[Any]) -> None:
    """A new process continues the numbers, and a marker that somebody deleted is made anew after the history."""
    for expected in (1, 2):
        beating = writer(postgres_url)
        assert beating.beat().sequence == expected
        beating.close()
    database.execute("DELETE FROM dr_canary WHERE id = 0")
    beating = writer(postgres_url)
    assert beating.beat().sequence == 3
    beating.close()


def test_the_instant_is_the_databases_own(postgres_url: str, database: psycopg.Connection[Any]) -> None:
    """The database's clock tells the time: it lies between two looks at that clock."""
    look = "SELECT clock_timestamp()"
    before = database.execute(look).fetchone()
    beating = writer(postgres_url)
    beat = beating.beat()
    beating.close()
    after = database.execute(look).fetchone()
    assert before is not None
    assert after is not None
    assert before[0] < beat.at < after[0]


def test_history_older_than_two_days_is_deleted(postgres_url: str, database: psycopg.Connection[Any]) -> None:
    """What is older than two days goes, what is younger stays, the marker always."""
    times = [NOW - timedelta(days=2, seconds=1), NOW - timedelta(days=2), NOW]
    beating = writer(postgres_url, *times)
    for _ in times:
        beating.beat()
    beating.close()
    assert [row[0] for row in rows(database)] == [0, 2, 3]


@pytest.mark.parametrize("columns", ["id bigint, name text", "id bigint, sequence bigint, at timestamptz, total int"])
def test_a_table_of_somebody_else_is_not_touched(
    postgres_url: str, database: psycopg.Connection[Any], columns: str
) -> None:
    """A declared table that holds other columns is refused, and nothing in it is changed or deleted."""
    database.execute(f"CREATE TABLE dr_canary ({columns})")
    database.execute("INSERT INTO dr_canary (id) VALUES (7)")
    with pytest.raises(UsageError, match="dr_canary is no heartbeat"):
        writer(postgres_url).beat()
    assert database.execute("SELECT id FROM dr_canary").fetchall() == [(7,)]


def test_a_beat_is_whole_or_not_at_all(postgres_url: str, database: psycopg.Connection[Any]) -> None:
    """Where the history row is refused, the marker is not changed either."""
    beating = writer(postgres_url)
    beating.beat()
    database.execute("INSERT INTO dr_canary VALUES (2, 2, now())")
    with pytest.raises(NotMeasured, match="duplicate key"):
        beating.beat()
    assert [(row[0], row[1]) for row in rows(database)] == [(0, 1), (1, 1), (2, 2)]


def test_a_connection_that_broke_is_made_anew(postgres_url: str, database: psycopg.Connection[Any]) -> None:
    """A failover ends the connection: that beat fails in one line, the next one is written."""
    beating = writer(postgres_url)
    beating.beat()
    database.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'dro canary'")
    with pytest.raises(NotMeasured) as told:
        beating.beat()
    assert "\n" not in told.value.message
    assert beating.beat().sequence == 2
    beating.close()


def test_a_role_without_the_right_to_create_writes_all_the_same(
    postgres_url: str, database: psycopg.Connection[Any]
) -> None:
    """Least privilege: where a DBA made the table, the writer needs no right to make one."""
    role = f"r{urlsplit(postgres_url).path.strip('/')}"
    database.execute(
        "CREATE TABLE dr_canary (id bigint PRIMARY KEY, sequence bigint NOT NULL, at timestamptz NOT NULL)"
    )
    database.execute(f"CREATE ROLE {role} LOGIN PASSWORD 'x'")
    database.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON dr_canary TO {role}")
    known = login(postgres_url)
    beating = RowWriter(lambda: Login(known.host, known.port, known.database, role, "x"), "dr_canary", "at")
    try:
        assert beating.beat().sequence == 1
    finally:
        beating.close()
        database.execute(f"DROP OWNED BY {role}")
        database.execute(f"DROP ROLE {role}")


def test_the_checks_read_what_the_writer_wrote(postgres_url: str) -> None:
    """`newest-row` and `restored-state` find the beat to the microsecond, also in a schema of its own."""
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute("CREATE SCHEMA ops")
    beating = writer(postgres_url, NOW, table="ops.dr_canary")
    beating.beat()
    beating.close()
    checks = SqlChecks(lambda _: login(postgres_url), lambda: login(postgres_url))
    found = checks.perform(NewestRow("heartbeat", "ops.dr_canary", "at", canary=True), COPY, NOW)
    assert (found.outcome, found.newest) == (Outcome.PASSED, NOW)
    marker = RestoredRow("restored", "ops.dr_canary", "at")
    for seen in (checks.marker(marker, COPY), checks.marker(marker)):
        assert seen is not None
        assert (seen.sequence, seen.at) == (1, NOW)


def test_the_recipe_writes_the_same_shape(postgres_url: str, database: psycopg.Connection[Any]) -> None:
    """What drills/README.md gives to pg_cron and psql does what `dro canary` does, which goes on where it left off."""
    told = (CHECKOUT / "drills" / "README.md").read_text()
    table = next(line for line in told.splitlines() if line.startswith("CREATE TABLE dr_canary"))
    beat, trim = re.findall(r"\$\$(.*?)\$\$", told, re.DOTALL)
    database.execute(table)
    for _ in range(3):
        database.execute(beat)
    database.execute(trim)
    found = rows(database)
    assert [(row[0], row[1]) for row in found] == [(0, 3), (1, 1), (2, 2), (3, 3)]
    assert found[0][2] == found[3][2] > found[2][2]
    beating = writer(postgres_url)
    assert beating.beat().sequence == 4
    beating.close()


# What a query check may do is held here too, on the same real database.


def test_several_statements_in_one_query_are_refused(postgres_url: str, database: psycopg.Connection[Any]) -> None:
    """A second statement could lift the read-only rule of the first: none of them is performed."""
    database.execute("CREATE TABLE orders (id int)")
    checks = SqlChecks(lambda _: login(postgres_url))
    several = "SET TRANSACTION READ WRITE; INSERT INTO orders VALUES (1); COMMIT; SELECT 1"
    with pytest.raises(NotMeasured, match="multiple commands"):
        checks.perform(Query("several", several, "1"), COPY, NOW)
    with pytest.raises(NotMeasured, match="read-only"):
        checks.perform(Query("write", "INSERT INTO orders VALUES (1) RETURNING 1", "1"), COPY, NOW)
    assert database.execute("SELECT count(*) FROM orders").fetchone() == (0,)
    database.execute("INSERT INTO orders VALUES (1)")
    assert checks.perform(Query("one", "SELECT '50%' FROM orders;", "50%"), COPY, NOW).outcome is Outcome.PASSED


def test_a_column_without_a_zone_is_known_only_where_the_check_says_it(
    postgres_url: str, database: psycopg.Connection[Any]
) -> None:
    """`timestamp` is inconclusive with the reason; with `timezone` it is read in that zone, summer time included."""
    database.execute("CREATE TABLE beat (at timestamp)")
    database.execute("INSERT INTO beat VALUES ('2026-07-01 11:00:00')")
    checks = SqlChecks(lambda _: login(postgres_url))
    with pytest.raises(NotMeasured, match=r"beat.at has no time zone.*`timezone: UTC`"):
        checks.perform(NewestRow("beat", "beat", "at", canary=True), COPY, NOW)
    for zone, hour in (("UTC", 11), ("Europe/Berlin", 9)):
        found = checks.perform(NewestRow("beat", "beat", "at", timezone=zone), COPY, NOW)
        assert found.newest == datetime(2026, 7, 1, hour, tzinfo=UTC)
