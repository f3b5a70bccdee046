"""Processes that die in mid-drill, and what others make of their runs."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any, NoReturn
from unittest import mock

import pytest

from dr_orchestrator import wiring
from dr_orchestrator.domain.run import Run
from dr_orchestrator.ledger.ledger import SqlLedger
from dr_orchestrator.runner.session import Session
from tests.support.shop import run


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


def in_verify(here: wiring.App) -> Run:
    return killed_in(here, "sessions-pitr", mock.patch.object(Session, "verify", die))


def resumed(here: wiring.App, dead: Run) -> Run:
    with wiring.resuming(dead.header.id):
        return run(here, dead.header.drill)


def read(here: wiring.App, dead: Run) -> Run:
    return here.ledger.queries.run(dead.header.id)
