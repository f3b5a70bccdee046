"""Writes proposals to the drill files: all that can be are found out before the first is, and each is whole or not."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from dr_orchestrator.errors import UsageError
from dr_orchestrator.wiring.discovery.proposing import Proposal


def write(proposals: Sequence[Proposal]) -> None:
    """Write them; UsageError where one cannot be, or its file was changed since it was read: then none is."""
    for each in proposals:
        _refuse(each)
    for each in proposals:
        _put(each)


def _refuse(proposal: Proposal) -> None:
    path, before = proposal.path, proposal.before
    if before is None:
        if path.exists():
            raise UsageError(f"{proposal.file} has come to be meanwhile", "run it again: nothing was written")
    elif path.read_bytes() != before.raw:
        raise UsageError(f"{proposal.file} was changed meanwhile", "run it again: nothing was written")
    elif not os.access(path, os.W_OK):
        raise UsageError(f"{proposal.file} may not be written", "let this user write it: nothing was written")
    if not os.access(path.resolve().parent, os.W_OK):
        hint = "let this user write there: nothing was written"
        raise UsageError(f"the folder of {proposal.file} may not be written", hint)


def _put(proposal: Proposal) -> None:
    """Write one beside its place, and put it there at once; where it is a link, what it leads to."""
    target = proposal.path.resolve()
    number, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with os.fdopen(number, "wb") as file:
            file.write(proposal.text.encode())
        mode = target.stat().st_mode if target.exists() else 0o666 & ~_umask()
        Path(name).chmod(mode & 0o7777)
        Path(name).replace(target)
    except OSError:
        with suppress(OSError):
            Path(name).unlink()
        raise


def _umask() -> int:
    now = os.umask(0o022)
    os.umask(now)
    return now
