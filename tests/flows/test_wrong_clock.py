"""A machine whose clock is wrong: seen before a drill starts anything, kept with the run, and told."""

from __future__ import annotations

from datetime import timedelta

import pytest

from dr_orchestrator import wiring
from dr_orchestrator.domain.verdict import Cleanup, Verdict
from dr_orchestrator.reporting.export import run_json
from dr_orchestrator.wiring.planning.plan import plan
from tests.support.estate import Estate
from tests.support.machine import Machine
from tests.support.shop import beat, run


@pytest.fixture(autouse=True)
def _by_the_machines_clock(shop: Estate, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shop.clock, "pace", 1.0, raising=False)
    beat(shop)


def test_ten_minutes_start_nothing(shop: Estate, here: wiring.App, machine: Machine) -> None:
    """Plan and run say so, with the figure; no copy is made, and the run keeps how wrong the clock was."""
    before, asked = shop.inventory(), len(shop.calls("RestoreTableToPointInTime"))
    machine.at += timedelta(minutes=10)

    (obstacle,) = plan(here, "sessions-pitr").blockers
    found = run(here, "sessions-pitr")

    assert "s) ahead of AWS: more than 60 s" in obstacle
    assert found.closing is not None
    assert (found.closing.verdict, found.closing.cleanup) == (Verdict.INCONCLUSIVE, Cleanup.CLEAN)
    assert "ahead of AWS: more than 60 s" in found.closing.reasons[0]
    assert "clock: inconclusive" in found.steps[0].detail
    skew = found.header.provenance.clocks.aws
    assert skew is not None
    assert timedelta(minutes=9) < skew.ahead < timedelta(minutes=11)
    assert run_json(found)["provenance"]["clocks"] == {
        "aws": {"ahead_s": skew.ahead.total_seconds(), "error_s": skew.error.total_seconds()},
        "ledger": None,
    }
    assert (shop.inventory(), len(shop.calls("RestoreTableToPointInTime"))) == (before, asked)


def test_half_a_minute_is_told(here: wiring.App, machine: Machine) -> None:
    """It stops no drill, and stands among what was seen."""
    machine.at -= timedelta(seconds=40)
    made = plan(here, "sessions-pitr")
    assert made.blockers == []
    assert any(words.startswith("clock: ") and "behind AWS" in words for words in made.seen)


def test_a_labs_time_is_compared_with_no_machines(
    shop: Estate, here: wiring.App, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At the lab's pace the drill's clock is the lab's own: the machine's is in no figure."""
    monkeypatch.setattr(shop.clock, "pace", 120.0)
    machine.at += timedelta(hours=1)
    made = plan(here, "sessions-pitr")
    assert made.blockers == []
    assert "not applicable" in str(next(look for look in made.preflight.looks if look.name == "clock"))
