"""A query can fail: it is one SELECT that names a table of the source; of what cannot be read nothing is guessed."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from dr_orchestrator.catalog.rules.query import mistake
from tests.support.drill_files import SHOP, changed, only, write
from tests.support.types import load, problems

ROWS = "rows-at-least: {table: orders, minimum: 1}"
READING = [
    "SELECT count(*) FROM issues WHERE created_at IS NULL",
    "SELECT (SELECT count(*) FROM a) - (SELECT count(*) FROM b)",
    "WITH recent AS (SELECT * FROM orders WHERE at > now() - interval '1 day') SELECT count(*) FROM recent",
    "WITH orders AS (SELECT * FROM orders WHERE paid) SELECT count(*) FROM orders",
    "WITH a AS (SELECT 1), b AS (SELECT * FROM c), c AS (SELECT 2) SELECT count(*) FROM b",
    "WITH RECURSIVE b AS (SELECT * FROM c), c AS (SELECT * FROM orders) SELECT count(*) FROM b",
    "WITH RECURSIVE tree AS (SELECT id FROM nodes WHERE parent IS NULL UNION ALL SELECT n.id FROM nodes n "
    "JOIN tree t ON n.parent = t.id) SELECT count(*) FROM tree",
    "WITH a AS (SELECT 1) SELECT count(*) FROM public.a",
    'WITH a AS (SELECT 1) SELECT count(*) FROM "A"',
    "SELECT EXISTS (SELECT 1 FROM orders WHERE total < 0)",
    "SELECT 'none' WHERE NOT EXISTS (TABLE orders)",
    "SELECT count(*) FROM (SELECT id FROM a UNION ALL SELECT id FROM b) u",
    "SELECT max(n) FROM (SELECT row_number() OVER (PARTITION BY customer ORDER BY at) n FROM orders) x",
    'SELECT count(*) FROM "Orders"."My ""Table""" WHERE "Total" < 0',
    "SELECT count(*) FROM orders o LEFT JOIN customers c ON c.id = o.customer_id WHERE c.id IS NULL",
    "SELECT bool_and(ok) FROM (SELECT sum(amount) = 0 AS ok FROM ledger GROUP BY account) t",
    "SELECT count(DISTINCT u.id) FROM users u, LATERAL (SELECT 1 FROM orders o WHERE o.user_id = u.id) x",
    "SELECT coalesce(sum(total), 0)::numeric(12, 2) FROM public.orders;",
    "SELECT data->>'version' FROM settings WHERE data @> '{\"live\": true}'::jsonb",
    "SELECT md5(string_agg(t::text, ',' ORDER BY id)) FROM t",
    "SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY total) > 0 FROM orders",
    "SELECT count(*) FROM orders CROSS JOIN generate_series(1, 3) AS g(n)",
    "SELECT 1 FROM ONLY orders TABLESAMPLE system (10) FETCH FIRST 1 ROW ONLY",
    "(SELECT count(*) FROM a EXCEPT SELECT count(*) FROM b)",
    "SELECT /* ; */ count(*) FROM orders WHERE note = $$a;b$$ -- ;",
    "SELECT count(*) FROM public.pg_orders",
    "SELECT count(*) FROM orders; -- all of them",
]
READING_NOTHING = [
    "SELECT 1",
    "SELECT NULL",
    "VALUES (1)",
    ";",
    "SELECT 'orders' AS \"from orders\"",
    "SELECT count(*) FROM generate_series(1, 1000)",
    "SELECT count(*) FROM LATERAL checked(1) x",
    "SELECT count(*) FROM ROWS FROM (generate_series(1, 2), f(2)) AS t",
    "SELECT n FROM unnest(ARRAY[1]) n",
    "SELECT count(*) FROM json_to_recordset('[]') AS x(a int)",
    "SELECT count(*) FROM (VALUES (1), (2)) v(a)",
    "SELECT 1 UNION SELECT 2",
    "SELECT is_whole(), pg_is_in_recovery()",
    "WITH a AS (SELECT 1 AS n), b AS (SELECT * FROM a) SELECT count(*) FROM b",
    "WITH A AS (SELECT 1 AS n) SELECT count(*) FROM a",
    "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t WHERE n < 10) SELECT count(*) FROM t",
    "WITH unused AS (SELECT * FROM orders) SELECT 1",
    "SELECT count(*) FROM pg_tables",
    "SELECT count(*) FROM pg_catalog.pg_class",
    'SELECT count(*) FROM "information_schema".TABLES',
]
NO_SELECT = [
    "INSERT INTO orders VALUES (1) RETURNING 1",
    "UPDATE orders SET paid = true",
    "WITH gone AS (DELETE FROM orders RETURNING 1) SELECT count(*) FROM gone",
    "SELECT 1 INTO copied FROM orders",
    "DROP TABLE orders",
    "SHOW server_version",
    "CALL orders()",
]


@pytest.mark.parametrize("text", READING)
def test_a_query_of_the_data_is_taken(text: str) -> None:
    """Tables anywhere in it count, whatever surrounds them; a name in quotes, or with a schema, is no WITH's."""
    assert mistake(text) is None


@pytest.mark.parametrize("text", READING_NOTHING)
def test_a_query_that_names_no_table_is_refused(text: str) -> None:
    """Constants, functions, the server's own catalogues, and a WITH that reads nothing or is not read."""
    told = mistake(text)
    assert told
    assert told[0].startswith("the query names no table of the source")


@pytest.mark.parametrize("text", NO_SELECT)
def test_a_query_changes_nothing(text: str) -> None:
    """The database would refuse it in the middle of a drill."""
    told = mistake(text)
    assert told
    assert told[0] == "a query is a SELECT that changes nothing"


def test_a_query_is_one_statement() -> None:
    """The database would refuse several."""
    told = mistake("SELECT 1 FROM a; SELECT 2 FROM b")
    assert told
    assert told[0] == "a query is one statement, this has 2"


@pytest.mark.parametrize("text", ["SELECT $$", "SELECT (1", "SELECT 1 FROM a WHERE ??? b", "SELECT " + "(" * 5000])
def test_what_cannot_be_read_is_left_to_the_database(text: str) -> None:
    """A server may know syntax that is not known here: it is asked at the drill, and nothing is guessed."""
    assert mistake(text) is None


def test_the_reader_prints_nothing(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    """Where nobody listens to logs, those of the parser would go to the terminal."""
    monkeypatch.setattr(logging.root, "handlers", [])
    assert mistake(NO_SELECT[-1])
    assert capfd.readouterr() == ("", "")


def test_the_mistake_is_told_where_it_stands(tmp_path: Path) -> None:
    """With file, line, key and what to do; what was written over several lines, where it begins."""
    written = "query: {sql: SELECT 1, equals: 1}"
    problem = only(tmp_path, {"shop.yaml": changed(SHOP, ROWS, written)})
    assert (problem.file, problem.line) == ("drills/shop.yaml", 19)
    assert problem.key == "drills.shop-pitr.checks[0].query.sql"
    assert problem.fix == "let it count or compare rows: SELECT count(*) FROM …"


@pytest.mark.parametrize("table", ["pg_class", "pg_catalog.pg_class", "INFORMATION_SCHEMA.tables"])
@pytest.mark.parametrize("claim", ["rows-at-least: {{table: {}, minimum: 1}}", "newest-row: {{table: {}, column: at}}"])
def test_the_servers_own_tables_are_no_source(tmp_path: Path, table: str, claim: str) -> None:
    """They are as full in an empty database."""
    problem = only(tmp_path, {"shop.yaml": changed(SHOP, ROWS, claim.format(table))})
    assert problem.key.endswith(".table")
    assert problem.message == f"'{table}' is the server's own, and as full in an empty database"


def test_what_proves_nothing_for_the_drill_may_stay(tmp_path: Path) -> None:
    """An optional check makes no drill pass: files of old still load, and the drill tells what it does not prove."""
    more = ROWS + "}\n      - {name: version, mandatory: false, query: {sql: SELECT 1, equals: 1}"
    folder = write(tmp_path, {"shop.yaml": changed(SHOP, ROWS, more)})
    assert not problems(folder)
    assert len(load(folder).drills["shop-pitr"].checks) == 2
