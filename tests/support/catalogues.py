"""All that a PostgreSQL database knows of itself, so that two moments of it can be compared."""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg import sql

LIVING = ("pg_stat", "pg_class", "pg_attribute", "pg_database", "pg_index")
"""Catalogues that say when they were last cleaned, or how much they hold."""


def catalogue(url: str) -> dict[str, list[Any]]:
    """The rows of each of its own tables that may be read, in their order."""
    with psycopg.connect(url) as connection:
        named = connection.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'pg_catalog'::regnamespace "
            "AND has_table_privilege(oid, 'SELECT') ORDER BY 1"
        ).fetchall()
        kept = [name for (name,) in named if not name.startswith(LIVING)]
        return {name: _rows(connection, name) for name in kept} | {
            "names": connection.execute(
                "SELECT relname FROM pg_class UNION ALL SELECT attname FROM pg_attribute ORDER BY 1"
            ).fetchall()
        }


def _rows(connection: psycopg.Connection[Any], table: str) -> list[Any]:
    ask = sql.SQL("SELECT t::text FROM pg_catalog.{} t ORDER BY 1").format(sql.Identifier(table))
    return connection.execute(ask).fetchall()
