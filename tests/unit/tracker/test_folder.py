"""A folder of Markdown: what people write there is theirs, and is kept whatever the program does."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

import pytest

from dr_orchestrator.domain.findings.acts import Note
from dr_orchestrator.domain.tickets.policy import TrackerKind
from dr_orchestrator.tracker.folder import LINE
from tests.support.trackers.worlds import World, world


@pytest.fixture
def there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """A finding, and its file."""
    with world(TrackerKind.MARKDOWN, tmp_path, monkeypatch) as made:
        made.find("one")
        made.sync()
        made.clock.sleep(7200)
        yield made


def file(there: World) -> Path:
    (path,) = there.folder.rglob("dro-*.md")
    return path


def note(there: World, text: str) -> None:
    key = there.finding("one").fingerprint, False
    there.here.ledger.findings.act([key], Note(text), "ada", there.clock.now())


def test_what_a_person_adds_below_the_line_is_kept(there: World) -> None:
    """Byte by byte, whatever is written above it, even the line once more, and letters that are no UTF-8."""
    theirs = f"\nmine: {LINE}\n- Status: mine\n\ttab ".encode() + b"\xff\r\nend"
    file(there).write_bytes(file(there).read_bytes() + theirs)
    note(there, "from the program")
    assert there.sync().in_line
    assert file(there).read_bytes().endswith(theirs)
    ours = file(there).read_bytes().partition(LINE.encode())[0]
    assert b"from the program" in ours
    assert not list(there.folder.glob(".dro-*"))


def test_what_a_person_writes_meanwhile_is_kept(there: World) -> None:
    """Between the program's look and its write."""
    path, whole, wrote = file(there), os.fsync, []

    def synced(number: int) -> None:
        whole(number)
        if len(wrote) < 2:
            wrote.append(f"meanwhile {len(wrote)}\n")
            with path.open("a") as writing:
                writing.write(wrote[-1])

    note(there, "news")
    with mock.patch("os.fsync", synced):
        assert there.sync().in_line
    assert path.read_text().endswith("".join(wrote))
    assert path.read_text().count("news") == 1


def test_without_the_line_nothing_is_written(there: World) -> None:
    """Nobody knows then what is whose: it is told, with the line to put back."""
    before = file(there).read_text().replace(LINE, "")
    file(there).write_text(before)
    note(there, "news")
    assert LINE in there.sync().left[there.finding("one").fingerprint]
    assert file(there).read_text() == before


def test_a_file_that_is_not_ours_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One of the same name that does not begin with its key, or leads elsewhere: it is told."""
    with world(TrackerKind.MARKDOWN, tmp_path, monkeypatch) as there:
        there.find("one", "two")
        there.folder.mkdir()
        one, two = (there.folder / f"dro-{there.finding(name).fingerprint}.md" for name in ("one", "two"))
        one.write_text("# of a person\n")
        (tmp_path / "elsewhere").write_text("kept")
        two.symlink_to(tmp_path / "elsewhere")
        done = there.sync()
        assert {*done.left} == {there.finding(name).fingerprint for name in ("one", "two")}
        assert one.read_text() == "# of a person\n"
        assert (tmp_path / "elsewhere").read_text() == "kept"


def test_a_write_that_fails_leaves_the_file_as_it_was(there: World) -> None:
    """No half of it, and no file beside it."""
    before = file(there).read_bytes()
    note(there, "news")
    with mock.patch("os.fsync", side_effect=OSError(28, "No space left on device")):
        done = there.sync()
    assert "No space left on device" in done.left[there.finding("one").fingerprint]
    assert file(there).read_bytes() == before
    assert not list(there.folder.glob(".dro-*"))
    assert there.sync().in_line
    assert file(there).read_text().count("news") == 1
