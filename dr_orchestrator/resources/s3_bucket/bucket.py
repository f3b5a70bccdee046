"""A bucket as AWS tells of it: whose it is, since when, where, and what it wears."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dr_orchestrator.aws.calls.answers import Strange
from dr_orchestrator.aws.calls.api import Api, NotFound
from dr_orchestrator.aws.copies import PREFIX, STACK_TAG, Live
from dr_orchestrator.aws.toolkit import Toolkit
from dr_orchestrator.aws.watcher import Feed, Sighting
from dr_orchestrator.domain.copy import Identity

THERE = "listed"
"""The one state of a bucket that there is: S3 makes it at once, and lists it a little later."""

MADE = "dr-drill:made"
"""The tag with a number that no other bucket wears: S3 itself gives a bucket nothing but its name, which others may
have after it.
"""

CALL, TAGS_CALL = "s3:ListBuckets", "s3:GetBucketTagging"
_PAGE = 1_000


@dataclass(frozen=True)
class Bucket:
    """A bucket of the account, as it is listed; `created_at` may move on when its settings are changed."""

    name: str
    region: str
    created_at: datetime


def listed(api: Api, prefix: str = "") -> Iterator[Bucket]:
    """The account's own buckets in the region of the calls; nobody else's are listed, whatever they let one do.

    Strange where one is told that was not asked for.
    """
    return every(api, prefix, BucketRegion=api.region)


def every(api: Api, prefix: str = "", **given: Any) -> Iterator[Bucket]:
    """Likewise of every region."""
    given |= {"MaxBuckets": _PAGE, **({"Prefix": prefix} if prefix else {})}
    while True:
        told = api.call("ListBuckets", **given)
        for each in told.get("Buckets", ()):
            if not each["Name"].startswith(prefix):
                raise Strange(f"{each['Name']} was told, which does not begin with {prefix}", CALL)
            yield Bucket(each["Name"], each.get("BucketRegion") or api.region, each["CreationDate"])
        if not told.get("ContinuationToken"):
            return
        given["ContinuationToken"] = told["ContinuationToken"]


def describe(api: Api, name: str) -> Bucket | None:
    """The account's bucket of that name in the region of the calls; None where there is none."""
    return next((each for each in listed(api, name) if each.name == name), None)


def anywhere(api: Api, name: str) -> Bucket | None:
    """Likewise in whichever region it stands."""
    return next((each for each in every(api, name) if each.name == name), None)


def tags(api: Api, name: str, owner: str) -> dict[str, str] | None:
    """The tags of a bucket; None where there is no such bucket. Strange where one of them is told twice."""
    try:
        told = api.call("GetBucketTagging", Bucket=name, ExpectedBucketOwner=owner)["TagSet"]
    except NotFound as fault:
        return {} if "NoSuchTagSet" in fault.message else None
    worn = {each["Key"]: each["Value"] for each in told}
    if len(worn) != len(told):
        raise Strange(f"it tells a tag of {name} twice", TAGS_CALL)
    return worn


def made_now(api: Api, name: str, worn: Mapping[str, str]) -> Identity:
    """The identity of a bucket that a drill has just made; Strange where it wears no number that drills give.

    What is written into the ledger here is held against the bucket for good, and it is no more than a tag.
    """
    if not re.fullmatch(rf"{re.escape(name)}:[0-9a-f]{{16}}", worn.get(MADE, "")):
        raise Strange(f"{name} wears {worn.get(MADE)!r} as its {MADE}", TAGS_CALL)
    return identity(api, name, worn)


def identity(api: Api, name: str, worn: Mapping[str, str]) -> Identity:
    """The identity of a bucket: its name, and the number that the drill had it wear from its first moment on, or the
    id of the stack that made it.
    """
    made_by = worn.get(STACK_TAG, "unmarked")
    return Identity(arn(api, name), worn.get(MADE) or f"{name}:{made_by}")


def arn(api: Api, name: str) -> str:
    """The ARN of a bucket, which tells no place."""
    part = {"cn": "aws-cn", "us-gov": "aws-us-gov"}
    return f"arn:{next((part[each] for each in part if api.region.startswith(f'{each}-')), 'aws')}:s3:::{name}"


def live(api: Api, found: Bucket, owner: str) -> Live:
    """A bucket as its deletion is proven."""
    worn = tags(api, found.name, owner) or {}
    return Live(found.name, identity(api, found.name, worn).unique_id, worn, created_at=found.created_at)


def feed(api: Api, toolkit: Toolkit) -> Feed:
    """The states of copies: one listing a tick tells of all of them."""

    def look(names: Iterable[str]) -> dict[str, Sighting]:
        wanted = set(names)
        found = (each for each in listed(api, PREFIX) if each.name in wanted)
        return {each.name: Sighting(THERE, {"created_at": each.created_at}) for each in found}

    return toolkit.watcher.feed((api.endpoint, api.region, toolkit.account.pinned, "s3"), look)
