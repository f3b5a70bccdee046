"""The rights on the drills' zone: that zone, names of copies, and no other record."""

from __future__ import annotations

from pathlib import Path

from dr_orchestrator.aws.access.policies import drill_policies, source_policies
from dr_orchestrator.aws.access.scope import Scope
from dr_orchestrator.catalog.load import load
from dr_orchestrator.resources import TYPES
from tests.support import there, workspace
from tests.support.iam import reference
from tests.support.there import DOMAIN, DRILL

ZONE = "Z0123456789ABCDEF"
ARN = f"arn:aws:route53:::hostedzone/{ZONE}"
CHANGE = "route53:ChangeResourceRecordSets"


def test_records_of_drills_alone_are_changed(tmp_path: Path) -> None:
    """By IAM's own keys: names under the prefix, in that zone, of two types; never by a call that names none."""
    workspace.write(
        tmp_path, shop=f"{there.SHOP.rstrip()}{there.DRILLS}", tiers=there.tiers(ZONE), template=there.ANSWERS
    )
    catalogue = load(tmp_path / "drills", TYPES)
    scope = Scope(TYPES, [catalogue.drills[DRILL]], catalogue.allowed)
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
    assert [fault for fault in faults if fault.startswith(("LeadDrillNames", "LookAtTheDrillZone"))] == []
    assert {"eu-central-1", "us-east-1"} == set(scope.regions), "the lost one is asked whether the other is enabled"
