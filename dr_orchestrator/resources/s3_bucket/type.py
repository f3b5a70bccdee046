"""The declaration of S3 buckets; what performs them is imported when one needs it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from dr_orchestrator.domain.kind import Kind
from dr_orchestrator.domain.named import ANYTHING, Read
from dr_orchestrator.domain.resource_type import Calls, Content, CopyType, Naming, Quota, Trait, where_the_drill_says
from dr_orchestrator.domain.vault import BY_RESTORE_JOB
from dr_orchestrator.resources import vaulted
from dr_orchestrator.resources.drillable import Drillable, Order, Parts
from dr_orchestrator.resources.s3_bucket.heartbeat import BEAT
from dr_orchestrator.resources.s3_bucket.name import NAME
from dr_orchestrator.resources.s3_bucket.parity import CALLS, GRANTS, SETTINGS
from dr_orchestrator.resources.s3_bucket.writes import WRITES

if TYPE_CHECKING:
    from dr_orchestrator.aws.accounts import Account
    from dr_orchestrator.aws.parity.reading import Look
    from dr_orchestrator.aws.posture.ground import Ground, Reader
    from dr_orchestrator.aws.toolkit import Toolkit
    from dr_orchestrator.canary.beating import Writer
    from dr_orchestrator.domain.copy import Copy, LiveObject, Place
    from dr_orchestrator.domain.discovery.found import Found
    from dr_orchestrator.domain.drill import Check
    from dr_orchestrator.domain.ports import Clock, Destroyer, Member
    from dr_orchestrator.domain.service import Canary, Resource
    from dr_orchestrator.lab.twin import Twin
    from dr_orchestrator.resources.drillable import Filling
    from dr_orchestrator.resources.estate import Entry
    from dr_orchestrator.resources.sides import Sides
    from dr_orchestrator.runner import Components

_LARGE = "an object is larger than 5 GB"
_KEYED = "the source is encrypted with a key of its own"
INVENTORY, _LISTED = "s3:GetBucketInventoryConfiguration", "an inventory lists its versions"
METRICS, _MANY = "cloudwatch:GetMetricData", "it has more than 20,000 versions, or is a replica"
_PIECES = "an object is larger than 8 MiB"
_IN_PARTS = ("s3:CreateMultipartUpload", "s3:UploadPartCopy", "s3:CompleteMultipartUpload")
_BY_PIECES = ("s3:CreateMultipartUpload", "s3:UploadPart", "s3:CompleteMultipartUpload")
_DATA = frozenset({"s3:ListObjectVersions", "s3:GetObject", "s3:HeadObject", "s3:GetObjectTagging"})
_SETTINGS = frozenset(
    {
        *("s3:GetBucketVersioning", "s3:GetBucketLifecycleConfiguration", "s3:GetBucketEncryption"),
        *("s3:GetPublicAccessBlock", "s3:GetBucketOwnershipControls", "s3:GetBucketTagging"),
        "s3:ListMultipartUploads",
        INVENTORY,
    }
)
_FILLED = _DATA | {
    *("s3:GetBucketVersioning", "s3:GetBucketLifecycleConfiguration", "s3:GetBucketEncryption"),
    *("s3:GetBucketTagging", "s3:ListBuckets", "s3:ListMultipartUploads", "kms:DescribeKey", INVENTORY),
    METRICS,
}
_ENDED = frozenset({"s3:DeleteObjects", "s3:DeleteObject", "s3:AbortMultipartUpload", "s3:DeleteBucket"})
_OF_FILLED = {
    **dict.fromkeys((*_ENDED, "s3:ListMultipartUploads"), "a bucket outlived its stack"),
    "s3:HeadObject": f"{_LARGE}, or a check compares what no listing tells of",
    "s3:GetObject": "a check reads an object",
    "kms:DescribeKey": _KEYED,
    INVENTORY: _LISTED,
    METRICS: _MANY,
}
"""The calls that fill an environment's own bucket, and take down one that its stack left; and their occasions."""

_AWAY = Calls(
    frozenset({"ec2:DescribeRegions", "kms:DescribeKey"}),
    only_when={"kms:DescribeKey": f"{_KEYED}, or the drill names one"},
)
"""The looks at a place in which a copy is to stand."""

_POSTURE = frozenset(
    {
        *("s3:GetBucketVersioning", "s3:GetBucketLifecycleConfiguration", "s3:GetBucketEncryption"),
        *("s3:GetObjectLockConfiguration", "s3:GetBucketReplication"),
    }
)


def _own_keys() -> Mapping[str, Any]:
    from dr_orchestrator.resources.s3_bucket.shape import OWN_KEYS

    return OWN_KEYS


def _rules(resource: Any) -> Iterator[tuple[tuple[str | int, ...], str, str]]:
    of = resource.replica_of
    if of is not None and of.bucket == resource.id:
        yield ("replica_of", "bucket"), "a bucket is no replica of itself", "name the one that is replicated into it"
    if of is not None and resource.inventory is not None:
        fix = "leave out one of the two"
        yield (
            ("inventory",),
            "how far a replica lies behind is read from its versions, which nothing may stand in for",
            fix,
        )
    if of is not None and resource.canary is not None:
        fix = f"declare it at {of.bucket}; a check of the drill names its key all the same"
        yield ("canary",), "a heartbeat in a replica tells nothing of what is replicated", fix


def _left_out(resource: Any, key: str) -> str:
    prefix = resource.prefix or ""
    return "" if key.startswith(prefix) else f"only what begins with '{prefix}' is restored"


def _reads(resource: Resource) -> Iterator[Read]:
    """Of the bucket that is replicated into it its versions, and how far each has come; and an inventory's lists."""
    if (lists := resource.own.get("inventory")) is not None:
        yield Read("s3:ListObjectVersions", "s3:ListBucketVersions", f"arn:{{partition}}:s3:::{lists.bucket}")
        yield Read("s3:GetObject", "s3:GetObject", f"arn:{{partition}}:s3:::{lists.bucket}/*")
    if (of := resource.own.get("replica_of")) is not None:
        yield Read("s3:ListObjectVersions", "s3:ListBucketVersions", f"arn:{{partition}}:s3:::{of.bucket}")
        yield Read("s3:GetBucketReplication", "s3:GetReplicationConfiguration", f"arn:{{partition}}:s3:::{of.bucket}")
        yield Read(METRICS, METRICS, ANYTHING)  # where that bucket is, whatever regions drills may work in
        for action in ("s3:GetObject", "s3:GetObjectVersion"):
            yield Read("s3:HeadObject", action, f"arn:{{partition}}:s3:::{of.bucket}/*")


def _components(order: Order) -> Components:
    from dr_orchestrator.resources.s3_bucket.components import components

    return components(order)


def _destroyer(copy: Copy, source: Resource, toolkit: Toolkit, parts: Parts) -> Destroyer:
    from dr_orchestrator.resources.s3_bucket.restore import S3Bucket
    from dr_orchestrator.resources.s3_bucket.vaulted import BucketFromVault

    if copy.made_by == BY_RESTORE_JOB:
        return BucketFromVault(source, None, toolkit.at(copy.place))
    return S3Bucket(source, None, toolkit)


def _listed(account: Account) -> Iterator[LiveObject]:
    from dr_orchestrator.resources.s3_bucket.listing import listed

    return listed(account)


def _quota(account: Account) -> Quota:
    from dr_orchestrator.resources.s3_bucket.listing import quota

    return quota(account)


def _member(toolkit: Toolkit, place: Place) -> Member:
    from dr_orchestrator.resources.s3_bucket.within.member import BucketMember

    return BucketMember(toolkit, place)


def _filler(resource: Resource, toolkit: Toolkit, stack: Copy, checks: Sequence[Check]) -> Filling:
    from dr_orchestrator.resources.s3_bucket.within.filling import BucketFilling

    filling = BucketFilling(resource, toolkit, stack, checks)
    return filling, filling.contents


def _writer(account: Account, resource: Resource, canary: Canary, clock: Clock) -> Writer:
    from dr_orchestrator.resources.s3_bucket.objects.beating import ObjectWriter

    return ObjectWriter(account, resource.id, canary, clock)


def _looks() -> Sequence[Look]:
    from dr_orchestrator.resources.s3_bucket.described import LOOKS

    return LOOKS


def _protection(ground: Ground) -> Reader:
    from dr_orchestrator.resources.s3_bucket.posture import reader

    return reader(ground)


def _discovered(ground: Ground) -> Iterable[Found]:
    from dr_orchestrator.resources.s3_bucket.discovery import discovered

    return discovered(ground)


def _worn(ground: Ground, found: Found) -> Mapping[str, str]:
    from dr_orchestrator.resources.s3_bucket.discovery import worn

    return worn(ground, found)


def _sides(lost: Resource, there: Resource, toolkit: Toolkit) -> Sides:
    from dr_orchestrator.resources.s3_bucket.sides import BucketSides

    return BucketSides(lost, there, toolkit)


def _twin() -> Twin:
    from dr_orchestrator.resources.s3_bucket.lab.twin import TWIN

    return TWIN


def _entry() -> type[Entry]:
    from dr_orchestrator.resources.s3_bucket.lab.entry import Bucket

    return Bucket


TYPE = Drillable(
    made=CopyType(
        NAME,
        "S3 bucket",
        "CopiesOfBuckets",
        "s3",
        ":::{id}",
        63,
        "AWS::S3::Bucket",
        "buckets",
        shows_tags=False,
        also=(":::{id}/*",),
        by_abac=False,
        backed=(("S3", ":::{id}"),),
    ),
    naming=Naming(
        r"(?!xn--|sthree-|amzn-s3-demo-)[a-z0-9](?:[a-z0-9-]|\.(?!\.)){1,61}[a-z0-9]",
        "3 to 63 small letters, digits, dashes and dots, as S3 names buckets",
    ),
    content=Content.OBJECTS,
    keys=frozenset({"canary"}),
    own_keys=_own_keys,
    rules=_rules,
    reads=_reads,
    partial=lambda resource: resource.sample is not None,
    left_out=_left_out,
    kinds={
        Kind.PITR_RESTORE: Calls(
            _DATA | _SETTINGS | {"s3:ListBuckets", "kms:DescribeKey", METRICS},
            frozenset(
                {
                    *("s3:CreateBucket", "s3:PutPublicAccessBlock", "s3:PutBucketEncryption", "s3:CopyObject"),
                    *(*_IN_PARTS, *_ENDED),
                }
            ),
            {
                **dict.fromkeys((*_IN_PARTS, "s3:GetObjectTagging"), _LARGE),
                "s3:DeleteObject": "a key has letters that XML has no words for",
                "s3:AbortMultipartUpload": "the copying of a large object was cut off",
                "s3:HeadObject": f"{_LARGE}, or a check compares what no listing tells of",
                "s3:GetObject": "a check reads an object, or an inventory lists its versions",
                "kms:DescribeKey": _KEYED,
                INVENTORY: _LISTED,
                METRICS: _MANY,
            },
        ),
    },
    vaulted={
        Kind.SNAPSHOT_RESTORE: vaulted.RESTORES
        | Calls(
            (_DATA - {"s3:GetObjectTagging"}) | (_SETTINGS - {INVENTORY}) | {"s3:ListBuckets", "kms:DescribeKey"},
            _ENDED | {"s3:CreateBucket", "s3:PutPublicAccessBlock", "s3:PutBucketEncryption"},
            {
                "s3:DeleteObject": "a key has letters that XML has no words for",
                "s3:AbortMultipartUpload": "the copying of a large object was cut off",
                "s3:HeadObject": "a check compares what no listing tells of",
                "s3:GetObject": "a check reads an object",
                "kms:DescribeKey": _KEYED,
            },
        )
    },
    afar={Kind.SNAPSHOT_RESTORE: _AWAY},
    writes=WRITES,
    place=where_the_drill_says,
    grants={
        **GRANTS,
        "s3:ListBuckets": ("s3:ListAllMyBuckets",),
        "s3:ListObjectVersions": ("s3:ListBucketVersions",),
        "s3:ListMultipartUploads": ("s3:ListBucketMultipartUploads",),
        "s3:GetObject": ("s3:GetObject", "s3:GetObjectVersion"),
        "s3:HeadObject": ("s3:GetObject", "s3:GetObjectVersion"),
        "s3:GetObjectTagging": ("s3:GetObjectTagging", "s3:GetObjectVersionTagging"),
        "s3:GetBucketEncryption": ("s3:GetEncryptionConfiguration",),
        "s3:GetBucketLifecycleConfiguration": ("s3:GetLifecycleConfiguration",),
        "s3:GetPublicAccessBlock": ("s3:GetBucketPublicAccessBlock",),
        "s3:GetObjectLockConfiguration": ("s3:GetBucketObjectLockConfiguration",),
        "s3:GetBucketReplication": ("s3:GetReplicationConfiguration",),
        INVENTORY: ("s3:GetInventoryConfiguration",),
        "s3:PutPublicAccessBlock": ("s3:PutBucketPublicAccessBlock",),
        "s3:PutBucketEncryption": ("s3:PutEncryptionConfiguration",),
        "s3:CopyObject": ("s3:PutObject", "s3:PutObjectTagging"),
        "s3:CreateMultipartUpload": ("s3:PutObject", "s3:PutObjectTagging"),
        "s3:UploadPartCopy": ("s3:PutObject",),
        "s3:UploadPart": ("s3:PutObject",),
        "s3:CompleteMultipartUpload": ("s3:PutObject",),
        "s3:DeleteObjects": ("s3:DeleteObject", "s3:DeleteObjectVersion"),
    },
    posture=Calls(
        _POSTURE | {"s3:ListBuckets", "kms:DescribeKey", *vaulted.READS},
        only_when={
            **vaulted.WHEN,
            "kms:DescribeKey": "the source is encrypted with a key of its own",
            "s3:GetObjectLockConfiguration": vaulted.IMMUTABLE,
            "s3:GetBucketReplication": vaulted.APART,
        },
    ),
    discovery=Calls(
        frozenset({"s3:ListBuckets", "s3:GetBucketTagging"}),
        only_when={"s3:GetBucketTagging": "nobody tells the tags of all"},
    ),
    listing=Calls(
        frozenset({"s3:ListBuckets", "s3:GetBucketTagging"}),
        only_when={"s3:GetBucketTagging": "a bucket is named like a copy"},
    ),
    services=("s3", "backup"),
    direct=Calls(
        _FILLED,
        frozenset({"s3:CopyObject", *_IN_PARTS}) | _ENDED,
        {**_OF_FILLED, **dict.fromkeys((*_IN_PARTS, "s3:GetObjectTagging"), _LARGE)},
    ),
    across=Calls(
        _FILLED,
        frozenset({"s3:PutObject", *_BY_PIECES}) | _ENDED,
        {
            **_OF_FILLED,
            **dict.fromkeys(_BY_PIECES, _PIECES),
            "s3:GetObjectTagging": "an object has tags",
            "s3:HeadObject": f"{_PIECES}, or a check compares what no listing tells of",
        },
    ),
    data=_DATA,
    bounded=_SETTINGS | _POSTURE,
    secures="s3",
    heartbeat="{key: {object: dro/heartbeat.json}, attribute: at}",
    vowel=True,
    beat=BEAT,
    components=_components,
    destroyer=_destroyer,
    listed=_listed,
    quotas={"buckets": _quota},
    member=_member,
    sides=_sides,
    both=frozenset({"s3:ListObjectVersions", "s3:HeadObject", "s3:GetObject"}),
    filler=_filler,
    writer=_writer,
    settings=SETTINGS,
    compared=CALLS,
    looks=_looks,
    protection=_protection,
    discovered=_discovered,
    worn=_worn,
    twin=_twin,
    entry=_entry,
    tells=frozenset({Trait.SIZE}),
)
