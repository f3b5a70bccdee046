"""Each drill of the example company of functions and tables, in a lab that has what its estate file says."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from dr_orchestrator import wiring
from dr_orchestrator.cli import main
from dr_orchestrator.errors import Exit
from dr_orchestrator.lab import Lab
from tests.support import examples
from tests.support.fakes import RunningClock
from tests.support.shop import run

Started = tuple[Lab, wiring.App]


@pytest.fixture(scope="module")
def serverless(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Started]:
    with examples.started("serverless", tmp_path_factory.mktemp("lab"), RunningClock()) as (lab, here):
        assert main.run(["baseline", "tracking", "--write"]) == Exit.PASSED
        with wiring.using(wiring.App(here.settings, here.clock)) as recorded:
            yield lab, recorded


@pytest.mark.campaign(4)
@pytest.mark.parametrize("drill", examples.drills("serverless"))
def test_a_serverless_company_recovers(serverless: Started, drill: str) -> None:
    """Tables, buckets and an environment of functions come back, and the carrier's stack is as it was recorded."""
    lab, here = serverless
    before = examples.standing(lab)
    examples.passed(run(here, drill))
    assert examples.standing(lab) == before
    assert lab.world.defects == []
