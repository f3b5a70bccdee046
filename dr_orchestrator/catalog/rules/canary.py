"""Rules of a heartbeat: it says where it is in the words of its resource's type, and how it is reached."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from dr_orchestrator.catalog.shapes.checks import RestoredState
from dr_orchestrator.catalog.shapes.service import Canary, Resource
from dr_orchestrator.catalog.source import Key
from dr_orchestrator.domain.resource_type import Content, ResourceType

Mistake = tuple[Key, str, str]
_ROW, _ITEM = ("table", "column"), ("key", "attribute")
_HELD_IN = {Content.ITEMS: "table", Content.OBJECTS: "bucket"}


def mistakes(of: ResourceType, resource: Resource, canary: Canary) -> Iterator[Mistake]:
    """The mistakes in where a resource's heartbeat is to be written."""
    if "canary" not in of.keys:
        stores = "declare it at the stack's stores" if of.content is Content.STORES else "remove it"
        yield ("canary",), f"{of.name}s have no heartbeat of their own", stores
        return
    yield from place(of, canary, ("canary",), "a canary")
    yield from kept(of, resource, canary.key, ("canary",))
    if of.content in (Content.ITEMS, Content.OBJECTS) and canary.table:
        yield ("canary", "table"), f"the resource is one {_HELD_IN[of.content]}, which needs no naming", "remove it"
    if canary.attribute == "sequence" or canary.attribute in (canary.key or {}):
        yield ("canary", "attribute"), f"'{canary.attribute}' holds something else already", "name it `at`, say"
    if canary.column in ("id", "sequence"):
        yield ("canary", "column"), f"'{canary.column}' holds something else already", "name it `at`, say"
    if "sequence" in (canary.key or {}):
        yield ("canary", "key"), "'sequence' holds the heartbeat's number", "choose a table with another key"
    if of.content is Content.ROWS and not resource.database:
        message = "the resource does not say how to log in"
        yield ("canary",), message, "add `database: {name: ..., secret: ...}` to the resource"


def place(of: ResourceType, written: Canary | RestoredState, key: Key, what: str) -> Iterator[Mistake]:
    """Whether a heartbeat is named as its type is: rows by table and column, an item by key and attribute."""
    needed, foreign = (_ROW, (*_ITEM, "bucket")) if of.content is Content.ROWS else (_ITEM, ("column",))
    example = of.marker or of.heartbeat
    for name in needed:
        if not getattr(written, name):
            yield key, f"{what} of {of.article} needs '{name}'", f"such as {example}"
    for name in foreign:
        if getattr(written, name, None):
            yield (*key, name), f"{what} of {of.article} has no '{name}'", f"write it like {example}"


def kept(of: ResourceType, resource: Resource, written: Mapping[str, str] | None, key: Key) -> Iterator[Mistake]:
    """An object has one key, which is all of its name; and it is among those that a drill restores."""
    if of.content is not Content.OBJECTS or not written:
        return
    if len(written) > 1:
        yield (*key, "key"), f"an object has one key, this has {' and '.join(written)}", "keep the one that names it"
        return
    (name,) = written.values()
    if why := of.left_out(resource, name):
        yield (*key, "key"), f"no copy would hold '{name}': {why}", "choose a key that is restored"
