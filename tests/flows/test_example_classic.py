"""Each drill of the example company of servers and disks, in a lab that has what its estate file says."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from dr_orchestrator import wiring
from dr_orchestrator.domain.clock import PacedClock
from dr_orchestrator.lab import Lab
from dr_orchestrator.settings import Pace
from tests.support import examples
from tests.support.shop import run

Started = tuple[Lab, wiring.App]

_MADE = 16 * 60.0
"""Lab seconds after which a drill's instant lies behind the making of the company, in which nobody's heart beats: on a
busy machine that takes longer than a heartbeat may be old.
"""


@pytest.fixture(scope="module")
def classic(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Started]:
    pace = Pace(240.0, time.time())
    clock = PacedClock(pace)
    with examples.started("classic", tmp_path_factory.mktemp("lab"), clock, pace, mariadb=True) as made:
        clock.sleep(_MADE)
        yield made


@pytest.mark.slow
@pytest.mark.campaign(6)
@pytest.mark.parametrize("drill", examples.drills("classic"))
def test_a_company_of_servers_recovers(classic: Started, drill: str) -> None:
    """Databases of MariaDB and MySQL and a disk come back, here and in the other region."""
    lab, here = classic
    before = examples.standing(lab)
    examples.passed(run(here, drill))
    assert examples.standing(lab) == before
