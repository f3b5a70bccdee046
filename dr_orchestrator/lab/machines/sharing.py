"""Snapshots and images of EC2 that accounts share with one another, as AWS looks at both."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from moto.ec2.exceptions import EC2ClientError
from moto.ec2.models import ec2_backends
from moto.kms.models import kms_backends

OF_EBS = "alias/aws/ebs"


def key_of_ebs(backend: Any) -> str:
    """The ARN of the key of EBS's own in an account, which is made when it is first used."""
    keys = kms_backends[backend.account_id][backend.region_name]
    made = next((each for each in keys.keys.values() if each.description == OF_EBS), None)
    if made is None:
        made = keys.create_key("", "ENCRYPT_DECRYPT", "SYMMETRIC_DEFAULT", OF_EBS, [])
        made.key_manager = "AWS"
    return str(made.arn)


def snapshot(backend: Any, region: str, id: str) -> Any | None:
    """The snapshot of an id in a region; None where there is none that is the asking account's, or shared with it."""
    return next((each for of in _accounts(region) if (each := of.snapshots.get(id)) and _may_read(backend, each)), None)


def image(backend: Any, region: str, id: str) -> Any | None:
    """The image of an id in a region, likewise."""
    return next((each for of in _accounts(region) if (each := of.amis.get(id)) and _may_start(backend, each)), None)


def snapshots(backend: Any) -> Iterator[Any]:
    """Those of other accounts that are shared with the asking one, in its region."""
    others = (of for of in _accounts(backend.region_name) if of.account_id != backend.account_id)
    yield from (each for of in others for each in list(of.snapshots.values()) if _may_read(backend, each))


def images(backend: Any) -> Iterator[Any]:
    """Likewise of images."""
    others = (of for of in _accounts(backend.region_name) if of.account_id != backend.account_id)
    yield from (each for of in others for each in list(of.amis.values()) if _may_start(backend, each))


def refuse_to_share(backend: Any, found: Any) -> None:
    """Raise where a snapshot is encrypted with a key of AWS's own: no other account could read it."""
    keys = kms_backends[backend.account_id][backend.region_name].keys
    key = keys.get(str(found.kms_key_id).rpartition("/")[2]) if found.encrypted else None
    if key is not None and key.key_manager == "AWS":
        told = "Encrypted snapshots with EBS default key cannot be shared"
        raise EC2ClientError("OperationNotPermitted", told)


def refuse_to_copy(backend: Any, region: str, found: Any) -> None:
    """Raise where an image is shared, and not every snapshot that it is made of."""
    held = [each["Ebs"]["SnapshotId"] for each in found.mapped]
    if any(snapshot(backend, region, each) is None for each in held):
        raise EC2ClientError("InvalidRequest", "You do not have permission to access the storage of this ami")


def _accounts(region: str) -> Iterator[Any]:
    yield from (of[region] for of in list(ec2_backends.values()) if region in of)


def _may_read(backend: Any, found: Any) -> bool:
    own = found.ec2_backend.account_id == backend.account_id
    return own or backend.account_id in found.create_volume_permission_userids


def _may_start(backend: Any, found: Any) -> bool:
    own = found.ec2_backend.account_id == backend.account_id
    return own or {"UserId": backend.account_id} in found.launch_permissions
