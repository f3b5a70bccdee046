"""A failover that AWS answers unclearly: what was taken is none that failed, and what goes on is not asked at once."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from dr_orchestrator.aws.calls.api import Refused
from dr_orchestrator.aws.rds import events
from dr_orchestrator.aws.rds.failing_over import FailsOver
from dr_orchestrator.domain.failover import Zones
from dr_orchestrator.domain.run import ServerTime
from dr_orchestrator.errors import NotMeasured, Transient
from tests.support.fakes import FakeClock

BEFORE, AFTER = Zones("a", "b"), Zones("b", "a")
COPY: Any = SimpleNamespace(id="dro-r-boards")


def busy(code: str, *, repeated: bool) -> Refused:
    made = Refused("it is in switching-over state")
    made.code, made.repeated = code, repeated
    return made


class Played(FailsOver):
    """What AWS shows for so many looks, and its answer to the call; no time passes but what the code lets pass."""

    asks, busy = "rds:Switchover", frozenset({"InvalidGlobal", "InvalidCluster"})

    def __init__(self, answer: Exception | None = None, moving: float = 0.0, *, taken: bool = False) -> None:
        self.clock, self.answer, self.moving, self.taken, self.looks = FakeClock(), answer, moving, taken, 0
        self.known: list[ServerTime] = []
        self._toolkit: Any = SimpleNamespace(clock=self.clock, pause=self.clock.sleep, ceiling=3600.0)

    def seen(self, copy: Any) -> tuple[bool, Zones]:
        self.looks += 1
        return self.clock.monotonic() < self.moving, BEFORE

    def told(self, copy: Any, since: Any) -> list[ServerTime]:
        return list(self.known)

    def _asking(self, copy: Any, way: str) -> Any:
        def ask() -> None:
            if self.taken:
                self.known.append(ServerTime(COPY.id, events.STARTED, self.clock.now(), "rds:DescribeEvents"))
            if self.answer is not None:
                raise self.answer

        return ask

    def _settle(self, copy: Any, before: Zones, served: Any) -> None:
        """AWS tells at once that all is available."""

    def _since(self, copy: Any) -> Any:
        return self.clock.now()


@pytest.mark.parametrize("code", ["InvalidGlobal", "InvalidCluster"])
def test_what_was_taken_though_nothing_shows_it_is_known_by_the_events(code: str) -> None:
    """A refused repetition of a call whose answer was lost, while what AWS describes is old: its events are new."""
    played = Played(busy(code, repeated=True), taken=True)
    assert "its answer was lost" in played.fail_over(COPY, BEFORE).words


def test_what_no_event_tells_of_is_looked_for_again_and_not_asked_for() -> None:
    """Events come late: the failure is one that passes, and the call is made once."""
    played = Played(busy("InvalidCluster", repeated=True))
    for _ in range(2):
        with pytest.raises(Transient, match="not asked for again"):
            played.fail_over(COPY, BEFORE)


def test_a_refusal_of_the_first_call_is_one() -> None:
    """Nothing was lost: AWS did not take it, and says why."""
    with pytest.raises(Refused):
        Played(busy("InvalidCluster", repeated=False)).fail_over(COPY, BEFORE)


def test_what_goes_on_is_looked_at_now_and_then() -> None:
    """AWS may tell that all is available while it moves: it is not asked again at once, nor for ever."""
    played = Played(moving=100.0)
    assert played.failed_over(COPY, BEFORE, lambda: True) == BEFORE
    assert played.looks <= 25
    with pytest.raises(NotMeasured, match="goes on telling"):
        Played(moving=1e9).failed_over(COPY, BEFORE, lambda: True)
