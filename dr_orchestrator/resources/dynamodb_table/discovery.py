"""The tables of a region as a look at the whole estate finds them: a listing gives their names, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from dr_orchestrator.aws.discovery.tags import pairs
from dr_orchestrator.aws.endpoints import partition
from dr_orchestrator.aws.posture.ground import Ground
from dr_orchestrator.domain.discovery.found import Found
from dr_orchestrator.resources.dynamodb_table.name import NAME


def discovered(ground: Ground) -> Iterator[Found]:
    """Every table; of its tags nothing is known yet."""
    place = f"arn:{partition(ground.region)}:dynamodb:{ground.region}:{ground.account.pinned}"
    for name in ground.listed("dynamodb", "ListTables", "TableNames"):
        yield Found(NAME, str(name), ground.region, f"{place}:table/{name}")


def worn(ground: Ground, found: Found) -> Mapping[str, str]:
    """The tags of one."""
    return pairs(ground.listed("dynamodb", "ListTagsOfResource", "Tags", ResourceArn=found.arn))
