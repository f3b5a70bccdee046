"""The attributes of resources that only give back what the template gave them: they are not of what the stack makes."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from dr_orchestrator.aws.template.forms import Untold, function
from dr_orchestrator.aws.template.registry import known
from dr_orchestrator.documents.cloudformation import mapping

_WHOLE = re.compile(r"\$\{([A-Za-z0-9]+)\.([^${}]+)\}")


def echoed(resources: Mapping[str, Any], value: Any, text: Callable[[Any], str]) -> Any | None:
    """The value that a resource was given, where a reference gives back just that; None where it is none such.

    An explicit name is not counted: the replica has one of its own. `text` tells an attribute's name that is computed.
    """
    name, attribute = _attribute(value)
    resource = mapping(resources.get(name))
    given = mapping(resource.get("Properties"))
    try:
        said = text(attribute).partition(".")[0] if attribute else ""
    except Untold:
        return None
    schema = known(str(resource.get("Type")))
    if said not in given or schema is None or said in schema.names:
        return None
    return given[said]


def _attribute(value: Any) -> tuple[str, Any]:
    """The resource and the attribute that a value refers to, and to nothing else."""
    form, inner = function(value)
    if form == "Fn::GetAtt" and isinstance(inner, list) and len(inner) == 2:
        return str(inner[0]), inner[1]
    if form == "Fn::GetAtt" and isinstance(inner, str):
        name, _, attribute = inner.partition(".")
        return name, attribute
    found = _WHOLE.fullmatch(inner) if form == "Fn::Sub" and isinstance(inner, str) else None
    return (found[1], found[2]) if found else ("", "")
