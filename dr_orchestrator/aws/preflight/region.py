"""The region in which a drill's copy is to stand, where that is not its source's: whether it may be used at all."""

from __future__ import annotations

from dr_orchestrator.aws.accounts import Account
from dr_orchestrator.aws.calls.api import Denied
from dr_orchestrator.aws.preflight import keys
from dr_orchestrator.aws.toolkit import Toolkit
from dr_orchestrator.domain.copy import Place
from dr_orchestrator.domain.destination import Destination
from dr_orchestrator.domain.service import Resource
from dr_orchestrator.errors import NotRecoverable

_STRANGERS = ("AuthFailure", "UnrecognizedClientException", "InvalidClientTokenId", "OptInRequired")
"""The codes by which AWS refuses whose credentials a region does not know."""
_ON = ("opt-in-not-required", "opted-in")


def place_of(resource: Resource) -> Place | None:
    """Where a drill's copy of a resource is to stand, as copies tell it; None where that is beside its source."""
    to = resource.to
    return None if to is None else Place("" if to.account == resource.account else to.account, to.region)


def usable(beside: Toolkit, resource: Resource, to: Destination) -> str:
    """That the region of a copy may be used, by its own account, too, where that is another: each enables its own.

    Asked in that region itself: the source's may be lost, or be none that the other account has enabled.
    """
    told = enabled(beside.at(Place("", to.region)).account, to.region)
    if not to.account or to.account == resource.account:
        return told
    there = beside.at(Place(to.account, to.region)).account
    return f"{told}; there {enabled(there, to.region, to.account)}"


def enabled(account: Account, region: str, of: str = "") -> str:
    """That a region may be used by this account; NotRecoverable where nobody has enabled it, or there is none.

    `of` names the account, where it is not the source's. Asked in the region itself, an account that has not enabled it
    has no credentials there: AWS's refusal of them is the answer.
    """
    try:
        found = account.api("ec2").call("DescribeRegions", AllRegions=True, RegionNames=[region])["Regions"]
    except Denied as denied:
        if account.region != region or denied.code not in _STRANGERS:
            raise
        state = f"AWS takes no credentials of it there ({denied.code})"
    else:
        state = str(found[0].get("OptInStatus", "")) if found else ""
    if state not in _ON:
        hint = "enable it for the account (AWS's console, Account), or name another"
        told = f"region {region} is not enabled{f' for account {of}' if of else ''}: {state or 'unknown'}"
        raise NotRecoverable(told, hint, "ec2:DescribeRegions")
    return f"{region}, {state}"


def key_there(
    beside: Toolkit, there: Toolkit, resource: Resource, to: Destination, theirs: str | None, called: str
) -> str:
    """The key that a copy is encrypted with where it is to stand, and its state; NotRecoverable where the drill names
    none, and the source's, `theirs`, is the team's own; NotApplicable where AWS's own does.

    `called` is the type's word for the source.
    """
    if theirs and not to.key and not _is_of_aws(beside, theirs):
        other = "region" if to.region != resource.region else "account"
        told = f"{called} {resource.id} is encrypted with {theirs}, which no other {other} has"
        hint = f"add `kms_key` to the drill's `to`: a key of {to.region}"
        raise NotRecoverable(told, hint, "kms:DescribeKey")
    owner = there.account.pinned or there.account.caller().account
    of, otherwise = f"arn:aws:kms:{to.region}:{owner}:key/copy", "the copy is encrypted with a key of AWS's own"
    apart = bool(to.account) and to.account != resource.account
    return keys.usable(there.account, to.key or None, of, otherwise, apart=apart)


def _is_of_aws(beside: Toolkit, key: str) -> bool:
    """Whether a source's key is one that AWS manages, in whose place a copy has AWS's own; one that nobody may look at
    is taken for the team's.
    """
    try:
        return keys.is_of_aws(beside.account, key)
    except (Denied, NotRecoverable):
        return False
