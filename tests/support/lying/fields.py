"""The fields of an answer, in XML or JSON, so that one of them can be changed."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol
from xml.etree import ElementTree

GARBLED = "☃ not as it was"
_NAMESPACE = re.compile(r"^\{[^}]*\}")
_WRAPS = ("ResponseMetadata", "RequestId")


class Field(Protocol):
    """One field, and what can become of it."""

    @property
    def name(self) -> str:
        """Its name; that of the list, for one of a list."""

    @property
    def is_of_a_list(self) -> bool:
        """Whether it is one of several: without it the list is a shorter one, and as good as any."""

    def put(self, value: str) -> None:
        """Say something else."""

    def remove(self) -> None:
        """Be missing."""

    def retype(self) -> None:
        """Be of another kind."""

    def double(self) -> None:
        """Stand there twice, where there can be several."""

    def empty(self) -> None:
        """Hold nothing."""


class Tree(Protocol):
    """An answer as a tree of fields."""

    def fields(self) -> list[Field]:
        """Every field, but those that only wrap the answer."""

    def dumped(self) -> bytes:
        """The answer as bytes again."""


def tree_of(body: bytes, protocol: str) -> Tree | None:
    """The fields of a body; None where there are none."""
    try:
        return _Json(json.loads(body)) if protocol in ("json", "rest-json") else _Xml(ElementTree.fromstring(body))  # noqa: S314
    except (ValueError, ElementTree.ParseError):
        return None


class _Json:
    def __init__(self, parsed: Any) -> None:
        self._parsed = parsed

    def fields(self) -> list[Field]:
        return [*_within(self._parsed, "")]

    def dumped(self) -> bytes:
        return json.dumps(self._parsed).encode()


def _within(container: Any, name: str) -> Iterator[Field]:
    pairs = container.items() if isinstance(container, dict) else enumerate(container)
    for key, value in list(pairs):
        called = str(key) if isinstance(container, dict) else name
        yield _JsonField(called, container, key)
        if isinstance(value, dict | list):
            yield from _within(value, called)


@dataclass
class _JsonField:
    name: str
    container: Any
    key: Any

    @property
    def is_of_a_list(self) -> bool:
        return isinstance(self.container, list)

    @property
    def _value(self) -> Any:
        return self.container[self.key]

    def put(self, value: str) -> None:
        self.container[self.key] = value

    def remove(self) -> None:
        del self.container[self.key]

    def retype(self) -> None:
        self.container[self.key] = 7 if isinstance(self._value, str) else GARBLED

    def double(self) -> None:
        if isinstance(self._value, list):
            self._value.extend(copy.deepcopy(self._value))

    def empty(self) -> None:
        self.container[self.key] = type(self._value)()


class _Xml:
    def __init__(self, root: ElementTree.Element) -> None:
        self._root = root

    def fields(self) -> list[Field]:
        wrapper = next((each for each in self._root if _called(each).endswith("Result")), self._root)
        return [*_beneath(wrapper)]

    def dumped(self) -> bytes:
        return ElementTree.tostring(self._root)


def _beneath(parent: ElementTree.Element) -> Iterator[Field]:
    for element in list(parent):
        if _called(element) not in _WRAPS:
            yield _XmlField(_called(element), parent, element)
            yield from _beneath(element)


@dataclass
class _XmlField:
    name: str
    parent: ElementTree.Element
    element: ElementTree.Element

    @property
    def is_of_a_list(self) -> bool:
        return len({_called(each) for each in self.parent}) == 1

    def put(self, value: str) -> None:
        self.element.text = value

    def remove(self) -> None:
        self.parent.remove(self.element)

    def retype(self) -> None:
        self.empty()
        self.element.text = GARBLED

    def double(self) -> None:
        self.parent.append(copy.deepcopy(self.element))

    def empty(self) -> None:
        for child in list(self.element):
            self.element.remove(child)
        self.element.text = ""


def _called(element: ElementTree.Element) -> str:
    return _NAMESPACE.sub("", element.tag)
