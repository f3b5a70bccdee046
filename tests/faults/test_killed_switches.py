"""A process that dies while routing controls are made, switched or deleted: the next goes on, or takes it down."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from dr_orchestrator import wiring
from dr_orchestrator.domain.copy import TERMINAL
from dr_orchestrator.resources.cloudformation_stack.lab.controls import Cluster, ControlPanel
from tests.support import controls, there
from tests.support.dying import deaths, killed_at, killed_in, resumed, swept
from tests.support.estate import Estate
from tests.support.shop import GREEN
from tests.support.there import DRILL

CALLS = deaths(
    *(("CreateRoutingControl", 1), ("CreateRoutingControl", 2), ("CreateHealthCheck", 1), ("CreateHealthCheck", 2)),
    *(("UpdateRoutingControlStates", 1), ("UpdateRoutingControlStates", 2), ("UpdateRoutingControlStates", 3)),
    *(("DeleteHealthCheck", 1), ("DeleteRoutingControl", 1), ("DeleteRoutingControl", 2)),
)
"""Each transition: the death is before the call, or before its answer comes."""

Cell = tuple[Cluster, ControlPanel]


@pytest.fixture(scope="module")
def zone(shop: Estate) -> str:
    return there.prepared(shop)


@pytest.fixture
def cell(shop: Estate) -> Cell:
    return controls.prepared(shop)


@pytest.fixture
def here(shop: Estate, zone: str, cell: Cell, home: Path) -> Iterator[wiring.App]:
    with there.world(shop, home, zone, controls.DRILLS, policy=controls.policy(*cell)) as made:
        yield made


def nothing_is_left(shop: Estate, zone: str, cell: Cell) -> None:
    _, panel = cell
    assert (controls.left(panel), there.records(shop, zone)) == ([], {})
    assert shop.client("route53").list_health_checks()["HealthChecks"] == []


@pytest.mark.campaign(2)
@pytest.mark.parametrize(("operation", "number", "after"), CALLS)
def test_killed_at_a_switch_it_goes_on(
    here: wiring.App, shop: Estate, zone: str, cell: Cell, operation: str, number: int, after: bool
) -> None:
    """What was made is adopted and none is made twice; the name is led there, back, and all is gone at the end."""
    found = resumed(here, killed_in(here, DRILL, killed_at(operation, number, after)))
    assert found.closing is not None
    assert found.closing.verdict in GREEN, found.closing.reasons
    assert all(row.state in TERMINAL for row in found.copies)
    nothing_is_left(shop, zone, cell)


@pytest.mark.campaign(2)
@pytest.mark.parametrize(("operation", "number", "after"), CALLS)
def test_killed_at_a_switch_a_sweep_takes_all_of_it_down(
    here: wiring.App, shop: Estate, zone: str, cell: Cell, operation: str, number: int, after: bool
) -> None:
    """Also of what AWS made and never named: it is found by the name that carries the run."""
    before = shop.inventory()
    swept(here, DRILL, killed_at(operation, number, after), shop.clock, 3600.0)
    nothing_is_left(shop, zone, cell)
    assert shop.inventory() == before


def test_a_sweep_needs_no_drill_file(here: wiring.App, shop: Estate, zone: str, cell: Cell) -> None:
    """Neither zone nor control panel is declared any more, and no endpoint answers: the ledger says where all is."""
    dead = killed_in(here, DRILL, killed_at("UpdateRoutingControlStates", 2, True))
    files = here.settings.drills
    (files / "shop.yaml").write_text(there.SHOP)
    (files / "tiers.yaml").write_text((files / "tiers.yaml").read_text().partition("drill_zone")[0])
    for each in cell[0].endpoints.values():
        each.cut()
    shop.clock.sleep(3600.0)
    there.swept_anew(here)
    assert all(row.state in TERMINAL for row in here.ledger.queries.run(dead.header.id).copies)
    nothing_is_left(shop, zone, cell)
