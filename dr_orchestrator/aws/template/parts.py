"""The parts of a template's resources: found by what they are, named as messages and schemas name them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from dr_orchestrator.aws.template import outward
from dr_orchestrator.aws.template.registry import known
from dr_orchestrator.aws.template.values import Path, function, references
from dr_orchestrator.documents.cloudformation import mapping

ABSENT = None
_LONGEST = 500
_SECRET = re.compile(r"password|secret|token|credential|private_?key|api_?key", re.IGNORECASE)


def dotted(path: Sequence[str | int]) -> str:
    """A property as it is written in messages: `LoadBalancerAttributes.0.Value`."""
    return ".".join(map(str, path))


def kind_of(resource: Mapping[str, Any]) -> str:
    """A resource's type; what is none has no name that any table knows."""
    return str(resource.get("Type"))


def as_in_schemas(path: Path) -> str:
    """A path as schemas write it: `*` for each item of a list."""
    return "/".join("*" if isinstance(each, int) else each for each in path if not str(each).startswith("Fn::"))


def protections(part: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """The properties, wherever in a part, that keep something from being deleted."""
    if isinstance(part, dict):
        if part.get("Key") == outward.ATTRIBUTE_PROTECTION and "Value" in part:
            yield (*path, "Value"), part["Value"]
        for key, value in part.items():
            if outward.PROTECTION.fullmatch(str(key)) and not isinstance(value, list):
                yield (*path, str(key)), value
            else:
                yield from protections(value, (*path, str(key)))
    elif isinstance(part, list):
        for at, each in enumerate(part):
            yield from protections(each, (*path, at))


def at(part: Any, path: Path) -> Any:
    """The part at the end of a path; ABSENT where it leads nowhere."""
    for key in path:
        part = mapping(part).get(str(key), ABSENT)
    return part


def referring(part: Any, gone: frozenset[str]) -> Iterator[Path]:
    """The smallest parts that can be taken out whole: an element of a list, or a property, that refers to what is
    gone; the last of a list first.
    """
    if isinstance(part, dict):
        for key, value in list(part.items()):
            if not gone & set(references({key: value})):
                continue
            inner = [(str(key), *path) for path in referring(value, gone)] if not function(value)[0] else []
            yield from inner or [(str(key),)]
    elif isinstance(part, list):
        for at in reversed(range(len(part))):
            if gone & set(references(part[at])):
                yield (at,)


def texts(part: Any, path: Path = ()) -> Iterator[tuple[Path, str]]:
    """Every text in a part, with where it stands."""
    if isinstance(part, str):
        yield path, part
    elif isinstance(part, dict):
        for key, value in part.items():
            yield from texts(value, (*path, str(key)))
    elif isinstance(part, list):
        for at, each in enumerate(part):
            yield from texts(each, (*path, at))


def brief(value: Any) -> Any:
    """A value as an edit keeps it: long ones are cut, for a report is read by people; no secret is kept."""
    kept = _masked(value)
    return kept if len(str(kept)) <= _LONGEST else f"{str(kept)[:_LONGEST]}..."


def _masked(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: "***" if is_secret(key, each) else _masked(each) for key, each in value.items()}
    return [_masked(each) for each in value] if isinstance(value, list) else value


def is_secret(key: object, value: Any) -> bool:
    """Whether a property holds what nobody may read in a report."""
    return isinstance(value, str) and bool(_SECRET.search(str(key)))


def last_key(path: Path) -> str:
    """The name of the property that a path ends in."""
    return next((each for each in reversed(path) if isinstance(each, str) and not each.startswith("Fn::")), "")


def calls(part: Any, form: str, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """The arguments of a function, wherever it is called in a part."""
    if isinstance(part, dict):
        for key, value in part.items():
            if key == form:
                yield (*path, form), value
            else:
                yield from calls(value, form, (*path, str(key)))
    elif isinstance(part, list):
        for at, each in enumerate(part):
            yield from calls(each, form, (*path, at))


def strings(value: Any) -> Iterator[str]:
    """Every text in a value, arguments of functions too."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from strings(each)
    elif isinstance(value, list):
        for each in value:
            yield from strings(each)


def off(value: Any) -> Any:
    """The value of a protection that protects nothing, in the words of the one that does."""
    if isinstance(value, str):
        return outward.OFF.get(value, value)
    return False


def is_word(kind: str, path: Path) -> bool:
    """Whether a value is the author's own words, or a policy: where the schema knows no reference."""
    if not any(key in outward.TEXTS or key in outward.POLICIES for key in path):
        return False
    schema, written = known(kind), as_in_schemas(path)
    return schema is None or written.removesuffix("/*") not in schema.references.keys() | schema.arns
