"""The lab answers several requests at once: none stumbles over what another changes."""

from __future__ import annotations

import pytest
from moto.rds.models import rds_backends

from dr_orchestrator.lab import Lab
from dr_orchestrator.lab.cloud.world import ACCOUNT


@pytest.mark.parametrize("held", ["databases", "database_snapshots", "option_groups", "subnet_groups"])
@pytest.mark.parametrize("walk", ["items", "values", "keys"])
def test_a_walk_sees_one_moment(lab: Lab, held: str, walk: str) -> None:
    """What is added and removed meanwhile neither stops it nor comes up in it; names stay the same in any case."""
    found = getattr(rds_backends[ACCOUNT]["us-east-1"], held)
    for name in ("One", "Two"):
        found[name] = name.lower()

    seen = []
    for number, each in enumerate(getattr(found, walk)()):
        seen.append(each)
        found.pop("two", None)
        found[f"more-{number}"] = "more"

    assert len(seen) >= 2
    assert found["ONE"] == "one"
    for name in ("one", *(f"more-{number}" for number in range(len(seen)))):
        del found[name]
