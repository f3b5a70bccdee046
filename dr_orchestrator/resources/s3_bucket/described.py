"""The settings of a live bucket, as S3 tells of them: each is a call of its own, and most are not set."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from dr_orchestrator.aws.calls.api import NotFound
from dr_orchestrator.aws.parity import words
from dr_orchestrator.aws.parity.reading import Live, Look
from dr_orchestrator.domain.parity import NONE
from dr_orchestrator.resources.s3_bucket.parity import BY_S3
from dr_orchestrator.resources.s3_bucket.parity import SHUT as OUTSIDE
from dr_orchestrator.resources.s3_bucket.settings import SHUT

Told = Mapping[str, Any]


Say = Callable[[Told, str], str]


def _asked(setting: str, operation: str, say: Say, live: Live) -> dict[str, str]:
    """One setting, by the one call that tells it; what is not set S3 answers by an error."""
    told: Told = {}
    try:
        told = live.api("s3").call(operation, Bucket=live.name, ExpectedBucketOwner=live.once(_owner))
    except NotFound as absent:
        if "NoSuchBucket:" in absent.message:
            raise
    return {setting: say(told, live.name)}


def _owner(live: Live) -> str:
    return live.account.pinned or live.account.caller().account


_SHUTTING = frozenset({"IgnorePublicAcls", "RestrictPublicBuckets"})


def _encryption(told: Told, _name: str) -> str:
    rules = (told.get("ServerSideEncryptionConfiguration") or {}).get("Rules") or [{}]
    rule = rules[0].get("ApplyServerSideEncryptionByDefault") or {}
    return str(rule.get("KMSMasterKeyID") or rule.get("SSEAlgorithm") or BY_S3)


def _public(told: Told, _name: str) -> str:
    """Two of the four words shut out whoever is let in already; the others forbid to let anybody in."""
    block = told.get("PublicAccessBlockConfiguration") or {}
    lets = [each for each in SHUT if block.get(each) is not True]
    return OUTSIDE if _SHUTTING.isdisjoint(lets) else f"not: {words.listed(lets)}"


def _owned(told: Told, _name: str) -> str:
    rules = (told.get("OwnershipControls") or {}).get("Rules") or [{}]
    return str(rules[0].get("ObjectOwnership") or "ObjectWriter")  # as buckets were before that could be said


def _rules(key: str, told: Told, name: str) -> str:
    """Rules, by their number and what they say: S3 makes up the ids of those that were given none."""
    held = [{word: each[word] for word in each if word != "ID"} for each in told.get(key) or ()]
    return f"{len(held)}, {words.digest(held, name)}" if held else NONE


def _notified(told: Told, _name: str) -> str:
    """Those that hear, by their kind, and what they hear of: their names may be another's elsewhere."""
    return words.listed(said for key in told if _named(key) for said in _heard(key, told[key]))


def _heard(key: str, held: Any) -> Iterator[str]:
    kind = key.removesuffix("Configurations").removesuffix("Configuration")
    for each in held if isinstance(held, list) else [{}]:
        of = " and ".join(sorted(each.get("Events", ())))
        rules = ((each.get("Filter") or {}).get("Key") or {}).get("FilterRules") or ()
        keys = sorted((str(rule.get("Name")).lower(), str(rule.get("Value"))) for rule in rules)
        yield f"{kind}{f' of {of}' if of else ''}{f' by {words.digest(keys)}' if keys else ''}"


def _named(key: str) -> bool:
    return key.endswith(("Configurations", "Configuration"))


def _locked(told: Told, _name: str) -> str:
    about = told.get("ObjectLockConfiguration") or {}
    kept = (about.get("Rule") or {}).get("DefaultRetention") or {}
    span = next((f"{kept[unit]} {unit.lower()}" for unit in ("Days", "Years") if kept.get(unit)), "by object")
    return f"{kept.get('Mode', 'on')}, {span}" if about.get("ObjectLockEnabled") else words.OFF


def _website(told: Told, _name: str) -> str:
    return words.on(told.get("IndexDocument") or told.get("RedirectAllRequestsTo"))


LOOKS = tuple(
    Look((setting,), functools.partial(_asked, setting, operation, say))
    for setting, operation, say in (
        ("policy", "GetBucketPolicy", lambda told, name: words.policy(told.get("Policy") or "", name)),
        ("encryption", "GetBucketEncryption", _encryption),
        ("versioning", "GetBucketVersioning", lambda told, _: str(told.get("Status") or words.OFF)),
        ("public-access", "GetPublicAccessBlock", _public),
        ("ownership", "GetBucketOwnershipControls", _owned),
        ("lifecycle", "GetBucketLifecycleConfiguration", functools.partial(_rules, "Rules")),
        ("notifications", "GetBucketNotificationConfiguration", _notified),
        (
            "replication",
            "GetBucketReplication",
            lambda told, name: _rules("Rules", told.get("ReplicationConfiguration") or {}, name),
        ),
        ("object-lock", "GetObjectLockConfiguration", _locked),
        ("cross-origin", "GetBucketCors", functools.partial(_rules, "CORSRules")),
        ("website", "GetBucketWebsite", _website),
        ("logging", "GetBucketLogging", lambda told, _: words.on(told.get("LoggingEnabled"))),
        ("requester-pays", "GetBucketRequestPayment", lambda told, _: words.on(told.get("Payer") == "Requester")),
        (
            "acceleration",
            "GetBucketAccelerateConfiguration",
            lambda told, _: words.on(told.get("Status") == "Enabled"),
        ),
        (
            "inventory",
            "ListBucketInventoryConfigurations",
            functools.partial(_rules, "InventoryConfigurationList"),
        ),
        ("tags", "GetBucketTagging", lambda told, _: words.tags(told.get("TagSet") or ())),
    )
)
"""The looks at a live bucket, a source or a copy."""
