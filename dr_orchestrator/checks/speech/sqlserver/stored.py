"""Whether an answer was read from restored tables, as SQL Server tells it: what is computed is no witness."""

from __future__ import annotations

from typing import Any

from dr_orchestrator.checks.speech.sqlserver import plan
from dr_orchestrator.errors import NotMeasured
from dr_orchestrator.waiting.sqlserver import quote

OWN = ("master", "model", "msdb", "tempdb", "mssqlsystemresource", "rdsadmin", "rdsadmin_ReadOnly")
"""The databases that are as full in an empty server."""

_KEPT = """
    SELECT COUNT(*) FROM {0}.sys.tables t JOIN {0}.sys.schemas s ON s.schema_id = t.schema_id
    WHERE s.name = %s AND t.name = %s AND t.is_ms_shipped = 0 AND t.is_external = 0 AND t.durability = 0
"""
_HIDES = """
    SELECT COUNT(*) FROM {0}.sys.security_predicates p
    JOIN {0}.sys.security_policies y ON y.object_id = p.object_id
    JOIN {0}.sys.objects t ON t.object_id = p.target_object_id JOIN {0}.sys.schemas s ON s.schema_id = t.schema_id
    WHERE s.name = %s AND t.name = %s AND p.predicate_type = 0 AND y.is_enabled = 1
"""
_SEES = "SELECT HAS_PERMS_BY_NAME(DB_NAME(), 'DATABASE', 'VIEW DEFINITION')"
"""Policies are seen with that right alone."""

_WHAT = """
    SELECT RTRIM(o.type), o.type_desc, t.is_external, t.durability, c.is_computed, s.name, o.name
    FROM sys.objects o JOIN sys.schemas s ON s.schema_id = o.schema_id
    LEFT JOIN sys.tables t ON t.object_id = o.object_id
    LEFT JOIN sys.columns c ON c.object_id = o.object_id AND c.name = %s
    WHERE o.object_id = OBJECT_ID(%s)
"""


def data_read(connection: Any, statement: str) -> None:
    """Refuse (NotMeasured) a statement that reads no stored table, or whose rows a policy may hide."""
    found = plan.of(connection, statement)
    if found.remote:
        raise NotMeasured(f"it asks another server ({found.remote[0]}), whose rows are no copy")
    kept = [each for each in found.reads if _is_kept(connection, each)]
    if not kept:
        raise NotMeasured("it reads no table of the copy: the database gives this answer whatever was restored")
    for each in kept:
        _unhidden(connection, quote(each.database), each.schema, each.table)


def ordinary(connection: Any, table: str, column: str) -> None:
    """Refuse (NotMeasured) a heartbeat that is no stored column of an ordinary table."""
    name = ".".join(map(quote, table.split(".")))
    row = connection.execute(_WHAT, (column, name)).fetchone()
    if row is None:
        raise NotMeasured(f"{table} is no ordinary table: it is no witness of what was restored")
    kind, told, external, durability, computed, schema, own = row
    if kind != "U" or external:
        what = "external table" if external else str(told).replace("_", " ").lower()
        raise NotMeasured(f"{table} is of the kind {what}, no ordinary table: it is no witness of what was restored")
    if durability:
        raise NotMeasured(f"{table} is kept in memory alone: it is no witness of what was restored")
    if computed:
        raise NotMeasured(f"{column} of {table} is a computed column: it is no witness of when a row was written")
    _unhidden(connection, "", str(schema), str(own))


def _is_kept(connection: Any, read: plan.Read) -> bool:
    if read.database.lower() in {each.lower() for each in OWN} or not read.database or read.schema == "sys":
        return False
    given = (read.schema, read.table)
    return bool(connection.execute(_KEPT.format(_named(read.database)), given).fetchone() != (0,))


def _unhidden(connection: Any, database: str, schema: str, table: str) -> None:
    """Refuse a table of which a policy shows rows to some alone: what was not seen was not checked."""
    if connection.execute(_SEES).fetchone() != (1,):
        told = "whether a security policy hides rows is told to whoever has VIEW DEFINITION alone"
        raise NotMeasured(told, "GRANT VIEW DEFINITION TO the login's user, in the source")
    ask = _HIDES.format(database.replace("%", "%%")) if database else _HIDES.replace("{0}.", "")
    if connection.execute(ask, (schema, table)).fetchone() != (0,):
        raise NotMeasured(f"a security policy of {schema}.{table} may hide rows from the login")


def _named(database: str) -> str:
    return quote(database).replace("%", "%%")
