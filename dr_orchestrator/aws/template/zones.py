"""The zones of the DNS that a template makes, which its records may name as production's are named."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from dr_orchestrator.aws.template import reach
from dr_orchestrator.aws.template.parts import kind_of
from dr_orchestrator.aws.template.values import Path, Scope
from dr_orchestrator.documents.cloudformation import mapping

BY_NAME, BY_ID = "HostedZoneName", "HostedZoneId"


def named(scope: Scope, resource: Mapping[str, Any]) -> Iterator[tuple[Path, str]]:
    """The places of records that name by its name a zone which the template makes, each with that zone's logical id."""
    zones = {
        _bare(scope, mapping(each.get("Properties")).get("Name")): name
        for name, each in scope.resources.items()
        if kind_of(each) == "AWS::Route53::HostedZone"
    }
    for path, record in reach.records(kind_of(resource), mapping(resource.get("Properties"))):
        zone = zones.get(_bare(scope, record.get(BY_NAME))) if BY_NAME in record else None
        if zone:
            yield path, zone


def _bare(scope: Scope, name: Any) -> str:
    return scope.partly(name).rstrip(".")
