"""The trouble that botocore overcomes in silence: calls that failed in passing and were made again, and the time
that it cost.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Protocol

from dr_orchestrator.aws.calls.answers import said
from dr_orchestrator.domain.ports import Clock
from dr_orchestrator.domain.run import SegmentKind
from dr_orchestrator.errors import DrillFault

_CODES = ("Throttl", "LimitExceeded", "TooManyRequests", "SlowDown", "ProvisionedThroughputExceeded")
_BROKEN = (500, 502, 503, 504)
_MARK, _HELD = "dro-throttled", "dro-held"
_apart: ContextVar[list[float] | None] = ContextVar("apart", default=None)


@contextmanager
def apart() -> Iterator[list[float]]:
    """Within: what throttled calls of this thread took goes into the list (drill seconds), and is not told."""
    seconds: list[float] = []
    token = _apart.set(seconds)
    try:
        yield seconds
    finally:
        _apart.reset(token)


def held_back(context: dict[str, Any], seconds: float) -> None:
    """Note in a call's context for how long it was held back; once it was throttled all of its time counts anyway."""
    if _MARK not in context:
        context[_HELD] = context.get(_HELD, 0.0) + seconds


class Listener(Protocol):
    """The listener: the context of the run whose account it is."""

    @property
    def clock(self) -> Clock:
        """The drill's clock."""

    def asked_again(self, what: str) -> None:
        """A call that failed in passing, and why."""

    def delayed(self, kind: SegmentKind, reason: str, seconds: float) -> None:
        """The waits of the run besides its recovery."""


class Throttling:
    """Tells of each throttled call of a botocore session how long it took from the first such answer to its end.

    What a call was held back before that, for the throttling of others, is told with it.
    """

    def __init__(self) -> None:
        self._listener: Listener | None = None

    def listen(self, listener: Listener) -> None:
        """From now on tell each failure in passing, and what throttled calls took."""
        self._listener = listener

    def overcome(self, call: str, why: str) -> None:
        """Tell of a failure in passing."""
        if self._listener is not None:
            self._listener.asked_again(f"{call}: {why}")

    def watch(self, session: Any) -> None:
        """Put it on every client that the botocore session will make."""
        session.register("needs-retry.*.*", self._answered, unique_id="dro-throttled")
        for end in ("after-call.*.*", "after-call-error.*.*"):
            session.register(end, self._ended, unique_id=f"dro-{end}")

    def _answered(
        self,
        event_name: str,
        request_dict: Mapping[str, Any],
        response: Any = None,
        caught_exception: Exception | None = None,
        **_: Any,
    ) -> None:
        if isinstance(caught_exception, DrillFault):
            return  # a stop, or an answer that was given up: botocore does not try again after that
        if why := _failure(response, caught_exception):
            self.overcome(":".join(event_name.split(".")[1:]), why)
        if self._listener is not None and response is not None and throttled(*response):
            request_dict["context"].setdefault(_MARK, self._listener.clock.monotonic())

    def _ended(self, event_name: str, context: dict[str, Any], **_: Any) -> None:
        began, seconds, noted = context.pop(_MARK, None), context.pop(_HELD, 0.0), _apart.get()
        if self._listener is None:
            return
        if began is not None:
            seconds += self._listener.clock.monotonic() - began
        if not seconds:
            return
        if noted is not None:
            noted.append(seconds)
        else:
            call = ":".join(event_name.split(".")[1:])
            self._listener.delayed(SegmentKind.THROTTLING, f"{call} was throttled", seconds)


def _failure(response: Any, caught: Exception | None) -> str:
    """Why botocore may make the call again; empty where it was answered."""
    if caught is not None:
        return type(caught).__name__
    if response is None or not (response[0].status_code in _BROKEN or throttled(*response)):
        return ""
    return said(response[1])[0] or f"HTTP {response[0].status_code}"


def throttled(http: Any, parsed: Mapping[str, Any]) -> bool:
    """Whether AWS answered that the call was one too many."""
    code, _ = said(parsed)
    return http.status_code == 429 or any(known in code for known in _CODES)
