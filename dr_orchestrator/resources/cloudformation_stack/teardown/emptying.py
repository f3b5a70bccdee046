"""Empties what CloudFormation does not delete while there is anything in it: buckets, repositories, zones, clusters."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from dr_orchestrator.aws.calls.api import Api, NotFound
from dr_orchestrator.aws.copies import Live
from dr_orchestrator.aws.emptying import PASSES, Emptying, left
from dr_orchestrator.errors import NotMeasured
from dr_orchestrator.resources.cloudformation_stack.holds import BUCKET, REPOSITORY, TASKS, ZONE
from dr_orchestrator.resources.cloudformation_stack.teardown.parts import Part
from dr_orchestrator.resources.cloudformation_stack.teardown.proving import Proving
from dr_orchestrator.resources.cloudformation_stack.teardown.tasks import Tasks
from dr_orchestrator.resources.cloudformation_stack.teardown.zones import Zones

IMAGES = 100
"""How many ECR deletes in one call."""

_OLD_REGIONS = {"": "us-east-1", "EU": "eu-west-1"}


class Emptier(Protocol):
    """Empties one kind of part."""

    def prove(self, part: Part) -> bool:
        """Prove that the part is the run's, to the guard as well; False where it is gone, UnsafeToDelete where not."""

    def empty(self, part: Part, tell: Callable[[str], None]) -> str:
        """Empty it, and return how much that was; empty where nothing was in it. NotMeasured where something stays.

        `tell` is told that there is something to do, and now and then how far that is.
        """


class Buckets:
    """Empties buckets: of every version and every delete marker, and of uploads that were never finished."""

    def __init__(self, api: Api, proving: Proving) -> None:
        self._api, self._proving = api, proving

    def prove(self, part: Part) -> bool:
        """By its account, its region and its tags."""
        self._proving.raise_unless_made(part)
        try:
            where = self._ask("GetBucketLocation", part).get("LocationConstraint") or ""
        except NotFound:
            return False
        arn = f"arn:aws:s3:{_OLD_REGIONS.get(where, where)}:{self._proving.owner}:{part.name}"
        self._proving.vouch(part, Live(part.name, part.name, self._tags(part)), arn)
        return True

    def _tags(self, part: Part) -> dict[str, str]:
        try:
            told = self._ask("GetBucketTagging", part)["TagSet"]
        except NotFound as fault:
            if "NoSuchTagSet" not in fault.message:
                raise
            return {}
        return {each["Key"]: each["Value"] for each in told}

    def empty(self, part: Part, tell: Callable[[str], None]) -> str:
        """Delete all that each listing shows, until one shows nothing that is not known to stay."""
        return Emptying(self._api, part.name, self._proving.owner).empty(tell)

    def _ask(self, operation: str, part: Part, **given: Any) -> Mapping[str, Any]:
        """A call on a bucket, which S3 refuses where the bucket is another account's."""
        return self._api.call(operation, Bucket=part.name, ExpectedBucketOwner=self._proving.owner, **given)


class Repositories:
    """Empties repositories of their images."""

    def __init__(self, api: Api, proving: Proving) -> None:
        self._api, self._proving = api, proving

    def prove(self, part: Part) -> bool:
        """By its ARN, its tags and when it was made."""
        self._proving.raise_unless_made(part)
        given = {"repositoryNames": [part.name], "registryId": self._proving.owner}
        try:
            live = self._api.named("DescribeRepositories", "repositories", "repositoryName", part.name, **given)
        except NotFound:
            return False
        arn = str(live["repositoryArn"])
        told = self._api.call("ListTagsForResource", resourceArn=arn)["tags"]
        tags = {each["Key"]: each["Value"] for each in told}
        self._proving.vouch(part, Live(part.name, arn, tags, created_at=live.get("createdAt")), arn)
        return True

    def empty(self, part: Part, tell: Callable[[str], None]) -> str:
        """Delete the images by their digests; a list of images goes before those that it names."""
        given: dict[str, Any] = {"repositoryName": part.name, "registryId": self._proving.owner}
        deleted, failed = 0, dict[tuple[str, ...], str]()
        for _ in range(PASSES):
            listed = self._api.pages("ListImages", "imageIds", **given)
            found = list(dict.fromkeys(str(each["imageDigest"]) for each in listed))
            before, failed = set(failed), {}
            if found and not deleted:
                tell(f"empties {part.name}")
            for start in range(0, len(found), IMAGES):
                some = found[start : start + IMAGES]
                told = self._api.call("BatchDeleteImage", imageIds=[{"imageDigest": each} for each in some], **given)
                refused = {(str(each["imageId"]["imageDigest"]),): _failure(each) for each in told.get("failures", ())}
                deleted, failed = deleted + len(some) - len(refused), failed | refused
            if not found or (failed and set(failed) == before):
                break
        if failed:
            raise NotMeasured(f"{left(failed)} of {part.name} could not be deleted", call="ecr:BatchDeleteImage")
        return f"{deleted:,} images" if deleted else ""


class MakeEmptier(Protocol):
    """Makes what empties one kind of part, from the calls of its service."""

    def __call__(self, api: Api, proving: Proving) -> Emptier:
        """Make it."""


EMPTIERS: Mapping[str, tuple[str, MakeEmptier]] = {
    BUCKET: ("s3", Buckets),
    REPOSITORY: ("ecr", Repositories),
    ZONE: ("route53", Zones),
    TASKS: ("ecs", Tasks),
}
"""The service, and what empties it, of each type that CloudFormation deletes only empty."""


def _failure(told: Mapping[str, Any]) -> str:
    return f"{told.get('failureCode')}: {told.get('failureReason')}"
