"""The records of a template's own zones of the DNS: put into the replica's, or left out with them."""

from __future__ import annotations

from collections.abc import Iterator, Set
from typing import Any

from dr_orchestrator.aws.template import outward
from dr_orchestrator.aws.template.reading.parts import kind_of
from dr_orchestrator.aws.template.reading.places import records
from dr_orchestrator.aws.template.reading.values import Path, Scope, references
from dr_orchestrator.documents.cloudformation import mapping

BY_NAME, BY_ID = "HostedZoneName", "HostedZoneId"
_RECORD, _ZONE = "AWS::Route53::RecordSet", "AWS::Route53::HostedZone"
_LEADS = ("AliasTarget", "ResourceRecords")


def of_left_out(scope: Scope, gone: Set[str]) -> dict[str, str]:
    """The records whose zone is left out, or what they lead to, each with why it is so, too: AWS makes none without."""
    zones = gone & _zones(scope).keys()
    names = {_zones(scope)[each] for each in zones}
    found = {}
    for name, resource in scope.resources.items():
        told = mapping(resource.get("Properties")) if kind_of(resource) in outward.PUBLIC_RECORDS else {}
        by_id = set(references(told.get(BY_ID))) & zones
        if by_id or (BY_NAME in told and _bare(scope, told[BY_NAME]) in names):
            found[name] = "it is of a zone that is left out"
        elif kind_of(resource) == _RECORD and gone & set(references([told.get(each) for each in _LEADS])):
            found[name] = "it leads to what is left out"
    return found


def named(scope: Scope) -> Iterator[tuple[str, Path, str]]:
    """The records that name by its name a zone which the template makes: each with its place, and that zone."""
    zones = {called: name for name, called in _zones(scope).items()}
    for name, resource in scope.resources.items() if zones else ():
        for path, record in records(kind_of(resource), mapping(resource.get("Properties"))):
            zone = zones.get(_bare(scope, record.get(BY_NAME))) if BY_NAME in record else None
            if zone:
                yield name, path, zone


def _zones(scope: Scope) -> dict[str, str]:
    """The zones that the template makes, each with what it is called."""
    return {
        name: _bare(scope, mapping(each.get("Properties")).get("Name"))
        for name, each in scope.resources.items()
        if kind_of(each) == _ZONE
    }


def _bare(scope: Scope, name: Any) -> str:
    return scope.partly(name).rstrip(".")
