"""Checks that something which is sent to a copy arrives in it: the port, for what has no way to send, and the words."""

from __future__ import annotations

from typing import Protocol

from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.domain.drill import EventArrives
from dr_orchestrator.domain.objective import format_duration
from dr_orchestrator.domain.run import CheckResult
from dr_orchestrator.errors import NotMeasured


class ArrivalChecks(Protocol):
    """Sends events to a copy, and sees whether they arrive."""

    def perform(self, check: EventArrives, copy: Copy) -> CheckResult:
        """Perform one."""


class NothingToSendTo:
    """The checks of a copy that no event can be sent to."""

    def perform(self, check: EventArrives, copy: Copy) -> CheckResult:
        """There is nothing."""
        raise NotMeasured(f"{copy.id} has no bus that '{check.name}' could send an event to")


def expectation(check: EventArrives) -> str:
    """The claim in words."""
    return (
        f"'{check.detail_type}' of {check.source} on {check.bus} is in {check.log_group} within"
        f" {format_duration(check.within)}"
    )
