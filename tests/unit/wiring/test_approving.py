"""The leave to fail production over: by the ways that the drill goes, and by a clock that is read after the ledger."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest import mock

import pytest

from dr_orchestrator.aws.once import Once
from dr_orchestrator.domain.drill import Drill
from dr_orchestrator.domain.failover import FAILBACK, FAILOVER, STEPS
from dr_orchestrator.domain.production import Approval, Ground, Window
from dr_orchestrator.errors import NotMeasured, Transient
from dr_orchestrator.resources import TYPES
from dr_orchestrator.wiring import approving
from tests.support import workspace
from tests.support.fakes import FakeClock
from tests.support.on_production import ACCOUNT, DRILL, ENTRY, SHOP
from tests.support.types import load

GROUND = Ground(ACCOUNT)
AURORA = SHOP.replace("type: rds-instance, id: orders-prod", "type: aurora-cluster, id: orders-prod")


@dataclass
class World:
    """What the leave asks: a ledger with the steps that a run has begun, and a clock; asking takes `slow` seconds."""

    drill: Drill
    clock: FakeClock = field(default_factory=FakeClock)
    begun_steps: list[str] = field(default_factory=list)
    slow: float = 0.0
    approvals_given: list[Approval] = field(default_factory=list)

    @property
    def here(self) -> Any:
        queries = SimpleNamespace(begun=self.begun, approvals=self.approvals)
        ledger = SimpleNamespace(queries=queries, claim_approval=lambda *_: True)
        return SimpleNamespace(types=TYPES, clock=self.clock, ledger=ledger)

    def begun(self, _run: str, steps: Any) -> int:
        return sum(1 for each in self.begun_steps if each in steps)

    def approvals(self, _drill: str) -> list[Approval]:
        self.clock.sleep(self.slow)
        return list(self.approvals_given)

    def leave(self) -> Once:
        made = approving.leave(self.here, self.drill, "a-run")
        assert made is not None
        return made


@pytest.fixture(autouse=True)
def ground() -> Iterator[None]:
    with mock.patch.object(approving, "_ground", lambda *_: GROUND):
        yield


@pytest.fixture
def world(tmp_path: Path) -> Callable[..., World]:
    """A world whose drill is approved now, and may run until the next hour begins."""

    def make(shop: str = SHOP) -> World:
        home = tmp_path / str(len(list(tmp_path.iterdir())))
        workspace.write(home, shop, tiers=workspace.TIERS + ENTRY)
        drill = load(home / "drills").drills[DRILL]
        made = World(drill)
        now = made.clock.now()
        made.clock.sleep((now.replace(hour=3, minute=50) + timedelta(days=1) - now).total_seconds())
        made.approvals_given.append(Approval(DRILL, drill.digest, "Ada", made.clock.now(), GROUND))
        return made

    return make


def closing(world: World, at: datetime) -> None:
    """Have the window of its entry end at an instant's hour and minute."""
    on = world.drill.production
    assert on is not None
    days = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    consent = replace(on.consent, window=Window(days, "00:00", f"{at:%H:%M}"))
    world.drill = replace(world.drill, production=replace(on, consent=consent))
    world.approvals_given = [replace(each, plan=world.drill.digest) for each in world.approvals_given]


def test_a_drill_that_does_not_fail_back_has_a_leave_for_one_call(world: Callable[..., World]) -> None:
    """A step of the way back, whoever begins it, is no leave: the drill never said that production goes back."""
    made = world(SHOP.replace("on: production", "on: production\n    fail_back: false"))
    once = made.leave()
    made.begun_steps.append(STEPS[FAILOVER])
    once.send()
    made.begun_steps.append(STEPS[FAILBACK])
    with pytest.raises(Transient, match="not asked again"):
        once.send()
    both = world()
    once = both.leave()
    for step in (STEPS[FAILOVER], STEPS[FAILBACK]):
        both.begun_steps.append(step)
        once.send()


def test_whom_the_drill_has_write_is_that_of_the_way_that_was_begun_last(world: Callable[..., World]) -> None:
    """Each way its own instance, and with `failover` alone none on the way back."""
    named = {"DBClusterIdentifier": "orders-prod"}
    for said, wanted in (
        ("{failover: o-2, failback: o-1}", ["o-2", "o-1"]),
        ("{failover: o-2}", ["o-2", ""]),
        ("{failback: o-1}", ["", "o-1"]),
    ):
        made = world(AURORA.replace("checks: []", f"writer: {said}\n    checks: []"))
        once = made.leave()
        for way, target in zip((FAILOVER, FAILBACK), wanted, strict=True):
            made.begun_steps.append(STEPS[way])
            for each in ("o-1", "o-2", ""):
                given = {**named, **({"TargetDBInstanceIdentifier": each} if each else {})}
                is_it = once.is_it("rds", "FailoverDBCluster", given, "us-east-1")
                assert is_it is (each == target), (said, way, each)


def test_the_clock_is_read_after_the_ledger(world: Callable[..., World]) -> None:
    """A ledger that was waited for past the end of the window lets nothing through that its answer would have let."""
    made = world()
    closing(made, made.clock.now() + timedelta(minutes=5))
    made.begun_steps.append(STEPS[FAILOVER])
    on = made.drill.production
    assert on is not None
    assert approving.lacks_of(made.here, made.drill) == []
    made.slow = 301.0
    once = made.leave()
    began = made.clock.now()
    for late in (
        once.raise_unless_left,
        lambda: approving.words(made.here, made.drill, on, "a-run"),
    ):
        made.clock.step(began - made.clock.now())
        with pytest.raises(NotMeasured, match="window"):
            late()
    made.clock.step(began - made.clock.now())
    assert "window" in str(approving.lacks_of(made.here, made.drill)[0])
