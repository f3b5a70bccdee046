"""The machines that read copies: those that the drill declares, none that is drilled, and for its own copy alone."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from dr_orchestrator.aws.guard import Forbidden, Guard
from dr_orchestrator.resources.ebs_volume.name import NAME
from dr_orchestrator.resources.ec2_instance.name import NAME as OF_MACHINES
from dr_orchestrator.resources.efs_file_system.name import NAME as OF_FILES
from tests.support.estate import MACHINE, PROFILE, REGION, RESTORER, SHARE, SUBNET, VOLUME
from tests.support.guarded import COPY, ELSEWHERE, copy
from tests.support.types import CALLS

ID = "vol-0123456789abcdef0"
OTHER = "i-0eeeeeeeeeeeeeeee"
FILES, TARGET = "fs-0123456789abcdef0", "fsmt-0123456789abcdef0"


def guard(*lent: str, sources: frozenset[str] = frozenset({VOLUME.id})) -> Guard:
    """Of a run with a copy, whose id of EC2's it has proven."""
    made = Guard(CALLS, lambda: [copy(COPY, NAME)], sources, lent=frozenset(lent))
    made.vouch(replace(copy(COPY, NAME), id=ID, parent=COPY))
    return made


def attach(by: Guard, volume: str = ID, **machine: Any) -> None:
    by.check("ec2", "AttachVolume", {"VolumeId": volume, "Device": "/dev/sdf", **machine}, REGION)


def command(by: Guard, machines: list[str], **more: Any) -> None:
    given = {"Comment": COPY, "DocumentName": "AWS-RunShellScript", "Parameters": {"commands": ["true"]}}
    by.check("ssm", "SendCommand", {**given, "InstanceIds": machines, **more}, REGION)


def test_a_declared_machine_gets_the_copy_and_commands() -> None:
    """The one that the drill names, alone."""
    attach(guard(MACHINE), InstanceId=MACHINE)
    command(guard(MACHINE), [MACHINE])


@pytest.mark.parametrize("lent", [(), (OTHER,)], ids=["none", "another"])
def test_no_other_machine_does(lent: tuple[str, ...]) -> None:
    """Nor one beside the declared one, nor where none is named."""
    for act in (
        lambda: attach(guard(*lent), InstanceId=MACHINE),
        lambda: attach(guard(MACHINE)),
        lambda: command(guard(*lent), [MACHINE]),
        lambda: command(guard(MACHINE), [MACHINE, OTHER]),
        lambda: command(guard(MACHINE), []),
    ):
        with pytest.raises(Forbidden, match="is no machine that the drill declares"):
            act()


def test_a_machine_that_is_drilled_reads_nothing() -> None:
    """Declared or not: a source is never used."""
    drilled = guard(MACHINE, sources=frozenset({VOLUME.id, MACHINE}))
    with pytest.raises(Forbidden, match="is no machine that the drill declares"):
        attach(drilled, InstanceId=MACHINE)


def test_only_the_proven_id_is_the_copy() -> None:
    """Not production's, not one that nobody vouched for, and none once the ledger holds the copy no more."""
    for volume in (VOLUME.id, "vol-0fffffffffffffff0", ""):
        with pytest.raises(Forbidden):
            attach(guard(MACHINE), volume, InstanceId=MACHINE)
    rows = [copy(COPY, NAME)]
    settled = Guard(CALLS, lambda: rows, lent=frozenset({MACHINE}))
    settled.vouch(replace(rows[0], id=ID, parent=COPY))
    attach(settled, InstanceId=MACHINE)
    rows.clear()
    with pytest.raises(Forbidden):
        attach(settled, InstanceId=MACHINE)


def test_a_command_is_a_shell_script_and_nothing_beside() -> None:
    """No other document, no targets by a tag, no role, no place for its output."""
    for more in ({"DocumentName": "AWS-RunRemoteScript"}, {"Targets": []}, {"ServiceRoleArn": "x"}, {"Comment": "x"}):
        with pytest.raises(Forbidden):
            command(guard(MACHINE), [MACHINE], **more)
    with pytest.raises(Forbidden, match="Parameters workingDirectory"):
        command(guard(MACHINE), [MACHINE], Parameters={"commands": ["true"], "workingDirectory": ["/"]})


def mount(by: Guard, **more: Any) -> None:
    given = {"FileSystemId": FILES, "SubnetId": SUBNET, "SecurityGroups": ["sg-1"]}
    by.check("efs", "CreateMountTarget", {**given, **more}, REGION)


def mounting(*lent: str) -> Guard:
    """Of a run with a file system, whose id and mount target it has proven."""
    made = Guard(CALLS, lambda: [copy(COPY, OF_FILES)], frozenset({SHARE.id}), lent=frozenset(lent))
    for id in (FILES, TARGET):
        made.vouch(replace(copy(COPY, OF_FILES), id=id, parent=COPY))
    return made


def test_a_copy_is_mounted_in_the_declared_subnet_alone() -> None:
    """Not in another, not without groups, at no address of one's choice; and production's gets no mount target."""
    mount(mounting(SUBNET))
    for by, more in (
        (mounting("subnet-0eeeeeeeeeeeeeeee"), {}),
        (mounting(SUBNET), {"SubnetId": "subnet-0eeeeeeeeeeeeeeee"}),
        (mounting(SUBNET), {"SecurityGroups": []}),
        (mounting(SUBNET), {"IpAddress": "10.0.0.9"}),
        (mounting(SUBNET), {"FileSystemId": SHARE.id}),
        (mounting(SUBNET), {"FileSystemId": "fs-0eeeeeeeeeeeeeeee"}),
    ):
        with pytest.raises(Forbidden):
            mount(by, **more)


def test_only_the_copys_own_mount_target_is_taken_down() -> None:
    """That which was seen on it: production's is an id like any."""
    mounting().check("efs", "DeleteMountTarget", {"MountTargetId": TARGET}, REGION)
    for id in ("fsmt-0eeeeeeeeeeeeeeee", SHARE.id, ""):
        with pytest.raises(Forbidden):
            mounting().check("efs", "DeleteMountTarget", {"MountTargetId": id}, REGION)


def test_a_job_restores_into_a_new_file_system_alone() -> None:
    """Never into one that is there: that would be production's, whatever the token says."""
    given = {"RecoveryPointArn": "x", "IamRoleArn": RESTORER, "IdempotencyToken": "x", "ResourceType": "EFS"}
    given |= {"CopySourceTagsToRestoredResource": False}
    told = {"CreationToken": COPY, "newFileSystem": "true", "Encrypted": "true", "file-system-id": SHARE.id}
    by = Guard(
        *(CALLS, lambda: [copy(COPY, OF_FILES)], frozenset({SHARE.id}), lambda _: True), roles=frozenset({RESTORER})
    )
    by.check("backup", "StartRestoreJob", {**given, "Metadata": told}, REGION)
    for other in (
        {"newFileSystem": "false"},
        {"newFileSystem": ""},
        {"Encrypted": "false"},
        {"NewFileSystem": "false"},
        {"ItemsToRestore": '["/a"]'},
        {"CreationToken": "x"},
    ):
        with pytest.raises(Forbidden):
            by.check("backup", "StartRestoreJob", {**given, "Metadata": {**told, **other}}, REGION)


STARTED = "i-0123456789abcdef0"
ASKED: dict[str, Any] = {
    "ClientToken": COPY,
    "ImageId": "ami-1",
    "InstanceType": "t3.small",
    "MinCount": 1,
    "MaxCount": 1,
    "NetworkInterfaces": [{"SubnetId": SUBNET, "AssociatePublicIpAddress": False, "DeleteOnTermination": True}],
    "BlockDeviceMappings": [{"DeviceName": "/dev/sda1", "Ebs": {"DeleteOnTermination": True}}],
    "MetadataOptions": {"HttpTokens": "required"},
    "InstanceInitiatedShutdownBehavior": "terminate",
    "TagSpecifications": [{}],
}
"""A start of a machine, as drills ask for it."""


def starting(*lent: str) -> Guard:
    """Of a run with a machine, whose id of EC2's it has proven."""
    made = Guard(CALLS, lambda: [copy(COPY, OF_MACHINES)], frozenset({MACHINE}), lambda _: True, lent=frozenset(lent))
    made.vouch(replace(copy(COPY, OF_MACHINES), id=STARTED, parent=COPY))
    return made


def start(by: Guard, **changed: Any) -> None:
    by.check("ec2", "RunInstances", {**ASKED, **changed}, REGION)


def test_a_machine_is_started_as_drills_do_it() -> None:
    """Without a profile, or with the one that the drill declares."""
    start(starting())
    start(starting(PROFILE), IamInstanceProfile={"Name": PROFILE})


@pytest.mark.parametrize(
    "changed",
    [
        {"ClientToken": "another"},
        {"IamInstanceProfile": {"Name": "admin"}},
        {"IamInstanceProfile": {"Arn": f"arn:aws:iam::1:instance-profile/{PROFILE}"}},
        {"KeyName": "ops"},
        {"SecurityGroupIds": ["sg-1"]},
        {"MinCount": 2, "MaxCount": 2},
        {"InstanceInitiatedShutdownBehavior": "stop"},
        {"MetadataOptions": {"HttpTokens": "optional"}},
        {"NetworkInterfaces": [{**ASKED["NetworkInterfaces"][0], "AssociatePublicIpAddress": True}]},
        {"NetworkInterfaces": [{"SubnetId": SUBNET, "DeleteOnTermination": True}]},
        {"BlockDeviceMappings": [{"DeviceName": "/dev/sdb", "Ebs": {"DeleteOnTermination": False}}]},
        {"BlockDeviceMappings": []},
        {"TagSpecifications": []},
    ],
    ids=", ".join,
)
def test_nothing_else_is_started(changed: dict[str, Any]) -> None:
    """No other name, right, key, group or number; nothing public, and nothing that outlives it."""
    with pytest.raises(Forbidden):
        start(starting(PROFILE), **changed)


def test_only_the_proven_machine_ends_and_is_told_what_to_do() -> None:
    """Alone: a list with another in it is refused whole, as is an empty one."""
    said = {"DocumentName": "AWS-RunShellScript", "Parameters": {"commands": ["true"]}}
    for service, operation, more in (("ec2", "TerminateInstances", {}), ("ssm", "SendCommand", said)):
        starting().check(service, operation, {"InstanceIds": [STARTED], **more}, REGION)
        for ids in ([STARTED, OTHER], [OTHER], [MACHINE], []):
            with pytest.raises(Forbidden):
                starting().check(service, operation, {"InstanceIds": ids, **more}, REGION)


SNAPSHOT, IMAGE = "ebs-snapshot", "ec2-image"
BROUGHT = {
    "CopySnapshot": (SNAPSHOT, {"SourceSnapshotId": "snap-1", "Description": COPY}),
    "CopyImage": (IMAGE, {"SourceImageId": "ami-1", "Name": COPY, "ClientToken": COPY, "CopyImageTags": False}),
}


def bring(operation: str, may: bool = True, **changed: Any) -> None:
    of, given = BROUGHT[operation]
    made = Guard(CALLS, lambda: [copy(COPY, of)], frozenset({MACHINE}), lambda _: may)
    whole = {"SourceRegion": "us-west-2", "Encrypted": True, "KmsKeyId": "alias/k", "TagSpecifications": [{}]}
    made.check("ec2", operation, {**given, **whole, **changed}, REGION)


@pytest.mark.parametrize("operation", BROUGHT)
def test_what_the_run_chose_is_brought_under_its_own_name(operation: str) -> None:
    """Of nothing else, in no other name, never in the clear by a word, and with the tags of the run alone."""
    bring(operation)
    name = "Description" if operation == "CopySnapshot" else "Name"
    for changed in ({name: "another"}, {"Encrypted": False}, {"TagSpecifications": []}, {"DestinationOutpostArn": "x"}):
        with pytest.raises(Forbidden):
            bring(operation, **changed)
    with pytest.raises(Forbidden, match="is not what this run restores from"):
        bring(operation, may=False)
    if operation == "CopyImage":
        with pytest.raises(Forbidden):
            bring(operation, CopyImageTags=True)


@pytest.mark.parametrize(
    ("of", "operation", "parameter"),
    [
        (SNAPSHOT, "DeleteSnapshot", "SnapshotId"),
        (IMAGE, "DeregisterImage", "ImageId"),
        (IMAGE, "DeleteSnapshot", "SnapshotId"),
    ],
)
def test_only_what_is_proven_of_it_is_deleted(of: str, operation: str, parameter: str) -> None:
    """By the id that EC2 gave it: production's snapshots and images are none of it."""
    made = Guard(CALLS, lambda: [copy(COPY, of)])
    with pytest.raises(Forbidden):
        made.check("ec2", operation, {parameter: "snap-1"}, REGION)
    made.vouch(replace(copy(COPY, of), id="snap-1", parent=COPY))
    made.check("ec2", operation, {parameter: "snap-1"}, REGION)
    with pytest.raises(Forbidden):
        made.check("ec2", operation, {parameter: "snap-2"}, REGION)


@pytest.mark.parametrize(
    ("of", "operation", "parameter", "attribute"),
    [
        (SNAPSHOT, "ModifySnapshotAttribute", "SnapshotId", "createVolumePermission"),
        (IMAGE, "ModifySnapshotAttribute", "SnapshotId", "createVolumePermission"),
        (IMAGE, "ModifyImageAttribute", "ImageId", "launchPermission"),
    ],
)
def test_only_what_is_proven_is_shared_and_with_accounts_of_the_run(
    of: str, operation: str, parameter: str, attribute: str
) -> None:
    """Production's own is not, nor is anything shared with everybody, or with whom no copy of the run stands."""
    made = Guard(CALLS, lambda: [copy(COPY, of)], accounts=lambda: {ELSEWHERE})
    given = {parameter: "id-1", "Attribute": attribute, "OperationType": "add", "UserIds": [ELSEWHERE]}
    with pytest.raises(Forbidden):
        made.check("ec2", operation, given, REGION)
    made.vouch(replace(copy(COPY, of), id="id-1", parent=COPY))
    made.check("ec2", operation, given, REGION)
    public = {"GroupNames": ["all"], "UserGroups": ["all"], "LaunchPermission": {"Add": [{"Group": "all"}]}}
    others: list[dict[str, Any]] = [{parameter: "id-2"}, {"OperationType": "remove"}, {"Attribute": "productCodes"}]
    others += [{"UserIds": [ELSEWHERE, "999999999999"]}, {"UserIds": []}]
    for changed in (*others, *({key: value} for key, value in public.items())):
        with pytest.raises(Forbidden):
            made.check("ec2", operation, {**given, **changed}, REGION)
