"""Names and instants as Oracle keeps them.

A name that is written in lower case is what Oracle reads without quotes: one in upper case. Any other is taken as it is
written, and so is one within quotes of its own.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy.dialects.oracle import dialect

quote: Any = dialect().identifier_preparer.quote_identifier  # type: ignore[no-untyped-call]

IN_UTC = "DRO_UTC"
"""The name of a column of instants in UTC: the driver tells no zone of any, so ours are asked for by this name."""

ZONED = 'YYYY-MM-DD"T"HH24:MI:SS.FF6TZH:TZM'
SESSION = (
    "ALTER SESSION SET TIME_ZONE = '+00:00'",
    "ALTER SESSION SET NLS_LANGUAGE = 'AMERICAN' NLS_NUMERIC_CHARACTERS = '.,'",
    f"ALTER SESSION SET NLS_TIMESTAMP_TZ_FORMAT = '{ZONED}'",
    """ALTER SESSION SET NLS_TIMESTAMP_FORMAT = 'YYYY-MM-DD"T"HH24:MI:SS.FF6'""",
    """ALTER SESSION SET NLS_DATE_FORMAT = 'YYYY-MM-DD"T"HH24:MI:SS'""",
)
"""Instants are written as ISO 8601 says, with their zone where they have one: the driver tells none."""


def kept(name: str) -> str:
    """A name as the dictionary has it."""
    if len(name) > 2 and name.startswith('"') and name.endswith('"'):
        return name[1:-1]
    return name.upper() if name == name.lower() else name


def written(name: str) -> str:
    """A name of the dictionary as it is declared: in quotes where it would be read as another."""
    return name if kept(name) == name else f'"{name}"'


def split(table: str) -> tuple[str, str]:
    """Schema and name of a table as the dictionary has them; the schema is empty where none is told."""
    schema, _, name = table.rpartition(".")
    return kept(schema) if schema else "", kept(name)


def quoted(table: str) -> str:
    """The name of a table, as a name and nothing else."""
    return ".".join(quote(part) for part in split(table) if part)


def instant(at: datetime) -> str:
    """An instant as ZONED reads it."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f+00:00")


def column_name(column: str) -> str:
    """The name of a column, as a name and nothing else."""
    return str(quote(kept(column)))
