"""Routing controls of ARC: which the guard lets a run make, switch and delete, and what their health checks are."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from dr_orchestrator.aws.guard import Forbidden, Guard
from dr_orchestrator.domain.copy import Copy
from tests.support.types import CALLS

PANEL = "arn:aws:route53-recovery-control::123456789012:controlpanel/0123456789abcdef0123456789abcdef"
CLUSTER = "arn:aws:route53-recovery-control::123456789012:cluster/0a1b"
OTHER = PANEL.replace("0123", "4567")
NAME, ZONE, AWAY = "dro-20261120-abc123-there-shop-prod", "Z0123456789ABCDEF", "eu-central-1"
RECORD = f"{NAME}.drills.example.com"
OWN, SOMEBODYS = f"{PANEL}/routingcontrol/0a1b2c3d4e5f6071", f"{PANEL}/routingcontrol/ffffffffffffffff"
CHECK, SOMEBODYS_CHECK = "11111111-2222-3333-4444-555555555555", "99999999-2222-3333-4444-555555555555"
CONFIG, CELL = "route53-recovery-control-config", "route53-recovery-cluster"


def copy(of: str, id: str) -> Copy:
    return Copy(of, id, AWAY, "20261120-abc123", "a-drill", "a-service")


CONTROL, HEALTH, RUNS_NAME = (
    copy("arc-routing-control", f"{PANEL}/{NAME}"),
    copy("health-check", NAME),
    copy("drill-name", f"{ZONE}/{RECORD}"),
)


def guard() -> Guard:
    """Of a run that has made a routing control and its health check, and knows both by what AWS gave them."""
    made = Guard(CALLS, lambda: [CONTROL, HEALTH, RUNS_NAME], places=frozenset({ZONE, PANEL}))
    made.vouch(replace(CONTROL, id=OWN, parent=CONTROL.id))
    made.vouch(replace(HEALTH, id=CHECK, parent=HEALTH.id))
    return made


def create(**given: Any) -> dict[str, Any]:
    named = {"ControlPanelArn": PANEL, "ClusterArn": CLUSTER, "RoutingControlName": NAME, "ClientToken": NAME}
    return {**named, **given}


def switch(*arns: str, **given: Any) -> dict[str, Any]:
    entries = [{"RoutingControlArn": each, "RoutingControlState": "On", **given} for each in arns]
    return {"UpdateRoutingControlStateEntries": entries}


def health(**given: Any) -> dict[str, Any]:
    config = {"Type": "RECOVERY_CONTROL", "RoutingControlArn": OWN, **given}
    return {"CallerReference": NAME, "HealthCheckConfig": config}


def record(action: str = "UPSERT", **given: Any) -> dict[str, Any]:
    plain = {"Name": RECORD, "Type": "CNAME", "TTL": 60, "SetIdentifier": "a run's", "Failover": "SECONDARY"}
    whole = {**plain, "HealthCheckId": CHECK, "ResourceRecords": [{"Value": "a.example"}], **given}
    return {"HostedZoneId": ZONE, "ChangeBatch": {"Changes": [{"Action": action, "ResourceRecordSet": whole}]}}


@pytest.mark.parametrize(
    ("service", "operation", "given", "region"),
    [
        (CONFIG, "CreateRoutingControl", create(), AWAY),
        (CONFIG, "DeleteRoutingControl", {"RoutingControlArn": OWN}, AWAY),
        *((CELL, "UpdateRoutingControlStates", switch(OWN), each) for each in ("us-west-2", "eu-west-1", AWAY)),
        ("route53", "CreateHealthCheck", health(), "aws-global"),
        ("route53", "DeleteHealthCheck", {"HealthCheckId": CHECK}, "aws-global"),
        ("route53", "ChangeResourceRecordSets", record(), "aws-global"),
        ("route53", "ChangeResourceRecordSets", record("DELETE"), "aws-global"),
        ("route53", "ChangeResourceRecordSets", record("DELETE", HealthCheckId=SOMEBODYS_CHECK), "aws-global"),
    ],
)
def test_the_runs_own_are_made_switched_and_deleted(
    service: str, operation: str, given: dict[str, Any], region: str
) -> None:
    """By an endpoint in whichever region; a record of the run goes whatever it has come to wear."""
    guard().check(service, operation, given, region)


@pytest.mark.parametrize(
    ("service", "operation", "given"),
    [
        (CONFIG, "CreateRoutingControl", create(ControlPanelArn=OTHER)),
        (CONFIG, "CreateRoutingControl", create(RoutingControlName="production")),
        (CONFIG, "CreateRoutingControl", {"ClusterArn": CLUSTER, "RoutingControlName": NAME}),
        (CONFIG, "DeleteRoutingControl", {"RoutingControlArn": SOMEBODYS}),
        (CONFIG, "DeleteRoutingControl", {"RoutingControlArn": PANEL}),
        (CONFIG, "DeleteControlPanel", {"ControlPanelArn": PANEL}),
        (CONFIG, "CreateCluster", {"ClusterName": NAME}),
        (CONFIG, "UpdateRoutingControl", {"RoutingControlArn": OWN, "RoutingControlName": NAME}),
        (CELL, "UpdateRoutingControlStates", switch(SOMEBODYS)),
        (CELL, "UpdateRoutingControlStates", switch(OWN, SOMEBODYS)),
        (CELL, "UpdateRoutingControlStates", switch()),
        (CELL, "UpdateRoutingControlStates", {**switch(OWN), "SafetyRulesToOverride": [f"{PANEL}/safetyrule/a"]}),
        (CELL, "UpdateRoutingControlState", {"RoutingControlArn": OWN, "RoutingControlState": "On"}),
        ("route53", "CreateHealthCheck", health(RoutingControlArn=SOMEBODYS)),
        ("route53", "CreateHealthCheck", health(Type="HTTP")),
        ("route53", "CreateHealthCheck", health(Inverted=True)),
        ("route53", "CreateHealthCheck", {**health(), "CallerReference": "somebody's"}),
        ("route53", "DeleteHealthCheck", {"HealthCheckId": SOMEBODYS_CHECK}),
        ("route53", "UpdateHealthCheck", {"HealthCheckId": CHECK, "Disabled": True}),
        ("route53", "ChangeResourceRecordSets", record(HealthCheckId=SOMEBODYS_CHECK)),
        ("route53", "ChangeResourceRecordSets", record(HealthCheckId=None)),
        ("route53", "ChangeResourceRecordSets", record(Failover=None)),
        ("route53", "ChangeResourceRecordSets", record(Weight=1)),
        ("route53", "ChangeResourceRecordSets", record(Name="www.drills.example.com")),
    ],
)
def test_nothing_of_anybody_elses_is_touched(service: str, operation: str, given: dict[str, Any]) -> None:
    """Not another run's control in the same panel, not against a safety rule, and no health check but the run's."""
    with pytest.raises(Forbidden):
        guard().check(service, operation, given, "aws-global" if service == "route53" else AWAY)


PRODUCTIONS = copy("arc-routing-control", f"{OTHER}/prod-eu"), copy("health-check", "prod-web-2021")


@pytest.mark.parametrize(
    ("service", "operation", "given"),
    [
        (CONFIG, "CreateRoutingControl", create(RoutingControlName="prod-eu")),
        (CONFIG, "DeleteRoutingControl", {"RoutingControlArn": f"{OTHER}/routingcontrol/9"}),
        (CELL, "UpdateRoutingControlStates", switch(f"{OTHER}/routingcontrol/9")),
        ("route53", "CreateHealthCheck", {**health(), "CallerReference": "prod-web-2021"}),
        ("route53", "DeleteHealthCheck", {"HealthCheckId": SOMEBODYS_CHECK}),
        ("route53", "ChangeResourceRecordSets", record("DELETE", Name="www.drills.example.com")),
        ("route53", "ChangeResourceRecordSets", record(HealthCheckId=SOMEBODYS_CHECK)),
    ],
)
def test_a_row_of_the_ledger_that_names_productions_lets_nothing_through(
    service: str, operation: str, given: dict[str, Any]
) -> None:
    """Nor does the word of whoever vouches for it: none of them is named as the run's are, and nothing else tells."""
    control, check = PRODUCTIONS
    rows = [control, check, copy("arc-routing-control", f"{PANEL}/prod-eu"), RUNS_NAME]
    rows.append(copy("drill-name", f"{ZONE}/www.drills.example.com"))
    made = Guard(CALLS, lambda: rows, places=frozenset({ZONE, PANEL}))
    made.vouch(replace(control, id=f"{OTHER}/routingcontrol/9", parent=control.id))
    made.vouch(replace(check, id=SOMEBODYS_CHECK, parent=check.id))
    with pytest.raises(Forbidden, match="the call was not sent"):
        made.check(service, operation, given, "aws-global" if service == "route53" else AWAY)
