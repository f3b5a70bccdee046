"""Calls that adapt to throttling: what all runs of the process ask of one service is spaced by what AWS bears.

The arithmetic is that of botocore's mode "adaptive", which its clients do each for itself and in real seconds.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

from botocore.retries.adaptive import RateClocker
from botocore.retries.throttling import CubicCalculator

from dr_orchestrator.aws.calls.throttling import held_back, throttled
from dr_orchestrator.domain.ports import Clock

SLOWEST = 0.5
"""Calls in a drill second, at the least; botocore's own."""

LONGEST = 5.0
"""Drill seconds that a call is held back at most, however many stand before it."""

QUIET = 60.0
"""After so many drill seconds without a throttled answer nothing is held back any more."""

HEADROOM = 2.0
"""How many times as fast as was measured calls may become at once; botocore's own."""


class Spacing:
    """The calls of one login to one service of a region: from the first throttled answer on each has its turn."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._cubic = CubicCalculator(starting_max_rate=0, start_time=clock.monotonic())
        self._measured = RateClocker(self)
        self._rate = SLOWEST  # calls in a drill second
        self._free = self._throttled_at = float("-inf")
        self._lock = threading.Lock()

    def current_time(self) -> float:
        """The instant that botocore's arithmetic takes for now."""
        return self._clock.monotonic()

    def wait(self) -> float:
        """Hold a call back until its turn, if need be; the drill seconds that it was.

        The turn is taken under the lock and waited for outside of it: who comes first is first, and none waits for
        another's answer.
        """
        with self._lock:
            now = self._clock.monotonic()
            if now - self._throttled_at > QUIET:
                return 0.0
            turn = min(max(now, self._free), now + LONGEST)
            self._free = turn + 1 / self._rate
        if turn > now:
            self._clock.sleep(turn - now)
        return turn - now

    def answered(self, refused: bool) -> None:
        """Learn from an answer whether AWS bears as many calls as came."""
        measured: float = self._measured.record()
        with self._lock:
            now = self._clock.monotonic()
            if not refused:
                faster = self._cubic.success_received(now)
            else:
                before = min(measured, self._rate) if now - self._throttled_at <= QUIET else measured
                faster, self._throttled_at = self._cubic.error_received(before, now), now
            self._rate = max(min(faster, HEADROOM * measured), SLOWEST)


class Spacings:
    """The spacing of each login, region and service; shared by all runs of a process, whose clock it goes by."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._spacings: dict[tuple[str, str, str], Spacing] = {}
        self._lock = threading.Lock()

    def watch(self, session: Any, login: str, region: str) -> None:
        """Put it on every client that the botocore session will make for a region; `login` is whose calls they are."""

        def created(event_name: str, request: Any, **_: Any) -> None:
            held_back(request.context, self._of(login, region, event_name).wait())

        def answered(event_name: str, response: tuple[Any, Mapping[str, Any]] | None = None, **_: Any) -> None:
            self._of(login, region, event_name).answered(response is not None and throttled(*response))

        # Of each try, and before it is signed: a signature must not grow old while its call waits.
        session.register("request-created.*.*", created, unique_id="dro-spacing")
        session.register("needs-retry.*.*", answered, unique_id="dro-spacing-answers")

    def _of(self, login: str, region: str, event_name: str) -> Spacing:
        key = (login, region, event_name.split(".")[1])
        with self._lock:
            if key not in self._spacings:
                self._spacings[key] = Spacing(self._clock)
            return self._spacings[key]
