"""Drills compare the settings of their copies with those of the sources, and tell which came back otherwise."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from dr_orchestrator import wiring
from dr_orchestrator.domain.parity import Standing
from dr_orchestrator.domain.rule import Rule
from dr_orchestrator.domain.run import COMPARE, Phase, Role, Run
from dr_orchestrator.domain.verdict import Cleanup, Outcome, Verdict
from dr_orchestrator.errors import NotMeasured
from dr_orchestrator.resources.cloudformation_stack.restore import CloudFormationStack
from dr_orchestrator.wiring.comparing import _Comparison
from tests.support import buckets
from tests.support.estate import BUCKET, TABLE, Estate
from tests.support.shop import GREEN, fresh, run


def standings(found: Run) -> dict[str, Standing]:
    return {each.setting: each.standing for each in found.differences}


def compared(found: Run) -> str:
    (step,) = (each for each in found.steps if each.role is Role.COMPARE)
    assert (step.name, step.phase, step.outcome) == (COMPARE, Phase.TEARDOWN, Outcome.PASSED)
    return step.detail


ALARM = {
    "AlarmName": "writes are throttled",
    "Namespace": "AWS/DynamoDB",
    "MetricName": "WriteThrottleEvents",
    "Dimensions": [{"Name": "TableName", "Value": TABLE.id}],
    "ComparisonOperator": "GreaterThanThreshold",
    "Threshold": 5,
    "EvaluationPeriods": 1,
    "Period": 60,
    "Statistic": "Sum",
}
STREAM = {"TableName": TABLE.id, "StreamArn": "arn:aws:kinesis:us-east-1:123456789012:stream/changes"}
SCALED = {
    "ServiceNamespace": "dynamodb",
    "ResourceId": f"table/{TABLE.id}",
    "ScalableDimension": "dynamodb:table:WriteCapacityUnits",
}


@pytest.fixture
def streaming(shop: Estate) -> Iterator[None]:
    """The shop's table with all that a restore does not bring back, and without it again."""
    table, scaling, watch = (shop.client(each) for each in ("dynamodb", "application-autoscaling", "cloudwatch"))
    arn = table.describe_table(TableName=TABLE.id)["Table"]["TableArn"]
    expires = {"TableName": TABLE.id}
    table.update_table(TableName=TABLE.id, StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"})
    table.update_time_to_live(**expires, TimeToLiveSpecification={"Enabled": True, "AttributeName": "expires"})
    table.tag_resource(ResourceArn=arn, Tags=[{"Key": "cost-centre", "Value": "42"}])
    table.update_contributor_insights(TableName=TABLE.id, ContributorInsightsAction="ENABLE")
    table.enable_kinesis_streaming_destination(**STREAM)
    table.put_resource_policy(ResourceArn=arn, Policy='{"Version": "2012-10-17", "Statement": []}')
    scaling.register_scalable_target(**SCALED, MinCapacity=5, MaxCapacity=100)
    watch.put_metric_alarm(**ALARM)
    yield
    table.update_table(TableName=TABLE.id, StreamSpecification={"StreamEnabled": False})
    table.update_time_to_live(**expires, TimeToLiveSpecification={"Enabled": False, "AttributeName": "expires"})
    table.untag_resource(ResourceArn=arn, TagKeys=["cost-centre"])
    table.update_contributor_insights(TableName=TABLE.id, ContributorInsightsAction="DISABLE")
    table.disable_kinesis_streaming_destination(**STREAM)
    table.delete_resource_policy(ResourceArn=arn)
    scaling.deregister_scalable_target(**SCALED)
    watch.delete_alarms(AlarmNames=[ALARM["AlarmName"]])


@pytest.mark.usefixtures("streaming")
def test_a_table_comes_back_without_what_no_restore_brings(shop: Estate, here: wiring.App) -> None:
    """Each is told with both values; the run passes, with a finding for each severity, and none for what is alike."""
    fresh(shop)
    found = run(here, "sessions-pitr")
    assert found.closing is not None
    assert found.closing.verdict is Verdict.PASSED_WITH_FINDINGS, found.closing.reasons
    assert found.closing.cleanup is Cleanup.CLEAN
    lost = {"stream", "time-to-live", "tags", "contributor-insights", "kinesis-stream", "resource-policy"}
    lost |= {"autoscaling", "alarms"}
    accepted = {"point-in-time-recovery", "deletion-protection"}
    assert standings(found) == dict.fromkeys(lost, Standing.DIFFERS) | dict.fromkeys(accepted, Standing.ACCEPTED)
    told = {each.setting: (each.source, each.copy) for each in found.differences}
    assert told["stream"] == ("NEW_IMAGE", "off")
    assert told["time-to-live"] == ("by expires", "off")
    assert told["tags"] == ("cost-centre=42", "none")
    assert told["autoscaling"] == ("Write 5 to 100 by no policy", "none")
    assert told["alarms"] == ("WriteThrottleEvents > 5", "none")
    assert compared(found).startswith("15 settings compared; 8 not as the source's (")
    findings = [each for each in found.closing.findings if each.rule is Rule.PARITY]
    assert [each.severity.value for each in findings] == ["medium", "low"]
    assert "stream: NEW_IMAGE became off: whoever hears of its changes hears nothing" in findings[0].detail


def test_an_instance_has_what_a_restore_was_told_and_the_rest_by_default(shop: Estate, here: wiring.App) -> None:
    """What the drill gives its copies is told as that, its own tags among it, and changes nothing of the source."""
    heard = len(shop.lab.journal)
    found = run(here, "orders-snapshot")
    given = {"multi-az", "backup-retention", "deletion-protection", "minor-upgrades"}
    assert standings(found) == {
        **dict.fromkeys((*given, "tags"), Standing.BY_DRILL),
    }
    changes = [
        each.action for each in shop.lab.journal[heard:] if not each.action.startswith(("Describe", "Get", "List"))
    ]
    assert {*changes} <= {"RestoreDBInstanceFromDBSnapshot", "DeleteDBInstance"}


def test_what_a_drill_accepts_is_no_finding(shop: Estate, here: wiring.App) -> None:
    """It is kept with its reason; what it does not speak of is still told."""
    fresh(shop)
    file = here.settings.drills / "shop.yaml"
    file.write_text(file.read_text().replace(", deletion-protection: likewise", ""))
    found = run(here, "sessions-pitr")
    assert found.closing is not None
    told = {each.setting: (each.standing, each.why) for each in found.differences}
    assert told["point-in-time-recovery"] == (Standing.ACCEPTED, "the runbook switches it on")
    assert told["deletion-protection"][0] is Standing.DIFFERS
    assert [each.title for each in found.closing.findings if each.rule is Rule.PARITY] == [
        "sessions is restored, but not as it was: deletion-protection"
    ]


def test_what_may_not_be_asked_is_not_compared(shop: Estate, here: wiring.App) -> None:
    """It is a finding by itself, with the call and what to allow, and costs the run nothing else."""
    fresh(shop)
    shop.lab.faults.add({"kind": "access-denied", "service": "dynamodb", "action": "DescribeTimeToLive"})
    found = run(here, "sessions-pitr")
    assert found.closing is not None
    assert found.closing.verdict is Verdict.PASSED_WITH_FINDINGS, found.closing.reasons
    assert standings(found)["time-to-live"] is Standing.NOT_COMPARED
    (unknown,) = (each for each in found.closing.findings if each.rule is Rule.PARITY_UNKNOWN)
    assert "allow dynamodb:DescribeTimeToLive" in unknown.detail


def test_a_bucket_has_none_of_its_sources_settings(shop: Estate, here: wiring.App) -> None:
    """Its versions hold objects alone: versioning and policy are another's to make."""
    file = here.settings.drills / "shop.yaml"
    file.write_text(file.read_text().replace("\ndrills:\n", buckets.DRILLED, 1))
    held = '{"at": "' + shop.clock.now().isoformat() + '", "sequence": 1}'
    buckets.put(shop, BUCKET, {"dro/heartbeat.json": held.encode()})
    shop.clock.sleep(20)
    found = run(here, "images-pitr")
    assert standings(found) == {
        "versioning": Standing.ACCEPTED,
        **dict.fromkeys(("public-access", "ownership"), Standing.BY_DRILL),
    }


def test_a_replica_is_compared_store_by_store(here: wiring.App) -> None:
    """By what its template made of each: what production has beyond that is told."""
    found = run(here, "shop-replica")
    assert {each.store for each in found.differences} == {TABLE.name}
    assert compared(found).startswith("15 settings compared")


def test_a_store_that_cannot_be_found_is_not_compared(
    shop: Estate, here: wiring.App, monkeypatch: pytest.MonkeyPatch
) -> None:
    """None of its settings is known then, and the recovery is as good as it was."""
    fresh(shop)

    def lost(*_: object) -> object:
        raise NotMeasured("the stack does not tell what Config is")

    def looking(*given: Any) -> object:
        monkeypatch.setattr(CloudFormationStack, "member", lost)
        return of_stores(*given)

    of_stores = _Comparison.of_stores
    monkeypatch.setattr(_Comparison, "of_stores", looking)
    found = run(here, "shop-replica")
    assert found.closing is not None
    assert found.closing.verdict in GREEN, found.closing.reasons
    assert set(standings(found).values()) == {Standing.NOT_COMPARED}
    assert compared(found).startswith("0 settings compared")
