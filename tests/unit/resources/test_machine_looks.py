"""The looks before a machine is started: every key of its image, and volumes that others have, too; and its token."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from types import MappingProxyType, SimpleNamespace
from typing import Any, cast
from unittest import mock

import pytest

from dr_orchestrator.aws.calls.api import NotFound
from dr_orchestrator.aws.machines import carrying
from dr_orchestrator.aws.machines.bringing import BroughtImage
from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.domain.destination import Destination
from dr_orchestrator.domain.preflight import Doubt
from dr_orchestrator.domain.recovery_point import RecoveryPoint
from dr_orchestrator.domain.service import Resource
from dr_orchestrator.errors import NotRecoverable
from dr_orchestrator.resources.ec2_instance import machine
from dr_orchestrator.resources.ec2_instance.images import Image, Images
from dr_orchestrator.resources.ec2_instance.preflight import Looks
from dr_orchestrator.resources.ec2_instance.shape import Profile
from tests.support.told_aws import ToldAws

AT = datetime(2026, 11, 20, 3, tzinfo=UTC)
SOURCE: dict[str, Any] = {"InstanceId": "i-1", "InstanceType": "t3.small", "State": {"Name": "running"}}
SOURCE |= {"Placement": {"AvailabilityZone": "us-east-1a"}}
KEY = "arn:aws:kms:us-east-1:123456789012:key/"


def looks(aws: ToldAws, *keys: str, about: Mapping[str, Any] = MappingProxyType({}), **own: Any) -> Looks:
    """Those of a machine whose image has a snapshot under each of the keys; its copy stands in another account, where
    it has keys of its `own`.
    """
    held = [{"SnapshotId": each, "OwnerId": "123456789012", "Encrypted": True, "KmsKeyId": each} for each in keys]
    images = SimpleNamespace(described=lambda _id: Image({"ImageId": "ami-1", **about}, tuple(held)))
    account, point = aws.account(), SimpleNamespace(id="ami-1")
    to = Destination("us-east-1", account="222222222222") if own else None
    resource = Resource("web", "ec2-instance", "i-1", "us-east-1", to=to, own=own)
    return Looks(
        *(resource, account, account, account, cast(Images, images)),
        source_of=lambda: SOURCE,
        choose=lambda: cast(RecoveryPoint, point),
    )


def test_every_key_of_an_image_is_looked_at() -> None:
    """A second volume may have another, and cannot be made while that is out of use."""
    states = {f"{KEY}1": "Enabled", f"{KEY}2": "Disabled"}
    aws = ToldAws(
        {"DescribeKey": lambda given: {"KeyMetadata": {"KeyState": states[given["KeyId"]], "Arn": given["KeyId"]}}}
    )
    with pytest.raises(NotRecoverable, match=r"key/2 is Disabled"):
        looks(aws, f"{KEY}1", f"{KEY}2").key()
    assert looks(aws, f"{KEY}1", f"{KEY}1").key() == f"key {KEY}1 is enabled"
    assert len(aws.requests("DescribeKey")) == 3


def test_a_volume_that_others_have_too_is_told() -> None:
    """Of several machines that write to it, the image is of one."""

    def held(*machines: str) -> dict[str, Any]:
        return {"VolumeId": "vol-1", "Attachments": [{"InstanceId": each} for each in machines]}

    told = looks(ToldAws({"DescribeVolumes": {"Volumes": [held("i-1", "i-2")]}})).source()
    assert told.endswith("its volume vol-1 is attached to i-2, too")
    assert "too" not in looks(ToldAws({"DescribeVolumes": {"Volumes": [held("i-1")]}})).source()


def test_a_machine_is_called_by_the_token_of_its_request() -> None:
    """Anybody may change its tags; one that was asked for otherwise has the name that it wears."""
    copy = Copy("ec2-instance", "dro-1", "us-east-1", "r", "d", "s")
    worn = [{"Key": "Name", "Value": "renamed"}]
    about = {**SOURCE, "Tags": worn, "LaunchTime": AT}
    assert machine.live({**about, "ClientToken": "dro-1"}, copy).name == "dro-1"
    assert machine.live({**about, "ClientToken": "other"}, copy).name == "renamed"


def test_as_many_copies_under_way_as_may_be_are_a_doubt() -> None:
    """EC2 refuses one more until some are whole, and is asked again: that says nothing of the backup."""
    copied = [{"SnapshotId": f"snap-{number}", "VolumeId": carrying.COPIED} for number in range(carrying.AT_ONCE)]
    account = ToldAws({"DescribeSnapshots": {"Snapshots": copied}}).account()
    toolkit = cast(Any, SimpleNamespace(at=lambda _: SimpleNamespace(account=account), account=account))
    resource, copy = Resource("web", "ec2-instance", "i-1", "us-east-1"), Copy("a", "dro-1", "us-west-2", "r", "d", "s")
    way = carrying.Bringing(BroughtImage, "ec2-image", resource, Destination("us-west-2"), toolkit)
    looks = way.looks(copy, lambda: carrying.Held("ami-1", encrypted=False))
    look = next(each for each in looks if each.name == "snapshots being copied")
    with pytest.raises(Doubt, match="20 snapshots of 20 at once"):
        look.perform()


@pytest.mark.parametrize(
    ("about", "what"),
    [
        ({"UsageOperation": "RunInstances:0010", "PlatformDetails": "Red Hat Enterprise Linux"}, "Red Hat.*0010"),
        ({"ProductCodes": [{"ProductCodeId": "abc", "ProductCodeType": "marketplace"}]}, "software.*abc"),
    ],
)
def test_an_image_that_aws_bills_for_is_brought_into_no_other_account(about: dict[str, Any], what: str) -> None:
    """EC2 would refuse it there, hours later, once it has been copied and shared."""
    with pytest.raises(NotRecoverable, match=what):
        looks(ToldAws({}), about=about).billed()
    for usage in ("RunInstances", "RunInstances:0800", ""):
        assert "may be copied" in looks(ToldAws({}), about={"UsageOperation": usage, "ProductCodes": []}).billed()


def test_an_instance_profile_is_looked_for_where_the_copy_is_to_stand() -> None:
    """EC2 gives a machine those of its own account alone: one of the source's name is no right of production's."""
    there = {"IamInstanceProfile": {"Arn": "arn:aws:iam::1:instance-profile/dr-machine"}}
    named = Profile(name="dr-machine")
    with mock.patch.dict(SOURCE, there):
        aws = ToldAws({"GetInstanceProfile": {"InstanceProfile": {}}})
        assert looks(aws, profile=named).profile() == "dr-machine of account 222222222222"
        gone = ToldAws({"GetInstanceProfile": NotFound("none")})
        with pytest.raises(NotRecoverable, match="no instance profile dr-machine in account 222222222222"):
            looks(gone, profile=named).profile()
