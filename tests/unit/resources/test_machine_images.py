"""The images of a machine: the instant that each holds, and which can be started."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from dr_orchestrator.errors import NotRecoverable
from dr_orchestrator.resources.ec2_instance import TYPE, machine
from dr_orchestrator.resources.ec2_instance.families import FAMILIES, family_of, quota
from dr_orchestrator.resources.ec2_instance.images import Images, of_snapshots
from tests.support.told_aws import ToldAws

AT = datetime(2026, 11, 20, 3, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def snapshot(id: str, after: timedelta = timedelta(), **more: Any) -> dict[str, Any]:
    at = AT + after
    told = {"SnapshotId": id, "StartTime": at, "CompletionTime": at + 4 * MINUTE, "VolumeSize": 8}
    return {**told, "State": "completed", "Encrypted": True, **more}


def image(*snapshots: str, **more: Any) -> dict[str, Any]:
    held = [{"DeviceName": f"/dev/sd{n}", "Ebs": {"SnapshotId": each}} for n, each in enumerate(snapshots)]
    told = {"ImageId": "ami-1", "State": "available", "RootDeviceType": "ebs", "SourceInstanceId": "i-1"}
    beside = {"DeviceName": "/dev/sdz", "VirtualName": "ephemeral0"}
    return {**told, "CreationDate": "2026-11-20T09:00:00.000Z", "BlockDeviceMappings": [*held, beside], **more}


def source(**attached: datetime) -> dict[str, Any]:
    held = [{"DeviceName": f"/dev/{name}", "Ebs": {"AttachTime": at}} for name, at in attached.items()]
    return {"InstanceId": "i-1", "State": {"Name": "running"}, "BlockDeviceMappings": held}


def images(found: list[dict[str, Any]], snapshots: list[dict[str, Any]], **attached: datetime) -> Images:
    told = ToldAws(
        {
            "DescribeImages": {"Images": found},
            "DescribeSnapshots": {"Snapshots": snapshots},
            "DescribeInstances": {"Reservations": [{"Instances": [source(**attached)]}]},
        }
    )
    ec2 = told.account().api("ec2")
    return Images(ec2, "i-1", "web", ec2)


def test_an_image_is_as_old_as_its_oldest_snapshot() -> None:
    """Whatever CreationDate says, and in whichever order its volumes stand."""
    held = [snapshot("b", 9 * MINUTE, VolumeSize=100), snapshot("a"), snapshot("of another image", -60 * MINUTE)]
    (point,) = images([image("b", "a")], held).points()
    assert (point.data_time, point.size_gib, point.encrypted) == (AT, 108, True)
    assert point.created_at == AT + 13 * MINUTE


def test_one_volume_in_the_clear_is_told() -> None:
    """It is encrypted where all of it is."""
    (point,) = images([image("a", "b")], [snapshot("a"), snapshot("b", Encrypted=False)]).points()
    assert point.encrypted is False


@pytest.mark.parametrize(
    ("about", "held", "why"),
    [
        ({"State": "pending"}, {}, "is not complete"),
        ({"State": "failed", "StateReason": {"Message": "no disk"}}, {}, "is in the state 'failed', no disk"),
        ({"State": "disabled"}, {}, "is in the state 'disabled'"),
        ({"RootDeviceType": "instance-store"}, {}, "starts from an instance store"),
        ({}, {"SnapshotId": "other"}, "lacks snapshot a"),
        ({}, {"State": "pending"}, "is made of snapshot a, which is 'pending'"),
        ({}, {"StorageTier": "archive"}, "lies in the archive"),
        ({"BlockDeviceMappings": []}, {}, "holds no snapshot"),
    ],
)
def test_what_cannot_be_started_is_no_recovery_point(about: dict[str, Any], held: dict[str, Any], why: str) -> None:
    """It is told with why; where there is no other, nothing can be recovered."""
    (found,) = of_snapshots([image("a", **about)], [snapshot("a", **held)])
    assert why in found.unusable()
    with pytest.raises(NotRecoverable, match="none of the 1 image of i-1 can be started"):
        images([image("a", **about)], [snapshot("a", **held)]).points()


def test_an_image_without_a_volume_of_its_source_is_no_recovery_point() -> None:
    """One that was attached before; what was added since the image was made is not held against it."""
    found, held = [image("a")], [snapshot("a")]
    (point,) = images(found, held, sd0=AT - MINUTE, sdf=AT + MINUTE).points()
    assert point.id == "ami-1"
    with pytest.raises(NotRecoverable, match="is incomplete: it lacks the volume /dev/sdf of its source"):
        images(found, held, sd0=AT - MINUTE, sdf=AT - MINUTE).points()


def test_a_copied_image_lacks_no_volume_that_came_after_what_it_is_of() -> None:
    """Its snapshots tell when they were copied, the vault of what instant it is."""
    (copied,) = of_snapshots([image("a")], [snapshot("a", 60 * MINUTE)], {"/dev/sdf": AT + MINUTE})
    assert "lacks the volume /dev/sdf" in copied.unusable()
    assert replace(copied, kept=AT).unusable() == ""
    assert "lacks the volume /dev/sdf" in replace(copied, kept=AT + 2 * MINUTE).unusable()


def test_an_image_of_another_machine_is_none_of_it() -> None:
    """Though EC2, or who stands in its place, were to list it all the same."""
    assert (
        images([image("a", SourceInstanceId="i-2"), image("a", SourceInstanceId=None)], [snapshot("a")]).points() == []
    )


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        *((each, "L-1216C47A") for each in ("t3.small", "m7g.large", "i4i.large", "im4gn.large", "is4gen.medium")),
        *((each, "L-DB2E81BA") for each in ("g5.xlarge", "g4dn.xlarge", "gr6.4xlarge", "vt1.3xlarge")),
        *((("p5.48xlarge"), "L-417A185B"), ("x2idn.16xlarge", "L-7295265B"), ("f1.2xlarge", "L-74FC7D96")),
        *(("inf2.xlarge", "L-1945791B"), ("trn1.2xlarge", "L-2C3B7624"), ("dl1.24xlarge", "L-6E869C2A")),
        *(("hpc7g.4xlarge", "L-F7808C92"), ("u-6tb1.metal", "L-43DA4232"), ("u7i-12tb.224xlarge", "L-43DA4232")),
        ("mac2.metal", ""),
    ],
)
def test_each_family_has_a_quota_of_its_own(kind: str, code: str) -> None:
    """Those of accelerators and of high memory do not count against that of standard machines; a Mac is a host."""
    family = family_of(kind)
    assert (family.code if family else "") == code


def test_a_quota_counts_the_vcpu_of_its_family_alone() -> None:
    """Those that run, of their cores and threads; a spot machine has another quota."""

    def one(kind: str, cores: int, state: str = "running", **more: Any) -> dict[str, Any]:
        of = {"InstanceId": kind, "InstanceType": kind, "State": {"Name": state}}
        return {**of, "CpuOptions": {"CoreCount": cores, "ThreadsPerCore": 2}, **more}

    held = [one("t3.small", 1), one("m7i.2xlarge", 4), one("g5.xlarge", 2), one("m5.large", 1, "stopped")]
    spot = one("c5.large", 1, InstanceLifecycle="spot")
    told = ToldAws(
        {
            "DescribeInstances": {"Reservations": [{"Instances": [*held, spot]}]},
            "GetServiceQuota": {"Quota": {"Value": 64.0}},
        }
    )
    standard, graphics = (family_of(each) for each in ("t3.small", "g5.xlarge"))
    assert standard is not None
    assert graphics is not None
    assert str(quota(told.account(), standard)) == "10 of 64 vCPU of standard machines in use"
    assert quota(told.account(), graphics).used == 4
    assert [each["QuotaCode"] for each in told.requests("GetServiceQuota")] == ["L-1216C47A", "L-DB2E81BA"]


def test_every_family_is_a_quota_that_the_type_declares() -> None:
    """One that was not would be looked for in vain."""
    assert {each.quota for each in FAMILIES} == set(TYPE.quotas)


def test_a_start_makes_no_machine_younger() -> None:
    """LaunchTime is the last start: one of production's that was started meanwhile is as old as what is attached."""
    volume = {"DeviceName": "/dev/sda1", "Ebs": {"AttachTime": AT}}
    started = {"LaunchTime": AT + 60 * MINUTE, "BlockDeviceMappings": [volume]}
    card = {"Attachment": {"AttachTime": AT - MINUTE}}
    assert machine.made_at(started) == AT
    assert machine.made_at({**started, "NetworkInterfaces": [card]}) == AT - MINUTE
