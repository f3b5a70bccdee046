"""Empties what CloudFormation does not delete while there is anything in it: buckets, repositories, zones, clusters."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Protocol

from dr_orchestrator.aws.calls.api import Api, NotFound
from dr_orchestrator.aws.copies import Live
from dr_orchestrator.domain.counted import counted
from dr_orchestrator.errors import NotMeasured
from dr_orchestrator.resources.cloudformation_stack.holds import BUCKET, REPOSITORY, TASKS, ZONE
from dr_orchestrator.resources.cloudformation_stack.teardown.parts import Part
from dr_orchestrator.resources.cloudformation_stack.teardown.proving import Proving
from dr_orchestrator.resources.cloudformation_stack.teardown.tasks import Tasks
from dr_orchestrator.resources.cloudformation_stack.teardown.zones import Zones

VERSIONS, IMAGES = 1_000, 100
"""How many S3, and how many ECR, deletes in one call."""

PASSES = 5
"""How often one is read through at most: while it is being emptied others may go on filling it."""

SHOWN = 3
"""How many of those that could not be deleted are told by name."""

GIVEN_UP = 10_000
"""After how many versions that cannot be deleted the others are left as well: the bucket stays anyway."""

TOLD = 100_000
"""After how many versions it is told how far the emptying is."""

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
        deleted, told, kept = 0, -TOLD, dict[tuple[str, ...], str]()
        for _ in range(PASSES):
            found = 0
            for page in self._versions(part):
                wanted = [each for each in page if _key(each) not in kept]
                if wanted and deleted >= told + TOLD:
                    tell(f"empties {part.name}" + (f": {counted(deleted, 'version')} so far" if deleted else ""))
                    told = deleted
                found += len(wanted)
                refused = self._delete(part, wanted)
                deleted += len(wanted) - len(refused)
                kept |= refused
                if len(kept) >= GIVEN_UP:
                    break
            if not found or len(kept) >= GIVEN_UP:
                break
        aborted = self._abort(part)
        if kept:
            raise NotMeasured(f"{_told(kept)} of {part.name} could not be deleted", call="s3:DeleteObjects")
        return ", ".join(
            told
            for number, told in (
                (deleted, counted(deleted, "version or delete marker", "versions and delete markers")),
                (aborted, counted(aborted, "unfinished upload")),
            )
            if number
        )

    def _versions(self, part: Part) -> Iterator[list[Mapping[str, Any]]]:
        """Every version and delete marker, in pages that one call can delete."""
        after: dict[str, str] = {}
        while True:
            told = self._ask("ListObjectVersions", part, MaxKeys=VERSIONS, **after)
            yield [*told.get("Versions", ()), *told.get("DeleteMarkers", ())]
            if not told.get("IsTruncated"):
                return
            after = {"KeyMarker": told["NextKeyMarker"], "VersionIdMarker": told["NextVersionIdMarker"]}

    def _delete(self, part: Part, wanted: Sequence[Mapping[str, Any]]) -> dict[tuple[str, ...], str]:
        """Delete versions; those that S3 did not delete, and why."""
        if not wanted:
            return {}
        objects = [{"Key": each["Key"], "VersionId": each["VersionId"]} for each in wanted]
        told = self._ask("DeleteObjects", part, Delete={"Objects": objects, "Quiet": True})
        return {_key(each): f"{each.get('Code')}: {each.get('Message')}" for each in told.get("Errors", ())}

    def _abort(self, part: Part) -> int:
        """Abort every upload that was begun and not finished; their parts are charged for, and unseen."""
        owner, number = self._proving.owner, 0
        for each in self._api.pages("ListMultipartUploads", "Uploads", Bucket=part.name, ExpectedBucketOwner=owner):
            self._ask("AbortMultipartUpload", part, Key=each["Key"], UploadId=each["UploadId"])
            number += 1
        return number

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
            raise NotMeasured(f"{_told(failed)} of {part.name} could not be deleted", call="ecr:BatchDeleteImage")
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


def _key(version: Mapping[str, Any]) -> tuple[str, ...]:
    return str(version.get("Key")), str(version.get("VersionId"))


def _failure(told: Mapping[str, Any]) -> str:
    return f"{told.get('failureCode')}: {told.get('failureReason')}"


def _told(kept: Mapping[tuple[str, ...], str]) -> str:
    """How many stay, the first of them by name, and every reason that was given."""
    names = ", ".join(repr(key[0]) for key in list(kept)[:SHOWN])
    more = f" and {len(kept) - SHOWN:,} more" if len(kept) > SHOWN else ""
    reasons = "; ".join(f"{why} ({number:,}x)" if number > 1 else why for why, number in Counter(kept.values()).items())
    return f"{names}{more} ({reasons})"
