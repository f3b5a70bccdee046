"""The values that resources tell, by whose they are: what they were given, what AWS makes, what stands around them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from dr_orchestrator.aws.template import outward
from dr_orchestrator.aws.template.reading.forms import Untold, function
from dr_orchestrator.aws.template.registry import known
from dr_orchestrator.documents.cloudformation import mapping

_WHOLE = re.compile(r"\$\{([A-Za-z0-9:]+)(?:\.([^${}]+))?\}")
_ENDING = re.compile(r"(?:Arn|ARN|Id|ID|Identifier|Name|Uri|Url)$")


def echoed(resources: Mapping[str, Any], value: Any, text: Callable[[Any], str]) -> Any | None:
    """The value that a resource was given, where a reference gives back just that; None where it is none such.

    An explicit name is not counted: the replica has one of its own. `text` tells an attribute's name that is computed.
    """
    name, attribute = attribute_of(value)
    resource = mapping(resources.get(name))
    if not resource:
        return None
    given, kind = mapping(resource.get("Properties")), str(resource.get("Type"))
    try:
        said = text(attribute).partition(".")[0] if attribute else _identity(kind)
    except Untold:
        return None
    schema = known(kind)
    if said not in given or schema is None or said in schema.names:
        return None
    return given[said]


def attribute_of(value: Any) -> tuple[str, Any]:
    """The resource and the attribute that a value refers to, and to nothing else; without one, to the resource."""
    form, inner = function(value)
    if form == "Ref" and isinstance(inner, str):
        return inner, ""
    if form == "Fn::GetAtt" and isinstance(inner, list) and inner:
        rest = inner[1:]
        return str(inner[0]), rest[0] if len(rest) == 1 else ".".join(map(str, rest))
    if form == "Fn::GetAtt" and isinstance(inner, str):
        name, _, attribute = inner.partition(".")
        return name, attribute
    found = _WHOLE.fullmatch(inner) if form == "Fn::Sub" and isinstance(inner, str) else None
    return (found[1], found[2] or "") if found else ("", "")


@cache
def _identity(kind: str) -> str:
    """The property that a reference to a resource of the type gives back; empty where AWS makes what it gives."""
    schema = known(kind)
    if kind in outward.REFERRED_BY or schema is None:
        return outward.REFERRED_BY.get(kind, "")
    return schema.identifiers[0] if len(schema.identifiers) == 1 else ""


def is_around(attribute: str) -> bool:
    """Whether an attribute tells what a resource was put into: a network, its groups."""
    return attribute.partition(".")[0] in outward.AROUND


@cache
def is_own(kind: str, attribute: str) -> bool:
    """Whether what a resource tells is of what AWS makes for it: its identity, or an attribute that is known to be.

    The answers of functions, and of whoever signals, may be of anybody; so too those of types that no schema knows.
    """
    if kind.startswith(outward.CUSTOM) or kind == outward.SIGNALLED:
        return False
    if kind == outward.NESTED or kind.startswith(outward.SERVERLESS):
        return True
    schema = known(kind)
    if schema is None:
        return kind in outward.WITHOUT_EFFECT
    path = attribute.replace(".", "/")
    if not attribute or path in schema.identifiers or path in schema.names:
        return True
    word = path.rpartition("/")[2]
    stem = _ENDING.sub("", word)
    return bool(outward.OWN.search(word)) or (stem != word and kind.endswith(stem))
