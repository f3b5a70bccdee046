"""A ledger set back to an earlier revision: what the migrations after it made is gone, whatever is added to them."""

from __future__ import annotations

import re

from sqlalchemy import Connection, text

from dr_orchestrator.ledger.migrate import MIGRATIONS

_TABLES = re.compile(r'op\.create_table\(\s*"(\w+)"')


def set_back(connection: Connection, revision: str) -> None:
    """Drop the tables of later migrations, newest first; what else those do, a test takes back by itself."""
    later = sorted((path for path in (MIGRATIONS / "versions").glob("0*.py") if path.stem[:4] > revision), reverse=True)
    for name in (name for path in later for name in reversed(_TABLES.findall(path.read_text()))):
        for view in ("v_finding", "v_ticket"):
            connection.execute(text(f"DROP VIEW IF EXISTS {view}"))
        connection.execute(text(f"DROP TABLE {name}"))
    connection.execute(text("UPDATE alembic_version SET version_num = :of"), {"of": revision})
