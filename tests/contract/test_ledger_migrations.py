"""What changing the schema promises: migrations and program agree, whoever starts first, and nothing is guessed."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, text

from dr_orchestrator.errors import UsageError
from dr_orchestrator.ledger.engine import create
from dr_orchestrator.ledger.ledger import SqlLedger, connect
from dr_orchestrator.ledger.migrate import MIGRATIONS, REVISIONS, upgrade
from dr_orchestrator.ledger.tables import metadata
from tests.support.ledger_samples import header

pytestmark = pytest.mark.usefixtures("by_migrations")
CONSTRAINTS = """
    SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
    WHERE connamespace = 'public'::regnamespace AND conrelid::regclass::text <> 'alembic_version'
"""
SQLITE_TABLES = (
    "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND type <> 'view' AND name <> 'alembic_version'"
)


def test_the_migrations_make_the_tables_of_the_program(database_url: str) -> None:
    """Alembic finds no difference between what the migrations leave and what the program expects."""
    engine = migrated(database_url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
    engine.dispose()


def test_the_migrations_make_the_constraints_of_the_program(
    database_url: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Every CHECK, key and index is the same too, which Alembic does not compare."""
    engine = migrated(database_url)
    with engine.begin() as connection:
        by_migrations = schema(connection)
        if engine.dialect.name == "sqlite":
            other = create_engine(f"sqlite:///{tmp_path_factory.mktemp('other') / 'made.db'}")
        else:
            connection.execute(text("ALTER SCHEMA public RENAME TO aside; CREATE SCHEMA public"))
            other = engine
    with other.begin() as connection:
        metadata.create_all(connection)
        assert schema(connection) == by_migrations
    engine.dispose()
    other.dispose()


def test_a_second_upgrade_changes_nothing(ledger: SqlLedger, database_url: str) -> None:
    """Starting again keeps what was written."""
    ledger.open_run(header())
    again = connect(database_url)
    assert [run.header.id for run in again.queries.runs()] == ["r-1"]
    again.close()


def test_a_newer_ledger_is_refused(ledger: SqlLedger, database_url: str) -> None:
    """A program that does not know the schema does not touch the ledger, and says what to do."""
    ledger.open_run(header())
    engine = create(database_url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(UsageError, match=r"revision 9999.*newer program") as told:
        connect(database_url)
    assert "install the newest" in told.value.hint
    assert "correct-horse" not in told.value.message
    engine.dispose()


def test_the_database_of_another_program_is_refused(database_url: str) -> None:
    """A database with tables of the same names is left as it is."""
    engine = create(database_url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE step (theirs INTEGER)"))
    with pytest.raises(UsageError, match="cannot be made a ledger") as told:
        upgrade(engine)
    assert "a database of its own" in told.value.hint
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE step"))
    upgrade(engine)
    engine.dispose()


def test_the_program_knows_every_migration() -> None:
    """The revisions that the program lists are those that it ships, in order."""
    scripts = ScriptDirectory(str(MIGRATIONS))
    assert [script.revision for script in scripts.walk_revisions()] == list(reversed(REVISIONS))


@pytest.mark.slow
def test_an_up_to_date_ledger_does_not_load_alembic(ledger: SqlLedger, database_url: str) -> None:
    """Listing runs does not pay for the import of what only changes the schema."""
    code = (
        "import sys; from dr_orchestrator.ledger.ledger import connect; connect(sys.argv[1]).queries.runs();"
        "sys.exit('alembic' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code, database_url], check=True)


@pytest.mark.slow
def test_two_programs_can_start_at_once(database_url: str) -> None:
    """Programs that find the same empty database make one ledger together, and all of them can use it."""
    code = (
        "import sys; from dr_orchestrator.ledger.ledger import connect; print('ready', flush=True);"
        "sys.stdin.readline(); print(len(connect(sys.argv[1]).queries.runs()))"
    )
    command = [sys.executable, "-c", code, database_url]
    started = [subprocess.Popen(command, stdin=-1, stdout=-1, stderr=-1, text=True) for _ in range(3)]
    for process in started:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in started:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    assert [process.communicate() for process in started] == [("0\n", "")] * 3


def migrated(url: str) -> Engine:
    """The database, as the migrations leave it."""
    engine = create(url)
    upgrade(engine)
    return engine


def schema(connection: Connection) -> set[tuple[str, ...]]:
    """What the database says of its tables, in its own words, without regard to the order of constraints."""
    if connection.dialect.name == "sqlite":
        rows = connection.execute(text(SQLITE_TABLES))
        return {(name, *sorted(_parts(sql))) for name, sql in rows}
    return {tuple(row) for row in connection.execute(text(CONSTRAINTS))}


def _parts(sql: str) -> list[str]:
    """The columns and constraints of a CREATE statement, wherever in it they stand: an added column stands last."""
    inside = re.sub(r"\s+", " ", sql).partition("(")[2].rpartition(")")[0]
    parts, depth = [""], 0
    for letter in inside:
        depth += {"(": 1, ")": -1}.get(letter, 0)
        if letter == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += letter
    return [part.strip() for part in parts]
