"""The one change of production that a run may make: a failover of what its drill names, once for each step."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from dr_orchestrator.errors import NotMeasured, Transient


class Once:
    """A call that is let through to one target, with these parameters and no others, as often as the ledger has begun
    a step for it in this process, and never twice for one.

    `given` tells all that it is given for the step that was begun last, `allowed` why it is not, now, where a person's
    word for it has lapsed; `begun` how many steps the run has begun. Those of a process that died are no leave for
    this one: they are counted again once the run is this one's. `now` tells the time by the drill's own clock.
    """

    def __init__(
        self,
        operation: str,
        given: Callable[[], Mapping[str, Any]],
        region: str,
        allowed: Callable[[], str],
        begun: Callable[[], int],
        now: Callable[[], float],
    ) -> None:
        self._operation, self._given, self._region = operation, given, region
        self._allowed, self._begun, self._now = allowed, begun, now
        self.sent_at: float | None = None
        self._inherited, self._sent, self._refusal = begun(), 0, ""

    def inherit(self) -> None:
        """Count what was begun until now as another's: the run was taken over only now."""
        self._inherited = self._begun()

    def is_it(self, service: str, operation: str, parameters: Mapping[str, Any], region: str) -> bool:
        """Whether a call is that one: its target, its parameters, its region."""
        there = f"{service}:{operation}" == self._operation and region == self._region
        return there and dict(parameters) == dict(self._given())

    def raise_unless_left(self) -> None:
        """NotMeasured where no person's word holds for it by now, or AWS refused it; Transient where each step that was
        begun has sent it: then its answer may be lost, and it is looked for in AWS's events.
        """
        if lapsed := self._allowed():
            raise NotMeasured(f"production is not failed over: {lapsed}", "begin anew, with words that hold")
        if self._sent >= self._begun() - self._inherited:
            if self._refusal:
                told = f"AWS refused to fail production over: {self._refusal}; nothing came of it"
                raise NotMeasured(
                    f"{told}, and it is not asked again", "begin anew, with an approval for that", self._operation
                )
            told = "production was asked to fail over once for this step; it is not asked again"
            raise Transient(told, "AWS's events tell what became of it", self._operation)

    def send(self) -> None:
        """Count it, and note when: it goes out now, and what becomes of it nobody here knows.

        The ledger, which is asked before, may have been waited for: an outage of meanwhile is none of this call.
        """
        self.raise_unless_left()
        self._sent, self._refusal, self.sent_at = self._sent + 1, "", self._now()

    def refuse(self, why: str) -> None:
        """Keep the words by which AWS refused what was sent last: nothing came of it, and no answer of it was lost."""
        self._refusal = why
