"""The short form of the campaign of two machines with wrong clocks; `tests.support.two_machines` is all of it."""

from __future__ import annotations

import pytest

from tests.support.two_machines import play


@pytest.mark.campaign(0)
@pytest.mark.slow
def test_no_clock_takes_a_living_run_and_nothing_is_orphaned() -> None:
    """Ten minutes ahead or behind: whoever lives keeps its run, whoever was killed is swept, and nothing is left."""
    done = play(kills=2, seed=6)

    assert done.kills >= 2
    assert done.living_taken == []
    assert done.orphans == []
    assert {*done.drills, *done.sweeps} <= {"ended", "killed"}
