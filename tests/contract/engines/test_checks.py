"""Checks by SQL, on a real server of each engine: the same claims, judged alike, whatever it calls them."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from dr_orchestrator.checks.apart import Apart
from dr_orchestrator.checks.sql import SqlChecks
from dr_orchestrator.domain.clock import PacedClock
from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.domain.drill import NewestRow, Query, RestoredRow, RowsAtLeast
from dr_orchestrator.domain.verdict import Outcome
from dr_orchestrator.errors import LoginRefused, NotMeasured, NotTheCopy
from dr_orchestrator.settings import Pace
from tests.support.engine_database import Real

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
COPY = Copy("rds-instance", "dro-x", "us-east-1", "x", "d", "s")
NEWEST = datetime(2026, 11, 20, 8, 0, 29, tzinfo=UTC)


@pytest.fixture
def checks(real: Real) -> SqlChecks:
    real.estate()
    return SqlChecks(lambda _: real.login, lambda: real.login)


def test_rows_are_counted(checks: SqlChecks) -> None:
    """At least so many; an empty table fails, one that is not there could not be measured."""
    assert checks.perform(RowsAtLeast("rows", "orders", 30), COPY, NOW).outcome is Outcome.PASSED
    assert checks.perform(RowsAtLeast("rows", "orders", 31), COPY, NOW).outcome is Outcome.FAILED
    assert checks.perform(RowsAtLeast("rows", "nobody", 1), COPY, NOW).outcome is Outcome.FAILED
    with pytest.raises(NotMeasured, match=r"^SQL on dro-x: .*nowhere"):
        checks.perform(RowsAtLeast("rows", "nowhere", 1), COPY, NOW)


def test_the_newest_row_is_read_to_the_microsecond_in_utc(real: Real, checks: SqlChecks) -> None:
    """An instant that is stored with its zone is known, whatever the server's own zone is."""
    found = checks.perform(NewestRow("newest", "orders", "at", within=timedelta(hours=1)), COPY, NOW)
    assert (found.outcome, found.newest) == (Outcome.PASSED, NEWEST)
    real.say("UPDATE orders SET at = '2026-11-20 08:30:00.123456' WHERE note = 'note 3'")
    later = checks.perform(NewestRow("newest", "orders", "at"), COPY, NOW).newest
    assert later == datetime(2026, 11, 20, 8, 30, 0, 123456, UTC)
    assert checks.perform(NewestRow("newest", "nobody", "id"), COPY, NOW).outcome is Outcome.FAILED


def test_an_instant_without_a_zone_is_not_guessed(real: Real, checks: SqlChecks) -> None:
    """A column without one says nothing of when: the check has to say which it is written in."""
    kind = "timestamp" if real.login.engine == "postgres" else "datetime"
    real.say(f"CREATE TABLE local (at {kind})", "INSERT INTO local VALUES ('2026-11-20 08:00:00')")
    with pytest.raises(NotMeasured, match=r"local\.at has no time zone"):
        checks.perform(NewestRow("newest", "local", "at"), COPY, NOW)
    told = NewestRow("newest", "local", "at", timezone="Asia/Tokyo")
    assert checks.perform(told, COPY, NOW).newest == datetime(2026, 11, 19, 23, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "SELECT 30",
        "SELECT count(*) + 30 FROM orders WHERE 1 = 0",
        "SELECT 30 FROM (SELECT 1 AS one) AS x",
        "WITH x AS (SELECT 30 AS n) SELECT n FROM x",
    ],
)
def test_what_reads_no_table_proves_nothing(checks: SqlChecks, text: str) -> None:
    """The database would give this answer whatever was restored."""
    if "1 = 0" in text and checks._login(COPY).engine == "postgres":
        text = "SELECT 30"  # PostgreSQL counts what it does not read; its own tests tell more
    with pytest.raises(NotMeasured, match="reads no table of the copy"):
        checks.perform(Query("q", text, "30"), COPY, NOW)


def test_what_reads_a_table_is_taken(real: Real, checks: SqlChecks) -> None:
    """Also through a view, a subquery, and an index that answers alone; a percent sign is what it is."""
    real.say("CREATE VIEW seen AS SELECT * FROM orders")
    for text in (
        "SELECT count(*) FROM orders",
        "SELECT count(*) FROM seen",
        "SELECT count(*) FROM (SELECT DISTINCT note FROM orders) AS x",
        "SELECT (SELECT max(id) FROM orders) + 0",
        "SELECT count(*) FROM orders WHERE note LIKE 'note%'",
    ):
        assert checks.perform(Query("q", text, "30"), COPY, NOW).outcome is Outcome.PASSED, text


def test_a_table_of_the_server_is_no_witness(checks: SqlChecks) -> None:
    """It is as full in an empty database."""
    with pytest.raises(NotMeasured, match="reads no table of the copy"):
        checks.perform(RowsAtLeast("rows", "information_schema.tables", 1), COPY, NOW)


def test_nothing_is_written(real: Real, checks: SqlChecks) -> None:
    """A statement that writes is refused, and so are two in one."""
    for text in ("DELETE FROM orders", "SELECT 1; DELETE FROM orders", "CREATE TABLE made (id int)"):
        with pytest.raises(NotMeasured):
            checks.perform(Query("q", text, "1"), COPY, NOW)
    assert real.say("SELECT count(*) FROM orders") == [(30,)]


def test_the_marker_is_an_ordinary_row(real: Real, checks: SqlChecks) -> None:
    """In copy and source; a view, or a column that is computed, is no witness."""
    real.say(
        f"CREATE TABLE beat (id bigint PRIMARY KEY, sequence bigint, at {real.instant})",
        "INSERT INTO beat VALUES (0, 7, '2026-11-20 08:00:00')",
        "CREATE VIEW seen AS SELECT * FROM beat",
    )
    marker = RestoredRow("restored", "beat", "at")
    for found in (checks.marker(marker, COPY), checks.marker(marker)):
        assert found is not None
        assert (found.sequence, found.at) == (7, datetime(2026, 11, 20, 8, tzinfo=UTC))
    with pytest.raises(NotMeasured, match="no ordinary table"):
        checks.marker(replace(marker, table="seen"), COPY)
    real.say("DELETE FROM beat")
    assert checks.marker(marker, COPY) is None


def test_a_database_that_answers_is_ready(checks: SqlChecks, real: Real) -> None:
    """And one at whose address nobody listens is not."""
    assert checks.answers(COPY)
    assert not SqlChecks(lambda _: real.away).answers(COPY)


def test_a_login_that_is_refused_is_told_as_that(real: Real) -> None:
    """Another password may open it; and the one that was wrong is in no word of it."""
    with pytest.raises(LoginRefused) as told:
        SqlChecks(lambda _: real.locked_out).enter(COPY)
    assert "hunter2" not in str(told.value)


def test_a_name_is_a_name(real: Real, checks: SqlChecks) -> None:
    """A table or a column is quoted as its engine quotes: never a piece of SQL."""
    mark = '"' if real.login.engine == "postgres" else "`"
    odd = f"odd {mark}; DROP TABLE orders; --"
    quoted = f"{mark}{odd.replace(mark, 2 * mark)}{mark}"
    real.say(f"CREATE TABLE {quoted} (id int)", f"INSERT INTO {quoted} VALUES (1)")
    assert checks.perform(RowsAtLeast("rows", odd, 1), COPY, NOW).outcome is Outcome.PASSED
    assert real.say("SELECT count(*) FROM orders") == [(30,)]


def test_productions_own_server_is_not_the_copy(real: Real) -> None:
    """By when it started, whichever engine tells it; a server that was there before the copy is not it either."""
    clock = PacedClock(Pace())
    elsewhere = lambda: [("192.0.2.1", 3306)]  # noqa: E731
    asked = lambda _: clock.now() - timedelta(days=1)  # noqa: E731
    apart = Apart(lambda _: real.login, elsewhere, asked, clock, lambda: real.login)
    with pytest.raises(NotTheCopy, match="is production's own server"):
        SqlChecks(apart.login, prove=apart.prove).enter(COPY)
    fast = PacedClock(Pace(100_000.0, time.time()))
    before = Apart(lambda _: real.login, elsewhere, lambda _: fast.now() + timedelta(days=1), fast)
    with pytest.raises(NotTheCopy, match="has run for"):
        SqlChecks(before.login, prove=before.prove).enter(COPY)
    SqlChecks(Apart(lambda _: real.login, elsewhere, asked, clock).login).enter(COPY)
