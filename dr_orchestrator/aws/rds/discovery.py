"""The part of RDS's descriptions that a look at the whole estate takes: tags, and what a drill file asks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from dr_orchestrator.aws.discovery.tags import pairs
from dr_orchestrator.aws.posture.ground import Ground
from dr_orchestrator.aws.rds.objects import Shape
from dr_orchestrator.domain.discovery.found import Found
from dr_orchestrator.domain.service import MANAGED

_GOING = "deleting"


def described(ground: Ground, shape: Shape) -> Iterator[Mapping[str, Any]]:
    """Every one that RDS describes in the region and that is there to stay."""
    for each in ground.listed("rds", shape.describe, f"{shape.key}s"):
        if each.get(shape.status) != _GOING:
            yield each


def found(of: str, region: str, shape: Shape, each: Mapping[str, Any], **told: Any) -> Found:
    """One of them as it is found; `told` is what else is known of it."""
    return Found(of, str(each[shape.name]), region, str(each[f"{shape.key}Arn"]), pairs(each.get("TagList")), **told)


def login(each: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """The keys of a drill file that tell how checks log in, as far as RDS knows them; `name` is its field for the
    database's name.
    """
    told = {"name": str(each.get(name) or ""), "secret": MANAGED if each.get("MasterUserSecret") else ""}
    return {"database": {key: value for key, value in told.items() if value}}
