"""A figure against its limit: each way to stand has its own word, and only two keep the promise."""

from __future__ import annotations

from datetime import timedelta

import pytest

from dr_orchestrator.domain.judge.against import KEPT, Against, Standing
from dr_orchestrator.domain.objective import Goal, Limit

HOUR = timedelta(hours=1)
LIMIT = Limit(4 * HOUR)


@pytest.mark.parametrize(
    ("of", "standing"),
    [
        (Against(Goal.RTO, LIMIT, 3 * HOUR), Standing.OK),
        (Against(Goal.RTO, LIMIT, 3.5 * HOUR), Standing.THIN),
        (Against(Goal.RTO, LIMIT, 4 * HOUR), Standing.MISSED),
        (Against(Goal.RTO, None, 3 * HOUR), Standing.NO_TARGET),
        (Against(Goal.RTO, LIMIT, None), Standing.NOT_MEASURED),
        (Against(Goal.RTO, LIMIT, timedelta()), Standing.NOT_CREDIBLE),
        (Against(Goal.RPO, LIMIT, timedelta()), Standing.OK),
        (Against(Goal.RPO, LIMIT, -HOUR), Standing.NOT_CREDIBLE),
        (Against(Goal.RPO, LIMIT, HOUR, "E"), Standing.NO_EVIDENCE),
        (Against(Goal.RTO, LIMIT, 4 * HOUR - timedelta(seconds=1), error=timedelta(seconds=2)), Standing.TOO_CLOSE),
    ],
)
def test_each_figure_stands_in_one_way(of: Against, standing: Standing) -> None:
    """Nothing that was not measured, cannot be true, or is too close to tell is kept; nor has it headroom."""
    assert of.standing is standing
    if standing in KEPT:
        assert of.headroom is not None
    if of.actual is None:
        assert (of.credible, of.headroom) == (False, None)
