"""The subscriptions of a template that are told to people, or to somebody's pager."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from dr_orchestrator.aws.template import outward
from dr_orchestrator.aws.template.judging.principals import Admitted
from dr_orchestrator.aws.template.reading.addresses import Whose, connected, whose
from dr_orchestrator.aws.template.reading.values import Path, Scope, shown
from dr_orchestrator.documents.cloudformation import mapping


def told_to_people(scope: Scope, kind: str, properties: Mapping[str, Any]) -> Iterator[Admitted]:
    """Find whom of outside a topic, or a subscription, tells."""
    if kind == "AWS::SNS::Subscription":
        yield from _subscription(scope, (), properties)
    for listed in scope.branches(properties.get("Subscription")) if kind == "AWS::SNS::Topic" else ():
        for at, each in enumerate(listed if isinstance(listed, list) else []):
            for branch in scope.branches(each):
                yield from _subscription(scope, ("Subscription", at), mapping(branch))


def _subscription(scope: Scope, path: Path, properties: Mapping[str, Any]) -> Iterator[Admitted]:
    for value in scope.variants(properties.get("Protocol")):
        protocol = scope.partly(value).lower()
        for endpoint in scope.variants(properties.get("Endpoint")):
            if protocol in outward.PEOPLE and not _is_own(scope, protocol, endpoint):
                why = "people would be told of a drill as if it were real"
                yield Admitted((*path, "Endpoint") if path else (), f"tells {shown(endpoint)} by {protocol}", why)


def _is_own(scope: Scope, protocol: str, endpoint: Any) -> bool:
    """Whether a subscription is told to what the stack makes: by its host, whatever stands behind that."""
    if scope.owner(endpoint):
        return True
    hosts = list(connected(scope.partly(endpoint)))
    return protocol.startswith("http") and bool(hosts) and all(whose(scope, each) is Whose.OWN for each in hosts)
