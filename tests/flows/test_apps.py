"""An app of the CDK is drilled as `cdk synth` left it: its stacks in their order, and down again in reverse."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

import pytest

from dr_orchestrator import wiring
from dr_orchestrator.domain.copy import CopyState
from dr_orchestrator.domain.run import Run
from dr_orchestrator.domain.verdict import Cleanup, Verdict
from tests.support import orders_app, workspace
from tests.support.estate import Estate
from tests.support.estate import estate as lab_of
from tests.support.shop import beat, run


@pytest.fixture
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Estate]:
    """The estate in an account that the CDK was bootstrapped in, with the app's code published."""
    with lab_of(tmp_path_factory.mktemp("lab")) as made:
        orders_app.bootstrap(made)
        beat(made)
        yield made


@pytest.fixture
def here(shop: Estate, home: Path) -> Iterator[wiring.App]:
    """A world in which drills of the app run on a fake clock."""
    made = workspace.world(home, shop.clock, shop=orders_app.SHOP)
    orders_app.put(home)
    with mock.patch.dict(os.environ, {"DRO_HOME": str(home)}), wiring.using(made) as world:
        yield world


def ids(found: Run) -> list[str]:
    name = f"dro-{found.header.id}"
    return [f"{name}-orders-data", f"{name}-orders"]


def test_an_app_is_made_anew_and_taken_down(shop: Estate, here: wiring.App) -> None:
    """Each stack after the one that it imports from, a table of any filled, outputs of any asked; reversed at the end."""
    before = shop.inventory()

    found = run(here, "shop-replica")

    assert found.closing is not None
    assert (found.closing.verdict, found.closing.cleanup) == (Verdict.PASSED, Cleanup.CLEAN), found.closing.reasons
    assert [call["StackName"] for call in shop.calls("CreateStack")] == ids(found)
    stacks = [row for row in found.copies if row.copy.type == "cloudformation-stack"]
    assert [row.copy.id for row in stacks] == ids(found)
    assert {row.state for row in stacks} == {CopyState.DELETED}
    assert shop.inventory() == before
