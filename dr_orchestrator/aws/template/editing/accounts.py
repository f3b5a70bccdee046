"""The account that an app is pinned to: in a replica that stands in another, what names it names that one.

The CDK writes an app's own account out wherever it knows it: as `cdk synth` for the other account would. It is moved
where it can be nobody else's name: in an ARN, as a whole value, and in the names of what the CDK itself publishes.
Within any other name, such as a bucket's, or an image's, it may be of something that exists: that is asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from dr_orchestrator.aws.template.reading.values import INSERT, Scope, function
from dr_orchestrator.documents.cloudformation import Template, mapping
from dr_orchestrator.documents.walk import Key, dotted
from dr_orchestrator.domain.replica import Answers, Ask, Edit

_SECTIONS = ("Resources", "Outputs", "Mappings", "Conditions", "Parameters")
_WHY = "the app is pinned to account {}, and the replica stands in account {}"
_FORMS = (
    r"(?<=:){}(?=:)",
    r"^{}$",
    r"(?<!\d){}(?=\.dkr\.ecr\.[^/]*/cdk-[a-z0-9]{{1,10}}-container-assets-)",
    r"(?<![\w-])(?P<of>cdk-[a-z0-9]{{1,10}}-(?:container-)?assets-){}(?=-)",
)
"""An account in an ARN, by itself, in the registry of what is published, and in the names of the bootstrap stack."""


_UNKNOWN = "?"
"""Stands for a part of a text that is not known."""


@dataclass(frozen=True)
class Move:
    """The account that an app is pinned to, and the one in which its replica stands; empty for none."""

    pinned: str = ""
    account: str = ""

    def of(self, text: str) -> str:
        """A text as it is there."""
        for form in _FORMS:
            text = re.sub(form.format(self.pinned), self._there, text)
        return text

    def stands(self, before: str, after: str) -> bool:
        """Whether the account can be nobody else's name between two texts."""
        moved = self.of(f"{before}{self.pinned}{after}")
        return moved[len(before) :][: len(self.pinned)] != self.pinned

    def _there(self, found: re.Match[str]) -> str:
        return found.groupdict().get("of", "") + self.account

    @property
    def why(self) -> str:
        """Why it is moved."""
        return _WHY.format(self.pinned, self.account)


STAYS = Move()
"""That of what is pinned to no account, or stands in its own."""


def moved(source: Template, move: Move) -> tuple[Template, list[Edit]]:
    """The template as it is there, and what was changed of it."""
    if not move.pinned:
        return source, []
    data = {key: _moved(value, move) if key in _SECTIONS else value for key, value in source.data.items()}
    there = replace(source, data=data)
    edits = [
        Edit(*_named(key), was, becomes, move.why, _line(source, key))
        for section in _SECTIONS
        for (key, was), (_, becomes) in zip(_all(source, section), _all(there, section), strict=True)
        if becomes != was
    ]
    return there, edits


def asks(source: Template, scope: Scope, move: Move, answers: Answers) -> Iterator[Ask]:
    """The parts of resources that name the account still, once all edits are made: nobody knows whose that is.

    Whatever a part comes to is read: by parameters, tables and functions, too.
    """
    if not move.pinned:
        return
    token = re.compile(rf"(?<!\d){move.pinned}(?!\d)")
    for name, resource in scope.resources.items():
        at: Key = ("Resources", name)
        for key, value in _spoken(scope, resource, at):
            if token.search(value) and not _is_answered(key, answers):
                what = f"{_named(key)[1]} names account {move.pinned}: {_around(token, value)}"
                why = f"{move.why}: whose that is there nobody knows"
                yield Ask(name, what, why, f"allow: {{{name}: why}}", _line(source, key))


def _is_answered(key: Key, answers: Answers) -> bool:
    """Whether its owner allows a part: the whole resource, or the very property that it stands in."""
    within = key[3:] if key[2:3] == ("Properties",) else key[2:]
    return any(dotted((key[1], *within[:end])) in answers.allow for end in range(len(within) + 1))


def _around(token: re.Pattern[str], text: str) -> str:
    """The beginning of a text, from the account on where that stands far behind."""
    found = token.search(text)
    return text[:120] if found is None or found.end() <= 120 else f"...{text[found.start() :][:120]}"


def _spoken(scope: Scope, value: Any, at: Key) -> Iterator[tuple[Key, str]]:
    """Every name and value within, as it comes out as far as is known; of a table that is looked up, all of it."""
    if function(value)[0]:
        tables = (mapping(scope.template.get("Mappings")).get(each) for each in _tables(value))
        texts = (scope.partly(value), *(text for each in tables for _, text in _texts(each, ())))
        yield at, "\n".join(dict.fromkeys(texts))
    elif isinstance(value, dict):
        for key, each in value.items():
            if not (key == "Metadata" and len(at) < 3):
                yield (*at, str(key)), str(key)
                yield from _spoken(scope, each, (*at, str(key)))
    elif isinstance(value, list):
        for index, each in enumerate(value):
            yield from _spoken(scope, each, (*at, index))
    elif value is not None:
        yield at, str(value)


def _tables(value: Any) -> Iterator[str]:
    """The names of the tables of `Mappings` that a function looks up in."""
    if isinstance(value, dict):
        form, inner = function(value)
        if form == "Fn::FindInMap" and isinstance(inner, list) and inner:
            yield str(inner[0])
    for each in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _tables(each)


def _all(source: Template, section: str) -> Iterator[tuple[Key, str]]:
    return _texts(source.part(section), (section,))


def _moved(value: Any, move: Move) -> Any:
    form, inner = function(value)
    if form == "Fn::Join" and isinstance(inner, list) and inner and isinstance(inner[-1], list):
        return {form: [*inner[:-1], _joined(inner[-1], str(inner[0]), move)]}
    if form == "Fn::Sub" and isinstance(inner, list) and len(inner) == 2 and isinstance(inner[1], dict):
        return {form: [move.of(str(inner[0])), _put(inner[1], str(inner[0]), move)]}
    if isinstance(value, dict):
        return {key: _moved(each, move) for key, each in value.items()}
    if isinstance(value, list):
        return [_moved(each, move) for each in value]
    return move.of(value) if isinstance(value, str) else value


def _joined(parts: list[Any], by: str, move: Move) -> list[Any]:
    """The parts of a text that is put together: one that is the account alone is moved where the whole lets it be."""
    said = [each if isinstance(each, str) else _UNKNOWN for each in parts]
    return [
        each
        if each == move.pinned and not move.stands(_before(said[:at], by), _before(said[at + 1 :][::-1], by, back=True))
        else _moved(each, move)
        for at, each in enumerate(parts)
    ]


def _before(said: list[str], by: str, *, back: bool = False) -> str:
    """The text on one side of a part."""
    return "".join(f"{by}{each}" for each in said[::-1]) if back else "".join(f"{each}{by}" for each in said)


def _put(given: dict[str, Any], text: str, move: Move) -> dict[str, Any]:
    """The values that are put into a text, likewise."""
    moved = {}
    for key, value in given.items():
        parts = [INSERT.sub(_UNKNOWN, each) for each in text.split(f"${{{key}}}")]
        stays = value == move.pinned and not all(map(move.stands, parts, parts[1:]))
        moved[key] = value if stays else _moved(value, move)
    return moved


def _texts(value: Any, at: Key) -> Iterator[tuple[Key, str]]:
    """Every text within, and where it stands; what the CDK notes for itself is nothing that AWS reads."""
    if isinstance(value, dict):
        for key, each in value.items():
            if not (key == "Metadata" and len(at) < 3):
                yield from _texts(each, (*at, str(key)))
    elif isinstance(value, list):
        for index, each in enumerate(value):
            yield from _texts(each, (*at, index))
    elif isinstance(value, str):
        yield at, value


def _named(key: Key) -> tuple[str, str]:
    """The parts that an edit names: the resource and its property, else the section and the rest."""
    if key[0] == "Resources" and len(key) > 1:
        return str(key[1]), dotted(key[2:]).removeprefix("Properties.")
    return str(key[0]), dotted(key[1:])


def _line(source: Template, key: Key) -> int:
    while key and key not in source.lines:
        key = key[:-1]
    return source.lines.get(key, 1)
