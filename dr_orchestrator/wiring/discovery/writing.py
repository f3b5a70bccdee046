"""Writes proposals to the drill files: all that can be are found out before the first is, and each is whole or not."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from dr_orchestrator.errors import UsageError
from dr_orchestrator.wiring.discovery.proposing import Proposal

_WRITE = 0o222
"""The bits of which one at least is set on a file that anybody may write: root may write any other, too."""


def write(proposals: Sequence[Proposal]) -> None:
    """Write them; UsageError where one cannot be, or its file was changed since it was read: then none is. What changes
    while others are written is left, and told when they are.
    """
    for each in proposals:
        if why := _changed(each):
            raise UsageError(why, "run it again: nothing was written")
        _refuse(each)
    left = [why for each in proposals if (why := _put(each))]
    if left:
        raise UsageError(
            "; ".join(left), f"run it again: {len(proposals) - len(left)} of {len(proposals)} were written"
        )


def _changed(proposal: Proposal) -> str:
    """The words for what somebody did to its file since it was read; empty where nobody did anything."""
    path, before = proposal.path, proposal.before
    if before is None:
        return f"{proposal.file} has come to be meanwhile" if os.path.lexists(path) else ""
    if not path.exists():
        return f"{proposal.file} has gone meanwhile"
    return f"{proposal.file} was changed meanwhile" if path.read_bytes() != before.raw else ""


def _refuse(proposal: Proposal) -> None:
    path = proposal.path
    if proposal.before is not None and not (os.access(path, os.W_OK) and path.stat().st_mode & _WRITE):
        raise UsageError(f"{proposal.file} may not be written", "let this user write it: nothing was written")
    if not os.access(path.resolve().parent, os.W_OK):
        hint = "let this user write there: nothing was written"
        raise UsageError(f"the folder of {proposal.file} may not be written", hint)


def _put(proposal: Proposal) -> str:
    """Write one beside its place, and put it there at once; where it is a link, what it leads to. The words for what
    keeps it from being put there, if somebody did something to the file by now.
    """
    target = proposal.path.resolve()
    number, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with os.fdopen(number, "wb") as file:
            file.write(proposal.text.encode())
            _as_before(file.fileno(), target if proposal.before else None)
            file.flush()
            os.fsync(file.fileno())
        if why := _changed(proposal):
            return why
        if proposal.before is None:
            os.link(name, target)  # which fails where anything is there by now, as no replacing does
        else:
            Path(name).replace(target)
        _keep(target.parent)
    except FileExistsError:
        return f"{proposal.file} has come to be meanwhile"
    finally:
        with suppress(OSError):
            Path(name).unlink()
    return ""


def _as_before(number: int, target: Path | None) -> None:
    """Give a file the owner and the mode of the one that it replaces; a new one those of this process."""
    if target is None:
        os.fchmod(number, 0o666 & ~_umask())
        return
    old, new = target.stat(), os.fstat(number)
    if (old.st_uid, old.st_gid) != (new.st_uid, new.st_gid):
        with suppress(PermissionError):  # another's file in a folder of ours: its group may not be ours to give
            os.fchown(number, old.st_uid, old.st_gid)
    os.fchmod(number, old.st_mode & 0o7777)


def _keep(folder: Path) -> None:
    """Have a folder's names outlast a loss of power."""
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def _umask() -> int:
    now = os.umask(0o022)
    os.umask(now)
    return now
