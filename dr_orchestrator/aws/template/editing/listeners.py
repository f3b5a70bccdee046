"""The listeners of a replica beside production: what is on the account's own bus, or broker, is production's, too."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from dr_orchestrator.aws.template import outward
from dr_orchestrator.aws.template.reading.hearing import hears_own, hears_own_topic, on_default_bus
from dr_orchestrator.aws.template.reading.parts import kind_of
from dr_orchestrator.aws.template.reading.places import places
from dr_orchestrator.aws.template.reading.values import Path, Scope
from dr_orchestrator.documents.cloudformation import mapping

RULE, TOPIC_RULE = "AWS::Events::Rule", "AWS::IoT::TopicRule"
OF_BUS = "production's events are on the account's own bus: it would act on each of them"
OF_BROKER = "production's devices tell the account's broker: it would act on all that they tell"
OF_STORES = "production's databases tell of themselves, too: it would act on all that they tell"
_SUBSCRIPTIONS = ("AWS::DMS::EventSubscription", "AWS::RDS::EventSubscription", "AWS::Redshift::EventSubscription")
_SERVERLESS = (f"{outward.SERVERLESS}Function", f"{outward.SERVERLESS}StateMachine")
_EVENTS = ("CloudWatchEvent", "EventBridgeRule")


def listeners(scope: Scope, resource: Mapping[str, Any]) -> Iterator[tuple[Path, Any, str]]:
    """The switches of what hears more than the replica's own, each with the value that leaves it off, and why."""
    kind, properties = kind_of(resource), mapping(resource.get("Properties"))
    if kind == RULE and _hears(scope, properties, "EventPattern"):
        yield ("State",), "DISABLED", OF_BUS
    if kind == TOPIC_RULE:
        for path, payload in places(properties, ("TopicRulePayload",)):
            if isinstance(payload, dict) and not hears_own_topic(scope, payload.get("Sql")):
                yield (*path, "RuleDisabled"), True, OF_BROKER
    if kind in _SUBSCRIPTIONS and not _tells_own(scope, properties.get("SourceIds")):
        yield ("Enabled",), False, OF_STORES
    if kind in _SERVERLESS:
        for path, event in places(properties, ("Events", "*")):
            said = mapping(mapping(event).get("Properties"))
            if mapping(event).get("Type") in _EVENTS and _hears(scope, said, "Pattern"):
                switch, off = ("Enabled", False) if "Enabled" in said else ("State", "DISABLED")
                yield (*path, "Properties", switch), off, OF_BUS


def _tells_own(scope: Scope, sources: Any) -> bool:
    """Whether a subscription is to the replica's own alone; to all of the account where it names none."""
    named = [value for _, value in scope.leaves(sources)]
    return bool(named) and all(map(scope.is_own, named))


def _hears(scope: Scope, properties: Mapping[str, Any], key: str) -> bool:
    """Whether a rule is on the account's own bus, and hears there what is not the replica's."""
    heard = properties.get(key)
    return heard is not None and on_default_bus(scope, properties.get("EventBusName")) and not hears_own(scope, heard)
