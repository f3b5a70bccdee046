"""EFS file systems keep the contract; their mount targets live and die with them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from moto.efs.models import efs_backends

from dr_orchestrator.catalog.shapes.destination import Mount
from dr_orchestrator.domain.copy import CopyState
from dr_orchestrator.errors import NotMeasured, NotRecoverable, UnsafeToDelete
from dr_orchestrator.lab.cloud.world import ACCOUNT
from tests.resources.suite import LifeContract, SafetyContract
from tests.resources.suite_of_endings import PointsContract, UnknownStatesContract
from tests.resources.suite_of_lies import LiesContract
from tests.resources.suite_of_troubles import GoneContract, TroublesContract
from tests.support.estate import MACHINE, REGION, SHARE, SUBNET
from tests.support.ways import Make, Way, looked
from tests.support.ways.efs_file_system import WAYS


class TestLife(LifeContract):
    ways = WAYS


class TestSafety(SafetyContract):
    ways = WAYS


class TestTroubles(TroublesContract):
    ways = WAYS


class TestGone(GoneContract):
    ways = WAYS


class TestLies(LiesContract):
    ways = WAYS


class TestEndings(PointsContract):
    ways = WAYS


class TestStates(UnknownStatesContract):
    ways = WAYS


@pytest.fixture
def way(request: pytest.FixtureRequest, way_of: Make) -> Way:
    """That of the contract's case; what is told of this type alone is told beside its source."""
    return way_of(getattr(request, "param", "efs-vault"))


def own(way: Way) -> Any:
    """The copy as the lab has it."""
    found = efs_backends[ACCOUNT][REGION].file_systems_by_id.values()
    return next(each for each in found if each.creation_token == way.copy.id)


def test_a_job_is_given_what_makes_a_new_one_under_the_copys_name(way: Way) -> None:
    """New and encrypted with the source's key, whatever the source was; nothing of the source's network or zones."""
    way.restored()
    (asked,) = way.calls("StartRestoreJob")
    source = way.spec.described(way.made)
    assert asked["Metadata"] == {
        "CreationToken": way.copy.id,
        "newFileSystem": "true",
        "Encrypted": "true",
        "KmsKeyId": source["KmsKeyId"],
        "PerformanceMode": "generalPurpose",
        "file-system-id": SHARE.id,
    }
    assert "encrypted with arn:aws:kms" in str(way.restorer.isolated(way.copy))
    assert way.restorer.destroy(way.copy) is CopyState.DELETED


def test_a_copy_is_encrypted_with_the_declared_key(way: Way, way_of: Make) -> None:
    """By its alias; a copy under another is not taken for it."""
    kms = way.made.client("kms")
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    kms.create_alias(AliasName=f"alias/{way.copy.run}", TargetKeyId=key)
    way = way_of(way.kind, replace(SHARE, own={**SHARE.own, "kms_key": f"alias/{way.copy.run}"}))
    assert "is enabled" in looked(way)
    way.restored()
    assert str(own(way).kms_key_id).endswith(key)
    way.restorer.isolated(way.copy)
    own(way).kms_key_id = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/another"
    with pytest.raises(NotRecoverable, match="is encrypted with"):
        way.restorer.isolated(way.copy)
    assert way.restorer.destroy(way.copy) is CopyState.DELETED


def test_one_that_is_kept_in_one_zone_is_restored_into_the_subnets(way: Way) -> None:
    """Its mount target could stand in no other zone."""
    source: Any = efs_backends[ACCOUNT][REGION].file_systems_by_id[SHARE.id]
    source.availability_zone_name = "us-east-1b"
    try:
        assert "the source is kept in us-east-1b alone; the copy is in us-east-1a alone" in looked(way)
        way.restored()
    finally:
        source.availability_zone_name = None
    told = way.calls("StartRestoreJob")[0]["Metadata"]
    assert (told["singleAzFilesystem"], told["availabilityZoneName"]) == ("true", "us-east-1a")
    assert own(way).availability_zone_name == "us-east-1a"
    assert way.restorer.destroy(way.copy) is CopyState.DELETED


@pytest.mark.parametrize(
    ("fault", "why"),
    [
        ({"kind": "ends-as", "status": "error"}, "ended as 'error'"),
        ({"kind": "stuck"}, r"was still 'creating' after 1\.0 h"),
    ],
    ids=["dies", "hangs"],
)
def test_a_mount_target_that_never_answers_says_nothing_of_the_recovery_point(
    way: Way, fault: dict[str, str], why: str
) -> None:
    """The data is there, and nobody could look at it: not measured, and all is taken down."""
    way.made = replace(way.made, toolkit=replace(way.made.toolkit, ceiling=3600.0))
    way.made.lab.faults.add({**fault, "action": "CreateMountTarget"})
    way.restored(ready=False)
    with pytest.raises(NotMeasured, match=why):
        way.restorer.ready(way.copy)
    way.made.lab.faults.clear()
    assert way.restorer.destroy(way.copy) is CopyState.DELETED
    assert not way.exists()


def test_a_subnet_without_an_address_is_waited_for(way: Way) -> None:
    """As for every quota: another drill gives one back."""
    refusal = {"kind": "error", "code": "NoFreeAddressesInSubnet", "action": "CreateMountTarget", "times": 2}
    way.made.lab.faults.add(refusal)
    way.restored()
    assert len(way.calls("CreateMountTarget")) == 1
    assert way.restorer.destroy(way.copy) is CopyState.DELETED


def targets() -> set[str]:
    """All mount targets that there are: of copies that other tests left, too."""
    return {*efs_backends[ACCOUNT][REGION].mount_targets_by_id}


def test_a_copy_goes_only_after_its_mount_target(way: Way) -> None:
    """EFS deletes no file system that is mounted anywhere, be the target already going."""
    before = targets()
    way.restored()
    assert way.restorer.destroy(way.copy) is CopyState.DELETED
    order = [entry.action for entry in way.made.lab.journal[way.heard :] if entry.action.startswith("Delete")]
    assert order == ["DeleteMountTarget", "DeleteFileSystem"]
    assert targets() == before


def test_a_mount_target_that_somebody_adds_is_told_and_taken_down(way: Way) -> None:
    """It is not the drills' alone any more; and without its end the copy could not go."""
    before = targets()
    way.restored()
    other = next(
        each["SubnetId"]
        for each in way.made.client("ec2").describe_subnets()["Subnets"]
        if each["AvailabilityZone"] == "us-east-1c"
    )
    way.made.client("efs").create_mount_target(FileSystemId=own(way).file_system_id, SubnetId=other)
    with pytest.raises(NotRecoverable, match="is to be mounted in"):
        way.restorer.isolated(way.copy)
    assert way.restorer.destroy(way.copy) is CopyState.DELETED
    assert targets() == before


def test_groups_that_somebody_changes_are_told(way: Way) -> None:
    """Whoever else is let in could read production's data."""
    way.restored()
    target = next(own(way).iter_mount_targets())
    target.security_groups = ["sg-0123456789abcdef0"]
    with pytest.raises(NotRecoverable, match="the security groups of its mount target are sg-0123456789abcdef0, not"):
        way.restorer.isolated(way.copy)
    assert way.restorer.destroy(way.copy) is CopyState.DELETED


def test_a_public_address_is_told(way: Way) -> None:
    """EFS gives none; somebody may have."""
    way.restored()
    ec2, card = way.made.client("ec2"), next(own(way).iter_mount_targets()).network_interface_id
    given = ec2.allocate_address(Domain="vpc")["AllocationId"]
    bound = ec2.associate_address(AllocationId=given, NetworkInterfaceId=card)["AssociationId"]
    with pytest.raises(NotRecoverable, match="has the public address"):
        way.restorer.isolated(way.copy)
    ec2.disassociate_address(AssociationId=bound)
    assert way.restorer.destroy(way.copy) is CopyState.DELETED


def test_a_mount_target_of_what_is_not_proven_stays(way: Way) -> None:
    """Before the first deletion the copy is proven, and again right before each."""
    way.restored()
    backend = efs_backends[ACCOUNT][REGION]
    backend.untag_resource(own(way).file_system_id, ["dr-drill:run"])
    with pytest.raises(UnsafeToDelete, match="does not wear the tag"):
        way.restorer.destroy(way.copy)
    assert way.deletions == []
    backend.tag_resource(own(way).file_system_id, way.copy.tags)
    assert way.restorer.destroy(way.copy) is CopyState.DELETED


def test_a_job_that_names_another_file_system_proves_nothing(way: Way) -> None:
    """What stands under the copy's token is not what the job says it made: nothing is tagged."""
    way.confirm(way.restore())
    job = way.restorer._from.jobs.ready(way.copy)
    other = {**job, "CreatedResourceArn": job["CreatedResourceArn"][:-4] + "ffff"}
    with pytest.raises(NotRecoverable, match="and was asked for"):
        way.restorer._from.jobs.adopt(
            way.copy, other, way.restorer._shown(way.copy), lambda _arn: pytest.fail("nothing is tagged")
        )
    assert way.restorer.destroy(way.copy) is CopyState.DELETED


@pytest.mark.parametrize(
    ("mount", "why"),
    [
        (Mount(reader=MACHINE, subnet="subnet-0eeeeeeeeeeeeeeee", security_groups=["x"]), "no subnet subnet-0e"),
        (Mount(reader=MACHINE, subnet=SUBNET, security_groups=["none"]), "no security group none in vpc-"),
        (Mount(reader=MACHINE, subnet=SUBNET, security_groups=["dro-isolated"]), "lets nobody in"),
    ],
)
def test_a_network_that_does_not_fit_is_told_before(way: Way, way_of: Make, mount: Mount, why: str) -> None:
    """With the key that names it, before anything is started."""
    with pytest.raises((NotRecoverable, NotMeasured), match=why):
        looked(way_of(way.kind, replace(SHARE, own={"mount": mount})))
