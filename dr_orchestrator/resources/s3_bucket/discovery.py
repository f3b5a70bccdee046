"""The buckets of a region as a look at the whole estate finds them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from dr_orchestrator.aws.posture.ground import Ground
from dr_orchestrator.domain.discovery.found import Found
from dr_orchestrator.resources.s3_bucket import bucket
from dr_orchestrator.resources.s3_bucket.name import NAME


def discovered(ground: Ground) -> Iterator[Found]:
    """Every bucket; of its tags nothing is known yet."""
    api = ground.api("s3")
    for each in ground.patiently(lambda: list(bucket.listed(api))):
        yield Found(NAME, each.name, ground.region, bucket.arn(api, each.name))


def worn(ground: Ground, found: Found) -> Mapping[str, str]:
    """The tags of one; of one that has gone since there are none."""
    api, owner = ground.api("s3"), ground.account.pinned
    return ground.patiently(lambda: bucket.tags(api, found.id, owner)) or {}
