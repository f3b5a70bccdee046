"""A pair of real servers: what was acknowledged survives its primary, unless the standby was asked to lag."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.pairs import PLANES, failed_over, paired

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("engine", PLANES)
def test_a_synchronous_standby_has_all_that_was_acknowledged(tmp_path: Path, engine: str) -> None:
    """There and back under a client, and restarted where it is: nothing is lost, and the port stays."""
    with paired(tmp_path, engine=engine) as of:
        port = of.pair.port
        for stays in (False, False, True):
            client = failed_over(of, 0.2, stays=stays)
            counted, outage = client.count(), client.outage()
            assert (counted.lost, counted.doubled) == (0, 0)
            assert counted.acknowledged == counted.present >= 100
            assert outage is not None
            assert outage.lasted.total_seconds() >= 0.2
        assert of.pair.port == port
        assert len(of.pair.switches) == 3
        assert of.pair.whole


@pytest.mark.campaign(1)
@pytest.mark.parametrize("engine", PLANES)
def test_an_asynchronous_one_lacks_what_came_last(tmp_path: Path, engine: str) -> None:
    """The fault is a real one: writes that a client was told are gone with their primary."""
    with paired(tmp_path, asynchronous=True, engine=engine) as of:
        counted = failed_over(of, 0.2).count()
        assert counted.lost > 0
        assert counted.present == counted.acknowledged - counted.lost
