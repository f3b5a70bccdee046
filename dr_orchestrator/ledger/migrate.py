"""Brings a ledger up to the schema that this program knows, whoever else is starting at the same moment."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, Engine, column, func, inspect, select, table
from sqlalchemy.exc import OperationalError, ProgrammingError

from dr_orchestrator.errors import UsageError
from dr_orchestrator.ledger.engine import reading, shown, telling_damage, transaction, unhurried

MIGRATIONS = Path(__file__).parent / "migrations"
REVISIONS = tuple(f"{number:04}" for number in range(1, 34))
_LOCK = 0x64726F  # "dro": the advisory lock under which the schema is changed
_VERSION = table("alembic_version", column("version_num"))
_NOT_OURS = "give the ledger a database of its own, shared with no other program (nor with Prefect)"


def upgrade(engine: Engine) -> None:
    """Apply the migrations that are missing; UsageError where the ledger is newer than the program, or not a ledger."""
    with transaction(reading(engine)) as connection:
        found = revision(connection)
    if found == REVISIONS[-1]:
        return
    if found is not None and found not in REVISIONS:
        raise UsageError(
            f"the ledger {shown(engine.url)} is at revision {found}, which this program does not know: "
            "a newer program wrote it, or another one",
            f"install the newest dr_orchestrator; or {_NOT_OURS}",
        )
    _apply(engine)


def revision(connection: Connection) -> str | None:
    """The migration that a ledger stands at, None where there is no ledger yet."""
    if not inspect(connection).has_table(_VERSION.name):
        return None
    return connection.execute(select(_VERSION.c.version_num)).scalar()


def _apply(engine: Engine) -> None:
    # Alembic takes as long to import as all else together, and is needed only when the schema changes.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    try:
        with telling_damage(engine.url), engine.begin() as connection, unhurried(connection):
            _lock(connection)
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    except (OperationalError, ProgrammingError) as wrong:
        raise UsageError(f"{shown(engine.url)} cannot be made a ledger: {wrong.orig}", _NOT_OURS) from None


def _lock(connection: Connection) -> None:
    # SQLite needs none: the transaction began IMMEDIATE, so that a second program waits for its end.
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(_LOCK)))
