"""The end of what was brought to another region, and lost what proves it: it is there, and so it is left."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from dr_orchestrator.aws.copies import Proofs
from dr_orchestrator.aws.machines.bringing import Brought, BroughtImage, BroughtSnapshot
from dr_orchestrator.domain.copy import Copy, CopyRecord, CopyState, Identity
from dr_orchestrator.errors import UnsafeToDelete
from tests.support.told_aws import ToldAws

AT = datetime(2026, 11, 20, 3, tzinfo=UTC)
NAME = "dro-r-share-brought"
WORN = {"dr-drill:run": "r", "Name": NAME}


def tagged(worn: Mapping[str, str], **told: Any) -> dict[str, Any]:
    return {"Tags": [{"Key": key, "Value": value} for key, value in worn.items()], **told}


def aws(**held: dict[str, Any]) -> ToldAws:
    """An account with a snapshot (`snap`) and an image (`ami`), that tells what its filters let through."""
    there = dict(held)

    def listed(key: str, id: str, by: str) -> Any:
        def tell(given: Mapping[str, Any]) -> dict[str, Any]:
            found = [each for each in there.values() if id in each]
            for one in given["Filters"]:
                values, name = one["Values"], one["Name"]
                worn = [{each["Key"]: each["Value"] for each in of["Tags"]} for of in found]
                told = [
                    of[id] if name == by else tags.get(name.removeprefix("tag:"))
                    for of, tags in zip(found, worn, strict=True)
                ]
                found = [of for of, value in zip(found, told, strict=True) if value in values]
            return {key: found}

        return tell

    def gone(given: Mapping[str, Any]) -> dict[str, Any]:
        there.pop("ami" if "ImageId" in given else "snap")
        return {"Return": True}

    return ToldAws(
        {
            "DescribeSnapshots": listed("Snapshots", "SnapshotId", "snapshot-id"),
            "DescribeImages": listed("Images", "ImageId", "image-id"),
            "DeregisterImage": gone,
            "DeleteSnapshot": gone,
        }
    )


def ended(told: ToldAws, of: type[Brought], known: str) -> CopyState:
    copy = Copy("a-type", NAME, "us-east-1", "r", "a-drill", "a-service")
    record = CopyRecord(copy, CopyState.CREATED, Identity(f"arn:{known}", known), AT)
    account: Any = told.account()
    account.guard = SimpleNamespace(vouch=lambda _: None)
    toolkit: Any = SimpleNamespace(
        account=account,
        proofs=Proofs(lambda _: record, frozenset(), lambda _: ()),
        describe_confirmed=lambda look: look(),
        absence_confirmed=lambda look: look(),
        retry_while=lambda act, *_: act(),
        never_created=lambda _: CopyState.NEVER_CREATED,
    )
    toolkit.at = lambda _: toolkit
    return of(toolkit, copy).destroy(copy)


@pytest.mark.parametrize("lost", list(WORN))
@pytest.mark.parametrize("of", [BroughtSnapshot, BroughtImage])
def test_what_lost_a_tag_is_left_and_never_told_as_deleted(of: type[Brought], lost: str) -> None:
    """AWS shows it by the id that the ledger knows."""
    worn = {key: value for key, value in WORN.items() if key != lost}
    told = aws(
        snap=tagged(worn, SnapshotId="snap-1", StartTime=AT),
        ami=tagged(worn, ImageId="ami-1", CreationDate=AT.isoformat()),
    )
    with pytest.raises(UnsafeToDelete):
        ended(told, of, "snap-1" if of is BroughtSnapshot else "ami-1")
    assert told.requests("DeleteSnapshot") == told.requests("DeregisterImage") == []


def test_a_snapshot_of_an_image_that_lost_its_tags_is_left() -> None:
    """The image tells its snapshots while it is there: one outlives it, and nothing proves that one."""
    mapped = [{"Ebs": {"SnapshotId": "snap-1"}}]
    image = tagged(WORN, ImageId="ami-1", CreationDate=AT.isoformat(), BlockDeviceMappings=mapped)
    told = aws(ami=image, snap=tagged({}, SnapshotId="snap-1", StartTime=AT))
    with pytest.raises(UnsafeToDelete, match="snap-1 does not wear the tags"):
        ended(told, BroughtImage, "ami-1")
    assert told.requests("DeleteSnapshot") == []


def test_what_is_proven_is_deleted() -> None:
    """By its tags and the id."""
    told = aws(snap=tagged(WORN, SnapshotId="snap-1", StartTime=AT))
    assert ended(told, BroughtSnapshot, "snap-1") is CopyState.DELETED
    assert [each["SnapshotId"] for each in told.requests("DeleteSnapshot")] == ["snap-1"]
