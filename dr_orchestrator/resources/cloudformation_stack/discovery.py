"""The stacks of a region as a look at the whole estate finds them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from dr_orchestrator.aws.discovery.tags import pairs
from dr_orchestrator.aws.posture.ground import Ground
from dr_orchestrator.domain.discovery.found import Found
from dr_orchestrator.resources.cloudformation_stack.name import NAME

_GONE = ("DELETE_COMPLETE", "DELETE_IN_PROGRESS", "REVIEW_IN_PROGRESS", "ROLLBACK_COMPLETE")
"""The states of a stack that holds nothing, or soon will not."""


def discovered(ground: Ground) -> Iterator[Found]:
    """Every stack that stands; one within another is told as a part of that."""
    for each in ground.listed("cloudformation", "DescribeStacks", "Stacks"):
        if each["StackStatus"] in _GONE:
            continue
        parent, id = str(each.get("ParentId") or ""), str(each["StackId"])
        part_of = f"the stack {parent.split('/')[1]}" if parent.count("/") else ""
        tags = pairs(each.get("Tags"))
        given = [str(one["ParameterKey"]) for one in each.get("Parameters") or ()]
        told: Mapping[str, Any] = {
            "known": {"parameters": given},
            "part_of": part_of,
            "makes": id,
            "maker": parent,
            "source": parent,
        }
        yield Found(NAME, str(each["StackName"]), ground.region, id, tags, **told)
