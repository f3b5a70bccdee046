"""Rules of a heartbeat: it says where it is in the words of its resource's type, and how it is reached."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from dr_orchestrator.catalog.shapes.checks import RestoredState
from dr_orchestrator.catalog.shapes.service import Canary, Resource
from dr_orchestrator.catalog.source import Key
from dr_orchestrator.domain.service import ResourceType

Mistake = tuple[Key, str, str]
_ROW, _ITEM = ("table", "column"), ("key", "attribute")
_EXAMPLES: Mapping[ResourceType, str] = {
    ResourceType.RDS_INSTANCE: "{table: dr_canary, column: at}",
    ResourceType.DYNAMODB_TABLE: "{key: {pk: canary}, attribute: at}",
    ResourceType.CLOUDFORMATION_STACK: "{table: LogicalId, key: {pk: canary}, attribute: at}",
}


def mistakes(resource: Resource, canary: Canary) -> Iterator[Mistake]:
    """What is wrong with where a resource's heartbeat is to be written."""
    if resource.type is ResourceType.CLOUDFORMATION_STACK:
        yield ("canary",), "cloudformation-stacks have no heartbeat of their own", "declare it at the stack's stores"
        return
    yield from place(resource.type, canary, ("canary",), "a canary")
    if resource.type is ResourceType.DYNAMODB_TABLE and canary.table:
        yield ("canary", "table"), "the resource is one table, which needs no naming", "remove it"
    if canary.attribute == "sequence" or canary.attribute in (canary.key or {}):
        yield ("canary", "attribute"), f"'{canary.attribute}' holds something else already", "name it `at`, say"
    if canary.column in ("id", "sequence"):
        yield ("canary", "column"), f"'{canary.column}' holds something else already", "name it `at`, say"
    if "sequence" in (canary.key or {}):
        yield ("canary", "key"), "'sequence' holds the heartbeat's number", "choose a table with another key"
    if resource.type is ResourceType.RDS_INSTANCE and not resource.database:
        message = "the resource does not say how to log in"
        yield ("canary",), message, "add `database: {name: ..., secret: ...}` to the resource"


def place(of: ResourceType, written: Canary | RestoredState, key: Key, what: str) -> Iterator[Mistake]:
    """Whether a heartbeat is named as its type is: rows by table and column, an item by key and attribute."""
    needed, foreign = (_ROW, _ITEM) if of is ResourceType.RDS_INSTANCE else (_ITEM, ("column",))
    for name in needed:
        if not getattr(written, name):
            yield key, f"{what} of {_article(of)} needs '{name}'", f"such as {_EXAMPLES[of]}"
    for name in foreign:
        if getattr(written, name):
            yield (*key, name), f"{what} of {_article(of)} has no '{name}'", f"write it like {_EXAMPLES[of]}"


def _article(of: ResourceType) -> str:
    return f"{'an' if of is ResourceType.RDS_INSTANCE else 'a'} {of}"
