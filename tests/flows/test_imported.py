"""A replica's table is restored by AWS and imported into its stack: judged before, as it was restored, and taken down."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from dr_orchestrator import wiring
from dr_orchestrator.domain.run import Run
from dr_orchestrator.domain.verdict import Cleanup, Verdict
from dr_orchestrator.reporting.export import run_json
from tests.support import imported, workspace
from tests.support.estate import Estate
from tests.support.expansion import production, shop_of, told
from tests.support.shop import run

DRILL = "shop-replica"


@pytest.fixture
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Estate]:
    with shop_of(tmp_path_factory.mktemp("lab")) as made:
        yield made


@contextmanager
def room(shop: Estate, home: Path, template: str = imported.TEMPLATE, fill: str = "sessions") -> Iterator[wiring.App]:
    made = workspace.world(home, shop.clock, template=template, shop=imported.shop(fill))
    with mock.patch.dict(os.environ, {"DRO_HOME": str(home)}), wiring.using(made) as here:
        yield here


def drilled(shop: Estate, home: Path, template: str = imported.TEMPLATE, fill: str = "sessions") -> Run:
    with room(shop, home, template, fill) as here:
        return run(here, DRILL)


def ended(found: Run) -> tuple[Verdict, Cleanup]:
    assert found.closing is not None
    return found.closing.verdict, found.closing.cleanup


def test_a_table_is_restored_imported_and_the_rest_is_made(shop: Estate, home: Path) -> None:
    """Two change sets, of which the first only imports; no item is written, and nothing is left."""
    before = production(shop)

    found = drilled(shop, home)

    assert ended(found) == (Verdict.PASSED, Cleanup.CLEAN), told(found)
    assert production(shop) == before
    assert shop.calls("BatchWriteItem") == []
    first, second = shop.calls("CreateChangeSet")
    assert [each["ChangeSetType"] for each in (first, second)] == ["IMPORT", "UPDATE"]
