"""Policies of drills that bring a snapshot or an image to another region: AWS asks for the copy and for its source."""

from __future__ import annotations

from pathlib import Path

import pytest

from dr_orchestrator.aws.access.policies import drill_policies, elsewhere_policies
from dr_orchestrator.aws.access.scope import Scope
from dr_orchestrator.aws.access.statements import Policy
from dr_orchestrator.domain.drill import Allowed
from dr_orchestrator.resources import TYPES
from tests.support import elsewhere, volumes, web, workspace
from tests.support.apart import OTHER, THERE
from tests.support.fakes import FakeClock
from tests.support.iam import reference
from tests.support.iam.enforced import allowed

ACCOUNT = "123456789012"
ASKED = {"aws:RequestTag/dr-drill:run": ["r"]}
THERE_ASKED = {"aws:RequestedRegion": [elsewhere.AWAY]}
BOTH = (web.DRILLED + elsewhere.MACHINE_DRILL[1:]).replace(
    "\n  web:", volumes.DRILLED.partition("drills:")[0] + "  web:", 1
) + elsewhere.VOLUME_DRILL[1:]
BRINGS = [("share-away", "CopySnapshot", "snapshot/snap-0a"), ("web-away", "CopyImage", "image/ami-0a")]


@pytest.fixture
def policies(tmp_path: Path, drill: str) -> list[Policy]:
    """Those of the drill role, for the one drill."""
    here = workspace.world(tmp_path, FakeClock(), shop=workspace.SHOP.replace("\ndrills:\n", BOTH, 1))
    made = drill_policies(
        Scope(TYPES, [here.drill(drill)], Allowed(frozenset({ACCOUNT}), frozenset({"us-east-1", elsewhere.AWAY})))
    )
    assert [fault for each in made for fault in reference.faults(each)] == []
    return made


@pytest.mark.parametrize(("drill", "call", "source"), BRINGS)
def test_what_is_brought_is_asked_for_no_tag(policies: list[Policy], call: str, source: str) -> None:
    """It is there already, and wears what it wears; but it is the account's own."""
    arn = f"arn:aws:ec2:us-east-1::{source}"
    assert allowed(policies, f"ec2:{call}", arn, THERE_ASKED | {"ec2:Owner": [ACCOUNT]})
    assert not allowed(policies, f"ec2:{call}", arn, THERE_ASKED | {"ec2:Owner": ["999999999999"]})


@pytest.mark.parametrize(("drill", "call", "source"), BRINGS)
def test_the_copy_is_given_the_runs_tag(policies: list[Policy], call: str, source: str) -> None:
    """Whoever owns what it is made of: a copy has no id yet, and is named by a star."""
    kinds = {"snapshot", source.partition("/")[0]}
    for arn in (f"arn:aws:ec2:{elsewhere.AWAY}::{kind}/*" for kind in kinds):
        assert allowed(policies, f"ec2:{call}", arn, THERE_ASKED | ASKED)
        assert not allowed(policies, f"ec2:{call}", arn, THERE_ASKED | {"ec2:Owner": [ACCOUNT]})


@pytest.mark.parametrize(("drill", "call", "source"), BRINGS)
def test_a_source_is_given_no_tag_and_not_deleted(policies: list[Policy], call: str, source: str) -> None:
    """Tags come by the call that makes the copy, and what wears none is never deleted."""
    arn = f"arn:aws:ec2:us-east-1::{source}"
    asked = THERE_ASKED | ASKED | {"ec2:Owner": [ACCOUNT]}
    assert not allowed(policies, "ec2:CreateTags", arn, asked)
    assert allowed(policies, "ec2:CreateTags", arn, asked | {"ec2:CreateAction": [call]})
    for ends in ("ec2:DeleteSnapshot", "ec2:DeregisterImage"):
        assert not allowed(policies, ends, arn, THERE_ASKED)


def there(tmp_path: Path, drill: str, account: str = "") -> list[Policy]:
    """Those of the role of another account, into which the drill brings what is of one that may be said."""
    said = BOTH.replace(f"kms_key: {elsewhere.ALIAS}", f'account: "{OTHER}"').replace(
        "\n    id: ", f'\n    account: "{account}"\n    id: ' if account else "\n    id: "
    )
    shop = workspace.SHOP.replace("\ndrills:\n", said, 1)
    here = workspace.world(tmp_path, FakeClock(), shop=shop, tiers=workspace.TIERS + THERE)
    allowed_in = Allowed(frozenset(), frozenset({"us-east-1", elsewhere.AWAY}))
    (made,) = elsewhere_policies(Scope(TYPES, [here.drill(drill)], allowed_in)).values()
    assert [fault for each in made for fault in reference.faults(each)] == []
    return made


@pytest.mark.parametrize(("drill", "call", "source"), BRINGS)
def test_the_other_account_copies_what_its_sources_account_owns(
    tmp_path: Path, drill: str, call: str, source: str
) -> None:
    """And nothing that anybody else shares with it; where nobody says whose the source is, what is shared with it."""
    arn = f"arn:aws:ec2:{elsewhere.AWAY}::{source}"
    known = there(tmp_path / "known", drill, ACCOUNT)
    assert allowed(known, f"ec2:{call}", arn, THERE_ASKED | {"ec2:Owner": [ACCOUNT]})
    assert not allowed(known, f"ec2:{call}", arn, THERE_ASKED | {"ec2:Owner": ["999999999999"]})
    assert allowed(there(tmp_path / "unknown", drill), f"ec2:{call}", arn, THERE_ASKED | {"ec2:Owner": [ACCOUNT]})


@pytest.mark.parametrize("drill", ["share-away", "web-away"])
def test_only_what_wears_the_runs_tag_is_shared(tmp_path: Path, drill: str) -> None:
    """Production's own snapshots and images are not."""
    shop = workspace.SHOP.replace("\ndrills:\n", BOTH.replace(f"kms_key: {elsewhere.ALIAS}", f'account: "{OTHER}"'), 1)
    here = workspace.world(tmp_path, FakeClock(), shop=shop, tiers=workspace.TIERS + THERE)
    made = drill_policies(Scope(TYPES, [here.drill(drill)], Allowed(frozenset({ACCOUNT, OTHER}))))
    shares = {"share-away": ["snapshot/snap-0a"], "web-away": ["snapshot/snap-0a", "image/ami-0a"]}[drill]
    for part in shares:
        call = f"ec2:Modify{part.partition('/')[0].title()}Attribute"
        arn = f"arn:aws:ec2:{elsewhere.AWAY}::{part}"
        assert allowed(
            made, call, arn, THERE_ASKED | {"aws:ResourceTag/dr-drill:run": ["r"], "ec2:Add/userId": [OTHER]}
        )
        assert not allowed(made, call, arn, THERE_ASKED)


def test_the_other_account_looks_for_its_own_instance_profile(tmp_path: Path) -> None:
    """By a read of profiles alone, which is no right on a role."""
    made, place = there(tmp_path, "web-away"), "arn:aws:iam::222222222222"
    assert allowed(made, "iam:GetInstanceProfile", f"{place}:instance-profile/dr-machine", {})
    assert not allowed(made, "iam:GetInstanceProfile", f"{place}:role/dr-machine", {})


SHARES = ("ec2:ModifySnapshotAttribute", "ec2:ModifyImageAttribute")


def shares(tmp_path: Path, drill: str) -> list[Policy]:
    """Those of the role of the sources' account, of a drill whose copy stands in another."""
    said = BOTH.replace(f"kms_key: {elsewhere.ALIAS}", f'account: "{OTHER}"')
    shop = workspace.SHOP.replace("\ndrills:\n", said, 1)
    here = workspace.world(tmp_path, FakeClock(), shop=shop, tiers=workspace.TIERS + THERE)
    allowed_in = Allowed(frozenset(), frozenset({"us-east-1", elsewhere.AWAY}))
    made = drill_policies(Scope(TYPES, [here.drill(drill)], allowed_in))
    assert [fault for each in made for fault in reference.faults(each)] == []
    return made


@pytest.mark.parametrize("drill", ["share-away", "web-away"])
def test_a_snapshot_is_shared_with_the_account_of_the_copy_alone(tmp_path: Path, drill: str) -> None:
    """IAM denies any other account, a group with it or alone, and a call that adds nobody."""
    made, arn = shares(tmp_path, drill), f"arn:aws:ec2:{elsewhere.AWAY}::snapshot/snap-0a"
    tagged = THERE_ASKED | {"aws:ResourceTag/dr-drill:run": ["r"]}
    with_it = {"ec2:Add/userId": [OTHER]}
    assert allowed(made, SHARES[0], arn, tagged | with_it)
    for said in (
        {"ec2:Add/userId": ["999999999999"]},
        {"ec2:Add/group": ["all"]},
        with_it | {"ec2:Add/group": ["all"]},
        {},
    ):
        assert not allowed(made, SHARES[0], arn, tagged | said)


@pytest.mark.parametrize("drill", ["share-away", "web-away"])
def test_the_role_of_the_other_account_shares_nothing(tmp_path: Path, drill: str) -> None:
    """What is shared is the sources' account's: there the call has no use, and would give a copy of the data away."""
    named = [each for policy in there(tmp_path, drill) for each in policy["Statement"] if each["Effect"] == "Allow"]
    assert named
    assert not [each for each in named if set(SHARES) & set(each["Action"])]


RESTORES = {
    "share-away": ("ec2:CreateVolume", "ec2:AttachVolume", "ec2:DetachVolume", "ec2:DeleteVolume", "ssm:SendCommand"),
    "web-away": ("ec2:RunInstances", "ec2:TerminateInstances", "ec2:DeleteVolume", "ssm:SendCommand", "iam:PassRole"),
}
BRINGING = {
    "share-away": {"ec2:CopySnapshot", "ec2:ModifySnapshotAttribute", "ec2:DeleteSnapshot", "ec2:CreateTags"},
    "web-away": {"ec2:CopyImage", *SHARES, "ec2:DeregisterImage", "ec2:DeleteSnapshot", "ec2:CreateTags"},
}


def granted(policies: list[Policy]) -> set[str]:
    """All that some statement allows, but for keys."""
    allowed_in = [each for one in policies for each in one["Statement"] if each["Effect"] == "Allow"]
    return {action for each in allowed_in for action in each["Action"] if not action.startswith("kms:")}


@pytest.mark.parametrize("drill", ["share-away", "web-away"])
def test_the_role_of_the_sources_account_only_brings_the_point(tmp_path: Path, drill: str) -> None:
    """What is made of it is made, read and ended by the role of the account in which it stands."""
    assert granted(shares(tmp_path / "beside", drill)) == BRINGING[drill]
    assert set(RESTORES[drill]) - {"iam:PassRole"} <= granted(there(tmp_path / "there", drill))


@pytest.mark.parametrize("drill", ["share-away", "web-away"])
def test_a_copy_in_another_region_is_made_by_the_role_that_brings_it(policies: list[Policy], drill: str) -> None:
    """Both are of one account: its role does both."""
    assert {*BRINGING[drill], *RESTORES[drill]} - {*SHARES, "iam:PassRole"} <= granted(policies)


def test_a_database_there_gives_the_role_of_the_sources_account_no_right_on_one(tmp_path: Path) -> None:
    """It copies, shares and deletes snapshots; where a drill beside it restores one, it may do so."""
    away = elsewhere.DRILL.replace(f"kms_key: {elsewhere.ALIAS}", f'kms_key: {elsewhere.ALIAS}, account: "{OTHER}"')
    shop = workspace.SHOP.replace("\ndrills:\n", f"\ndrills:{away}", 1)
    here = workspace.world(tmp_path, FakeClock(), shop=shop, tiers=workspace.TIERS + THERE)
    allowed_in = Allowed(frozenset(), frozenset({"us-east-1", elsewhere.AWAY}))

    def rights(*names: str) -> set[str]:
        return granted(drill_policies(Scope(TYPES, [here.drill(each) for each in names], allowed_in)))

    assert rights("orders-away-snapshot") == {
        *("rds:CopyDBSnapshot", "rds:ModifyDBSnapshotAttribute", "rds:DeleteDBSnapshot", "rds:AddTagsToResource"),
    }
    assert "rds:RestoreDBInstanceFromDBSnapshot" in rights("orders-away-snapshot", "orders-snapshot")
