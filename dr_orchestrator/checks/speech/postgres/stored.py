"""Whether an answer was read from restored tables, as the copy's own database tells it: what is computed is no witness.

The restored data is nobody's friend: PostgreSQL's own catalogue is asked, by a path on which nothing stands before it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from psycopg import sql

from dr_orchestrator.errors import NotMeasured

_ORDINARY = ("r", "p")
"""The kinds of relation that rows are written to: a table, or one of partitions."""

_STORED = ("r", "m")
"""The kinds that are scanned where rows are stored: a table, a partition among them, or a materialised view."""

_KINDS = {
    "v": "a view",
    "m": "a materialised view",
    "f": "a foreign table, whose rows stand on another server",
    "S": "a sequence",
}

_SCANNED = """
    SELECT c.relkind::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN unnest(%s::text[], %s::text[]) AS scanned (schema, name) ON n.nspname = schema AND c.relname = name
    WHERE left(n.nspname, 3) <> 'pg_' AND n.nspname <> 'information_schema'
"""
_NAMED = "SELECT pg_catalog.to_regclass(%s)::pg_catalog.oid::pg_catalog.int8"
_WHAT = """
    SELECT c.relkind::text, left(n.nspname, 3) = 'pg_' OR n.nspname = 'information_schema', to_jsonb(a)->>'attgenerated'
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = %s WHERE c.oid = %s
"""
"""Whether a column is generated is not kept before PostgreSQL 12, where none is."""


def data_read(connection: Any, statement: str, values: Sequence[object] = ()) -> None:
    """Refuse (NotMeasured) a statement that scans no table of the copy: it would say the same without the data."""
    scans = _scans(connection, statement, values)
    names = [[str(scan.get(key, "")) for scan in scans] for key in ("Schema", "Relation Name")]
    if not any(kind in _STORED for (kind,) in _of_catalogue(connection, _SCANNED, *names)):
        raise NotMeasured("it reads no table of the copy: the database gives this answer whatever was restored")


def ordinary(connection: Any, table: sql.Identifier, column: str, statement: str) -> None:
    """Refuse (NotMeasured) a heartbeat that is no stored column of an ordinary table: it may be made as it is read."""
    name = table.as_string()
    (named,) = connection.execute(_NAMED, (name,)).fetchone()
    ((kind, system, generated),) = _of_catalogue(connection, _WHAT, column, named)
    if kind not in _ORDINARY or system:
        what = _KINDS.get(kind, "of another kind") if not system else "the server's own"
        raise NotMeasured(f"{name} is {what}, no ordinary table: it is no witness of what was restored")
    if generated:
        raise NotMeasured(f"{column} of {name} is a generated column: it is no witness of when a row was written")
    _scans(connection, statement)


def _scans(connection: Any, statement: str, values: Sequence[object] = ()) -> list[Mapping[str, Any]]:
    """The scans of relations in the plan of a statement; none of them may be of another server's rows."""
    explain = f"EXPLAIN (VERBOSE, COSTS OFF, FORMAT JSON) {statement}"
    ((plan,),) = connection.execute(explain, values or None, prepare=True).fetchall()
    scans = list(_nodes(plan))
    for scan in scans:
        if scan["Node Type"] == "Foreign Scan":
            name = scan.get("Relation Name") or scan.get("Relations", "")
            raise NotMeasured(f"it reads the foreign table {name}: its rows stand on another server, and are no copy")
    return scans


def _nodes(plan: Any) -> Iterator[Mapping[str, Any]]:
    """The nodes of a plan that scan a relation, or whatever another server scans for them."""
    if isinstance(plan, Mapping):
        if "Relation Name" in plan or plan.get("Node Type") == "Foreign Scan":
            yield plan
        for part in plan.values():
            yield from _nodes(part)
    elif isinstance(plan, list):
        for part in plan:
            yield from _nodes(part)


def _of_catalogue(connection: Any, ask: str, *values: object) -> list[tuple[Any, ...]]:
    """The words of PostgreSQL's catalogue; the path that the checks look along is as before, afterwards."""
    with connection.transaction(force_rollback=True):
        connection.execute("SET LOCAL search_path = pg_catalog, pg_temp")
        rows: list[tuple[Any, ...]] = connection.execute(ask, values).fetchall()
        return rows
