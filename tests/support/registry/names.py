"""The properties by which an author names an object himself, by rule: no schema says it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from dr_orchestrator.aws.template.registry.kinships import Kinships, last_part, service
from tests.support.registry.walk import Tree, is_text

_ENDING = re.compile(r"(Name|Identifier|Id)$")
_ARN = re.compile(r"(Arn|ARN)s?$")
_ACCOUNT = re.compile(r"(Account|Catalog)Id$")
_WRAPPED = ("Config", "Input")


def names(of: str, schema: Mapping[str, Any], tree: Tree, kinships: Kinships) -> list[str]:
    """The paths of the properties that name an object of a type.

    Strings that the author may choose, and that are called by the type's own name or are its identity; none that speaks
    of another type.
    """
    fixed = pointers(schema, "readOnlyProperties")
    texts = [path for path, nodes in tree.nodes.items() if path not in fixed and any(is_text(node) for node in nodes)]
    top = [path for path in texts if "/" not in path]
    own = {path for path in top if _is_own(path, of)} | {*_wrapped(texts, of)}
    identity = _identity(schema)
    own |= {path for path in top if path in identity and path in ("Id", "Identifier", last_part(of))}
    chosen = {path for path in top if path in identity and _is_near(path, of)}
    return sorted(own or {path for path in chosen if not is_parent(path, of, tree, kinships)})


def parents(of: str, schema: Mapping[str, Any], tree: Tree, kinships: Kinships) -> list[str]:
    """The parts of an identity that are another object's, in which alone the names count."""
    fixed = pointers(schema, "readOnlyProperties")
    mine = [each for each in pointers(schema, "primaryIdentifier") if each in tree.nodes and each not in fixed]
    return [each for each in mine if is_parent(each, of, tree, kinships)]


def is_parent(path: str, of: str, tree: Tree, kinships: Kinships) -> bool:
    """Whether a part of an identity is that of another object, in which this one lives; an account is none."""
    if _is_own(path, of) or _ACCOUNT.search(path):
        return False
    if _ARN.search(path) or any(each != of and service(each) == service(of) for each in kinships.spoken_of(path, of)):
        return True
    told = [str(node.get("format", "")) for node in tree.nodes[path]]
    return any(each.startswith("AWS::") and not each.startswith(f"{of}.") for each in told)


def pointers(schema: Mapping[str, Any], key: str) -> list[str]:
    """The paths of one of a schema's lists of properties."""
    return [each.removeprefix("/properties/") for each in schema.get(key, ())]


def _is_own(path: str, of: str) -> bool:
    """`Name`, `TableName` of a table, `GroupName` of a security group, `CacheSubnetGroupName` of ElastiCache's."""
    if path == "Name":
        return True
    last, stem = last_part(of).lower(), _ENDING.sub("", path).lower()
    if stem in ("", path.lower()):
        return False
    if stem == last or (stem.endswith(last) and service(of).lower().endswith(stem.removesuffix(last))):
        return True
    return path.endswith("Name") and last.endswith(stem)


def _is_near(path: str, of: str) -> bool:
    """`KeyName` of a key pair, `RelationalDatabaseName` of a database, `ScheduleIdentifier` of a snapshot schedule."""
    stem, last = _ENDING.sub("", path), last_part(of)
    if stem in ("", path):
        return False
    return stem.endswith(last) or last.endswith(stem) or (path.endswith("Name") and last.startswith(stem))


def _identity(schema: Mapping[str, Any]) -> set[str]:
    others = (each for some in schema.get("additionalIdentifiers", ()) for each in some)
    return {*pointers(schema, "primaryIdentifier"), *(each.removeprefix("/properties/") for each in others)}


def _wrapped(texts: list[str], of: str) -> Iterator[str]:
    """The name within the one property that holds all others: `DatabaseInput/Name`."""
    last = last_part(of)
    for path in texts:
        outer, _, inner = path.partition("/")
        if (outer in {last + each for each in _WRAPPED} or last.endswith(outer)) and _is_own(inner, of):
            yield path
