"""A sync that is killed at a boundary: before or after any call to the tracker, any write to the ledger."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest import mock

from dr_orchestrator.ledger.tickets import SqlOutbox
from dr_orchestrator.tracker.client import Client
from dr_orchestrator.tracker.folder import Folder

BOUNDARIES = (
    *((SqlOutbox, name) for name in ("items", "claim", "keep", "saw")),
    (Client, "_ask"),
    *((Folder, name) for name in ("_write", "_files")),
)


class Killed(BaseException):
    """The process is dead: nothing that it would have done is done."""


@contextmanager
def killed_at(number: int) -> Iterator[list[int]]:
    """Within: the process dies at its so-manieth boundary; yields how many there were. `0` never comes."""
    passed = [0]

    def boundary() -> None:
        passed[0] += 1
        if passed[0] == number:
            raise Killed

    with ExitStack() as stack:
        for owner, name in BOUNDARIES:
            stack.enter_context(mock.patch.object(owner, name, _around(getattr(owner, name), boundary)))
        yield passed


def _around(act: Callable[..., Any], boundary: Callable[[], None]) -> Callable[..., Any]:
    def between(*given: Any, **named: Any) -> Any:
        boundary()
        done = act(*given, **named)
        boundary()
        return done

    return between


def syncs_killed_at(number: int, sync: Callable[[], object]) -> bool:
    """Whether a sync died at that boundary; False where it had fewer."""
    with killed_at(number):
        try:
            sync()
        except Killed:
            return True
    return False
