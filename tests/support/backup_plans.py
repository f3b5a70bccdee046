"""Plans of AWS Backup in the lab: whom they take, into which vault, and how that is locked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from dr_orchestrator.domain.ports import Clock
from dr_orchestrator.lab.cloud import backup_plans
from dr_orchestrator.lab.cloud.vaults import vaults
from tests.support.estate import VAULT

ALL: Mapping[str, Any] = {"Resources": ["*"]}
BUT_DRILLS: Mapping[str, Any] = {
    **ALL,
    "Conditions": {"StringNotLike": [{"ConditionKey": "aws:ResourceTag/dr-drill:run", "ConditionValue": "*"}]},
}
"""All, but what wears the tag of a run."""


@contextmanager
def planned(*selections: Mapping[str, Any], days: int = 30) -> Iterator[str]:
    """Within: a plan takes what is selected into the estate's vault; its id. What it took is gone afterwards."""
    there = vaults()
    before = [each.point for each in there.kept(VAULT.name, None)]
    made = backup_plans.plan(there, "nightly", VAULT.name, days, *selections)
    try:
        yield made
    finally:
        del there.plans[made]
        forget([each.point for each in there.kept(VAULT.name, None) if each.point not in before])


def forget(points: list[str]) -> None:
    """Have recovery points be no more."""
    kept: list[Any] = vaults()._points[VAULT.name]
    kept[:] = [each for each in kept if each.point not in points]


@contextmanager
def locked(clock: Clock, days: float = -1, least: int = 0) -> Iterator[None]:
    """Within: the vault is locked, for good in so many days; without any it was long ago."""
    there: Any = vaults().vaults[VAULT.name]
    there.locked, there.lock_date = True, (clock.now() + timedelta(days=days)).timestamp()
    there.min_retention_days = least or None
    try:
        yield
    finally:
        there.locked, there.lock_date, there.min_retention_days = False, None, None
