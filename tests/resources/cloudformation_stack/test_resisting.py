"""What keeps a stack from being deleted is waited for, opened, or named with its reason and its cost."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from moto.logs.models import logs_backends

from dr_orchestrator.domain.copy import CopyState
from dr_orchestrator.domain.cost import Rates
from dr_orchestrator.errors import NotMeasured, NotRecoverable
from dr_orchestrator.lab.cloud.world import ACCOUNT, REGION
from dr_orchestrator.resources.cloudformation_stack.lab import finishing
from tests.support.replicas import FUNCTION, IN_A_NETWORK, NETWORK, Build, Replica, logs

TABLE = """
  Config:
    Type: AWS::DynamoDB::Table
    Properties:
      AttributeDefinitions: [{AttributeName: pk, AttributeType: S}]
      KeySchema: [{AttributeName: pk, KeyType: HASH}]
      BillingMode: PAY_PER_REQUEST
"""
DATABASE = (
    NETWORK
    + """
  Subnets:
    Type: AWS::RDS::DBSubnetGroup
    Properties: {DBSubnetGroupDescription: of the copy alone, SubnetIds: [!Ref Subnet]}
  Database:
    Type: AWS::RDS::DBInstance
    DeletionPolicy: Delete
    Properties:
      Engine: postgres
      DBInstanceClass: db.m6g.large
      AllocatedStorage: "100"
      Port: "5432"
      BackupRetentionPeriod: "1"
      MasterUsername: orders
      MasterUserPassword: not-a-secret
      DBSubnetGroupName: !Ref Subnets
      VPCSecurityGroups: [!Ref Group]
"""
)
MAX = 45 * 60


def interfaces(replica: Replica) -> list[str]:
    """The network interfaces that Lambda has in the stack's network."""
    found = replica.made.client("ec2").describe_network_interfaces()["NetworkInterfaces"]
    return [each["NetworkInterfaceId"] for each in found if each["Description"].startswith("AWS Lambda VPC ENI")]


def test_interfaces_of_functions_are_waited_for(build: Build) -> None:
    """The groups and subnets stay for as long as Lambda keeps its interfaces: told, waited out, deleted then."""
    replica = build(NETWORK, IN_A_NETWORK)
    (interface,) = interfaces(replica)
    replica.heard, began = len(replica.made.lab.journal), replica.made.clock.now()
    assert replica.destroy() is CopyState.DELETED
    took = replica.made.clock.now() - began
    assert timedelta(minutes=20) < took < timedelta(minutes=40)
    assert f"waits for {interface}" in replica.told
    assert f"min for Lambda to give up {interface}" in replica.told
    assert "has a dependent object" in replica.told
    assert len(replica.calls("DeleteStack")) == 2
    asked = {str(each) for each in replica.calls("DescribeNetworkInterfaces")}
    assert all("group-id" in each or "subnet-id" in each for each in asked)
    assert len(replica.calls("DescribeNetworkInterfaces")) < 400


def test_interfaces_that_never_go_are_named(build: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    """After 45 minutes nobody waits any more, and not once more for the next try: what stays is named with them."""
    monkeypatch.setattr(finishing, "LINGERING", 50 * 3600.0)
    replica = build(NETWORK, IN_A_NETWORK)
    (interface,) = interfaces(replica)
    group, began = replica.name("Group"), replica.made.clock.now()
    with pytest.raises(NotRecoverable) as fault:
        replica.destroy()
    took = (replica.made.clock.now() - began).total_seconds()
    assert MAX < took < 1.3 * MAX
    assert f"AWS::EC2::SecurityGroup {group} (resource {group} has a dependent object" in fault.value.message
    assert f"Lambda still has {interface} after 45 min" in fault.value.message
    assert "AWS::EC2::VPC" in fault.value.message
    replica.made.clock.sleep(60 * 3600)
    assert replica.destroy() is CopyState.DELETED


def test_an_interface_that_is_no_functions_is_not_waited_for(build: Build) -> None:
    """Whoever put it there has to delete it: it is named at once, and never touched."""
    replica = build(NETWORK)
    ec2, group = replica.made.client("ec2"), replica.name("Group")
    made = ec2.create_network_interface(SubnetId=replica.name("Subnet"), Groups=[group])["NetworkInterface"]
    began = replica.made.clock.now()
    with pytest.raises(NotRecoverable, match=f"{made['NetworkInterfaceId']} in it are no function's"):
        replica.destroy()
    assert replica.made.clock.now() - began < timedelta(minutes=10)
    ec2.delete_network_interface(NetworkInterfaceId=made["NetworkInterfaceId"])
    assert replica.destroy() is CopyState.DELETED


def test_a_protected_stack_is_opened(build: Build) -> None:
    """Termination protection that somebody put on the copy comes off it, by the stack's id, and is told."""
    replica = build(TABLE)
    cloud = replica.made.client("cloudformation")
    cloud.update_termination_protection(StackName=replica.copy.id, EnableTerminationProtection=True)
    replica.heard = len(replica.made.lab.journal)
    assert replica.destroy() is CopyState.DELETED
    (asked,) = replica.calls("UpdateTerminationProtection")
    assert f":stack/{replica.copy.id}/" in asked["StackName"]
    assert asked["EnableTerminationProtection"] == "false"
    assert "the stack was protected" in replica.told


def protected(replica: Replica) -> str:
    """Somebody protects the database of the stack, as a well-meant policy does; its name."""
    name, rds = replica.name("Database"), replica.made.client("rds")
    rds.modify_db_instance(DBInstanceIdentifier=name, DeletionProtection=True)
    replica.heard = len(replica.made.lab.journal)
    return name


def test_a_protected_database_is_opened(build: Build) -> None:
    """Its deletion fails, its protection alone is changed, and the stack is deleted again."""
    replica = build(DATABASE)
    name = protected(replica)
    assert replica.destroy() is CopyState.DELETED
    (asked,) = replica.calls("ModifyDBInstance")
    assert asked["DBInstanceIdentifier"] == name
    assert asked["DeletionProtection"] == "false"
    assert asked.keys() == {"Version", "DBInstanceIdentifier", "DeletionProtection", "ApplyImmediately"}
    assert f"took the protection off {name}" in replica.told
    assert name not in replica.made.inventory()["instances"]


def test_a_protected_table_is_opened(build: Build) -> None:
    """Likewise a table of the stack; production's own stays protected."""
    replica = build(TABLE)
    dynamodb, name = replica.made.client("dynamodb"), replica.name("Config")
    dynamodb.update_table(TableName=name, DeletionProtectionEnabled=True)
    replica.heard = len(replica.made.lab.journal)
    assert replica.destroy() is CopyState.DELETED
    assert replica.calls("UpdateTable") == [{"TableName": name, "DeletionProtectionEnabled": False}]
    assert dynamodb.describe_table(TableName="sessions-prod")["Table"]["DeletionProtectionEnabled"]


def test_what_may_not_be_opened_is_named_with_its_cost(build: Build) -> None:
    """Denied: the database stays with CloudFormation's reason, the call, and what a day of it costs by tiers.yaml."""
    replica = build(DATABASE)
    name = protected(replica)
    rates = Rates("EUR", {"db.m6g.large": Decimal("0.2")}, Decimal("0.73"))
    replica.made.toolkit = replace(replica.made.toolkit, rates=lambda: rates)
    replica.made.lab.faults.add({"kind": "access-denied", "action": "ModifyDBInstance"})
    with pytest.raises(NotRecoverable) as fault:
        replica.destroy()
    assert f"AWS::RDS::DBInstance {name} (" in fault.value.message
    assert "rds:ModifyDBInstance: AccessDenied" in fault.value.message
    assert "cost per day 7.20 EUR" in fault.value.message  # 24 h of 0.20, and 100 GiB for a thirtieth of a month
    assert len(replica.calls("DeleteStack")) == 3
    assert "FORCE_DELETE_STACK" not in str(replica.calls("DeleteStack"))


def test_a_price_that_nobody_declares_is_said_not_to_be_known(build: Build) -> None:
    """No rate is guessed: a subnet's, and a bucket's, are told as not known."""
    replica = build(NETWORK)
    rates = Rates("EUR", {"db.m6g.large": Decimal("0.2")})
    replica.made.toolkit = replace(replica.made.toolkit, rates=lambda: rates)
    ec2 = replica.made.client("ec2")
    made = ec2.create_network_interface(SubnetId=replica.name("Subnet"))["NetworkInterface"]["NetworkInterfaceId"]
    with pytest.raises(NotRecoverable, match=r"cost per day not known: no rate of tiers\.yaml is for AWS::EC2::Subnet"):
        replica.destroy()
    ec2.delete_network_interface(NetworkInterfaceId=made)
    assert replica.destroy() is CopyState.DELETED


def test_the_logs_of_its_functions_go_last(build: Build) -> None:
    """Once the stack is gone: those named after its functions, and after itself; no other is touched."""
    replica = build(FUNCTION)
    own = {f"/aws/lambda/{replica.name('Work')}", f"/shop/{replica.copy.id}/work"}
    others = {"/aws/lambda/shop-prod-Work-1", "/aws/lambda/dro-20260101-ffffff-x", f"/{replica.copy.run}/of-the-team"}
    logs(replica, *own, *others)
    assert replica.destroy() is CopyState.DELETED
    assert logs(replica) >= others
    assert not logs(replica) & own
    deleted = [given["logGroupName"] for call, given in replica.changes if call == "logs:DeleteLogGroup"]
    assert set(deleted) >= own
    assert not set(deleted) & others
    calls = [call for call, _ in replica.changes]
    assert calls.index("cloudformation:DeleteStack") < calls.index("logs:DeleteLogGroup")


def test_a_log_group_from_before_the_run_is_kept(build: Build) -> None:
    """One that is named after the copy's function and is older than the run is somebody else's: named, not deleted."""
    replica = build(FUNCTION)
    name = f"/aws/lambda/{replica.name('Work')}"
    with replica.made.lab.world.as_of(replica.made.clock.now() - timedelta(days=30)):
        logs_backends[ACCOUNT][REGION].create_log_group(name, {})
    with pytest.raises(NotMeasured, match=f"left log groups behind: AWS::Logs::LogGroup {name} .*from before this run"):
        replica.destroy()
    assert not replica.calls("DeleteLogGroup")
    assert name in logs(replica)
    replica.made.client("logs").delete_log_group(logGroupName=name)
    assert replica.destroy() is CopyState.DELETED


def test_logs_that_may_not_be_deleted_are_named(build: Build) -> None:
    """The stack is gone, its logs are not: LEFTOVERS with the call, until the right is there."""
    replica = build(FUNCTION)
    name = f"/aws/lambda/{replica.name('Work')}"
    logs(replica, name)
    replica.made.lab.faults.add({"kind": "access-denied", "action": "DeleteLogGroup"})
    with pytest.raises(NotMeasured, match=f"{name} .logs:DeleteLogGroup: AccessDenied.*cost per day not known"):
        replica.destroy()
    replica.made.lab.faults.clear()
    assert replica.destroy() is CopyState.DELETED
    assert name not in logs(replica)
