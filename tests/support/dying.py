"""Processes that die in mid-drill, and what others make of their runs."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import ExitStack
from typing import Any, NoReturn
from unittest import mock

import pytest

from dr_orchestrator import wiring
from dr_orchestrator.aws.calls.api import Api
from dr_orchestrator.domain.copy import TERMINAL
from dr_orchestrator.domain.ports import Clock
from dr_orchestrator.domain.run import Run
from dr_orchestrator.domain.verdict import Cleanup
from dr_orchestrator.ledger.ledger import SqlLedger
from dr_orchestrator.runner.session import Session
from dr_orchestrator.wiring import opening, sweeping
from tests.support.shop import FULL, GREEN, ended, run

_WRITES = (
    *("open_run", "record_event", "start_step", "finish_step", "record_point", "intend_copy", "change_copy"),
    *("record_check", "record_observation", "record_segment", "record_server_time", "record_differences"),
)


class Killed(BaseException):
    """Ends a process as SIGKILL would: nothing after it is written."""


def die(*_given: object, **_named: object) -> NoReturn:
    raise Killed


def killed_in(here: wiring.App, drill: str, patch: Any) -> Run:
    """A run whose process died inside what is patched: teardown, verdict and end were never written."""
    with ExitStack() as patches:
        patches.enter_context(mock.patch.object(SqlLedger, "close_run", die))
        patches.enter_context(mock.patch.object(Session, "_tear_down", die))
        patches.enter_context(patch)
        with pytest.raises(Killed):
            run(here, drill)
    found = here.ledger.queries.runs(1)[0]
    assert found.closing is None
    return found


def deaths(*calls: tuple[str, int]) -> list[tuple[str, int, bool]]:
    """Deaths at calls, before and after each; in the short form a third of them, at either side in turns."""
    sides = [(*call, after) for call in calls for after in (False, True)]
    return sides if FULL else sides[::3]


def killed_at(operation: str, number: int, after: bool) -> Any:
    """The death of the process at a call of AWS's: before it is sent, or before its answer comes."""
    call, seen = Api._call, []

    def strike(api: Api, asked: str, parameters: dict[str, Any]) -> Any:
        if asked != operation:
            return call(api, asked, parameters)
        seen.append(asked)
        if len(seen) == number and not after:
            die()
        answer = call(api, asked, parameters)
        if len(seen) == number:
            die()
        return answer

    return mock.patch.object(Api, "_call", strike)


def killed_at_write(number: int) -> Any:
    """The death of the process before that write to its ledger, and all after it: the run itself is the first."""
    seen: list[str] = []

    def counted(name: str, write: Any) -> Any:
        def strike(ledger: SqlLedger, *given: Any, **named: Any) -> Any:
            seen.append(name)
            if len(seen) >= number:
                die()
            return write(ledger, *given, **named)

        return strike

    undo = ExitStack()
    for name in _WRITES:
        undo.enter_context(mock.patch.object(SqlLedger, name, counted(name, getattr(SqlLedger, name))))
    return undo


def gone_on(here: wiring.App, drill: str, death: Any, clock: Clock, after: float) -> tuple[Run, Run]:
    """A run whose process died, and what the next one made of it, so many seconds later: it ended green and clean."""
    with mock.patch.object(opening, "_last_seen", lambda *_: clock.now()):
        dead = killed_in(here, drill, death)
        clock.sleep(after)
        found = resumed(here, dead)
    assert found.closing is not None
    assert ended(found)[1] is Cleanup.CLEAN, found.closing.cleanup_reasons
    assert found.closing.verdict in GREEN, found.closing.reasons
    return dead, found


def swept(here: wiring.App, drill: str, death: Any, clock: Clock, after: float, *, wait: bool = False) -> Run:
    """A run whose process died, and that a sweep ended so many seconds later: all of its copies are gone."""
    dead = killed_in(here, drill, death)
    clock.sleep(after)
    sweeping.sweep(here, wait=wait)
    found = read(here, dead)
    assert found.closing is not None
    assert found.closing.cleanup is Cleanup.CLEAN, found.closing.cleanup_reasons
    assert all(each.state in TERMINAL for each in found.copies)
    return found


def in_turns(places: Iterable[str], which: int) -> list[str]:
    """Places of a death; in the short form each is tried by one of two tests alone, the first or the second (0, 1)."""
    return list(places) if FULL else list(places)[which::2]


def in_verify(here: wiring.App) -> Run:
    return killed_in(here, "sessions-pitr", mock.patch.object(Session, "verify", die))


def resumed(here: wiring.App, dead: Run) -> Run:
    with wiring.resuming(dead.header.id):
        return run(here, dead.header.drill)


def read(here: wiring.App, dead: Run) -> Run:
    return here.ledger.queries.run(dead.header.id)
