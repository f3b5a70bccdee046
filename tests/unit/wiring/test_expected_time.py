"""What earlier runs took is held to the objective before the next one starts."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from dr_orchestrator.domain.kind import Kind
from dr_orchestrator.domain.objective import Limit, Objective
from dr_orchestrator.domain.preflight import Doubt
from dr_orchestrator.wiring.planning import preflight
from dr_orchestrator.wiring.planning.costing import Expected

HOUR = timedelta(hours=1)


def looked(monkeypatch: pytest.MonkeyPatch, rto: Limit | None, takes: Expected, kind: Kind) -> str:
    """What the look tells of a drill whose earlier runs took that."""
    drill = SimpleNamespace(kind=kind, objective=Objective(rto, None, "tier 1"))
    monkeypatch.setattr(preflight, "expected", lambda _here, _drill: takes)
    asked: Any = SimpleNamespace(here=None, drill=drill)
    return preflight.PreflightChecks._time(asked)


TAKEN = Expected(2 * HOUR, 3 * HOUR, 4)


@pytest.mark.parametrize("rto", [Limit(HOUR), Limit(2 * HOUR)])
def test_runs_that_recovered_too_late_are_a_doubt(monkeypatch: pytest.MonkeyPatch, rto: Limit) -> None:
    """As late as the objective is too late where it says less: told, and no reason to stop."""
    with pytest.raises(Doubt, match=r"^3 h, the median of the last 4 runs; recovered after 2 h, and its RTO is < "):
        looked(monkeypatch, rto, TAKEN, Kind.PITR_RESTORE)


@pytest.mark.parametrize(
    ("rto", "kind"), [(Limit(3 * HOUR), Kind.PITR_RESTORE), (None, Kind.PITR_RESTORE), (Limit(HOUR), Kind.AZ_FAILOVER)]
)
def test_runs_in_time_are_none(monkeypatch: pytest.MonkeyPatch, rto: Limit | None, kind: Kind) -> None:
    """Nor is a failover's, whose objective is no time for all of the run."""
    assert looked(monkeypatch, rto, TAKEN, kind) == "3 h, the median of the last 4 runs"
