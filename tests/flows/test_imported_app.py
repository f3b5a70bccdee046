"""A table of an app of several stacks is imported into the stack that has it, as it was restored."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from unittest import mock

import pytest

from dr_orchestrator import wiring
from dr_orchestrator.domain.copy import TERMINAL
from dr_orchestrator.domain.verdict import Cleanup, Verdict
from dr_orchestrator.wiring import sweeping
from tests.support import orders_app
from tests.support.dying import deaths, killed_at, killed_in, resumed
from tests.support.estate import Estate
from tests.support.shop import ended, everything, run

DEATHS = deaths(("ExecuteChangeSet", 1), ("ExecuteChangeSet", 2), ("ExecuteChangeSet", 3))
"""Of the import, of the update of the stack that has the table, and of the stack that imports from that one."""


@pytest.fixture
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Estate]:
    with orders_app.ground(tmp_path_factory.mktemp("lab")) as made:
        yield made


@pytest.fixture
def here(shop: Estate, home: Path) -> Iterator[wiring.App]:
    alone = orders_app.SHOP.replace("fill: items", "fill: import")
    with mock.patch.object(orders_app, "SHOP", alone), orders_app.world(shop, home) as made:
        yield made


def test_it_is_imported_before_the_rest_of_its_stack_is_made(shop: Estate, here: wiring.App) -> None:
    """Not an item is written by the drill; what the other stack imports is told by the update."""
    before = everything(shop)

    found = run(here, "shop-replica")

    assert found.closing is not None
    assert ended(found) == (Verdict.PASSED, Cleanup.CLEAN), found.closing.reasons
    executed = [call["ChangeSetName"].split("/")[1] for call in shop.calls("ExecuteChangeSet")]
    lead = f"dro-{found.header.id}-orders"
    assert executed == [f"{lead}-data-import", f"{lead}-data-make", f"{lead}-make"]
    assert shop.calls("BatchWriteItem") == []
    assert everything(shop) == before


@pytest.mark.campaign(1)
@pytest.mark.parametrize("death", DEATHS, ids=lambda each: "-".join(map(str, each)))
@pytest.mark.parametrize("swept", [False, True], ids=["resumed", "swept"])
def test_a_dead_run_leaves_nothing(shop: Estate, here: wiring.App, death: tuple[str, int, bool], swept: bool) -> None:
    """Whenever its process dies: the next one goes on, or a sweep takes all of it down."""
    before = everything(shop)
    dead = killed_in(here, "shop-replica", killed_at(*death))
    if swept:
        shop.clock.sleep(7200)
        sweeping.sweep(here)
    else:
        assert ended(resumed(here, dead))[0] is Verdict.PASSED

    found = here.ledger.queries.run(dead.header.id)
    assert ended(found)[1] is Cleanup.CLEAN
    assert all(each.state in TERMINAL for each in found.copies)
    assert everything(shop) == before
