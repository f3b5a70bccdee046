"""Policies of drills whose copies a machine reads: that machine alone, and copies that wear the run's tag."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from dr_orchestrator.aws.access.notes import told_of
from dr_orchestrator.aws.access.policies import drill_policies, source_policies
from dr_orchestrator.aws.access.scope import Scope
from dr_orchestrator.domain.drill import Allowed
from dr_orchestrator.resources import TYPES
from tests.support import file_systems, volumes, web, workspace
from tests.support.estate import MACHINE, RESTORER, SHARE, SUBNET
from tests.support.fakes import FakeClock
from tests.support.iam import reference
from tests.support.iam.enforced import allowed

READER_OF_FILES = "i-0f11e50f11e50f11e"
READER = f"arn:aws:ec2:us-east-1:*:instance/{MACHINE}"


@pytest.fixture
def statements(tmp_path: Path) -> list[dict[str, Any]]:
    """Those of the drill role, for the one drill of the volume."""
    shop = workspace.SHOP.replace("\ndrills:\n", volumes.DRILLED, 1)
    here = workspace.world(tmp_path, FakeClock(), shop=shop)
    policies = drill_policies(Scope(TYPES, [here.catalogue.drills["share-snapshot"]], Allowed()))
    faults = [fault for each in policies for fault in reference.faults(each)]
    assert [each for each in faults if " also needs a " not in each] == []  # each resource has a statement of its own
    return [each for policy in policies for each in policy["Statement"]]


@pytest.fixture
def of_files(tmp_path: Path) -> list[dict[str, Any]]:
    """Those of the drill role, for the one drill of the file system."""
    shop = workspace.SHOP.replace("\ndrills:\n", file_systems.DRILLED, 1)
    here = workspace.world(tmp_path, FakeClock(), shop=shop)
    policies = drill_policies(Scope(TYPES, [here.catalogue.drills["files-vault"]], Allowed()))
    assert [fault for each in policies for fault in reference.faults(each)] == []
    return [each for policy in policies for each in policy["Statement"]]


def on(statements: list[dict[str, Any]], action: str, effect: str = "Allow") -> dict[str, Any]:
    """The condition under which an action is allowed, by what it acts on."""
    found = [each for each in statements if each["Effect"] == effect and action in each["Action"]]
    return {arn: each.get("Condition") for each in found for arn in each.get("Resource", ())}


@pytest.mark.parametrize("action", ["ec2:AttachVolume", "ec2:DetachVolume"])
def test_a_volume_that_wears_the_tag_is_moved_to_the_declared_machine_alone(
    statements: list[dict[str, Any]], action: str
) -> None:
    """On the volume under its tag, on the machine by its id; and the same of anything else is denied by name."""
    allowed = on(statements, action)
    assert allowed.keys() == {"arn:aws:ec2:us-east-1:*:volume/*", READER}
    assert allowed["arn:aws:ec2:us-east-1:*:volume/*"]["Null"] == {"aws:ResourceTag/dr-drill:run": "false"}
    denied = on(statements, action, "Deny")
    assert denied == {"arn:aws:ec2:*:*:volume/*": {"Null": {"aws:ResourceTag/dr-drill:run": "true"}}}
    others = [each for each in statements if each["Effect"] == "Deny" and action in each["Action"]]
    (named,) = [each["NotResource"] for each in others if "NotResource" in each]
    assert READER in named


def test_commands_are_run_on_the_declared_machine_by_one_document(statements: list[dict[str, Any]]) -> None:
    """No other machine, and nothing but a shell script."""
    assert on(statements, "ssm:SendCommand").keys() == {READER, "arn:aws:ssm:us-east-1::document/AWS-RunShellScript"}


def test_a_volume_is_made_with_the_tag_and_deleted_with_it(statements: list[dict[str, Any]]) -> None:
    """Of any snapshot, which has no account in its ARN; of what wears no tag nothing is deleted."""
    made = on(statements, "ec2:CreateVolume")
    assert made["arn:aws:ec2:us-east-1:*:volume/*"]["Null"] == {"aws:RequestTag/dr-drill:run": "false"}
    assert "arn:aws:ec2:us-east-1::snapshot/*" in made
    gone = on(statements, "ec2:DeleteVolume")
    assert gone["arn:aws:ec2:us-east-1:*:volume/*"]["Null"] == {"aws:ResourceTag/dr-drill:run": "false"}


def test_a_volume_is_tagged_by_the_call_that_makes_it(statements: list[dict[str, Any]]) -> None:
    """No volume that is there is: else it could be made to look like the run's, and be deleted."""
    made = {"ec2:CreateAction": ["CreateVolume"]}
    (allowed,) = on(statements, "ec2:CreateTags").values()
    assert allowed["StringEquals"].items() >= made.items()
    none = {"StringNotEquals": {"ec2:CreateAction": ["CopySnapshot", "CreateVolume"]}}
    assert on(statements, "ec2:CreateTags", "Deny") == dict.fromkeys(
        ("arn:aws:ec2:*:*:volume/*", "arn:aws:ec2:*::snapshot/*"), none
    )


@pytest.mark.parametrize(
    "action",
    [f"elasticfilesystem:{each}" for each in ("CreateMountTarget", "DeleteMountTarget", "DeleteFileSystem")],
)
def test_a_file_system_is_changed_under_its_tag_alone(of_files: list[dict[str, Any]], action: str) -> None:
    """Production's gets no mount target, loses none, and is not deleted, whatever another policy allows."""
    allowed = on(of_files, action)
    assert allowed.keys() == {"arn:aws:elasticfilesystem:us-east-1:*:file-system/*"}
    (condition,) = allowed.values()
    assert condition["Null"] == {"aws:ResourceTag/dr-drill:run": "false"}
    assert on(of_files, action, "Deny")["*"] == {"Null": {"aws:ResourceTag/dr-drill:run": "true"}}


def test_network_interfaces_are_those_of_the_declared_subnet(of_files: list[dict[str, Any]]) -> None:
    """EFS makes and deletes them in the name of who calls: of other subnets none."""
    subnet = f"arn:aws:ec2:us-east-1:*:subnet/{SUBNET}"
    cards = "arn:aws:ec2:us-east-1:*:network-interface/*"
    within = {"ArnLike": {"ec2:Subnet": [subnet]}}
    made = on(of_files, "ec2:CreateNetworkInterface")
    assert made.keys() == {subnet, cards, "arn:aws:ec2:us-east-1:*:security-group/*"}
    assert made[cards] is None  # IAM sees no subnet of an interface that is yet to be made
    assert on(of_files, "ec2:DeleteNetworkInterface") == {cards: within}


def test_a_file_system_is_restored_and_tagged_as_the_runs(of_files: list[dict[str, Any]]) -> None:
    """By a job that acts by the declared role, then by its tags; commands go to the declared machine."""
    assert on(of_files, "backup:StartRestoreJob").keys() == {"arn:aws:backup:us-east-1:*:recovery-point:*"}
    assert on(of_files, "iam:PassRole").keys() == {RESTORER}
    (condition,) = on(of_files, "elasticfilesystem:TagResource").values()
    assert condition["Null"] == {"aws:RequestTag/dr-drill:run": "false"}
    assert on(of_files, "ssm:SendCommand").keys() == {READER, "arn:aws:ssm:us-east-1::document/AWS-RunShellScript"}


PLACE = "arn:aws:ec2:us-east-1:123456789012"
COPY = "arn:aws:elasticfilesystem:us-east-1:123456789012:file-system/fs-0dd0dd0dd0dd0dd0d"
WORN = {"aws:RequestedRegion": ["us-east-1"], "aws:ResourceTag/dr-drill:run": ["r"]}


@pytest.mark.parametrize("together", [False, True], ids=["alone", "with a machine"])
def test_a_copy_that_is_mounted_can_be_taken_down(tmp_path: Path, together: bool) -> None:
    """EFS makes its interface without a tag, and ends it in the name of who calls: in the declared subnet alone."""
    shop = workspace.SHOP.replace("\ndrills:\n", file_systems.DRILLED, 1)
    shop = shop.replace("\ndrills:\n", web.DRILLED, 1) if together else shop
    drills = [*workspace.world(tmp_path, FakeClock(), shop=shop).catalogue.drills.values()]
    made = drill_policies(Scope(TYPES, drills, Allowed()))
    for action in ("DeleteMountTarget", "DeleteFileSystem"):
        assert allowed(made, f"elasticfilesystem:{action}", COPY, WORN)
        assert not allowed(made, f"elasticfilesystem:{action}", COPY, {"aws:RequestedRegion": ["us-east-1"]})
    card, ends = f"{PLACE}:network-interface/eni-0a", "ec2:DeleteNetworkInterface"
    here, there = ({"ec2:Subnet": [f"{PLACE}:subnet/{each}"]} for each in (SUBNET, "subnet-0prod"))
    region = {"aws:RequestedRegion": ["us-east-1"]}
    assert allowed(made, ends, card, region | here)
    assert not allowed(made, ends, card, region | there)
    assert not allowed(made, ends, card, region)
    assert allowed(made, ends, card, WORN | there) is together  # one that outlives a machine wears the run's tag


def test_what_wears_no_tag_is_not_ended_elsewhere_whatever_another_policy_allows(
    of_files: list[dict[str, Any]],
) -> None:
    """The denial that steps back in the subnet of mounts holds in every other."""
    everything = {"Sid": "All", "Effect": "Allow", "Action": ["*"], "Resource": ["*"]}
    made = [{"Version": "2012-10-17", "Statement": [*of_files, everything]}]
    card, ends = f"{PLACE}:network-interface/eni-0a", "ec2:DeleteNetworkInterface"
    assert allowed(made, ends, card, {"ec2:Subnet": [f"{PLACE}:subnet/{SUBNET}"]})
    assert not allowed(made, ends, card, {"ec2:Subnet": [f"{PLACE}:subnet/subnet-0prod"]})
    assert not allowed(made, ends, card, {})


SOURCE = f"arn:aws:elasticfilesystem:us-east-1:123456789012:file-system/{SHARE.id}"


@pytest.mark.parametrize("action", ["TagResource", "CreateMountTarget", "DeleteMountTarget", "DeleteFileSystem"])
def test_a_declared_file_system_is_never_made_to_look_like_a_copy(of_files: list[dict[str, Any]], action: str) -> None:
    """Nor changed where somebody else gave it the run's tag: AWS's own id tells it from what a job has restored."""
    made = [{"Version": "2012-10-17", "Statement": of_files}]
    asked = WORN | {"aws:RequestTag/dr-drill:run": ["r"], "aws:TagKeys": ["dr-drill:run"]}
    assert allowed(made, f"elasticfilesystem:{action}", COPY, asked)
    assert not allowed(made, f"elasticfilesystem:{action}", SOURCE, asked)


def test_what_no_policy_tells_of_other_file_systems_is_told_in_words(tmp_path: Path) -> None:
    """Of drills of file systems alone."""
    of_files, others = (
        workspace.world(tmp_path / name, FakeClock(), shop=shop).catalogue.drills.values()
        for name, shop in (
            ("files", workspace.SHOP.replace("\ndrills:\n", file_systems.DRILLED, 1)),
            ("none", workspace.SHOP),
        )
    )
    told = [note for note in told_of(Scope(TYPES, [*of_files], Allowed())) if "NeverTouchDeclaredFileSystems" in note]
    assert len(told) == 1
    assert "the guard alone" in told[0]
    assert not [note for note in told_of(Scope(TYPES, [*others], Allowed())) if "NeverTouchDeclared" in note]


def test_groups_of_mount_targets_are_those_that_are_declared_by_id(tmp_path: Path) -> None:
    """By a name IAM knows none; by ids it allows those alone."""
    shop = workspace.SHOP.replace("\ndrills:\n", file_systems.DRILLED, 1).replace("[dro-mounts]", "[sg-0a, sg-0b]")
    drills = [*workspace.world(tmp_path, FakeClock(), shop=shop).catalogue.drills.values()]
    (made,) = [drill_policies(Scope(TYPES, drills, Allowed()))]
    found = on([each for policy in made for each in policy["Statement"]], "ec2:CreateNetworkInterface")
    groups = {arn for arn in found if ":security-group/" in arn}
    assert groups == {f"arn:aws:ec2:us-east-1:*:security-group/{each}" for each in ("sg-0a", "sg-0b")}


def test_whoever_looks_at_a_mount_target_may_look_at_its_interface(tmp_path: Path) -> None:
    """EFS reads the groups of a mount target in the name of who asks."""
    shop = workspace.SHOP.replace("\ndrills:\n", file_systems.DRILLED, 1)
    drills = [*workspace.world(tmp_path, FakeClock(), shop=shop).catalogue.drills.values()]
    made = source_policies(Scope(TYPES, drills, Allowed()))
    region = {"aws:RequestedRegion": ["us-east-1"]}
    assert allowed(made, "ec2:DescribeNetworkInterfaceAttribute", f"{PLACE}:network-interface/eni-0a", region)


def test_what_two_types_need_of_one_call_has_ids_of_its_own(tmp_path: Path) -> None:
    """IAM refuses a document that says one twice: the machines that read volumes and file systems are others."""
    files = file_systems.DRILLED.replace(MACHINE, READER_OF_FILES)
    shop = workspace.SHOP.replace("\ndrills:\n", files, 1).replace("\ndrills:\n", volumes.DRILLED, 1)
    drills = [*workspace.world(tmp_path, FakeClock(), shop=shop).catalogue.drills.values()]
    made = drill_policies(Scope(TYPES, drills, Allowed()))
    sids = [each["Sid"] for policy in made for each in policy["Statement"]]
    assert len({*sids}) == len(sids)
    assert sum(sid.startswith("ForSendCommand") for sid in sids) == 3
    assert [fault for each in made for fault in reference.faults(each)] == []
