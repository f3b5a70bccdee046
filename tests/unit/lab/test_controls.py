"""The lab's ARC: routing controls take their time, switch what wears their health checks, and obey safety rules."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError, HTTPClientError

from dr_orchestrator.aws.drill_name import servers
from dr_orchestrator.domain.leading import RecordType
from dr_orchestrator.lab import Lab
from dr_orchestrator.lab.cloud.world import inhabited
from dr_orchestrator.resources.cloudformation_stack.lab import controls, health
from dr_orchestrator.resources.cloudformation_stack.lab.controls import AssertionRule, Cluster, ControlPanel
from tests.support.fakes import FakeClock
from tests.support.labs import client, refused

CONFIG = "route53-recovery-control-config"


@pytest.fixture
def cell(lab: Lab) -> tuple[Cluster, ControlPanel]:
    with inhabited(lab.world):
        cluster = controls.new_cluster("recovery")
        return cluster, controls.new_panel(cluster, "drills", {})


def at(cluster: Cluster, region: str) -> Any:
    """A client of an endpoint, as AWS wants it: the region is that of the endpoint."""
    given = {"aws_access_key_id": "lab", "aws_secret_access_key": "lab", "region_name": region}
    return boto3.client("route53-recovery-cluster", endpoint_url=cluster.endpoints[region].url, **given)


def make(lab: Lab, cell: tuple[Cluster, ControlPanel], name: str) -> str:
    cluster, panel = cell
    given = {"ClusterArn": cluster.arn, "ControlPanelArn": panel.arn, "RoutingControlName": name}
    return str(client(lab, CONFIG).create_routing_control(**given)["RoutingControl"]["RoutingControlArn"])


def test_a_control_takes_its_time_to_come_and_to_go(
    lab: Lab, cell: tuple[Cluster, ControlPanel], clock: FakeClock
) -> None:
    """The cluster knows it once it is deployed; its name is one in the panel; deleted it is seen for a while."""
    config, arn = client(lab, CONFIG), make(lab, cell, "there")

    def status() -> str:
        return str(config.describe_routing_control(RoutingControlArn=arn)["RoutingControl"]["Status"])

    cell_at = at(cell[0], "us-west-2")
    assert status() == "PENDING"
    assert refused(lambda: cell_at.get_routing_control_state(RoutingControlArn=arn)) == "ResourceNotFoundException"
    assert refused(lambda: config.delete_routing_control(RoutingControlArn=arn)) == "ConflictException"
    clock.sleep(controls.DEPLOY_S)
    assert status() == "DEPLOYED"
    assert cell_at.get_routing_control_state(RoutingControlArn=arn)["RoutingControlState"] == "Off"
    assert refused(lambda: make(lab, cell, "there")) == "ConflictException"
    config.delete_routing_control(RoutingControlArn=arn)
    assert status() == "PENDING_DELETION"
    clock.sleep(controls.GO_S)
    assert refused(status) == "ResourceNotFoundException"
    assert config.list_routing_controls(ControlPanelArn=cell[1].arn)["RoutingControls"] == []


def test_one_change_of_a_panel_is_taken_at_a_time(
    lab: Lab, cell: tuple[Cluster, ControlPanel], clock: FakeClock
) -> None:
    """While somebody changes it another is refused, and says so."""
    cell[1].free = clock.now() + timedelta(seconds=30)
    with pytest.raises(ClientError, match=r"ConflictException.*at the same time"):
        make(lab, cell, "there")
    clock.sleep(30)
    assert "routingcontrol/" in make(lab, cell, "there")


def test_an_endpoint_may_be_cut_off_or_unavailable(
    lab: Lab, cell: tuple[Cluster, ControlPanel], clock: FakeClock
) -> None:
    """The others answer, and tell the same."""
    arn, (cluster, _) = make(lab, cell, "there"), cell
    clock.sleep(controls.DEPLOY_S)
    cluster.endpoints["eu-west-1"].cut()
    cluster.unavailable.add("us-east-1")
    entries = [{"RoutingControlArn": arn, "RoutingControlState": "On"}]
    with pytest.raises(HTTPClientError):
        at(cluster, "eu-west-1").update_routing_control_states(UpdateRoutingControlStateEntries=entries)
    with pytest.raises(ClientError, match="EndpointTemporarilyUnavailable"):
        at(cluster, "us-east-1").update_routing_control_states(UpdateRoutingControlStateEntries=entries)
    at(cluster, "us-west-2").update_routing_control_states(UpdateRoutingControlStateEntries=entries)
    told = at(cluster, "ap-southeast-2").get_routing_control_state(RoutingControlArn=arn)
    assert told["RoutingControlState"] == "On"


def test_a_safety_rule_refuses_the_whole_change(lab: Lab, cell: tuple[Cluster, ControlPanel], clock: FakeClock) -> None:
    """Neither of the two is switched; and a control in a rule is not deleted."""
    here, there = make(lab, cell, "here"), make(lab, cell, "there")
    clock.sleep(controls.DEPLOY_S)
    cell[1].rules.append(AssertionRule("keep-two-on", (here, there), 2))
    endpoint = at(cell[0], "us-west-2")
    entries = [
        {"RoutingControlArn": here, "RoutingControlState": "On"},
        {"RoutingControlArn": there, "RoutingControlState": "Off"},
    ]
    with pytest.raises(ClientError, match=r"ConflictException.*keep-two-on"):
        endpoint.update_routing_control_states(UpdateRoutingControlStateEntries=entries)
    assert endpoint.get_routing_control_state(RoutingControlArn=here)["RoutingControlState"] == "Off"
    assert refused(lambda: client(lab, CONFIG).delete_routing_control(RoutingControlArn=here)) == "ConflictException"


def test_name_servers_follow_health_checks(lab: Lab, cell: tuple[Cluster, ControlPanel], clock: FakeClock) -> None:
    """Of failover records the first that is healthy is shown, and where none is, the first; after a while."""
    arns = {"PRIMARY": make(lab, cell, "here"), "SECONDARY": make(lab, cell, "there")}
    clock.sleep(controls.DEPLOY_S)
    route53, endpoint, name = client(lab, "route53"), at(cell[0], "us-west-2"), "a.drills.example.com"
    zone = route53.create_hosted_zone(Name="drills.example.com", CallerReference="1")["HostedZone"]["Id"]
    for role, arn in arns.items():
        config = {"Type": "RECOVERY_CONTROL", "RoutingControlArn": arn}
        made = [
            route53.create_health_check(CallerReference=role, HealthCheckConfig=config)["HealthCheck"] for _ in range(2)
        ]
        assert made[0]["Id"] == made[1]["Id"], "one of a reference"
        assert made[0]["HealthCheckConfig"]["RoutingControlArn"] == arn
        record = {"Name": name, "Type": "CNAME", "TTL": 60, "SetIdentifier": role, "Failover": role}
        record |= {"HealthCheckId": made[0]["Id"], "ResourceRecords": [{"Value": f"{role.lower()}.example"}]}
        changes = {"Changes": [{"Action": "CREATE", "ResourceRecordSet": record}]}
        route53.change_resource_record_sets(HostedZoneId=zone, ChangeBatch=changes)
    assert route53.get_health_check_count()["HealthCheckCount"] == 2
    assert route53.get_account_limit(Type="MAX_HEALTH_CHECKS_BY_OWNER")["Limit"]["Value"] == health.MOST
    (server,) = route53.get_hosted_zone(Id=zone)["DelegationSet"]["NameServers"]
    clock.sleep(60)

    def shown() -> str:
        (value,) = servers.ask(server, name, RecordType.CNAME).values
        return value.partition(".")[0]

    def switch(**on: str) -> None:
        entries = [{"RoutingControlArn": arns[role], "RoutingControlState": state} for role, state in on.items()]
        endpoint.update_routing_control_states(UpdateRoutingControlStateEntries=entries)

    assert shown() == "primary", "none is healthy"
    switch(SECONDARY="On")
    assert shown() == "primary"
    clock.sleep(health.FOLLOWS_S)
    assert shown() == "secondary"
    switch(PRIMARY="On")
    clock.sleep(health.FOLLOWS_S)
    assert shown() == "primary"
