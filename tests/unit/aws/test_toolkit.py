"""What all restorers share: a quota is waited out and told as such; a window that is too short is said to be."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest

from dr_orchestrator.aws.calls.api import Refused
from dr_orchestrator.aws.toolkit import Toolkit, lag
from dr_orchestrator.aws.watcher import Watcher
from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.domain.run import SegmentKind
from dr_orchestrator.errors import Aborted
from tests.support.contexts import Driven, ToldContext
from tests.support.estate import Estate
from tests.support.fakes import FakeClock
from tests.support.rehearsal import COPY
from tests.support.watched import STATES, Cloud

QUOTA = {"InstanceQuotaExceeded"}
NOW = datetime(2026, 11, 20, tzinfo=UTC)
DAY = timedelta(days=1)


@dataclass
class Quota:
    """A creation that is refused for a while, on a clock that stands still, and what was told of it."""

    clock: FakeClock = field(default_factory=FakeClock)
    free_at: float = 200.0
    code: str = "InstanceQuotaExceeded"
    asked: list[float] = field(default_factory=list)
    told: list[tuple[SegmentKind, str, float]] = field(default_factory=list)

    def create(self) -> str:
        self.asked.append(self.clock.monotonic())
        if self.clock.monotonic() >= self.free_at:
            return "made"
        refused = Refused("no more instances", "", "rds:RestoreDBInstanceFromDBSnapshot")
        refused.code = self.code
        raise refused

    def toolkit(self, made: Estate, stopped: Callable[[], None] = lambda: None) -> Toolkit:
        context = ToldContext("r", self.clock, lease=Driven(stopped), delays=self.told)
        return replace(made.toolkit, context=context, ceiling=3600.0)


def test_a_quota_is_waited_out_and_told(made: Estate) -> None:
    """It is asked again ever more seldom until there is room; the time is one segment, with the call and the code."""
    quota = Quota()
    assert quota.toolkit(made).ask(quota.create, QUOTA) == "made"
    assert quota.asked == [0, 30, 90, 210]
    why = "rds:RestoreDBInstanceFromDBSnapshot: InstanceQuotaExceeded"
    assert quota.told == [(SegmentKind.QUOTA, why, 210)]


def test_what_is_made_at_once_waited_for_nothing(made: Estate) -> None:
    """No segment where there was no wait."""
    quota = Quota(free_at=0)
    quota.toolkit(made).ask(quota.create, QUOTA)
    assert quota.told == []


def test_another_refusal_is_not_repeated(made: Estate) -> None:
    """Only a quota may pass by itself."""
    quota = Quota(code="InvalidParameterValue")
    with pytest.raises(Refused):
        quota.toolkit(made).ask(quota.create, QUOTA)
    assert (quota.asked, quota.told) == ([0], [])


def test_a_quota_that_stays_ends_at_the_ceiling(made: Estate) -> None:
    """The refusal itself is told then, and what the wait took."""
    quota = Quota(free_at=10**9)
    with pytest.raises(Refused, match="no more instances"):
        quota.toolkit(made).ask(quota.create, QUOTA)
    assert 3600 < quota.clock.monotonic() <= 3900
    assert [seconds for _, _, seconds in quota.told] == [quota.clock.monotonic()]
    assert max(after - before for before, after in zip(quota.asked, quota.asked[1:], strict=False)) == 300


def test_a_stop_is_heeded_in_a_quota_wait(made: Estate) -> None:
    """Somebody who stops the drill does not wait for room; what was waited is told all the same."""
    quota = Quota()

    def raise_if_stopped() -> None:
        if quota.clock.monotonic() >= 30:
            raise Aborted("stopped on request")

    with pytest.raises(Aborted):
        quota.toolkit(made, raise_if_stopped).ask(quota.create, QUOTA)
    assert quota.told[0][2] == 30


@pytest.mark.parametrize(
    ("earliest", "created_at", "shorter"),
    [(30 * DAY, None, False), (3 * DAY, None, True), (3 * DAY, 4 * DAY, False), (3 * DAY, 20 * DAY, True)],
)
def test_a_window_that_was_interrupted_is_said_to_be(
    earliest: timedelta, created_at: timedelta | None, shorter: bool
) -> None:
    """A window that begins later than retention and the store's own age allow has a hole; the lag stays the loss."""
    window = (NOW - earliest, NOW - timedelta(minutes=5))
    case = lag(window, 30 * DAY, NOW - created_at if created_at else None, NOW)
    assert case.loss == timedelta(minutes=5)
    assert ("interrupted" in case.source) is shorter


@dataclass
class SlowContext(ToldContext):
    """A run whose ledger takes 40 s to note that a copy is ready, and a while for all before."""

    kept_for: list[float] = field(default_factory=list)
    apart_then: list[bool] = field(default_factory=list)

    def observe(self, copy: Copy, state: str) -> None:
        super().observe(copy, state)
        self.apart_then.append(self._apart)
        self.clock.sleep(40 if state == "available" else 7)

    def kept(self, seconds: float) -> None:
        self.kept_for.append(seconds)


def test_what_the_ledger_cost_a_wait_is_told_once_it_is_over(made: Estate) -> None:
    """While AWS is at work nothing counts; that the end of it was noted late does, and is told once."""
    clock = FakeClock()
    context, cloud = SlowContext("r", clock), Cloud(clock, [(600, "creating"), (0, "available")])
    toolkit = replace(made.toolkit, context=context, watcher=Watcher(clock))
    toolkit.wait_until_ready(toolkit.watcher.feed(("rds",), cloud.describe), COPY, STATES)
    assert context.kept_for == [40]
    assert (context.apart_then, context._apart) == ([True, True], False)
