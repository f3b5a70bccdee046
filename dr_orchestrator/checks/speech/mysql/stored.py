"""Whether an answer was read from restored tables, as MySQL or MariaDB tell it: what is computed is no witness.

The statement is explained, and the server's own words for what it then reads are looked up in its dictionary.
"""

from __future__ import annotations

import re
from typing import Any

from dr_orchestrator.errors import NotMeasured

SYSTEM = ("mysql", "information_schema", "performance_schema", "sys")
"""The schemas that are as full in an empty server."""

_ELSEWHERE = ("FEDERATED", "CONNECT", "SPIDER")
"""The engines of tables whose rows stand on another server."""

_KEEPING = "table_type IN ('BASE TABLE', 'SYSTEM VERSIONED')"
_OF_SYSTEM = f"table_schema IN {SYSTEM!r}"
_LITERAL = re.compile(r"'(?:[^'\\]|\\.|'')*'")
_NAMED = re.compile(r"(?:\bfrom|\bjoin|,|\()\s*\(*`((?:[^`]|``)+)`\.`((?:[^`]|``)+)`(?!\.)")
"""A table as the server writes it out, where rows are taken from: views are gone by then, and names are whole."""

_LOOK_UP = f"SELECT engine FROM information_schema.tables WHERE {_KEEPING} AND NOT {_OF_SYSTEM} AND "  # noqa: S608
_WHAT = "SELECT table_type, engine FROM information_schema.tables WHERE table_schema = {} AND table_name = %s"
_GENERATED = """
    SELECT coalesce(generation_expression, '') FROM information_schema.columns
    WHERE table_schema = {} AND table_name = %s AND column_name = %s
"""
_READ = "optimized away"
"""The server's words for an answer that it took from an index already."""


def data_read(connection: Any, statement: str) -> None:
    """Refuse (NotMeasured) a statement that reads no stored table."""
    engines = _engines(connection, statement)
    if any(engine in _ELSEWHERE for engine in engines):
        raise NotMeasured("it reads a table whose rows stand on another server, and are no copy")
    if not engines:
        raise NotMeasured("it reads no table of the copy: the database gives this answer whatever was restored")


def ordinary(connection: Any, table: str, column: str) -> None:
    """Refuse (NotMeasured) a heartbeat that is no stored column of an ordinary table."""
    schema, name = named(table)
    of = "%s" if schema else "database()"
    given = (schema, name) if schema else (name,)
    row = connection.execute(_WHAT.format(of), given).fetchone()
    if row is None or schema.lower() in SYSTEM:
        raise NotMeasured(f"{table} is no ordinary table: it is no witness of what was restored")
    kind, engine = row
    if kind not in ("BASE TABLE", "SYSTEM VERSIONED"):
        raise NotMeasured(f"{table} is a {kind.lower()}, no ordinary table: it is no witness of what was restored")
    if str(engine).upper() in _ELSEWHERE:
        raise NotMeasured(f"{table} keeps its rows on another server: it is no witness of what was restored")
    made = connection.execute(_GENERATED.format(of), (*given, column)).fetchone()
    if made and made[0]:
        raise NotMeasured(f"{column} of {table} is a generated column: it is no witness of when a row was written")


def named(table: str) -> tuple[str, str]:
    """Schema and name of a table as it is declared; without a schema it is the database's own."""
    schema, _, name = table.rpartition(".")
    return schema, name


def _engines(connection: Any, statement: str) -> list[str]:
    """The engines of the stored tables that a statement reads; none where its plan reads nothing."""
    plan = connection.execute(f"EXPLAIN EXTENDED {statement}" if _is_mariadb(connection) else f"EXPLAIN {statement}")
    places = [name.lower() for name in plan.columns]
    at, extra = places.index("table"), places.index("extra")
    if not any(_reads(row[at], row[extra]) for row in plan.fetchall()):
        return []
    written = " ".join(str(row[2]) for row in connection.execute("SHOW WARNINGS").fetchall() if row[1] == 1003)
    found = {(_plain(schema), _plain(name)) for schema, name in _NAMED.findall(_LITERAL.sub("''", written))}
    engines: list[str] = []
    for pair in sorted(found):
        rows = connection.execute(f"{_LOOK_UP} table_schema = %s AND table_name = %s", pair).fetchall()
        engines += [str(engine).upper() for (engine,) in rows]
    return engines


def _reads(table: object, extra: object) -> bool:
    return bool(table and not str(table).startswith("<")) or _READ in str(extra)


def _plain(name: str) -> str:
    return name.replace("``", "`")


def _is_mariadb(connection: Any) -> bool:
    return "mariadb" in str(connection.version).lower()
