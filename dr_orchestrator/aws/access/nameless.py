"""The parts of a template that are named by nothing but ids of AWS's: no right by the copy's name is one on them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from dr_orchestrator.aws.access import named
from dr_orchestrator.aws.template.editing.names import SERVERLESS_NAMES
from dr_orchestrator.aws.template.reading.forms import PSEUDO, attributes
from dr_orchestrator.aws.template.registry import known, permissions
from dr_orchestrator.documents.cloudformation import mapping
from dr_orchestrator.domain.preflight import Doubt
from dr_orchestrator.domain.replica import Derived, Note


def notes(derived: Derived, within: str = "") -> Iterator[Note]:
    """The words on such parts of a template, and of the stacks within it."""
    for name, key in nameless(derived.template):
        yield note(f"{within}{name}", key)
    for child, inner in derived.children.items():
        yield from notes(inner, f"{within}{child}/")


def look(stacks: Mapping[str, Derived]) -> str:
    """That there is none in the stacks, by their names; a Doubt with all that are. One template alone has no name."""
    if found := [each for name, derived in stacks.items() for each in notes(derived, f"{name}/" if name else "")]:
        told = "; ".join(f"{each.resource} {each.what}" for each in found)
        raise Doubt(f"{told}: {found[0].why}")
    return "each is named after the copy, or by AWS"


def note(part: str, key: str) -> Note:
    """The words on one, with the line to write."""
    why = (
        "the rights that `dro iam` prints hold what is made by its name to the copy's: write"
        f" `leave_out: [{part}.{key}]`, by which CloudFormation names it after the stack;"
        " or put ${AWS::StackName} into it"
    )
    return Note(part, f"is named by ids that AWS gives ({key}), and not after the copy", why)


def nameless(template: Mapping[str, Any], left_out: Collection[str] = ()) -> Iterator[tuple[str, str]]:
    """The parts of a template that are so named, each with the property; what is `left_out` is not made."""
    parts = mapping(template.get("Resources"))
    for name, part in parts.items():
        kind, properties = str(mapping(part).get("Type", "")), mapping(mapping(part).get("Properties"))
        for key in _names(kind):
            if key in properties and not {name, f"{name}.{key}"} & set(left_out) and _is_of_ids(properties[key], parts):
                yield name, key


def _names(kind: str) -> tuple[str, ...]:
    """The properties that name what is made by its name alone."""
    if kind in SERVERLESS_NAMES:
        return (SERVERLESS_NAMES[kind],) if kind.endswith(("::Function", "::SimpleTable")) else ()
    schema = known(kind)
    made = schema is not None and any(map(named.is_named, permissions({kind})))
    return tuple(each for each in schema.names if "/" not in each) if schema is not None and made else ()


def _is_of_ids(name: Any, parts: Mapping[str, Any]) -> bool:
    """Whether a name refers to parts, and to nothing that bears the copy's name."""
    told = [(of, attribute) for of, attribute in attributes(name) if of not in PSEUDO]
    return bool(told) and all(_is_id(of, attribute, parts) for of, attribute in told)


def _is_id(of: str, attribute: str, parts: Mapping[str, Any]) -> bool:
    """Whether what is referred to is an id of AWS's; of parameters, and of what nobody knows, nobody says so."""
    schema = known(str(mapping(parts.get(of)).get("Type", ""))) if of in parts else None
    if schema is None or schema.name.startswith("AWS::CloudFormation::"):
        return False
    keys = (attribute,) if attribute else schema.identifiers
    return all(each in schema.read_only and each.endswith("Id") for each in keys)
