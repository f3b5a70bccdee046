"""Database URLs: which are taken, what a wrong one is told, that no password is shown, and who may read the file."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import make_url, text

from dr_orchestrator.errors import UsageError
from dr_orchestrator.ledger.engine import Damaged, create, shown
from dr_orchestrator.ledger.ledger import connect
from tests.support import ledger_samples as samples

REFUSED = {
    "": "not a database URL",
    "ledger.db": "not a database URL",
    "postgresql://dro:hunter2@host:port/db": "not a database URL",
    "mysql://dro:hunter2@host/db": "mysql is not supported",
    "postgresql+psycopg2://dro:hunter2@host/db": "not supported",
    "sqlite://": "a file of its own",
    "sqlite:///:memory:": "a file of its own",
    "sqlite:///file:x?mode=memory&uri=true": "a file of its own",
    "postgresql://dro:hun@ter2@host/db": "percent-encoded",
    "postgresql://dro:hun/t@er2@host/db": "percent-encoded",
    "postgresql://dro:hunter2@127.0.0.1:1/db?connect_timeout=2": "cannot be opened",
    "postgres://dro:hunter2@127.0.0.1:1/db?password=hunter2": "cannot be opened",
    "postgresql://dro:hunter2@127.0.0.1:1/db?nonsense=hunter2": "cannot be opened",
}


@pytest.mark.parametrize("url", REFUSED)
def test_a_wrong_url_is_a_users_mistake(url: str) -> None:
    """A URL that cannot serve is told under the setting's name with what to do, and without any of its password."""
    with pytest.raises(UsageError, match=REFUSED[url]) as told:
        create(url)
    said = f"{told.value.message} {told.value.hint} {told.value.__cause__!r}"
    assert told.value.message.startswith("DRO_DATABASE_URL=")
    assert told.value.hint
    for secret in ("hunter2", "hun@", "ter2", "t@er2"):
        assert secret not in said


def test_a_shown_url_has_no_secret() -> None:
    """What is printed keeps what helps to find the database, and drops password and options."""
    url = make_url("postgresql+psycopg://dro:hunter2@db:5433/ledger?sslpassword=hunter2")
    assert shown(url) == "postgresql+psycopg://dro:***@db:5433/ledger"


def test_a_new_file_is_its_owners_alone(tmp_path: Path) -> None:
    """The ledger's folder and files can be read by nobody else, whatever the umask is."""
    before = os.umask(0)
    try:
        engine = create(f"sqlite:///{tmp_path / 'new' / 'state' / 'ledger.db'}", own=True)
        with engine.begin() as connection:
            connection.execute(text("CREATE TABLE fact (id INTEGER)"))
        files = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "new" / "state").iterdir()}
        engine.dispose()
    finally:
        os.umask(before)
    assert files == {"ledger.db": 0o600, "ledger.db-wal": 0o600, "ledger.db-shm": 0o600}
    assert stat.S_IMODE((tmp_path / "new" / "state").stat().st_mode) == 0o700


def test_a_named_ledgers_folder_is_never_made(tmp_path: Path) -> None:
    """A mistyped folder in the URL is told by its name, and is not there afterwards."""
    folder = tmp_path / "nonexist"
    with pytest.raises(UsageError, match="there is no folder") as told:
        create(f"sqlite:///{folder / 'x.db'}")
    assert str(folder) in told.value.message
    assert not folder.exists()


def test_the_own_ledger_is_blamed_on_no_setting(tmp_path: Path) -> None:
    """A default ledger that cannot be made is told by its file and DRO_HOME, not by a setting that nobody set."""
    (tmp_path / ".dro").touch()
    with pytest.raises(UsageError) as told:
        create(f"sqlite:///{tmp_path / '.dro' / 'ledger.db'}", own=True)
    assert str(tmp_path / ".dro" / "ledger.db") in told.value.message
    assert "DRO_DATABASE_URL" not in told.value.message + told.value.hint
    assert "DRO_HOME" in told.value.hint


@pytest.mark.parametrize("url", ["u:hunter2@host/db", "postgresql:u:hunter2", "postgresql://u:hunter2/db:x"])
def test_what_is_no_url_is_not_printed(url: str) -> None:
    """Text that cannot be taken apart may be a password anywhere."""
    with pytest.raises(UsageError) as told:
        create(url)
    assert "hunter2" not in told.value.message


def test_a_short_password_spoils_no_word() -> None:
    """A password `p` is hidden in the URL, and no other p of the message is."""
    with pytest.raises(UsageError, match="cannot be opened") as told:
        create("postgresql://dro:p@127.0.0.1:1/db?connect_timeout=2")
    assert "dro:***@127.0.0.1" in told.value.message
    assert "port" in told.value.message
    assert told.value.message.count("***") == 1


def test_an_existing_file_keeps_its_mode(tmp_path: Path) -> None:
    """Whoever lets a group read the ledger is not overruled."""
    path = tmp_path / "ledger.db"
    path.touch()
    path.chmod(0o640)
    create(f"sqlite:///{path}").dispose()
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    """Another file of that name, a folder, or a file in the way of the folder: a message, and nothing overwritten."""
    other = tmp_path / "notes.txt"
    other.write_text("not a database " * 100)
    for path in (other, tmp_path, other / "ledger.db"):
        with pytest.raises(UsageError, match=r"cannot be opened|is damaged, or no ledger"):
            create(f"sqlite:///{path}")
    assert other.read_text().startswith("not a database")


@pytest.mark.usefixtures("synced")
def test_sqlite_keeps_what_it_confirmed(tmp_path: Path) -> None:
    """Each connection writes ahead, syncs in full, holds foreign keys, and is out of reach but for a moment."""
    engine = create(f"sqlite:///{tmp_path / 'ledger.db'}")
    with engine.connect() as connection:
        names = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        assert [connection.execute(text(f"PRAGMA {name}")).scalar() for name in names] == ["wal", 2, 1, 200]
    engine.dispose()


@pytest.mark.slow
def test_the_package_is_cheap_to_import() -> None:
    """Importing the ledger package alone does not load SQLAlchemy."""
    code = "import sys, dr_orchestrator.ledger; sys.exit('sqlalchemy' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize("own", [True, False])
def test_a_file_that_is_no_database_is_told_as_damaged(tmp_path: Path, own: bool) -> None:
    """Not as one that may not be written: it is to be restored, and copies that may live are found by their tag."""
    path = tmp_path / "ledger.db"
    path.write_bytes(b"garbage, and no SQLite at all " * 100)
    with pytest.raises(Damaged, match="is damaged") as told:
        connect(f"sqlite:///{path}", own=own)
    assert str(path) in told.value.message
    for words in ("backup", "Copies of drills may live", "`dro sweep`", "dr-drill:run", "dro-*"):
        assert words in told.value.hint


def test_damage_in_mid_run_is_told_as_damage(tmp_path: Path) -> None:
    """Whatever is read or written next meets it, at once and in the same words: waiting mends nothing."""
    path = tmp_path / "ledger.db"
    ledger = connect(f"sqlite:///{path}")
    ledger.open_run(samples.header("r-1"))
    ledger.close()
    whole = path.read_bytes()
    path.write_bytes(whole[:4096] + bytes(len(whole) - 4096))
    with pytest.raises(Damaged, match="malformed"):
        ledger.open_run(samples.header("r-2"))
    with pytest.raises(Damaged, match="malformed"):
        ledger.queries.run("r-1")
    ledger.close()
    with pytest.raises(Damaged, match="malformed"):
        connect(f"sqlite:///{path}")


@pytest.mark.usefixtures("by_migrations")
def test_damage_met_by_a_migration_is_told_as_damage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An older ledger may be whole where its revision stands, and damaged where its rows are."""
    malformed = sqlite3.DatabaseError("database disk image is malformed")
    malformed.sqlite_errorcode = sqlite3.SQLITE_CORRUPT

    def upgrade(*_given: object) -> None:
        raise malformed

    monkeypatch.setattr("alembic.command.upgrade", upgrade)
    with pytest.raises(Damaged, match="malformed"):
        connect(f"sqlite:///{tmp_path / 'ledger.db'}")
