"""A ledger set back to an earlier revision: what the migrations after it made is gone, whatever is added to them."""

from __future__ import annotations

import re

from sqlalchemy import Connection, text

from dr_orchestrator.ledger.migrate import MIGRATIONS

_TABLES = re.compile(r'op\.create_table\(\s*"(\w+)"')
_COLUMNS = re.compile(r'op\.add_column\(\s*"(\w+)",\s*sa\.Column\(\s*"(\w+)"')


def set_back(connection: Connection, revision: str) -> None:
    """Drop the tables and columns of later migrations, newest first; a test takes back what else those do."""
    later = sorted((path for path in (MIGRATIONS / "versions").glob("0*.py") if path.stem[:4] > revision), reverse=True)
    for view in ("v_finding", "v_ticket"):
        connection.execute(text(f"DROP VIEW IF EXISTS {view}"))
    for told in (path.read_text() for path in later):
        for table, column in reversed(_COLUMNS.findall(told)):
            connection.execute(text(f"ALTER TABLE {table} DROP COLUMN {column}"))
        for name in reversed(_TABLES.findall(told)):
            connection.execute(text(f"DROP TABLE {name}"))
    connection.execute(text("UPDATE alembic_version SET version_num = :of"), {"of": revision})
