"""What was computed, or stands elsewhere, is no witness of a restore: held to by a real PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest
from psycopg import sql

from dr_orchestrator.checks.speech.postgres import stored
from dr_orchestrator.checks.sql import SqlChecks
from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.domain.drill import NewestRow, Query, RestoredRow, RowsAtLeast
from dr_orchestrator.domain.service import Login
from dr_orchestrator.domain.verdict import Outcome
from dr_orchestrator.errors import NotMeasured
from tests.support.dblink_servers import Production, Restored, copy_server, production, programs, restored

__all__ = ["copy_server", "production", "programs", "restored"]

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
COPY = Copy("rds-instance", "dro-x", "us-east-1", "x", "d", "s")
ESTATE = (
    "CREATE TABLE customers (id int PRIMARY KEY)",
    "CREATE TABLE orders (id int PRIMARY KEY, customer int, total numeric, at timestamptz NOT NULL, data jsonb)",
    "INSERT INTO customers SELECT generate_series(1, 3)",
    "INSERT INTO orders SELECT n, 1 + n % 3, n, '2026-11-20 08:00+00', '{\"live\": true}' FROM generate_series(1, 9) n",
    'CREATE SCHEMA "Sales"',
    'CREATE TABLE "Sales"."Big Orders" ("Total" int)',
    'INSERT INTO "Sales"."Big Orders" VALUES (7)',
    "CREATE VIEW good AS SELECT o.* FROM orders o JOIN customers c ON c.id = o.customer",
    "CREATE MATERIALIZED VIEW totals AS SELECT sum(total) FROM orders",
    "CREATE TABLE parts (id int, at timestamptz) PARTITION BY RANGE (id)",
    "CREATE TABLE part PARTITION OF parts FOR VALUES FROM (0) TO (10)",
    "INSERT INTO parts VALUES (1, '2026-11-20 08:00+00')",
)
FOOLS = (
    "CREATE VIEW beats AS SELECT 0 AS id, 41 AS sequence, now() - interval '40 min' AS at",
    "CREATE VIEW many AS SELECT generate_series(1, 1000) AS id",
    "CREATE VIEW folded AS SELECT 1 AS id FROM orders WHERE false UNION ALL SELECT 1",
    "CREATE MATERIALIZED VIEW kept AS SELECT * FROM beats",
    "CREATE SEQUENCE counted",
    "CREATE FUNCTION answer() RETURNS int LANGUAGE sql AS 'SELECT 42'",
    "CREATE TABLE made (id int, sequence int, seen timestamptz, at timestamptz GENERATED ALWAYS AS (seen) STORED)",
    "INSERT INTO made VALUES (0, 1, '2026-11-20 08:00+00')",
)


@pytest.fixture
def database(postgres_url: str) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        for statement in (*ESTATE, *FOOLS):
            connection.execute(statement)
        yield connection


@pytest.fixture
def checks(postgres_url: str, database: psycopg.Connection[Any]) -> SqlChecks:
    parts = urlsplit(postgres_url)
    host, user, password = parts.hostname or "", parts.username or "", parts.password or ""
    login = Login(host, parts.port or 0, parts.path.strip("/"), user, password)
    return SqlChecks(lambda _: login, lambda: login)


QUERIES = {
    "SELECT count(*) FROM orders WHERE at IS NULL": "0",
    "SELECT (SELECT count(*) FROM orders) - (SELECT count(*) FROM customers)": "6",
    "WITH dear AS (SELECT * FROM orders WHERE total > 5) SELECT count(*) FROM dear": "4",
    "WITH orders AS (SELECT * FROM orders WHERE total > 5) SELECT count(*) FROM orders": "4",
    "SELECT EXISTS (SELECT FROM orders WHERE total < 0)": "False",
    "SELECT count(*) FROM (SELECT id FROM orders UNION SELECT id FROM customers) u": "9",
    "SELECT max(n) FROM (SELECT row_number() OVER (PARTITION BY customer ORDER BY at) n FROM orders) x": "3",
    'SELECT "Total" FROM "Sales"."Big Orders"': "7",
    "SELECT count(*) FROM orders o LEFT JOIN customers c ON c.id = o.customer WHERE c.id IS NULL": "0",
    "SELECT bool_and(n = 3) FROM (SELECT count(*) n FROM orders GROUP BY customer) t": "True",
    "SELECT sum(total)::numeric(12, 2) FROM public.orders;": "45.00",
    "SELECT count(*) FILTER (WHERE data @> '{\"live\": true}') FROM orders": "9",
    "SELECT count(*) FROM customers c, LATERAL (SELECT 1 FROM orders WHERE customer = c.id LIMIT 1) x": "3",
    "SELECT count(*) FROM orders CROSS JOIN generate_series(1, 2)": "18",
    "SELECT count(*) FROM orders WHERE id NOT IN (SELECT id FROM orders)": "0",
    "SELECT count(*) FROM good": "9",
    "SELECT sum FROM totals": "45",
    "SELECT count(*) FROM parts": "1",
    "SELECT id FROM orders WHERE id = 3": "3",
}


def test_a_query_of_the_data_is_taken(checks: SqlChecks) -> None:
    """Of tables, their partitions, views and materialised views of them, however it is written."""
    for text, value in QUERIES.items():
        result = checks.perform(Query("q", text, value), COPY, NOW)
        assert (text, result.observed, result.outcome) == (text, value, Outcome.PASSED)


@pytest.mark.parametrize(
    "text",
    [
        "SELECT 1",
        "VALUES (1)",
        "SELECT answer() - 41",
        "SELECT count(*) / 1000 FROM many",
        "SELECT count(*) FROM folded",
        "SELECT 1 FROM counted",
        "SELECT 1 FROM pg_class LIMIT 1",
        "SELECT 1 FROM information_schema.sql_features LIMIT 1",
        "WITH unused AS (SELECT * FROM orders) SELECT 1",
        "SELECT CASE WHEN true THEN 1 ELSE (SELECT count(*) FROM orders) END",
        "SELECT count(*) + 1 FROM orders WHERE false",
    ],
)
def test_what_reads_no_table_proves_nothing(checks: SqlChecks, text: str) -> None:
    """The answer is right, and would be without the data; a false one has failed all the same."""
    with pytest.raises(NotMeasured, match="it reads no table of the copy"):
        checks.perform(Query("q", text, "1"), COPY, NOW)
    assert checks.perform(Query("q", text, "2"), COPY, NOW).outcome is Outcome.FAILED


def test_rows_are_counted_where_they_are_stored(checks: SqlChecks) -> None:
    """A view of computed rows, and the server's own catalogue, hold as many in an empty database."""
    for table in ("orders", "good", "totals", "parts"):
        assert checks.perform(RowsAtLeast("rows", table, 1), COPY, NOW).outcome is Outcome.PASSED
    for table in ("many", "folded", "pg_catalog.pg_class"):
        with pytest.raises(NotMeasured, match="it reads no table of the copy"):
            checks.perform(RowsAtLeast("rows", table, 1), COPY, NOW)
    assert checks.perform(RowsAtLeast("rows", "many", 1001), COPY, NOW).outcome is Outcome.FAILED


@pytest.mark.parametrize("canary", [True, False])
@pytest.mark.parametrize(
    ("table", "why"),
    [
        ("beats", '"beats" is a view, no ordinary table'),
        ("kept", '"kept" is a materialised view, no ordinary table'),
        ("good", '"good" is a view'),
        ("made", "at of .made. is a generated column"),
    ],
)
def test_a_heartbeat_is_a_stored_column_of_an_ordinary_table(
    checks: SqlChecks, table: str, why: str, canary: bool
) -> None:
    """What is made as it is read is as young as one likes; no instant of it gets into the figures."""
    with pytest.raises(NotMeasured, match=why):
        checks.perform(NewestRow("beat", table, "at", canary=canary), COPY, NOW)


def test_a_table_of_the_server_is_no_witness(checks: SqlChecks) -> None:
    """One of the catalogue that holds an instant is an ordinary table, and not the source's."""
    with pytest.raises(NotMeasured, match="is the server's own"):
        checks.perform(NewestRow("beat", "pg_catalog.pg_authid", "rolvaliduntil", canary=True), COPY, NOW)


@pytest.mark.parametrize("table", ["orders", "public.orders", "parts", "part"])
def test_an_ordinary_table_is_a_witness(checks: SqlChecks, table: str) -> None:
    """Also one of partitions; the instant is read from it."""
    result = checks.perform(NewestRow("beat", table, "at", canary=True), COPY, NOW)
    assert (result.outcome, result.newest) == (Outcome.PASSED, NOW - timedelta(hours=1))


@pytest.mark.parametrize("copy", [COPY, None])
def test_a_marker_is_a_row_of_an_ordinary_table(checks: SqlChecks, copy: Copy | None) -> None:
    """In the copy and in the source: a view may tell any number."""
    with pytest.raises(NotMeasured, match='"beats" is a view'):
        checks.marker(RestoredRow("marker", "beats", "at"), copy)


class Planned:
    """A connection to a copy that has a foreign table; its plan is one that postgres_fdw gives."""

    def __init__(self, *scans: dict[str, Any]) -> None:
        self.plan = [{"Plan": {"Node Type": "Aggregate", "Plans": [{"Node Type": "Append", "Plans": list(scans)}]}}]
        self.told: list[tuple[Any, ...]] = []

    def execute(self, statement: str, values: Any = None, prepare: bool = False) -> Planned:
        catalogue = [("r", False, None)] if "relkind" in statement else [(1,)]
        self.told = [(self.plan,)] if statement.startswith("EXPLAIN") else catalogue
        return self

    def fetchone(self) -> tuple[Any, ...]:
        return self.told[0]

    def fetchall(self) -> list[tuple[Any, ...]]:
        return self.told

    def transaction(self, force_rollback: bool) -> AbstractContextManager[None]:
        return nullcontext()


STORED = {"Node Type": "Seq Scan", "Schema": "public", "Relation Name": "beats"}


@pytest.mark.parametrize(
    "scan",
    [
        {"Node Type": "Foreign Scan", "Operation": "Select", "Schema": "public", "Relation Name": "far"},
        {"Node Type": "Foreign Scan", "Operation": "Select", "Relations": "Aggregate on (public.far)"},
    ],
)
def test_rows_of_another_server_were_not_restored(scan: dict[str, Any]) -> None:
    """A foreign table, or a partition or child that is one, may read production itself: one is enough."""
    table = sql.Identifier("beats")
    with pytest.raises(NotMeasured, match=r"foreign table .*far"):
        stored.data_read(Planned(STORED, scan), "SELECT count(*) FROM beats")
    with pytest.raises(NotMeasured, match=r"foreign table .*far"):
        stored.ordinary(Planned(STORED, scan), table, "at", "SELECT max(at) FROM beats")
    stored.ordinary(Planned(STORED), table, "at", "SELECT max(at) FROM beats")


def test_production_read_through_the_copy_is_no_copy(restored: Restored, production: Production) -> None:
    """A real foreign table of production, in the copy: its rows are counted, and not believed; so is a view of it."""
    server = urlsplit(production.server.url)
    restored.ask(
        "CREATE EXTENSION postgres_fdw",
        f"CREATE SERVER production FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '{server.hostname}', "
        f"port '{server.port}', dbname 'postgres')",
        f"CREATE USER MAPPING FOR CURRENT_USER SERVER production OPTIONS (user '{server.username}', "
        f"password '{server.password}')",
        "CREATE TABLE beats (datname text, backend_start timestamptz) PARTITION BY LIST (datname)",
        "CREATE FOREIGN TABLE far PARTITION OF beats DEFAULT SERVER production "
        "OPTIONS (schema_name 'pg_catalog', table_name 'pg_stat_activity')",
        "CREATE FOREIGN TABLE names (usename text) SERVER production "
        "OPTIONS (schema_name 'pg_catalog', table_name 'pg_user')",
        "CREATE VIEW users AS SELECT * FROM names",
    )
    ask = SqlChecks(lambda _: restored.as_superuser).perform
    for table in ("names", "users"):
        with pytest.raises(NotMeasured, match=r"it reads the foreign table .*names"):
            ask(RowsAtLeast("rows", table, 1), COPY, NOW)
    with pytest.raises(NotMeasured, match="it reads the foreign table far"):
        ask(NewestRow("beat", "beats", "backend_start", canary=True), COPY, NOW)
    with pytest.raises(NotMeasured, match=r"it reads the foreign table .*names"):
        ask(Query("joined", "SELECT count(*) > 0 FROM names a JOIN names b USING (usename)", "True"), COPY, NOW)


def test_tables_hidden_by_a_policy_are_no_answer(checks: SqlChecks, database: psycopg.Connection[Any]) -> None:
    """Rows that the login may not see were not checked: an error of the database, and no count of the rest."""
    database.execute("ALTER TABLE orders ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
    database.execute("CREATE POLICY few ON orders USING (id = 1)")
    database.execute("CREATE ROLE clerk LOGIN PASSWORD 'not-a-secret'")
    database.execute("GRANT SELECT ON orders TO clerk")
    login = Login(database.info.host, database.info.port, database.info.dbname, "clerk", "not-a-secret")
    try:
        with pytest.raises(NotMeasured, match="row-level security policy"):
            SqlChecks(lambda _: login).perform(RowsAtLeast("rows", "orders", 1), COPY, NOW)
    finally:
        database.execute("DROP OWNED BY clerk; DROP ROLE clerk")


def test_the_restored_data_is_not_asked_what_it_is(checks: SqlChecks, database: psycopg.Connection[Any]) -> None:
    """A catalogue and a `max` of its own, before PostgreSQL's on the path, change no word of it."""
    for statement in (
        "CREATE SCHEMA evil",
        "CREATE TABLE evil.pg_class AS SELECT oid, relname, relnamespace, 'r'::\"char\" AS relkind FROM pg_class",
        "CREATE FUNCTION evil.later(timestamptz, timestamptz) RETURNS timestamptz LANGUAGE sql AS 'SELECT now()'",
        "CREATE AGGREGATE evil.max(timestamptz) (sfunc = evil.later, stype = timestamptz, initcond = 'epoch')",
        f"ALTER DATABASE {database.info.dbname} SET search_path = evil, pg_catalog, public",
    ):
        database.execute(statement)
    with pytest.raises(NotMeasured, match='"beats" is a view'):
        checks.perform(NewestRow("beat", "beats", "at", canary=True), COPY, NOW)
    assert checks.perform(NewestRow("beat", "orders", "at", canary=True), COPY, NOW).newest == NOW - timedelta(hours=1)
