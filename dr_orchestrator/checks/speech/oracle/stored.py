"""Whether an answer was read from restored tables, as Oracle tells it: what is computed is no witness."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from dr_orchestrator.checks.speech.oracle import plan
from dr_orchestrator.errors import NotMeasured
from dr_orchestrator.waiting.oracle.names import kept, split

OWN = "SELECT username FROM SYS.ALL_USERS WHERE oracle_maintained = 'Y' OR username IN ('RDSADMIN', 'RDS_DATAGUARD')"
"""The schemas that are as full in an empty server."""

_KEPT = f"""
    SELECT COUNT(*) FROM SYS.ALL_TABLES t WHERE t.owner = :1 AND t.table_name = :2 AND t.temporary = 'N'
        AND t.owner NOT IN ({OWN})
        AND NOT EXISTS (SELECT 1 FROM SYS.ALL_EXTERNAL_TABLES e
            WHERE e.owner = t.owner AND e.table_name = t.table_name)
"""  # noqa: S608
_OF_INDEX = "SELECT table_owner, table_name FROM SYS.ALL_INDEXES WHERE owner = :1 AND index_name = :2"
_HIDES = """
    SELECT COUNT(*) FROM SYS.ALL_POLICIES WHERE object_owner = :1 AND object_name = :2
        AND sel = 'YES' AND enable = 'YES'
        AND NOT EXISTS (SELECT 1 FROM SYS.SESSION_PRIVS WHERE privilege = 'EXEMPT ACCESS POLICY')
"""
_WHAT = "SELECT object_type FROM SYS.ALL_OBJECTS WHERE owner = :1 AND object_name = :2 AND subobject_name IS NULL"
_GENERATED = """
    SELECT virtual_column FROM SYS.ALL_TAB_COLS WHERE owner = :1 AND table_name = :2 AND column_name = :3
"""
_CURRENT = "SYS_CONTEXT('USERENV', 'CURRENT_SCHEMA')"


def data_read(connection: Any, statement: str) -> None:
    """Refuse (NotMeasured) a statement that reads no stored table, or whose rows a policy may hide."""
    found = plan.of(connection, statement)
    for step in found:
        if step.operation == "REMOTE":
            raise NotMeasured("it reads a table by a database link: its rows stand on another server, and are no copy")
        if step.operation.startswith("EXTERNAL TABLE"):
            raise NotMeasured(f"it reads the external table {step.name}: its rows stand in a file, and are no copy")
    read = [table for step in found if not step.never for table in _tables(connection, step)]
    stored = [table for table in dict.fromkeys(read) if connection.execute(_KEPT, table).fetchone() != (0,)]
    if not stored:
        raise NotMeasured("it reads no table of the copy: the database gives this answer whatever was restored")
    for table in stored:
        _unhidden(connection, *table)


def ordinary(connection: Any, table: str, column: str) -> None:
    """Refuse (NotMeasured) a heartbeat that is no stored column of an ordinary table."""
    schema, name = split(table)
    if not schema:
        ((schema,),) = connection.execute(f"SELECT {_CURRENT} FROM SYS.DUAL").fetchall()  # noqa: S608
    kinds = [str(kind) for (kind,) in connection.execute(_WHAT, (schema, name)).fetchall()]
    if "TABLE" not in kinds or "MATERIALIZED VIEW" in kinds:
        what = f"a {kinds[0].lower()}" if kinds else "not there"
        raise NotMeasured(f"{table} is {what}, no ordinary table: it is no witness of what was restored")
    if connection.execute(_KEPT, (schema, name)).fetchone() == (0,):
        told = f"{table} keeps its rows elsewhere, for a session alone, or is the server's own"
        raise NotMeasured(f"{told}: it is no witness of what was restored")
    made = connection.execute(_GENERATED, (schema, name, kept(column))).fetchone()
    if made and made[0] == "YES":
        raise NotMeasured(f"{column} of {table} is a virtual column: it is no witness of when a row was written")
    _unhidden(connection, str(schema), name)


def _tables(connection: Any, step: plan.Step) -> Iterator[tuple[str, str]]:
    """The table that a step reads, by itself or by one of its indexes."""
    if step.operation in ("TABLE ACCESS", "MAT_VIEW ACCESS", "MAT_VIEW REWRITE ACCESS"):
        yield step.owner, step.name
    elif step.operation.endswith("INDEX") or step.kind.startswith("INDEX"):
        found: Sequence[tuple[Any, ...]] = connection.execute(_OF_INDEX, (step.owner, step.name)).fetchall()
        yield from ((str(owner), str(name)) for owner, name in found)


def _unhidden(connection: Any, schema: str, table: str) -> None:
    """Refuse a table of which a policy shows rows to some alone: what was not seen was not checked."""
    if connection.execute(_HIDES, (schema, table)).fetchone() != (0,):
        raise NotMeasured(f"a security policy of {schema}.{table} may hide rows from the login")
