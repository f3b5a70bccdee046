"""The zones of the DNS that a template makes, which may be public, and called as production's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from typing import Any

from dr_orchestrator.aws.template import outward, reach
from dr_orchestrator.aws.template.parts import kind_of
from dr_orchestrator.aws.template.principals import Admitted
from dr_orchestrator.aws.template.values import Path, Scope, Untold, function, references, shown
from dr_orchestrator.documents.cloudformation import mapping

_ZONE = "AWS::Route53::HostedZone"
BY_NAME, BY_ID = "HostedZoneName", "HostedZoneId"


_NEVER_PUBLIC = frozenset(
    {"internal", "local", "localhost", "test", "example", "invalid", "arpa", "lan", "home", "corp"}
)
"""The top-level domains in which no public name is: by RFC 6761, 6762 and 8375, and by ICANN's word."""

_PUBLIC = "AWS::ServiceDiscovery::PublicDnsNamespace"


def public(scope: Scope, kind: str, properties: Mapping[str, Any], copy_id: str) -> Iterator[Admitted]:
    """Find the public zone that a resource is: of a name which is not the copy's own."""
    private = any(_is_there(each) for each in scope.branches(properties.get("VPCs")))
    if kind not in (_ZONE, _PUBLIC) or (kind == _ZONE and private):
        return
    for value in scope.variants(properties.get("Name")):
        if not _is_nobodys(scope, value, copy_id):
            what = f"makes a public zone of {shown(scope.partly(value))}"
            yield Admitted((), what, "the name is production's, and who is sent to this zone finds the replica")
            return


def _is_nobodys(scope: Scope, value: Any, copy_id: str) -> bool:
    """Whether a name is the copy's own, one that no public zone can have, or still to be given: it is judged then."""
    try:
        text = scope.text(value)
    except Untold as unknown:
        return unknown.own or bool(unknown.parameter)
    return copy_id in text or text.rstrip(".").rpartition(".")[2].lower() in _NEVER_PUBLIC


def _is_there(value: Any) -> bool:
    return bool(value) and function(value) != ("Ref", "AWS::NoValue")


def of_left_out(scope: Scope, gone: Set[str]) -> dict[str, str]:
    """The records whose zone is left out, each with why it is so, too: AWS makes none without a zone."""
    names = {
        _bare(scope, mapping(scope.resources[each].get("Properties")).get("Name")) for each in gone & _zones(scope)
    }
    found = {}
    for name, resource in scope.resources.items():
        told = mapping(resource.get("Properties")) if kind_of(resource) in outward.PUBLIC_RECORDS else {}
        by_id = set(references(told.get(BY_ID))) & gone & _zones(scope)
        if by_id or (BY_NAME in told and _bare(scope, told[BY_NAME]) in names):
            found[name] = "it is of a zone that is left out"
    return found


def _zones(scope: Scope) -> set[str]:
    return {name for name, each in scope.resources.items() if kind_of(each) == _ZONE}


def named(scope: Scope, resource: Mapping[str, Any]) -> Iterator[tuple[Path, str]]:
    """The places of records that name by its name a zone which the template makes, each with that zone's logical id."""
    zones = {
        _bare(scope, mapping(each.get("Properties")).get("Name")): name
        for name, each in scope.resources.items()
        if kind_of(each) == _ZONE
    }
    for path, record in reach.records(kind_of(resource), mapping(resource.get("Properties"))):
        zone = zones.get(_bare(scope, record.get(BY_NAME))) if BY_NAME in record else None
        if zone:
            yield path, zone


def _bare(scope: Scope, name: Any) -> str:
    return scope.partly(name).rstrip(".")
