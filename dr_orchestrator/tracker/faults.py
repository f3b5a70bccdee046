"""The faults of a tracker: each says what is known of the work, by the call, and what to do."""

from __future__ import annotations

from datetime import timedelta

from dr_orchestrator.errors import DroError, Exit, without_secrets


class TrackerFault(DroError):
    """A call to a tracker that did not do what it was to; `call` names both, `said` is why without it."""

    exit_code = Exit.INCONCLUSIVE

    def __init__(self, call: str, message: str, hint: str = "") -> None:
        super().__init__(f"{call}: {message}", hint)
        self.call, self.said = call, without_secrets(message)


class Unusable(TrackerFault):
    """The tracker does not know us, or has no such project: nothing else is worth asking."""


class Rejected(TrackerFault):
    """The tracker refused this one thing, which is surely not done; the next may pass."""


class NotSent(TrackerFault):
    """The tracker was not reached: surely nothing was done."""


class AnswerLost(TrackerFault):
    """The tracker was asked, and nobody knows whether it was done."""


class Gone(TrackerFault):
    """There is no such ticket, or nobody lets us see it."""


class Later(TrackerFault):
    """The tracker wants to be asked later, and has done nothing."""

    def __init__(self, call: str, message: str, hint: str, after: timedelta) -> None:
        super().__init__(call, message, hint)
        self.after = after
