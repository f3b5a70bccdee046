"""A zone of the copy's own goes with its records, and a cluster with its tasks; production's are not touched."""

from __future__ import annotations

from typing import Any

import pytest
from moto.ecs.models import ecs_backends
from moto.route53.models import route53_backends

from dr_orchestrator.aws.guard import Forbidden, Guard
from dr_orchestrator.domain.copy import Copy, CopyState
from dr_orchestrator.errors import NotRecoverable
from dr_orchestrator.lab.cloud.world import ACCOUNT, REGION
from dr_orchestrator.resources.cloudformation_stack.holds import ZONE
from tests.support.replicas import Build, Replica
from tests.support.types import CALLS

OF_DNS = """
  Zone: {Type: AWS::Route53::HostedZone, Properties: {Name: internal.shop.example}}
"""
OF_ECS = """
  Cluster: {Type: AWS::ECS::Cluster}
"""


def records(replica: Replica, zone: str, number: int) -> None:
    """Put records into a zone, as what registers itself there does."""
    changes = [
        {
            "Action": "CREATE",
            "ResourceRecordSet": {
                "Name": f"task-{each}.internal.shop.example",
                "Type": "A",
                "TTL": 60,
                "ResourceRecords": [{"Value": "10.0.0.1"}],
            },
        }
        for each in range(number)
    ]
    replica.made.client("route53").change_resource_record_sets(HostedZoneId=zone, ChangeBatch={"Changes": changes})
    replica.heard = len(replica.made.lab.journal)


def test_a_zone_goes_with_its_records(build: Build) -> None:
    """All that was registered there in hundreds; the records that every zone has are left to the zone."""
    replica = build(OF_DNS)
    zone = replica.name("Zone")
    records(replica, zone, 130)
    assert replica.destroy() is CopyState.DELETED
    assert not replica.exists
    calls = [call for call, _ in replica.changes]
    assert calls == [*("route53:ChangeResourceRecordSets",) * 2, "cloudformation:DeleteStack"]
    assert f"emptied {zone}: 130 records" in replica.told


def test_a_zone_that_nothing_proves_keeps_its_records(build: Build) -> None:
    """It wears no tag of the run's, or another stack's: not one record is deleted, and it is named."""
    replica = build(OF_DNS)
    zone = replica.name("Zone")
    records(replica, zone, 1)
    route53_backends[ACCOUNT]["aws"].resource_tags[zone].clear()
    with pytest.raises(NotRecoverable, match=r"contains non-required resource record sets.*nothing proves"):
        replica.destroy()
    assert replica.calls("ChangeResourceRecordSets") == []


def test_records_are_only_ever_deleted() -> None:
    """The guard knows the zone for the copy's own, and lets nothing be put there."""
    stack = Copy("cloudformation-stack", "dro-1-shop", REGION, "1", "a-drill", "a-service")
    guard = Guard(CALLS, lambda: [stack])
    guard.vouch(Copy(ZONE, "Z1", REGION, "1", "a-drill", "a-service", parent=stack.id))

    def asked(*actions: str) -> dict[str, Any]:
        return {"HostedZoneId": "Z1", "ChangeBatch": {"Changes": [{"Action": each} for each in actions]}}

    guard.check("route53", "ChangeResourceRecordSets", asked("DELETE"), REGION)
    with pytest.raises(Forbidden, match=r"no drill gives it ChangeBatch\.Changes\.Action UPSERT"):
        guard.check("route53", "ChangeResourceRecordSets", asked("DELETE", "UPSERT"), REGION)
    with pytest.raises(Forbidden, match="is not a copy of this run"):
        guard.check("route53", "ChangeResourceRecordSets", {**asked("DELETE"), "HostedZoneId": "Z2"}, REGION)


def test_tasks_that_a_schedule_started_are_stopped(build: Build) -> None:
    """Those of a service are left to it: it goes first, with them."""
    replica = build(OF_ECS)
    cluster, ecs = replica.name("Cluster"), replica.made.client("ecs")
    ecs.register_task_definition(
        family="work", containerDefinitions=[{"name": "work", "image": "work", "memory": 64}], networkMode="awsvpc"
    )
    ec2 = replica.made.client("ec2")
    subnet = ec2.describe_subnets()["Subnets"][0]["SubnetId"]
    given = {"cluster": cluster, "taskDefinition": "work", "launchType": "FARGATE"}
    network = {"awsvpcConfiguration": {"subnets": [subnet], "securityGroups": []}}
    ecs.run_task(**given, networkConfiguration=network, count=2)
    for number, task in enumerate(ecs_backends[ACCOUNT][REGION].tasks[cluster].values()):
        task.group = ("family:work", "service:web")[number]
    replica.heard = len(replica.made.lab.journal)
    assert replica.destroy() is CopyState.DELETED
    assert not replica.exists
    assert len(replica.calls("StopTask")) == 1
    assert "1 tasks were stopped" in replica.told
