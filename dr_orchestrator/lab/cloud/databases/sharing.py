"""Snapshots that accounts share with one another, and the keys with which they are copied, as AWS looks at both."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

from moto.kms.models import kms_backends
from moto.rds.exceptions import InvalidParameterCombination, RDSClientError
from moto.rds.models import RDSBackend, rds_backends

from dr_orchestrator.lab.cloud import lifecycle
from dr_orchestrator.lab.cloud.databases import places

AT_ONCE = 20
"""How many snapshots of other regions are copied into one at a time."""

UNDER_WAY = ("pending", "copying", "creating")
_OF_RDS = "alias/aws/rds"


def shared(backend: RDSBackend, source: str, kept: Mapping[str, Any]) -> Any | None:
    """The snapshot of another place that an ARN names; None where it is another account's that is not shared with the
    one that asks.
    """
    found = kept.get(source.split(":", 6)[6])
    if source.split(":", 6)[4] == backend.account_id:
        return found
    return found if found is not None and backend.account_id in found.attributes.get("restore", []) else None


def seen(backend: RDSBackend, given: Mapping[str, Any], key: str, kept: str) -> list[Any]:
    """The snapshot of another account that a listing asks for by its ARN (`key`), which AWS shows where the listing
    includes what is shared; nothing of any other listing. `kept` is where an account's RDS has such.
    """
    arn = str(given.get(key) or "")
    place = of_another(backend, arn) if arn.startswith("arn:") and given.get("IncludeShared") else None
    if place is None or place[0] == backend.account_id:
        return []
    account, region = place
    return [each for each in [shared(backend, arn, getattr(rds_backends[account][region], kept))] if each is not None]


def of_another(backend: RDSBackend, source: str) -> tuple[str, str] | None:
    """Account and region of a snapshot that an ARN names; None where both are those of the one that asks."""
    parts = source.split(":", 6)
    return (
        (parts[4], parts[3]) if parts[0] == "arn" and parts[3:5] != [backend.region_name, backend.account_id] else None
    )


def refuse_to_bring(backend: RDSBackend, source: Any, key: str | None, signed: str | None, kept: Iterable[Any]) -> None:
    """Raise where AWS brings no snapshot of another region into this one: unsigned, without a key, or one too many."""
    if source.backend.region_name == backend.region_name:
        return
    if source.encrypted and not _signed_in(source.backend.region_name, signed):
        raise InvalidParameterCombination("PreSignedUrl must be specified for an encrypted snapshot of another region.")
    if source.encrypted and not key:
        raise InvalidParameterCombination("KmsKeyId should be explicitly specified to copy from another region.")
    under_way = [each for each in kept if each.status in UNDER_WAY and each.source_region]
    if len(under_way) >= AT_ONCE:
        raise RDSClientError("SnapshotQuotaExceeded", f"Cannot copy more than {AT_ONCE} snapshots across regions.")


def _signed_in(region: str, url: str | None) -> bool:
    """Whether a link is signed for RDS of a region."""
    scope = parse_qs(urlsplit(url or "").query).get("X-Amz-Credential", [""])[0]
    return scope.split("/")[2:4] == [region, "rds"]


def bringing(backend: RDSBackend, source: Any) -> list[tuple[str, float]]:
    """The states that a copy of a snapshot passes: longer over regions, in proportion to its size."""
    gib = source.allocated_storage
    if source.backend.region_name == backend.region_name:
        return [("creating", lifecycle.SNAPSHOT_BASE + lifecycle.SNAPSHOT_PER_GIB * gib)]
    return over_regions(gib)


def over_regions(gib: float) -> list[tuple[str, float]]:
    """The states of a copying from one region to another."""
    return [("pending", lifecycle.PEND), ("copying", lifecycle.BRING_BASE + lifecycle.BRING_PER_GIB * gib)]


def key_of_copy(backend: RDSBackend, source: Any, key: str | None, *, encrypts: bool = True) -> str | None:
    """The key that a copy of a snapshot is encrypted with; refused where that has to be one of the account's own.

    `encrypts` is whether a copy of what is not encrypted can be: of a cluster's snapshot none can.
    """
    if key and not source.encrypted and not encrypts:
        raise InvalidParameterCombination("KmsKeyId is not allowed: the source DB cluster snapshot isn't encrypted.")
    theirs = source.backend.account_id
    if theirs != backend.account_id and source.encrypted and not key:
        raise InvalidParameterCombination("A shared encrypted snapshot is copied with a KMS key of this account's.")
    if not key:
        return str(source.kms_key_id) if source.encrypted else None
    return key_of_rds(backend) if key == _OF_RDS else places.usable_key(backend, key)


def refuse_to_share(backend: RDSBackend, snapshot: Any, code: str) -> None:
    """Raise where AWS does not share a snapshot: one that it took itself, or one under a key of its own."""
    if snapshot.snapshot_type != "manual":
        raise RDSClientError(code, "Only manual snapshots can be shared.")
    keys = kms_backends[backend.account_id][backend.region_name].keys
    key = keys.get(str(snapshot.kms_key_id).rpartition("/")[2]) if snapshot.encrypted else None
    if key is not None and key.key_manager == "AWS":
        told = "Sharing snapshots encrypted with the default service key for RDS is currently not supported."
        raise RDSClientError(code, told)


def key_of_rds(backend: RDSBackend) -> str:
    """The key of RDS's own in an account, which is made when it is first used."""
    keys = kms_backends[backend.account_id][backend.region_name]
    made = next((each for each in keys.keys.values() if each.description == _OF_RDS), None)
    if made is None:
        made = keys.create_key("", "ENCRYPT_DECRYPT", "SYMMETRIC_DEFAULT", _OF_RDS, [])
        made.key_manager = "AWS"
    return made.arn
