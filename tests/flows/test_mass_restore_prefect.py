"""A large-incident drill is one flow of Prefect; green there is green in the ledger."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas.sorting import FlowRunSort
from prefect.settings import PREFECT_API_URL, temporary_settings

from dr_orchestrator import prefect_runner, wiring
from dr_orchestrator.cli import server
from dr_orchestrator.domain.verdict import Verdict
from tests.support import mass_files, workspace
from tests.support.estate import Estate
from tests.support.shop import beat

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("prefect")]


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    home = tmp_path_factory.mktemp("prefect")
    with server.starting(home) as url:
        server.wait(url, home / "server.log")
        yield url


@pytest.mark.parametrize(("sites", "state", "verdict"), [("one", "COMPLETED", "PASSED"), ("lost", "FAILED", "FAILED")])
def test_it_is_one_flow_run_that_ends_as_the_ledger_says(
    api: str, shop: Estate, home: Path, sites: str, state: str, verdict: str
) -> None:
    """One that is no success ends as Failed, and its id is told all the same."""
    mass_files.fill(shop.client("dynamodb"), (shop.clock.now() - timedelta(hours=1)).isoformat(), "one")
    beat(shop)
    shop.clock.sleep(330)
    with wiring.using(workspace.world(home, shop.clock)) as here, temporary_settings({PREFECT_API_URL: api}):
        mass_files.put(here.settings.drills, f"site,tier,state\n{sites},1,\n")
        id = prefect_runner.run_mass_restore("many-sites", True, None, "", False)
        assert here.ledger.mass_restores.named(id).verdict is Verdict(verdict)
        with get_client(sync_client=True) as client:
            (newest,) = client.read_flow_runs(limit=1, sort=FlowRunSort.START_TIME_DESC)
            assert (newest.name, newest.state and newest.state.type.value) == ("many-sites", state)
