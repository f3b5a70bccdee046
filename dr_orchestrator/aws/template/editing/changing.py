"""A template that is changed into a replica's part by part, and what was changed of it."""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dr_orchestrator.aws.template.editing.accounts import STAYS, Move
from dr_orchestrator.aws.template.editing.renames import Renames
from dr_orchestrator.aws.template.reading.parts import (
    ABSENT,
    brief,
    changed_in,
    dotted,
    is_given_to_code,
    is_secret,
)
from dr_orchestrator.aws.template.reading.values import Path, Scope, references
from dr_orchestrator.documents.cloudformation import Template, mapping
from dr_orchestrator.domain.replica import Answers, Edit, Place

SECTIONS = ("Globals", "Outputs")
"""The parts of a template that are told as if each were a resource, the properties of which are all that is in it."""


@dataclass(frozen=True)
class Around:
    """The surroundings of a replica: its id, its place, the boundary of its roles, and the names of production.

    `exports` are those of the replica's other stacks: by production's names, the replica's. `move` is from the account
    that the app is pinned to, into the replica's.
    """

    copy_id: str
    place: Place
    boundary: str
    sources: frozenset[str] = frozenset()
    exports: Mapping[str, str] = field(default_factory=dict)
    move: Move = STAYS


class Changing:
    """Edits of one template: the copy that is changed, and the list of what was."""

    def __init__(
        self, source: Template, around: Around, answers: Answers, passed: Mapping[str, bool] | None = None
    ) -> None:
        """`passed` are the parameters that a stack around it gives and that cannot be told, as a scope takes them."""
        self._passed = passed or {}
        self._given = set[str]()  # the new names
        self._taken = set[tuple[str, str]]()  # the same, by type
        self.source, self.around, self.answers = source, around, answers
        self.copy_id, self.place, self._boundary = around.copy_id, around.place, around.boundary
        self.template: dict[str, Any] = copy.deepcopy(dict(source.data))
        self.edits: list[Edit] = []
        self.exports: dict[str, str] = {}
        self.fallen: list[tuple[str, Path]] = []
        """The parts that fell with what is left out, and that their resources may need."""
        self.lost: list[tuple[str, Path, frozenset[str]]] = []
        """The parts that were taken out, each with the resources that it refers to."""
        self.ours = set[tuple[str, str]]()
        """The properties whose values are ours: they name what a store is restored from, and nothing is changed."""
        self.children: dict[str, Mapping[str, Sequence[Any]]] = {}
        """The outputs of the stacks within whose templates were at hand, as far as they are not of what those make."""
        for resource in self.resources.values():
            if "Properties" in resource and resource["Properties"] is None:
                resource["Properties"] = {}
        self._renames = Renames()

    @property
    def resources(self) -> dict[str, Any]:
        """The resources as they are by now."""
        return {
            str(name): each for name, each in mapping(self.template.get("Resources")).items() if isinstance(each, dict)
        }

    def _readable(self) -> list[tuple[str, dict[str, Any]]]:
        """The resources whose properties are a map, as all that CloudFormation takes."""
        return [(name, each) for name, each in self.resources.items() if isinstance(each.get("Properties", {}), dict)]

    def scope(self) -> Scope:
        """The template by now, to tell what its values come to."""
        return Scope(self.template, self.answers.parameters, self.copy_id, self._passed, self.children)

    def is_own(self, text: str) -> bool:
        """Whether a text names what the replica makes: by the copy's id, or by a name that it was given."""
        return self.copy_id in text or not self._given.isdisjoint(re.split(r"[:/]", text))

    def line(self, name: str, path: Path = (), section: str = "Resources") -> int:
        """The line of the team's template on which a part stands, or the nearest around it that is written."""
        key: Path = (section, name, *path)
        if name in SECTIONS and name not in self.resources:
            key = (name, *path[1:])
        while key and key not in self.source.lines:
            key = key[:-1]
        return self.source.lines.get(key, 1)

    # How a part is changed.

    def _set(self, name: str, path: Path, new: Any, why: str) -> None:
        parent, key = self._parent(name, path)
        was = parent.get(key) if isinstance(parent, dict) else parent[key]
        parent[key] = new
        told = is_secret(key, was) or (is_given_to_code(path) and not self._renames.names_alone(was))
        before, after = ("***", "***") if told else changed_in(was, new)
        self.edits.append(Edit(name, dotted(path), before, after, why, self.line(name, ("Properties", *path))))

    def _drop(self, name: str, path: Path, why: str, section: str = "Properties") -> None:
        try:
            parent, key = self._parent(name, path, section)
            was = parent.pop(key)
        except (KeyError, IndexError, TypeError):
            return  # it has no such property: nothing is to be left out of it
        if section == "Properties":
            written = tuple(int(each) if str(each).isdigit() else each for each in path)
            self.lost.append((name, written, frozenset(references(was))))
        told = "***" if is_secret(key, was) else brief(was, is_given_to_code(path))
        line = self.line(name, (section, *path))
        lead = () if section == "Properties" else (section,)
        self.edits.append(Edit(name, dotted((*lead, *path)), told, ABSENT, why, line))

    def _parent(self, name: str, path: Path, section: str = "Properties") -> tuple[Any, Any]:
        """The part that holds the last of a path, and the key of that in it."""
        found = mapping(self.template.get("Resources")).get(name)
        part: Any = found.setdefault(section, {}) if isinstance(found, dict) else mapping(self.template.get(name))
        for key in path[:-1]:
            part = part[_within(part, key)]
        return part, _within(part, path[-1])


def _within(part: Any, key: str | int) -> str | int:
    """A step of a path as a part takes it: an owner's word writes the places in lists as texts, too."""
    return int(key) if isinstance(part, list) and str(key).isdigit() else key
