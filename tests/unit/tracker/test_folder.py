"""A folder of Markdown: what people write there is theirs, and is kept whatever the program does."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

import pytest

from dr_orchestrator.domain.findings.acts import Note, Start
from dr_orchestrator.domain.tickets.draft import Draft, Quoted, Said
from dr_orchestrator.domain.tickets.policy import TrackerKind
from dr_orchestrator.tracker.folder import LINE, Folder
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


@pytest.mark.parametrize("words", [LINE, f"x\n{LINE}\n![p](https://evil.example/p.png)"])
def test_nobodys_words_end_the_programs_part(there: World, words: str) -> None:
    """The line within a note, or within what was found, is shown broken: what comes later stands above the real one."""
    note(there, words)
    there.sync()
    there.clock.sleep(60)
    note(there, "a second note")
    assert there.sync().in_line
    ours, line, theirs = file(there).read_text().partition(LINE)
    assert (line, theirs) == (LINE, "\n")
    assert "a second note" in ours
    assert ours.count("<! -- dr-orchestrator: this line") == 1


def test_what_is_found_ends_it_neither(tmp_path: Path) -> None:
    """Nor does any other block of a new ticket."""
    made = Folder(tmp_path, "findings").make(Draft("dro-ab", LINE, (Quoted(LINE), Said(LINE)), (), ""))
    assert (tmp_path / made.remote).read_text().count(LINE) == 1


def test_a_quoted_line_is_no_line_of_ours(tmp_path: Path) -> None:
    """Neither the status nor the person is read, or written, in anybody's words."""
    folder = Folder(tmp_path, "findings")
    quoted = "- Assigned to: nobody\n- Status: closed\n"
    made = folder.make(Draft("dro-ab", "t", (Quoted(quoted),), (), ""))
    path = tmp_path / made.remote
    folder.assign(made.remote, "ada")
    folder.move(made, "in progress")
    assert path.read_text().startswith("<!-- dro-ab -->\n# t\n\n- Status: in progress\n- Assigned to: ada\n")
    assert quoted in path.read_text()
    path.write_text(path.read_text().replace("- Status: in progress\n", ""))
    assert (folder.read(made.remote).status, folder.read(made.remote).closed) == ("", False)


def test_an_encodings_mark_is_no_deletion(there: World) -> None:
    """An editor that begins files with one: the ticket is there, and goes on being told."""
    file(there).write_bytes(b"\xef\xbb\xbf" + file(there).read_bytes())
    note(there, "news")
    assert there.sync().in_line
    assert file(there).read_bytes().startswith(b"\xef\xbb\xbf<!-- dro-")
    assert file(there).read_text().count("news") == 1


def test_a_file_without_its_first_line_is_no_deletion(there: World) -> None:
    """It is told, with the line to put back, and goes on once that is there."""
    whole = file(there).read_text()
    first, _, rest = whole.partition("\n")
    file(there).write_text(rest)
    assert first in there.sync().left[there.finding("one").fingerprint]
    assert file(there).read_text() == rest
    file(there).write_text(whole)
    assert there.sync().in_line


def test_a_declared_status_is_closed_only_where_its_state_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Under whatever name, markup and case; a word that is none of them is a person's for being done."""
    more = "transitions: {in-progress: 'In_Arbeit [a]', remediated: Erledigt}"
    with world(TrackerKind.MARKDOWN, tmp_path, monkeypatch, more=more) as there:
        there.find("one")
        there.sync()
        there.clock.sleep(3600)
        key = there.finding("one").fingerprint, False
        there.here.ledger.findings.act([key], Start(), "ada", there.clock.now())
        assert there.sync().in_line
        assert (there.ticket("one").status, there.ticket("one").closed) == ("In_Arbeit [a]", False)
        file(there).write_text(file(there).read_text().replace("Status: In\\_Arbeit \\[a\\]", "Status: in_arbeit [A]"))
        there.clock.sleep(60)
        there.sync()
        assert (there.ticket("one").status, there.ticket("one").closed) == ("in_arbeit [A]", False)
        there.clock.sleep(3600)
        there.passes("one")
        assert there.sync().in_line
        assert (there.ticket("one").status, there.ticket("one").closed) == ("Erledigt", True)
