"""A folder of Markdown: a file for each finding. What stands below its marked line is people's, and is kept.

A file may be moved within the folder: it is known by the key in its first line, which tells its ledger, too. Its status
may be changed by hand.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path

from dr_orchestrator.domain.findings.tracked import State
from dr_orchestrator.domain.tickets.draft import Draft, Text
from dr_orchestrator.domain.tickets.policy import TrackerPolicy
from dr_orchestrator.domain.tickets.ticket import Seen
from dr_orchestrator.tracker.faults import Gone, NotSent, Rejected, Unusable
from dr_orchestrator.tracker.text.markdown import markdown

LINE = "<!-- dr-orchestrator: this line and all above it are written by the program; write below it -->"
_OURS = "<!-- dr-orchestrator"
_FIRST = re.compile(  # some editors begin a file with a mark of its encoding
    r"\ufeff?<!-- ((dro-[0-9a-z-]+)(?: of ledger [0-9a-z]+)?) -->\r?\n"
)
_QUOTES = re.compile(r"^`{3,}", re.MULTILINE)
_MARKUP = r"([\\`*_\[\]<>#|])"
_STATUS = re.compile(r"^- Status: *(.*)$", re.MULTILINE)
_OWNER = re.compile(r"^- Assigned to: *(.*)$", re.MULTILINE)
_READ = 256
_LIVE = [each for each in State if not each.closed]
_TRIES = 5


class Folder:
    """The tickets of a folder; `shown` is how it is told of, relative to the workspace, `policy` names the states.

    A status counts as closed unless it is a name of a state that is not: a person may write any word.
    """

    pause = timedelta()
    looks = 0

    def __init__(self, folder: Path, shown: str, policy: TrackerPolicy | None = None) -> None:
        self._folder, self._shown = folder, shown
        names = {each.value for each in _LIVE} | {(policy or TrackerPolicy()).status(each) for each in _LIVE}
        self._open = {_one_line(each).casefold() for each in names}

    def open(self) -> None:
        """Hold that the folder can be read, where it is there: the first ticket makes it."""
        try:
            if self._folder.exists() or self._folder.is_symlink():
                next(iter(self._folder.iterdir()), None)
        except OSError as wrong:
            told = f"the folder of tickets cannot be used: {wrong.strerror}"
            raise Unusable(self._call("open"), told, "name another: `tracker: {folder: …}` in tiers.yaml") from None

    def ours(self) -> Iterable[Seen]:
        """The files that begin with a key."""
        return [self._seen(path, text) for path, text in self._files()]

    def look(self, key: str) -> Sequence[Seen]:
        """The files of a key, in the order of their names."""
        return [self._seen(path, text) for path, text in self._files(key)]

    def make(self, draft: Draft) -> Seen:
        """Write a file, whole or not at all."""
        path = self._folder / f"{draft.key}.md"
        if path.exists():
            told = "a file of this name is there, and is not this ledger's"
            raise Rejected(self._call(f"write {path.name}"), told, "move it away: it is nobody's but yours")
        assigned = f"- Assigned to: {draft.person}\n" if draft.person else ""
        head = f"<!-- {draft.whose or draft.key} -->\n# {_plain(draft.title)}\n\n- Status: {State.OPEN}\n{assigned}\n"
        text = f"{head}{_written(draft.text)}\n\n{LINE}\n"
        self._write(path, text)
        return self._seen(path, text)

    def read(self, remote: str) -> Seen:
        """The file, wherever in the folder it was moved to."""
        path, text = self._file(remote)
        return self._seen(path, text)

    def tells(self, remote: str, mark: str) -> bool:
        """Whether the program's part of a file has a mark."""
        return mark in self._file(remote)[1].partition(LINE)[0]

    def comment(self, remote: str, text: Text) -> None:
        """Add to the program's part of a file."""
        self._change(remote, lambda ours: f"{ours.rstrip()}\n\n---\n\n{_written(text)}\n\n")

    def move(self, seen: Seen, status: str) -> Seen:
        """Write the status."""
        line = f"- Status: {_plain(status)}"
        self._change_head(seen.remote, lambda head: _STATUS.sub(lambda _: line, head, count=1))
        return self.read(seen.remote)

    def assign(self, remote: str, person: str) -> None:
        """Write the person."""
        line = f"- Assigned to: {_plain(person)}"

        def written(head: str) -> str:
            if _OWNER.search(head):
                return _OWNER.sub(lambda _: line, head, count=1)
            return _STATUS.sub(lambda found: f"{found[0]}\n{line}", head, count=1)

        self._change_head(remote, written)

    def _change_head(self, remote: str, change: Callable[[str], str]) -> None:
        """Change what stands before anybody's words, which may look like it."""

        def changed(ours: str) -> str:
            head = _head(ours)
            return change(head) + ours[len(head) :]

        self._change(remote, changed)

    def _change(self, remote: str, change: Callable[[str], str]) -> None:
        """Change the program's part; what a person writes meanwhile is read again, not lost."""
        for _ in range(_TRIES):
            path, text = self._file(remote)
            ours, line, theirs = text.partition(LINE)
            if not line:
                told = "the line below which people write is gone, so that nobody knows what is whose"
                raise Rejected(self._call(f"write {path.name}"), told, f"put it back: {LINE}")
            if self._write(path, change(ours) + line + theirs, only_if=text):
                return
        told = "it is written to by somebody else, again and again"
        raise Rejected(self._call(f"write {remote}"), told, "close it there; the next sync tries again")

    def _file(self, remote: str) -> tuple[Path, str]:
        path = self._folder / remote
        key = path.stem
        text = self._text(path) if path.is_file() and not path.is_symlink() else ""
        if _key(text) == key:
            return path, text
        for found in self._files(key):
            return found
        call = self._call(f"read {remote}")
        if path.is_file() and not path.is_symlink():
            told = "the file does not begin with its key any more, so that nobody knows whose it is"
            first = re.search(rf"^dr-orchestrator ({key} of ledger [0-9a-z]+)$", self._text(path), re.MULTILINE)
            raise Rejected(call, told, f"write this line before all others: <!-- {first[1] if first else key} -->")
        raise Gone(
            call, "there is no such file any more", "take it back from your version control, or see `dro tickets`"
        )

    def _files(self, key: str = "") -> Iterator[tuple[Path, str]]:
        """The files of a key, or of any, anywhere in the folder, by name."""
        for path in sorted(self._folder.rglob(f"{key or 'dro-*'}.md")):
            if path.is_file() and not path.is_symlink() and _key(text := self._text(path)) == path.stem:
                yield path, text

    def _text(self, path: Path) -> str:
        try:
            return path.read_bytes().decode("utf-8", "surrogateescape")  # as it is, to the last line's end
        except OSError as wrong:
            raise NotSent(self._call(f"read {path.name}"), str(wrong.strerror), "let this user read it") from None

    def _write(self, path: Path, text: str, only_if: str | None = None) -> bool:
        """Put a file in the place of another at once; False where that is not what it was thought to be."""
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            number, name = tempfile.mkstemp(prefix=".dro-", dir=path.parent)
            try:
                with os.fdopen(number, "wb") as file:
                    file.write(text.encode("utf-8", "surrogateescape"))
                    file.flush()
                    os.fsync(file.fileno())
                Path(name).chmod(path.stat().st_mode & 0o777 if path.exists() else 0o644)
                if only_if is not None and self._text(path) != only_if:
                    Path(name).unlink()
                    return False
                Path(name).replace(path)
            except BaseException:
                Path(name).unlink(missing_ok=True)
                raise
        except OSError as wrong:
            told = f"it cannot be written: {wrong.strerror}"
            hint = "make the folder writable for this user, with room; what was there is as it was"
            raise NotSent(self._call(f"write {path.name}"), told, hint) from None
        return True

    def _seen(self, path: Path, text: str) -> Seen:
        found = _STATUS.search(_head(text.partition(LINE)[0]))
        status = re.sub(rf"\\{_MARKUP}", r"\1", _one_line(found[1])) if found else ""
        where = path.relative_to(self._folder).as_posix()
        closed = bool(status) and status.casefold() not in self._open
        return Seen(where, where, f"{self._shown}/{where}", status, closed, (path.stem,), _whose(text))

    def _call(self, act: str) -> str:
        return f"{self._shown}: {act}"


def _key(text: str) -> str:
    found = _FIRST.match(text[:_READ])
    return found[2] if found else ""


def _whose(text: str) -> str:
    found = _FIRST.match(text[:_READ])
    return found[1] if found else ""


def _plain(text: str) -> str:
    """A line in which no letter is markup."""
    return re.sub(_MARKUP, r"\\\1", _one_line(text))


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _head(ours: str) -> str:
    """The program's part of a file before the first words that are anybody's, which stand in a block of code."""
    quotes = _QUOTES.search(ours)
    return ours[: quotes.start()] if quotes else ours


def _written(text: Text) -> str:
    """A text in which nobody's words are the line below which people write."""
    return markdown(text).replace(_OURS, _OURS.replace("<!--", "<! --"))
