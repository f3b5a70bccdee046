"""The things that a server holds and no connection to one of its databases reads: other databases, large objects."""

from __future__ import annotations

from typing import Any

from dr_orchestrator.checks.deep.words import megabytes

_OF_THE_SERVICE = "rdsadmin"
"""The database in which RDS keeps what is its own; no customer gets in."""

_MAINTENANCE, _EMPTY = "postgres", 1_000_000
"""The database that each server is born with, and the bytes above a new one's up to which it counts as empty."""

_OTHERS = """
    SELECT d.datname, CASE WHEN pg_catalog.has_database_privilege(d.oid, 'CONNECT')
        OR pg_catalog.pg_has_role('pg_read_all_stats', 'MEMBER') THEN pg_catalog.pg_database_size(d.oid) END
    FROM pg_catalog.pg_database d
    WHERE NOT d.datistemplate AND d.datname <> pg_catalog.current_database() AND d.datname <> %s ORDER BY 1
"""
_NEW = """
    SELECT coalesce(max(pg_catalog.pg_database_size(oid)), 0) FROM pg_catalog.pg_database
    WHERE datistemplate AND pg_catalog.has_database_privilege(oid, 'CONNECT')
"""
_LARGE_OBJECTS = "SELECT pg_catalog.pg_relation_size('pg_catalog.pg_largeobject')"


def beside(connection: Any) -> tuple[str, ...]:
    """Each with its bytes; the server's own left out, and the maintenance database where nothing was put into it."""
    (new,) = connection.execute(_NEW).fetchone()
    others = [
        f"the database {name} ({megabytes(size) if size is not None else 'nobody tells its size'})"
        for name, size in connection.execute(_OTHERS, (_OF_THE_SERVICE,)).fetchall()
        if not (name == _MAINTENANCE and size is not None and size <= new + _EMPTY)
    ]
    (large,) = connection.execute(_LARGE_OBJECTS).fetchone()
    return (*others, *([f"large objects ({megabytes(large)})"] if large else []))
