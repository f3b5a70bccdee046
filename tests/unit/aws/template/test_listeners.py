"""What listens beside production: switched off in a replica, where it hears more than the replica itself."""

from __future__ import annotations

import pytest

from dr_orchestrator.domain.replica import Derived, Place
from tests.support.derived import changes, derived, of

BUCKET = "\n  B: {Type: AWS::S3::Bucket}\n  Bus: {Type: AWS::Events::EventBus}"
SERVERLESS = "Transform: AWS::Serverless-2016-10-31\n"
MAYBE = "Parameters: {P: {Type: String}}\nConditions: {C: !Equals [!Ref P, a]}\n"


def rule(pattern: str, more: str = "") -> str:
    return MAYBE + of("AWS::Events::Rule", f"EventPattern: {pattern}{more}") + BUCKET


def topic_rule(sql: str) -> str:
    return topic_rule_of(f'"{sql}"')


def topic_rule_of(sql: str) -> str:
    return of("AWS::IoT::TopicRule", f"TopicRulePayload: {{Actions: [], Sql: !Sub {sql}}}") + BUCKET


def event(kind: str, more: str = "") -> str:
    written = f"Events: {{E: {{Type: {kind}, Properties: {{Pattern: {{source: [com.shop]}}{more}}}}}}}"
    return SERVERLESS + of("AWS::Serverless::Function", f"Handler: a.b, {written}") + BUCKET


def off(found: Derived) -> dict[str, object]:
    told = {key: becomes for key, (_, becomes) in changes(found).items()}
    return {key: told[key] for key in told if key.endswith(("State", "RuleDisabled", "Enabled"))}


BUS = "arn:aws:events:${AWS::Region}:${AWS::AccountId}:event-bus/default"
HEARS = {
    "production's events": rule("{source: [com.shop.orders]}"),
    "all but its own": rule("{detail: {name: [{anything-but: [!Ref B]}]}}"),
    "its own and production's": rule("{detail: {name: [!Ref B, prod]}}"),
    "its own or production's": rule("{$or: [{detail: {name: [!Ref B]}}, {source: [com.shop]}]}"),
    "its own in one branch alone": rule("{source: [!If [C, !Ref B, a]], detail: {name: [!If [C, !Ref B, b]]}}"),
    "a text that is put together": rule('!Sub [\'{"source": ["com.shop", "${B}"]}\', {}]'),
    "names that are split": rule('{source: !Split ["${B}", "com.shop${B}com.stock"]}'),
    "a comparison with nothing": rule("{source: [{}]}"),
    "what has some name": rule("{detail: {name: [{exists: true}]}}"),
    "its own or what a branch says": rule("{detail: {name: [!If [C, !Ref B, prod]]}}"),
    "a pattern that is a text": rule('\'{"source": ["com.shop"]}\''),
    "a bus that is none in a branch": rule("{source: [a]}", ", EventBusName: !If [C, !Ref Bus, !Ref AWS::NoValue]"),
    "the bus by its word": rule("{source: [a]}", ", EventBusName: default"),
    "the bus by its ARN": rule("{source: [a]}", f", EventBusName: !Sub '{BUS}'"),
    "a rule that is on": rule("{source: [a]}", ", State: ENABLED"),
    "a rule that is on by a parameter": rule("{source: [a]}", ", State: !Ref P"),
    "devices": topic_rule("SELECT * FROM 'devices/+'"),
    "devices, with its own name in what it selects": topic_rule("SELECT '${B}' as b FROM 'devices/+'"),
    "devices, with a FROM of its own in a text": topic_rule("SELECT 1 as 'FROM '${B}'' FROM 'devices/+'"),
    "devices, in other quotes": topic_rule("SELECT 'FROM '${B}'' as b FROM \\\"devices/+\\\""),
    "devices, of its own in one branch alone": MAYBE
    + topic_rule_of("[\"SELECT * FROM '${a}/${b}'\", {a: !If [C, !Ref B, x], b: !If [C, !Ref B, y]}]"),
    "all databases": of("AWS::RDS::EventSubscription", "SnsTopicArn: !Ref Bus") + BUCKET,
    "a database of production's": of("AWS::RDS::EventSubscription", "SnsTopicArn: !Ref Bus, SourceIds: [prod, !Ref B]")
    + BUCKET,
    "a function's event": event("EventBridgeRule"),
    "a function's event by the bus's ARN": event("EventBridgeRule", f", EventBusName: !Sub '{BUS}'"),
    "a function's event that is on": event("CloudWatchEvent", ", Enabled: true"),
}
OWN = {
    "its bucket": rule("{source: [aws.s3], detail: {bucket: {name: [!Ref B]}}}"),
    "its bucket by its beginning": rule("{resources: [{prefix: !GetAtt B.Arn}]}"),
    "its bucket or its bus": rule("{$or: [{detail: {name: [!Ref B]}}, {detail: {name: [!Ref Bus]}}]}"),
    "a bus of its own": rule("{source: [com.shop]}", ", EventBusName: !Ref Bus"),
    "a schedule": of("AWS::Events::Rule", "ScheduleExpression: rate(1 day)"),
    "a topic of its own": topic_rule("SELECT * FROM '${AWS::StackName}/orders'"),
    "databases of its own": of(
        "AWS::RDS::EventSubscription", "SnsTopicArn: !Ref Bus, SourceType: db-instance, SourceIds: [!Ref D]"
    )
    + "\n  D: {Type: AWS::RDS::DBInstance, Properties: {DBInstanceIdentifier: shop, DBSubnetGroupName: !Ref B}}"
    + BUCKET,
    "an archive of its own": of(
        "AWS::Events::Archive",
        f"SourceArn: !Sub '{BUS}', EventPattern: {{resources: [!Ref B]}}",
    )
    + BUCKET,
    "a function's event on its own bus": event("EventBridgeRule", ", EventBusName: !Ref Bus"),
}


@pytest.mark.parametrize("case", HEARS)
def test_what_hears_more_than_the_replica_is_switched_off_beside_production(case: str) -> None:
    """Told as an edit, and nothing is asked: what is off acts on nobody's events."""
    found = derived(HEARS[case])
    assert found.accepted, found.asks
    assert list(map(str, off(found).values())) in (["DISABLED"], ["True"], ["False"])
    assert off(derived(HEARS[case], Place.DRILL_ACCOUNT)) == {}


def test_an_event_that_says_whether_it_is_on_says_no() -> None:
    """By the switch that it has: AWS takes no other beside it."""
    assert off(derived(HEARS["a function's event that is on"])) == {"It.Events.E.Properties.Enabled": False}
    assert off(derived(HEARS["a function's event"])) == {"It.Events.E.Properties.State": "DISABLED"}


@pytest.mark.parametrize("case", OWN)
def test_what_hears_the_replica_alone_stays_on(case: str) -> None:
    """A pattern that takes nothing but its own, or a bus of its own."""
    assert off(derived(OWN[case])) == {}
    assert derived(OWN[case]).accepted


def test_its_owner_may_have_it_hear() -> None:
    """Allowed by the resource, or by the property that hears."""
    for key in ("It", "It.EventPattern"):
        found = derived(HEARS["production's events"], allow={key: "its events are only counted"})
        assert (off(found), found.accepted) == ({}, True)
