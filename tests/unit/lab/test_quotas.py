"""The lab tells its quotas as AWS does, and counts truthfully."""

from __future__ import annotations

from dr_orchestrator.lab import Lab
from tests.lab_fixtures import client


def test_instances_are_counted(lab: Lab) -> None:
    """What was made is in use, of as many as a new account may have."""
    rds = client(lab, "rds")

    def quota() -> tuple[int, int]:
        told = {each["AccountQuotaName"]: each for each in rds.describe_account_attributes()["AccountQuotas"]}
        return told["DBInstances"]["Used"], told["DBInstances"]["Max"]

    before, most = quota()
    rds.create_db_instance(
        DBInstanceIdentifier="one-more",
        DBInstanceClass="db.t3.micro",
        Engine="postgres",
        AllocatedStorage=20,
        MasterUsername="somebody",
        MasterUserPassword="not-a-secret",
    )
    assert quota() == (before + 1, most) == (before + 1, 40)


def test_stacks_have_a_limit(lab: Lab) -> None:
    """CloudFormation names the most stacks that there may be."""
    limits = client(lab, "cloudformation").describe_account_limits()["AccountLimits"]
    assert {each["Name"]: each["Value"] for each in limits} == {"StackLimit": 2000}
