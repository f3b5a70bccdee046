"""The rights on the drills' zone: that zone, names of copies, and no other record."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from dr_orchestrator.aws.access.policies import drill_policies, source_policies
from dr_orchestrator.aws.access.scope import Scope
from dr_orchestrator.catalog.load import load
from dr_orchestrator.resources import TYPES
from tests.support import there, workspace
from tests.support.iam import reference
from tests.support.there import AWAY, DOMAIN, DRILL

LOST = "us-east-1"
ZONE = "Z0123456789ABCDEF"
ARN = f"arn:aws:route53:::hostedzone/{ZONE}"
CHANGE = "route53:ChangeResourceRecordSets"


def scoped(home: Path) -> Scope:
    workspace.write(home, shop=f"{there.SHOP.rstrip()}{there.DRILLS}", tiers=there.tiers(ZONE), template=there.ANSWERS)
    catalogue = load(home / "drills", TYPES)
    return Scope(TYPES, [catalogue.drills[DRILL]], catalogue.allowed)


def test_the_lost_region_is_asked_one_question_and_nothing_is_done_there(tmp_path: Path) -> None:
    """Production's own region is in no right but that to ask whether the other one is enabled, and to read what is
    compared: the very table, and by its key.
    """
    scope = scoped(tmp_path)
    lost = [each for policy in source_policies(scope) for each in policy["Statement"] if LOST in json.dumps(each)]
    assert {each["Sid"]: (each["Action"], each["Resource"]) for each in lost} == {
        "AskWhetherTheOtherRegionIsEnabled": (["ec2:DescribeRegions"], ["*"]),
        "CompareTablesInUseast1": (
            ["dynamodb:DescribeTable", "dynamodb:GetItem", "dynamodb:Scan"],
            [f"arn:aws:dynamodb:{LOST}:*:table/sessions-prod"],
        ),
        "ReadWhatIsEncryptedInUseast1": (["kms:Decrypt"], [f"arn:aws:kms:{LOST}:*:key/*"]),
    }
    assert not [each for policy in drill_policies(scope) for each in policy["Statement"] if LOST in json.dumps(each)]
    assert scope.regions == [AWAY]


def test_without_a_comparison_it_is_asked_one_question_alone(tmp_path: Path) -> None:
    """What a drill does not compare, nobody reads there."""
    scope = scoped(tmp_path)
    alone = replace(scope, drills=[replace(each, lost={}) for each in scope.drills])
    lost = [each for policy in source_policies(alone) for each in policy["Statement"] if LOST in json.dumps(each)]
    assert [each["Action"] for each in lost] == [["ec2:DescribeRegions"]]


def test_looks_at_zones_hold_in_no_region(tmp_path: Path) -> None:
    """Route 53 is in us-east-1 to IAM: under a condition on another region a replica's own zone would be denied."""
    made = [each for policy in source_policies(scoped(tmp_path)) for each in policy["Statement"]]
    of_zones = [each for each in made if any(action.startswith("route53:") for action in each["Action"])]
    assert len(of_zones) > 1
    assert not [each for each in of_zones if "aws:RequestedRegion" in json.dumps(each.get("Condition", {}))]


def test_records_of_drills_alone_are_changed(tmp_path: Path) -> None:
    """By IAM's own keys: names under the prefix, in that zone, of two types; never by a call that names none."""
    scope = scoped(tmp_path)
    made = [each for policy in drill_policies(scope) for each in policy["Statement"]]
    (right,) = [each for each in made if CHANGE in each["Action"] and each["Effect"] == "Allow"]
    assert right["Resource"] == [ARN]
    assert right["Condition"] == {
        "ForAllValues:StringLike": {f"{CHANGE}NormalizedRecordNames": [f"dro-*.{DOMAIN}"]},
        "ForAllValues:StringEquals": {f"{CHANGE}RecordTypes": ["CNAME", "A"]},
        "Null": {f"{CHANGE}NormalizedRecordNames": "false"},
    }
    looks = [each for policy in source_policies(scope) for each in policy["Statement"] if ARN in each["Resource"]]
    assert ["route53:GetHostedZone" in each["Action"] for each in looks] == [True]
    assert all("Condition" not in each for each in looks), "Route 53 has no region"
    policies = (*drill_policies(scope), *source_policies(scope))
    faults = [fault for policy in policies for fault in reference.faults(policy)]
    assert [
        fault for fault in faults if fault.startswith(("LeadDrillNames", "LookAt", "FollowChanges", "AskWhether"))
    ] == []
