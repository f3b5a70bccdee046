"""The parts of a template's resources: found by what they are, named as messages and schemas name them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from dr_orchestrator.aws.template import outward
from dr_orchestrator.aws.template.reading.values import Path, function, references
from dr_orchestrator.aws.template.registry import known
from dr_orchestrator.documents.cloudformation import mapping

ABSENT = None
_LONGEST = 500
_SHORT = 120
_SECRET = re.compile(
    r"passw|passphrase|secret|token|credential|(?:private|api|access|auth|licen[sc]e)_?key", re.IGNORECASE
)
_OF_NO_SECRET = re.compile(r"(?:Arn|ARN|Id|Ids|Identifier|Name|Type|Policy|Path|ServiceToken)$")
"""The ends of the names of properties that only name a secret."""

_ASSIGNED = re.compile(
    r"(?P<name>(?<![\w-])[\w-]*(?:passw|passphrase|secret|token|credential|(?:private|api|access|auth)_?key)[\w-]*(?:\s*=\s*|[\"']?\s*:\s+|[\"']\s*:\s*))"
    r"(?P<value>[\"']?(?!\{\{resolve:|\$\{|arn:)[^\s\"',;}]+)",
    re.IGNORECASE,
)
_ADDRESS = re.compile(
    r"(?P<scheme>\b[a-z][a-z0-9+.-]*://)(?:[^/\s@'\"]*@)?(?P<host>(?:\$\{[^}]*\}|[^/\s'\",?#])*)(?P<path>[^\s'\",)]*)",
    re.IGNORECASE,
)
_GIVEN = frozenset({"Environment", "EnvironmentVariables", "Secrets", "Variables"})
_LOOKED_UP = frozenset({"Condition", "Fn::FindInMap", "Fn::GetAtt", "Ref"})
"""The functions whose arguments are names within the template, which no replica changes."""

_OF_PAIRS = ("Name", "Key", "OptionName", "ParameterKey", "ParameterName")


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
            if outward.PROTECTION.fullmatch(str(key)) and isinstance(value, dict) and "Mode" in value:
                yield (*path, str(key), "Mode"), value["Mode"]
            elif outward.PROTECTION.fullmatch(str(key)) and (function(value)[0] or not isinstance(value, list | dict)):
                yield (*path, str(key)), value
            else:
                yield from protections(value, (*path, str(key)))
    elif isinstance(part, list):
        for at, each in enumerate(part):
            yield from protections(each, (*path, at))


def at(part: Any, path: Path) -> Any:
    """The part at the end of a path; ABSENT where it leads nowhere."""
    for key in path:
        if isinstance(part, list) and isinstance(key, int):
            part = part[key] if key < len(part) else ABSENT
        else:
            part = mapping(part).get(str(key), ABSENT)
    return part


def is_needed(part: Any, path: Path) -> bool:
    """Whether what falls may be more than a choice: code, or an element that holds more than names and values."""
    if path[-1:] and path[-1] in ("UserData", "ZipFile", "InlineCode", "DefinitionString", "DefinitionBody"):
        return True
    inside = part.values() if isinstance(part, dict) and not function(part)[0] else ()
    return "Statement" not in path and any(isinstance(each, list | dict) and not function(each)[0] for each in inside)


def spelled_by_functions(part: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every text that a function makes of texts alone, with where it stands."""
    if function(part)[0] in ("Fn::Sub", "Fn::Join"):
        yield path, part
    elif isinstance(part, dict):
        for key, value in part.items():
            yield from spelled_by_functions(value, (*path, str(key)))
    elif isinstance(part, list):
        for at, each in enumerate(part):
            yield from spelled_by_functions(each, (*path, at))


def referring(part: Any, gone: frozenset[str], path: Path = ()) -> Iterator[Path]:
    """The smallest parts that can be taken out whole: an element of a list, or a property, that refers to what is
    gone; the last of a list first.

    A part of a statement goes with the statement: without it, that would allow more.
    """
    if isinstance(part, dict):
        for key, value in list(part.items()):
            if gone & set(references({key: value})):
                inner = list(referring(value, gone, (*path, str(key)))) if not function(value)[0] else []
                yield from inner or [(*path, str(key))]
    elif isinstance(part, list):
        for at in reversed(range(len(part))):
            if not gone & set(references(part[at])):
                continue
            whole: Path = (*path, at)
            inner = list(referring(part[at], gone, whole)) if not function(part[at])[0] else []
            deeper = all(any(isinstance(key, int) for key in each[len(whole) :]) for each in inner)
            emptied = path[-1:] == ("Statement",) and any(
                _empties(part[at], each[len(whole) :], inner) for each in inner
            )
            yield from inner if inner and deeper and not emptied else [whole]


def _empties(statement: Any, path: Path, all_paths: Sequence[Path]) -> bool:
    """Whether a list of a statement loses all its elements."""
    held = statement
    for key in path[:-1]:
        held = held[key]
    return len(held) <= sum(1 for each in all_paths if each[-len(path) : -1] == path[:-1])


def texts(part: Any, path: Path = ()) -> Iterator[tuple[Path, str]]:
    """Every text in a part, with where it stands; the names in a template by which functions look up are none."""
    form, inner = function(part)
    if isinstance(part, str):
        yield path, part
    elif form == "Fn::If" and isinstance(inner, list):
        for at, each in enumerate(inner[1:], start=1):
            yield from texts(each, (*path, form, at))
    elif isinstance(part, dict) and form not in _LOOKED_UP:
        for key, value in part.items():
            yield from texts(value, (*path, str(key)))
    elif isinstance(part, list):
        for at, each in enumerate(part):
            yield from texts(each, (*path, at))


def is_given_to_code(path: Path) -> bool:
    """Whether a part is of what code is given, which may be secret whatever its name: that alone is told."""
    return any(key in _GIVEN for key in path)


def brief(value: Any, given: bool = False) -> Any:
    """A value as an edit keeps it: long ones are cut, for a report is read by people; no secret is kept.

    Of what code is `given` the names alone are kept.
    """
    kept = _masked(value, given)
    return kept if len(str(kept)) <= _LONGEST else f"{str(kept)[:_LONGEST]}..."


def changed_in(was: Any, becomes: Any) -> tuple[Any, Any]:
    """The values before and after, as an edit keeps them: of long texts the words alone that differ."""
    if not (isinstance(was, str) and isinstance(becomes, str)) or max(len(was), len(becomes)) <= _SHORT:
        return brief(was), brief(becomes)
    old, new = was.split(), becomes.split()
    if len(old) != len(new):
        return brief(was), brief(becomes)
    differing = [(before, after) for before, after in zip(old, new, strict=True) if before != after]
    return brief(" ... ".join(each for each, _ in differing)), brief(" ... ".join(each for _, each in differing))


def without_secrets(text: str) -> str:
    """A text without the passwords in it, and without all of an address but its host; AWS's own keep their paths."""

    def host_alone(found: re.Match[str]) -> str:
        host = found["host"]
        of_aws = found["scheme"] == "s3://" or host.endswith(("amazonaws.com", "amazonaws.com.cn"))
        path = found["path"].partition("?")[0].partition("#")[0] if of_aws else ""
        return f"{found['scheme']}{host}{path}"

    return _ASSIGNED.sub(lambda found: f"{found['name']}***", _ADDRESS.sub(host_alone, text))


def _masked(value: Any, given: bool = False) -> Any:
    if function(value)[0] in ("Ref", "Fn::GetAtt"):
        return value
    if isinstance(value, dict):
        pair = next((str(value[key]) for key in _OF_PAIRS if key in value), "")
        return {
            key: "***"
            if is_secret(key, each) or (key == "Value" and is_secret(pair, each))
            else _masked(each, key not in _OF_PAIRS and (given or key in _GIVEN))
            for key, each in value.items()
        }
    if isinstance(value, list):
        return [_masked(each, given) for each in value]
    if given and value is not None:
        return "***"
    return without_secrets(value) if isinstance(value, str) else value


def is_secret(key: object, value: Any) -> bool:
    """Whether a property holds what nobody may read in a report."""
    named = str(key)
    return isinstance(value, str) and bool(_SECRET.search(named)) and not _OF_NO_SECRET.search(named)


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


def texts_within(text: str) -> list[str]:
    """The texts in one text: those of a document in JSON, else of a list by commas or lines."""
    if text.lstrip().startswith(("{", "[")):
        try:
            return [each for each in _texts(json.loads(text)) if each]
        except ValueError:
            pass
    return [each.strip() for each in re.split(r"[,\n]", text)]


def _texts(part: Any) -> Iterator[str]:
    if isinstance(part, str):
        yield part
    elif isinstance(part, list | dict):
        for each in part.values() if isinstance(part, dict) else part:
            yield from _texts(each)


def is_call(path: Path) -> bool:
    """Whether a value is what an API calls, or with whose rights, in its description."""
    return path[:1] != () and path[0] in outward.DESCRIPTIONS and path[-1] in outward.CALLS


def is_word(kind: str, path: Path) -> bool:
    """Whether a value is the author's own words, or a policy: where the schema knows no reference."""
    if is_call(path):
        return False
    if not any(key in outward.TEXTS or key in outward.POLICIES for key in path):
        return False
    schema, written = known(kind), as_in_schemas(path)
    return schema is None or written.removesuffix("/*") not in schema.references.keys() | schema.arns


def transforms_of(template: Mapping[str, Any]) -> Iterator[tuple[str, Path]]:
    """The transforms of a template, and of parts of it, with where each stands."""
    said = template.get("Transform")
    for each in said if isinstance(said, list) else [said] if said else []:
        yield str(mapping(each).get("Name", each)), ("Transform",)
    for name, resource in mapping(template.get("Resources")).items():
        yield from ((each, ("Resources", name)) for each in _transforms(resource))


def _transforms(part: Any) -> Iterator[str]:
    if isinstance(part, list):
        for each in part:
            yield from _transforms(each)
    elif isinstance(part, dict):
        for key, value in part.items():
            if key == "Fn::Transform":
                yield from (
                    str(mapping(each).get("Name", each)) for each in (value if isinstance(value, list) else [value])
                )
            else:
                yield from _transforms(value)
