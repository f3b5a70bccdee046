"""Each drill of the example workspaces, by its own script, in a lab that has what their estate files say."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from unittest import mock

import pytest
import yaml

from dr_orchestrator import wiring
from dr_orchestrator.cli import main
from dr_orchestrator.domain.clock import PacedClock
from dr_orchestrator.errors import Exit
from dr_orchestrator.lab import Lab
from dr_orchestrator.settings import Pace
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


@pytest.mark.parametrize(
    "drill", ["parcels-pitr", "parcels-vault", "depots-pitr", "tracking-replica", "labels-pitr", "labels-vault"]
)
def test_a_serverless_company_recovers(serverless: Started, drill: str) -> None:
    """Tables, buckets and an environment of functions come back, and the carrier's stack is as it was recorded."""
    lab, here = serverless
    before = examples.standing(lab)
    examples.passed(run(here, drill))
    assert examples.standing(lab) == before
    assert lab.world.defects == []


@pytest.fixture(scope="module")
def classic(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Started]:
    pace = Pace(240.0, time.time())
    with examples.started("classic", tmp_path_factory.mktemp("lab"), PacedClock(pace), pace, mariadb=True) as made:
        yield made


@pytest.mark.slow
@pytest.mark.parametrize(
    "drill",
    [
        *("shop-pitr", "shop-snapshot", "shop-elsewhere", "shop-standing-snapshot", "shop-standing-pitr"),
        *("archive-snapshot", "papers-snapshot"),
    ],
)
def test_a_company_of_servers_recovers(classic: Started, drill: str) -> None:
    """Databases of MariaDB and MySQL and a disk come back, here and in the other region."""
    lab, here = classic
    before = examples.standing(lab)
    examples.passed(run(here, drill))
    assert examples.standing(lab) == before
    assert lab.world.defects == []


@pytest.mark.parametrize("name", examples.names())
def test_an_example_is_data_alone(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """It has no program of its own, and `dro check` finds nothing wrong with it."""
    files = [each for each in (examples.EXAMPLES / name).rglob("*") if each.is_file()]
    assert {each.suffix for each in files if ".dro" not in each.parts} <= {".yaml", ".md", ".json", ""}
    with mock.patch.dict(os.environ, {"DRO_HOME": str(examples.EXAMPLES / name)}):
        assert main.run(["check"]) in (Exit.PASSED, Exit.INCONCLUSIVE)
    assert "problem" not in capsys.readouterr().out


def test_every_drill_of_an_example_is_run_here() -> None:
    """One that is declared and not run would be a promise that nobody looked at."""
    declared = {
        name
        for each in examples.names()
        for file in (examples.EXAMPLES / each / "drills").glob("*.yaml")
        for name in yaml.safe_load(file.read_text()).get("drills", {})
    }
    marks = [*test_a_serverless_company_recovers.pytestmark, *test_a_company_of_servers_recovers.pytestmark]
    assert declared == {drill for mark in marks if mark.name == "parametrize" for drill in mark.args[1]}
