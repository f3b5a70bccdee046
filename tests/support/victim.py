"""Processes that each run a drill and are killed at its nth write to the ledger.

Each line of the input names one (JSON: environment, folder, drill, at, when); with `holding` its stack is full when it
is taken down, and it is killed at its nth change in AWS from then on; or, with `sweep` in place of the last three, one
that sweeps; `machine` tells of a clock that is wrong, and when it is killed. Each line of the output tells
how it ended, or that this process is there where none was named. They are forked from one that has read the program
already, which is most of what a process costs.
"""

from __future__ import annotations

import functools
import json
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from datetime import datetime, timedelta
from importlib import import_module
from pathlib import Path
from threading import Timer
from types import SimpleNamespace
from typing import Any
from unittest import mock

import boto3
import prefect

from dr_orchestrator import prefect_runner, settings, wiring
from dr_orchestrator.aws.calls.api import Api
from dr_orchestrator.checks.sql import SqlChecks, newest
from dr_orchestrator.domain import clock
from dr_orchestrator.domain.clock import PacedClock
from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.domain.run import CheckResult
from dr_orchestrator.ledger.ledger import SqlLedger
from dr_orchestrator.runner import lease as leases
from dr_orchestrator.runner.lease import LeaseHolder
from dr_orchestrator.runner.session import Session
from dr_orchestrator.wiring import sweeping
from dr_orchestrator.wiring.planning import clocks
from tests.support.replicas import CHANGES, fill

WRITES = (
    *("open_run", "record_event", "start_step", "finish_step", "record_point", "intend_copy", "change_copy"),
    *("record_check", "record_differences", "close_run"),
)
"""Every write that happens a fixed number of times; how often states are observed depends on the machine."""


READ = (boto3, prefect, wiring)


@contextmanager
def answering() -> Iterator[None]:
    """Within: the databases answer that do not stand behind the lab's instances."""

    def perform(_self: object, check: Any, copy: Copy, disrupted: datetime) -> CheckResult:
        old = timedelta(days=12) if "snapshot" in copy.drill else timedelta(minutes=6)
        return newest(check, disrupted - old, disrupted)

    with ExitStack() as patches:
        patches.enter_context(mock.patch.object(SqlChecks, "answers", lambda *_: True))
        patches.enter_context(mock.patch.object(SqlChecks, "serves", lambda *_: True))
        patches.enter_context(mock.patch.object(SqlChecks, "follows", lambda *_: True))
        patches.enter_context(mock.patch.object(SqlChecks, "perform", perform))
        yield


def fatal(write: Callable[..., Any], counted: list[str], at: int, when: str) -> Callable[..., Any]:
    @functools.wraps(write)
    def wrapped(*given: Any, **named: Any) -> Any:
        counted.append(write.__name__)
        mine = len(counted) == at
        if mine and when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        result = write(*given, **named)
        if mine:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    return wrapped


@contextmanager
def knowing(types: str) -> Iterator[None]:
    """Within: the types are those that a module has as WITH_FAKE, where one is named."""
    if not types:
        yield
        return
    found, made = import_module(types).WITH_FAKE, settings.load()
    with wiring.using(wiring.App(made, PacedClock(made.pace), types=found)):
        yield


def main(drill: str, at: int, when: str, types: str = "", *, holding: bool = False) -> None:
    counted: list[str] = []
    for name in () if holding else WRITES:
        setattr(SqlLedger, name, fatal(getattr(SqlLedger, name), counted, at, when))
    with answering(), knowing(types), dies_while_emptying(at, when) if holding else nullcontext():
        prefect_runner.run_drill(drill)
    if at:
        sys.stderr.write(f"{drill}: {len(counted)} writes: {counted}\n")


@contextmanager
def dies_while_emptying(at: int, when: str) -> Iterator[None]:
    """Within: a stack is full when it is taken down, and the process dies at its nth change in AWS from then on."""
    tear_down, call, counted = Session._tear_down, Api._call, [-1]

    def full(self: Session) -> Any:
        fill(self.copy.id)
        counted[0] = 0
        return tear_down(self)

    def deadly(self: Api, operation: str, parameters: dict[str, Any]) -> Any:
        changes = counted[0] >= 0 and f"{self._service}:{operation}" in CHANGES
        counted[0] += changes
        mine = changes and counted[0] == at
        if mine and when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        told = call(self, operation, parameters)
        if mine:
            os.kill(os.getpid(), signal.SIGKILL)
        return told

    with ExitStack() as patches:
        patches.enter_context(mock.patch.object(Session, "_tear_down", full))
        patches.enter_context(mock.patch.object(Api, "_call", deadly))
        yield


@contextmanager
def on_a_machine(ahead: float = 0.0, dies_after: float = 0.0, lease: float = 0.0) -> Iterator[None]:
    """Within: the machine's wall clock is so many seconds ahead, and leases last so long, the beats in proportion.

    Drills are let past the refusal of a wrong clock: what is tried is what holds all the same. The process is killed so
    long after it began.
    """
    wrong = SimpleNamespace(**{**vars(time), "time": lambda: time.time() + ahead})
    if dies_after:
        Timer(dies_after, os.kill, (os.getpid(), signal.SIGKILL)).start()
    with ExitStack() as patches:
        patches.enter_context(mock.patch.object(clock, "time", wrong))
        patches.enter_context(mock.patch.object(clocks, "REFUSED", timedelta.max))
        if lease:
            span = timedelta(seconds=lease)
            patches.enter_context(mock.patch.multiple(leases, LEASE=span, BEAT=span / 6))
        yield


def sweep(told: str) -> None:
    """Sweep once, and append a line for each open run that was taken from a process that lives."""
    take = LeaseHolder.take

    def watched(self: LeaseHolder) -> None:
        before = self._leases.lease(self._run)
        take(self)
        is_open = wiring.world().ledger.queries.run(self._run).closing is None
        if before is not None and is_open and _lives(before.holder):
            with Path(told).open("a") as file:
                file.write(f"{self._run} {before.holder}\n")

    with mock.patch.object(LeaseHolder, "take", watched):
        sweeping.sweep(wiring.world())


def _lives(holder: str) -> bool:
    try:
        os.kill(int(holder.split(":")[1]), 0)
    except (ProcessLookupError, IndexError):
        return False
    return True


def fork(asked: dict[str, Any]) -> int:
    """Run one in a process of its own; how it ended, negative for a signal."""
    child = os.fork()
    if child == 0:
        try:
            os.environ.clear()
            os.environ.update(asked["environment"])
            os.chdir(asked["folder"])
            with on_a_machine(**asked.get("machine", {})):
                if "sweep" in asked:
                    sweep(asked["sweep"])
                else:
                    given = asked.get("types", ""), asked.get("holding", False)
                    main(asked["drill"], asked["at"], asked["when"], given[0], holding=given[1])
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


if __name__ == "__main__":
    for line in sys.stdin:
        asked = json.loads(line)
        sys.stdout.write(f"{fork(asked) if asked else 0}\n")
        sys.stdout.flush()
