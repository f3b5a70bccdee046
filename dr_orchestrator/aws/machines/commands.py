"""Runs a script on a machine by Systems Manager, and waits for its end; nothing listens, and no login is needed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dr_orchestrator.aws.calls.api import NotFound
from dr_orchestrator.aws.toolkit import Toolkit
from dr_orchestrator.aws.watcher import REAL_FLOOR
from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.errors import NotMeasured

DOCUMENT = "AWS-RunShellScript"
_CALL = "ssm:GetCommandInvocation"
_DELIVERED = 120
"""Seconds in which the agent has to take a command."""

_BETWEEN = 2.0
"""Drill seconds between two looks at a command."""

_UNDER_WAY = frozenset({"Pending", "InProgress", "Delayed", "Cancelling"})
_SLACK = 300.0
"""Drill seconds that a command may be told to be under way after its limit."""


@dataclass(frozen=True)
class Ended:
    """How a script ended: its exit code, and the lines that it told."""

    code: int
    output: str
    status: str

    @property
    def killed(self) -> bool:
        """Whether it was ended at its limit."""
        return self.status == "TimedOut"

    def told(self, key: str) -> list[str]:
        """The lines that it told under a word, in order."""
        lead = f"dro {key} "
        return [line.removeprefix(lead) for line in self.output.splitlines() if line.startswith(lead)]

    def number(self, key: str) -> int:
        """A number that it told; NotMeasured where it told none."""
        found = self.told(key)
        if not found or not found[-1].strip().isdigit():
            raise NotMeasured(f"the machine did not tell the {key}: {self.last or 'nothing'}", call=_CALL)
        return int(found[-1])

    @property
    def last(self) -> str:
        """The last line that it printed."""
        lines = [line.strip() for line in self.output.splitlines() if line.strip()]
        return lines[-1][:300] if lines else ""


class Commands:
    """Commands on one machine, in the name of a copy."""

    def __init__(self, toolkit: Toolkit, machine: str, *, stops: bool = True) -> None:
        """`stops` is whether waiting heeds that somebody stopped the drill: a teardown does not."""
        self._toolkit, self._machine = toolkit, machine
        self._ask = toolkit.patiently if stops else toolkit.retry_transient
        self._heed = toolkit.context.raise_if_stopped if stops else lambda: None
        self._api = toolkit.account.api("ssm")

    def run(self, copy: Copy, script: str, seconds: float) -> Ended:
        """Run a script to its end, for so many seconds of the machine's own at most."""
        given: dict[str, Sequence[str]] = {"commands": [script], "executionTimeout": [str(max(1, round(seconds)))]}
        sent = self._api.call(
            "SendCommand",
            InstanceIds=[self._machine],
            DocumentName=DOCUMENT,
            Comment=copy.id,
            TimeoutSeconds=_DELIVERED,
            Parameters=given,
        )
        return self._ended(str(sent["Command"]["CommandId"]), seconds + _DELIVERED + _SLACK)

    def _ended(self, command: str, within: float) -> Ended:
        clock = self._toolkit.clock
        began, pause = clock.monotonic(), max(_BETWEEN, REAL_FLOOR * clock.pace)
        while True:
            self._heed()
            clock.sleep(pause)
            found = self._ask(lambda: self._look(command))
            status = str(found.get("Status", "Pending"))
            if status not in _UNDER_WAY:
                return self._judged(found, status)
            if clock.monotonic() - began > within:
                raise NotMeasured(f"command {command} on {self._machine} was still {status}", call=_CALL)
            pause = min(pause * 1.5, max(30.0, pause))

    def _look(self, command: str) -> Mapping[str, Any]:
        try:
            return self._api.call("GetCommandInvocation", CommandId=command, InstanceId=self._machine)
        except NotFound:
            return {}  # not taken by the agent yet

    def _judged(self, found: Mapping[str, Any], status: str) -> Ended:
        """NotMeasured where it was never run: that says nothing of the copy."""
        output, code = str(found.get("StandardOutputContent") or ""), int(found.get("ResponseCode", -1))
        if status == "Cancelled" or found.get("StatusDetails") in ("Undeliverable", "DeliveryTimedOut", "Terminated"):
            told = f"the command on {self._machine} was not run: {found.get('StatusDetails') or status}"
            raise NotMeasured(told, "does its agent of Systems Manager answer?", _CALL)
        if status == "Failed" and not output.strip():
            output = str(found.get("StandardErrorContent") or "")
        return Ended(code, output, status)
