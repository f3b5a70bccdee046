"""Counts, times and the source are asked of a real PostgreSQL, read-only."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from dr_orchestrator.checks.deep.postgres import PostgreSQL
from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.domain.proof import AnswersWithin, Counted, Counts, Deep, Integrity, Tolerance
from dr_orchestrator.domain.recovery_point import PointKind, RecoveryPoint
from dr_orchestrator.domain.run import CheckResult
from dr_orchestrator.domain.verdict import Outcome
from dr_orchestrator.errors import NotMeasured
from tests.support.deep_copies import ask, checks_of
from tests.support.postgres_server import Server

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("deep")]
COPY = Copy("rds-instance", "dro-x", "us-east-1", "x", "d", "s")
INSTANT = datetime(2026, 11, 20, 8, 20, tzinfo=UTC)
POINT = RecoveryPoint("p", PointKind.CONTINUOUS, INSTANT, "asked")
TIMED = AnswersWithin("fast", "SELECT * FROM orders WHERE id < 10", timedelta(minutes=1), times=5)


@pytest.fixture
def source(plain_copy: Server) -> Iterator[str]:
    """Production beside the copy: it has gone on since."""
    ask(plain_copy.url, "CREATE DATABASE production TEMPLATE template0")
    url = plain_copy.url.removesuffix("postgres") + "production"
    rows = "SELECT n, '2026-11-20 08:00+00'::timestamptz + n * interval '1 s' FROM generate_series(1, 2100) n"
    ask(url, "CREATE TABLE orders (id int, at timestamptz)", f"INSERT INTO orders {rows}")
    ask(url, "CREATE TABLE customers (id int)", "INSERT INTO customers SELECT generate_series(1, 60)")
    yield url
    ask(plain_copy.url, "DROP DATABASE production WITH (FORCE)")


def performed(check: Deep, url: str, source: str = "") -> CheckResult:
    (result,) = checks_of(url, source).perform(check, COPY, (POINT,))
    return result


def test_counts_are_held_against_the_source(plain_copy: Server, source: str) -> None:
    """As of the restored instant the copy is as the source was; customers, of no known age, differ by ten."""
    tables = (Counted("orders", as_of="at"), Counted("customers", Tolerance(share=0.2)))
    result = performed(Counts("counts", tables, against_source=True), plain_copy.url, source)
    assert result.outcome is Outcome.PASSED
    assert result.figures["tables"]["orders"] == {"copy": 1200, "source": 1200, "tolerance": "0 rows", "as_of": "at"}
    strict = performed(
        Counts("counts", (Counted("customers", Tolerance(9)),), against_source=True), plain_copy.url, source
    )
    assert (strict.outcome, strict.observed.split(";")[0]) == (Outcome.FAILED, "customers: 50 rows, 10 fewer than 60")


def test_a_view_is_not_counted(plain_copy: Server) -> None:
    """It may be made as it is read; a table that is not there is lost."""
    ask(plain_copy.url, "CREATE VIEW seen AS SELECT * FROM orders")
    try:
        with pytest.raises(NotMeasured, match="is a view"):
            performed(Counts("c", (Counted("seen"),), against_source=True), plain_copy.url)
    finally:
        ask(plain_copy.url, "DROP VIEW seen")
    assert performed(Counts("c", (Counted("lost"),)), plain_copy.url).outcome is Outcome.FAILED


def test_every_ordinary_table_is_counted_where_none_is_named(plain_copy: Server) -> None:
    """The server's own are not, and the partitions of one are in it."""
    ask(plain_copy.url, "CREATE TABLE parts (id int) PARTITION BY RANGE (id)")
    ask(
        plain_copy.url,
        "CREATE TABLE part PARTITION OF parts FOR VALUES FROM (0) TO (9)",
        "INSERT INTO parts VALUES (1)",
    )
    try:
        result = performed(Counts("c", against_source=True), plain_copy.url)
    finally:
        ask(plain_copy.url, "DROP TABLE parts")
    counted = {name: each["copy"] for name, each in result.figures["tables"].items()}
    assert counted == {"public.customers": 50, "public.nobody": 0, "public.orders": 2000, "public.parts": 1}


def test_a_statement_is_timed(plain_copy: Server, source: str) -> None:
    """Cold and warm, with the rows that it gave; held against the source where the team says so."""
    result = performed(TIMED, plain_copy.url)
    assert (result.outcome, result.figures["rows"]) == (Outcome.PASSED, 9)
    assert (len(result.figures["cold_s"]), len(result.figures["warm_s"])) == (1, 5)
    beside = AnswersWithin("a", "SELECT count(*) FROM customers", None, 5, 1, 95, True, 1000.0)
    assert performed(beside, plain_copy.url, source).outcome is Outcome.PASSED


@pytest.mark.parametrize(
    ("statement", "why"),
    [
        ("DELETE FROM orders", "read-only transaction"),
        ("SELECT 1; DELETE FROM orders", "multiple commands"),
        ("SELECT pg_sleep(0)", "reads no table of the copy"),
        ("SELECT * FROM gone", "does not exist"),
    ],
)
def test_a_statement_can_only_read_the_copy(plain_copy: Server, statement: str, why: str) -> None:
    """What is refused could not be told, and changes nothing."""
    with pytest.raises(NotMeasured, match=why):
        performed(AnswersWithin("a", statement, timedelta(minutes=1), times=2), plain_copy.url)
    assert ask(plain_copy.url, "SELECT count(*) FROM orders") == [(2000,)]


def test_production_can_only_be_read(plain_copy: Server, source: str) -> None:
    """Its session is read-only, waits for no lock for long, and no statement runs on for ever."""
    checks = checks_of(plain_copy.url, source)
    with checks._production(PostgreSQL()) as connection:
        settings = ("default_transaction_read_only", "statement_timeout", "lock_timeout")
        found = [connection.execute(f"SHOW {name}").fetchone()[0] for name in settings]
        assert found == ["on", "5min", "5s"]
        with pytest.raises(Exception, match="read-only"):
            connection.execute("CREATE TABLE mine (id int)")


def test_integrity_is_held_against_the_source(plain_copy: Server, source: str) -> None:
    """An extension and a sequence that the source has, and the copy has not."""
    same = performed(Integrity("i", against_source=True), plain_copy.url)
    assert (same.outcome, "as in the source" in same.observed) == (Outcome.PASSED, True)
    ask(source, "CREATE SEQUENCE more")
    lacks = performed(Integrity("i", against_source=True), plain_copy.url, source)
    assert (lacks.outcome, "sequence public.more is missing" in lacks.observed) == (Outcome.FAILED, True)
