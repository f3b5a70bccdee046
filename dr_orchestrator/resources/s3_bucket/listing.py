"""The buckets of a region, and how many more the account may have."""

from __future__ import annotations

from collections.abc import Iterator

from dr_orchestrator.aws.accounts import Account
from dr_orchestrator.aws.copies import PREFIX, TAG
from dr_orchestrator.domain.copy import LiveObject
from dr_orchestrator.domain.resource_type import Quota
from dr_orchestrator.resources.s3_bucket import bucket
from dr_orchestrator.resources.s3_bucket.name import NAME

BUCKETS = 10_000
"""How many buckets an account has of AWS without asking; of more it tells nobody."""


def listed(account: Account) -> Iterator[LiveObject]:
    """Every bucket; of those named like copies the tags are asked for, too."""
    api, owner = account.api("s3"), ""
    for each in bucket.listed(api):
        if not each.name.startswith(PREFIX):
            yield LiveObject(NAME, api.region, each.name)
            continue
        owner = owner or account.pinned or account.caller().account
        if (worn := bucket.tags(api, each.name, owner)) is not None:  # it may have gone since it was listed
            unique = bucket.identity(api, each.name, worn).unique_id
            yield LiveObject(NAME, api.region, each.name, unique, worn.get(TAG))


def quota(account: Account) -> Quota:
    """The buckets of all regions, of those that an account may have in all."""
    return Quota("buckets", sum(1 for _ in bucket.every(account.api("s3"))), BUCKETS)
