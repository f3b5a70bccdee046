"""The public zones of the DNS that a template makes, which may be called as production's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from dr_orchestrator.aws.template.judging.principals import Admitted
from dr_orchestrator.aws.template.reading.values import Scope, Untold, function, shown

_ZONE = "AWS::Route53::HostedZone"


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
