"""The lab's MariaDB: its data directory is made though the installer failed once, and restorable at once."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from unittest import mock

import pytest

from dr_orchestrator.errors import LabError
from dr_orchestrator.lab.mariadb.plane import Image, MariaPlane, Source
from dr_orchestrator.lab.mariadb.programs import prepare
from dr_orchestrator.lab.mariadb.server import Server, Template
from dr_orchestrator.lab.programs import Programs


@pytest.fixture
def home() -> Iterator[Path]:
    """A folder that another user may enter."""
    with tempfile.TemporaryDirectory(prefix="dro-maria-") as made:
        Path(made).chmod(0o755)
        yield Path(made)


@pytest.mark.parametrize("fails", [1, 2])
def test_an_installer_that_failed_is_asked_once_more(home: Path, fails: int) -> None:
    """In an empty folder: what it began is in its way. One that fails again is told, with what it said."""
    programs, run, tries = prepare(home), Programs.run, list[bool]()
    programs.own(home)

    def once(self: Programs, *command: str, **given: Any) -> None:
        if command[0] == "mariadb-install-db":
            tries.append((home / "template" / "data").exists())
            if len(tries) <= fails:
                (home / "template" / "data").mkdir()
                raise LabError("mariadb-install-db: exit 1")
        run(self, *command, **given)

    with mock.patch.object(Programs, "run", once):
        if fails == 1:
            assert (Template(programs, home, "admin").data / "mysql").is_dir()
        else:
            with pytest.raises(LabError, match="exit 1"):
                Template(programs, home, "admin")
    assert tries == [False, False]


def test_both_ends_of_what_a_program_said_are_told(home: Path) -> None:
    """What went wrong stands first, and where to ask about it last."""
    with pytest.raises(LabError) as told:
        prepare(home).run("sh", "-c", "echo it began; seq 2000; echo it ended; exit 1", cwd=home)
    assert "it began" in str(told.value)
    assert str(told.value).endswith("it ended")
    assert len(str(told.value)) < 1500


def test_a_filled_database_is_restorable_from_its_first_moment() -> None:
    """To an instant of the history that it was filled with: its first mark is too young, or none was made yet."""
    now = datetime(2026, 11, 20, 12, tzinfo=UTC)
    image = Image(Path("base"), cast("Any", None), now - timedelta(minutes=1))
    filled, fresh = (Source(Path("log"), "shop", image, each) for each in (lambda _: (), None))
    plane = cast("Any", SimpleNamespace(_sources={"filled": filled, "fresh": fresh}, _now=lambda: now))
    assert MariaPlane.restorable_until(plane, "filled") == now - timedelta(minutes=5)
    assert MariaPlane.restorable_until(plane, "fresh") is None
    filled.image = replace(image, at=now - timedelta(minutes=20))
    assert MariaPlane.restorable_until(plane, "filled") == now - timedelta(minutes=20), "nothing is written since"
    filled.marks.append((now - timedelta(minutes=7), cast("Any", None)))
    assert MariaPlane.restorable_until(plane, "filled") == now - timedelta(minutes=7)


def test_an_image_holds_nothing_of_after_its_history_however_long_it_takes(home: Path) -> None:
    """On a busy machine minutes of lab time pass until it is there: they are not restorable, for nobody wrote then."""
    written = datetime(2026, 11, 20, 12, tzinfo=UTC)
    late = written + timedelta(minutes=30)
    server = SimpleNamespace(image=lambda folder: folder.name)
    plane = cast("Any", SimpleNamespace(_sources={"db": Source(Path("log"), "shop")}, _now=lambda: late, root=home))
    plane._live = {"db": SimpleNamespace(cluster=server)}
    plane._take_image = lambda *given: MariaPlane._take_image(plane, *given)
    MariaPlane.seeded(plane, "db", written, lambda _: ())
    assert MariaPlane.restorable_until(plane, "db") == written


def test_temporary_tables_are_in_a_folder_of_the_servers_own(mariadb_server: Server) -> None:
    """Another server deletes, as it starts, what looks like one in its folder: an installer beside it lost its own."""
    with mariadb_server.connect() as connection:
        ((told,),) = connection.execute("SELECT @@tmpdir").fetchall()
    assert Path(told) == mariadb_server.folder.with_name(f"{mariadb_server.folder.name}-tmp")
