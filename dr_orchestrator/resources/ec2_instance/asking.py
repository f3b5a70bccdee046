"""The checks of a machine: scripts that it runs itself, and its own address, at which it is asked by HTTP."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from dr_orchestrator.aws.machines import agent
from dr_orchestrator.aws.machines.commands import Commands, Ended
from dr_orchestrator.aws.toolkit import Toolkit
from dr_orchestrator.aws.watcher import REAL_FLOOR
from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.domain.drill import Check, HttpAnswer
from dr_orchestrator.domain.proof import Command, Deep, Files
from dr_orchestrator.domain.recovery_point import RecoveryPoint
from dr_orchestrator.domain.run import CheckResult
from dr_orchestrator.errors import NotMeasured
from dr_orchestrator.resources import on_machines
from dr_orchestrator.resources.ec2_instance import scripts

ANSWERS_WITHIN = 15 * 60.0
"""Drill seconds in which the agent of a machine that was just started has to be known to Systems Manager."""

_BETWEEN = 10.0
_ADDRESS = re.compile(r"\{(https?)(\d{1,5})?\}")

Proven = Callable[[Copy], Mapping[str, Any]]
"""Describes a copy that is proven to be this run's."""


class Asking:
    """Performs deep checks on a machine by commands that it runs itself."""

    def __init__(self, toolkit: Toolkit, proven: Proven) -> None:
        self._toolkit, self._proven = toolkit, proven

    def perform(
        self,
        check: Deep,
        copy: Copy,
        points: Sequence[RecoveryPoint],
        taken: Collection[str] = (),
    ) -> list[CheckResult]:
        """Perform one; a program may tell more results than one."""
        del points
        if not isinstance(check, Files | Command):
            raise NotMeasured(f"{copy.id} is a machine, of which this cannot be asked")
        found = self._proven(copy)
        commands = Commands(self._toolkit, str(found["InstanceId"]))
        self._answering(copy, str(found["InstanceId"]))
        if isinstance(check, Files):
            return [self._files(check, copy, commands, found["LaunchTime"])]
        seconds, what = max(1, round(check.within.total_seconds())), on_machines.named(check, copy.id)
        about = (("DRO_RUN", copy.run), ("DRO_DRILL", copy.drill), ("DRO_COPY", copy.id))
        script = scripts.command(check.run, seconds, about)
        ended = _run(commands, copy, script, seconds + on_machines.BESIDE, what)
        return on_machines.program(check, ended, what, taken)

    def _files(self, check: Files, copy: Copy, commands: Commands, started: datetime) -> CheckResult:
        def look(paths: Sequence[str], seconds: float, what: str) -> Ended:
            return _run(commands, copy, scripts.files(paths), seconds, what)

        return on_machines.files(check, copy.id, look, started)

    def _answering(self, copy: Copy, id: str) -> None:
        """Wait for the agent, which a machine starts late; NotMeasured where it does not answer in time."""
        clock, context = self._toolkit.clock, self._toolkit.context
        began, pause = clock.monotonic(), max(_BETWEEN, REAL_FLOOR * clock.pace)
        while True:
            context.raise_if_stopped()
            try:
                self._toolkit.patiently(lambda: agent.online(self._toolkit.account, id))
            except NotMeasured as silent:
                if silent.call != agent.CALL or clock.monotonic() - began > ANSWERS_WITHIN:
                    raise
                context.asked_again(f"{copy.id}: {silent}")
                clock.sleep(pause)
            else:
                return


def _run(commands: Commands, copy: Copy, script: str, seconds: float, what: str) -> Ended:
    return on_machines.whole(commands.run(copy, script, seconds), what, seconds)


def outputs(checks: Collection[Check], found: Mapping[str, Any]) -> dict[str, str]:
    """The addresses at which checks ask a machine, by what stands for them there: `{http8080}`."""
    urls = [check.url for check in checks if isinstance(check, HttpAnswer)]
    host = str(found.get("PrivateIpAddress") or "")
    named = [each for url in urls for each in _ADDRESS.finditer(url)]
    ports = {f"{each[1]}{each[2] or ''}": f"{each[1]}://{host}{f':{each[2]}' if each[2] else ''}" for each in named}
    return ports if host else {}
