"""A plan's word on other runs: what stands in a drill's way, and what is only worth knowing."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from dr_orchestrator import wiring
from dr_orchestrator.domain.drill import Pick, Selection
from dr_orchestrator.domain.kind import Kind
from dr_orchestrator.errors import UsageError
from dr_orchestrator.wiring.planning.plan import plan
from tests.support import buckets, vaulted, workspace
from tests.support.estate import TABLE, Estate
from tests.support.golden.story import header

HOLDER = "elsewhere:1:abc"


@pytest.fixture(scope="module", autouse=True)
def caught_up(shop: Estate) -> None:
    """The continuous backup has caught up with what was written."""
    shop.clock.sleep(301)


def opened(here: wiring.App, drill: str, driven: bool) -> str:
    """An open run of a drill of the table, which a living process drives or not."""
    made = header(7, drill, Kind.PITR_RESTORE, 1, "The shop", "sessions", exercise="")
    run = replace(made, resource_id=TABLE.id)
    here.ledger.open_run(run)
    if driven:
        here.ledger.leases.take(run.id, HOLDER, timedelta(minutes=5))
    return run.id


def test_two_drills_of_one_source_go_side_by_side(here: wiring.App) -> None:
    """A run of another drill on the same source is no obstacle: each makes a copy of its own."""
    opened(here, "another-drill", driven=True)

    assert plan(here, "sessions-pitr").blockers == []


def test_the_same_drill_under_way_is_an_obstacle(here: wiring.App) -> None:
    """A run of the same drill that a living process drives is named with its holder."""
    run = opened(here, "sessions-pitr", driven=True)

    (obstacle,) = plan(here, "sessions-pitr").blockers
    assert run in obstacle
    assert HOLDER in obstacle


def test_a_dead_run_is_worth_knowing(here: wiring.App) -> None:
    """A run of the same drill whose process died is told with both ways out, and is no obstacle."""
    run = opened(here, "sessions-pitr", driven=False)

    made = plan(here, "sessions-pitr")

    assert made.blockers == []
    assert any(f"dro resume {run}" in line and "dro sweep" in line for line in made.seen)


def test_a_plan_looks_at_the_point_that_is_asked_for(shop: Estate, here: wiring.App) -> None:
    """What `dro run --at` would restore, and that it cannot where the instant lies outside the window."""
    at = shop.clock.now() - timedelta(minutes=6)
    with wiring.choosing(Selection(Pick.AT, at)):
        (point,) = plan(here, "sessions-pitr").recovery_points
    assert point.data_time == at

    with wiring.choosing(Selection(Pick.AT, at - timedelta(days=400))):
        (obstacle,) = plan(here, "sessions-pitr").blockers
    assert "outside its restorable window" in obstacle


def test_an_environment_has_no_point_to_ask_for(here: wiring.App) -> None:
    """A replica takes the newest backup of each of its stores."""
    with wiring.choosing(Selection(Pick.OLDEST)), pytest.raises(UsageError, match="rebuilds a whole environment"):
        plan(here, "shop-replica")


def test_the_rights_to_a_vault_are_looked_at(shop: Estate, tmp_path: Path) -> None:
    """A drill out of a vault is told beforehand whether it may start the job, and hand over the role."""
    here = workspace.world(
        tmp_path, shop.clock, shop=workspace.SHOP.replace("\ndrills:\n", buckets.DRILLED) + vaulted.DRILLS
    )

    assert any(each.startswith("permissions of the vault: ") for each in plan(here, "orders-vault").seen)
    assert not any("vault" in each for each in plan(here, "orders-snapshot").seen)
