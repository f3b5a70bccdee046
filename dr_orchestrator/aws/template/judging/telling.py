"""The words on a derived template: what is asked, refused and told of it, without secrets, and of the whole of it."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any, TypeVar

from dr_orchestrator.aws.template import outward
from dr_orchestrator.aws.template.editing.edits import Editing
from dr_orchestrator.aws.template.reading.parts import (
    as_in_schemas,
    at,
    dotted,
    kind_of,
    transforms_of,
    without_secrets,
)
from dr_orchestrator.aws.template.reading.values import Path, is_looked_up, references
from dr_orchestrator.aws.template.registry import known
from dr_orchestrator.documents.cloudformation import mapping
from dr_orchestrator.domain.replica import Ask, Note, Place, Refusal

_WHY = "leave a reason"
Told = TypeVar("Told", Ask, Refusal, Note)


class Telling:
    """Collects what is told of a template."""

    def __init__(self, editing: Editing, read: frozenset[str] = frozenset()) -> None:
        """`read` are the stacks within that were judged themselves."""
        self._read = read
        self._editing, self._scope, self._place = editing, editing.scope(), editing.place
        self.asks: list[Ask] = []
        self.refused: list[Refusal] = []
        self.notes: list[Note] = []
        self._parameters: dict[str, tuple[str, Path]] = {}  # those without a value, and where they are used

    def _is_answered(self, name: str, path: Path = ()) -> bool:
        allowed = self._editing.answers.allow
        return any(dotted((name, *path[:end])) in allowed for end in range(len(path) + 1))

    def _is_asked(self, name: str, path: Path, about: str = "") -> bool:
        """Whether something is asked already at a property, about a text where one is given."""
        at = f"({dotted(path)})"
        return any(each.resource == name and at in each.what and about in each.what for each in self.asks)

    def _ask(self, name: str, what: str, why: str, line: int, path: Path = (), *, whole: bool = False) -> None:
        """Ask for the owner's word, once for each resource and each thing; nothing where it was given.

        What cannot be without the property that it is about is left out whole.
        """
        if self._is_answered(name, path):
            return
        key = dotted((name, *path[:1]))
        answer = f'allow: {{{key}: "{_WHY}"}}'
        if name in self._scope.resources:
            answer = f"leave_out: [{name if whole else key}], or {answer}"
        if all((each.resource, each.what) != (name, what) for each in self.asks):
            self.asks.append(Ask(name, what, why, answer, line))

    def _wait_for(self, name: str, path: Path, value: Any) -> str:
        """Note the parameters in a value that are not known yet; the first of them."""
        waiting = [each for each in references(value) if each in self._scope.parameters and self._scope.waits_for(each)]
        for each in waiting:
            self._parameters.setdefault(each, (name, path))
        return waiting[0] if waiting else ""

    def _mask(self) -> None:
        """Take out of all that is told what stands in addresses beyond their hosts, and passwords."""
        self.asks, self.refused, self.notes = _masked(self.asks), _masked(self.refused), _masked(self.notes)


class OfTemplate(Telling):
    """Judges what is of the template as a whole: its macros, its imports, the values that it waits for."""

    def _values_to_come(self) -> None:
        """Judge parameters whose values are not known: those that AWS looks up, and those that a drill has to give."""
        for parameter, (name, path) in self._parameters.items():
            declared = mapping(self._scope.parameters[parameter])
            line = self._editing.line(parameter, section="Parameters")
            default = str(declared.get("Default", ""))
            if not is_looked_up(declared):
                why = f"write it at the resource's `rebuild`: `parameters: {{{parameter}: ...}}`"
                self.notes.append(Note(parameter, "needs a value", why, line))
            elif default.startswith((outward.OF_EVERYBODY, outward.OF_BOOTSTRAP)):
                continue
            elif self._place is Place.BESIDE:
                what = f"is given {default or 'a stored parameter'} ({dotted(path)} of {name})"
                self._ask(parameter, what, "what is stored there is production's", line)
            else:
                why = "it has to be stored in the account of drills"
                self.notes.append(Note(parameter, f"is looked up as {default or 'a stored parameter'}", why, line))

    def _transforms(self) -> None:
        for name, path in transforms_of(self._editing.template):
            if name not in outward.EXPANDED:
                line = self._editing.source.lines.get(path, 1)
                self._ask(
                    "Transform", f"the macro {name} runs a function of the account", "what it makes is judged", line
                )

    def _imports(self) -> None:
        """Ask for the value of each import that is made; of those whose names wait for a parameter once for that."""
        asked = set[str]()
        outputs = mapping(self._editing.template.get("Outputs"))
        parts = {
            name: each.get("Properties") for name, each in self._scope.resources.items() if self._scope.is_made(each)
        }
        parts["Outputs"] = {name: each for name, each in outputs.items() if self._scope.is_made(mapping(each))}
        for name, part in parts.items():
            for path, value in self._scope.made_calls(part, "Fn::ImportValue"):
                wanted = self._scope.partly(value)
                about = self._wait_for(name, path, value) or wanted
                if {wanted, about} & asked or wanted in self._editing.around.exports.values():
                    continue
                asked |= {wanted, about}
                line = self._editing.line(name, ("Properties", *path))
                why = "the stack that exports it is production's: a replica needs a value of its own"
                answer = self._answer_of_import(name, path, value, wanted)
                self.asks.append(Ask(name, f"imports {wanted}", why, answer, line))

    def _answer_of_import(self, name: str, path: Path, value: Any, wanted: str) -> str:
        """The word that gives an import its value, or first the parameter that its name needs."""
        waiting = self._wait_for(name, path, value)
        if waiting:
            return f'parameters: {{{waiting}: "..."}}'
        plain = re.fullmatch(r"[\w./-][\w./:-]*", wanted) and not wanted.endswith(":")
        return f'imports: {{{wanted if plain else json.dumps(wanted)}: "..."}}'

    def _lost(self) -> None:
        """Ask for what AWS makes no resource of that type without: no word makes it do so."""
        for name, path, needed in self._editing.lost:
            resource = mapping(self._scope.resources.get(name))
            parts = [path, path[:-1]] if isinstance(path[-1], int) else [path]  # of a list, too, that holds no more
            missing = [each for each in parts if each and not at(resource.get("Properties"), each)]
            schema = known(kind_of(resource))
            if schema is None or not any(as_in_schemas(each) in schema.needs for each in missing):
                continue
            gone = ", ".join(sorted(needed - self._scope.resources.keys() - self._scope.parameters.keys()))
            what = f"needs {gone or 'it'}, which is left out ({dotted(path)})"
            answer = f"leave_out: [{name}], or leave {gone or dotted((name, *path))} in"
            line = self._editing.line(name, ("Properties", *path))
            why = f"AWS makes no {kind_of(resource)} without it"
            self.asks.append(Ask(name, what, why, answer, line))

    def _fallen(self) -> None:
        """Ask for what fell with something that is left out, and that its resource may need."""
        for name, path in self._editing.fallen:
            if name in self._scope.resources and not self._is_asked(name, path):
                line = self._editing.line(name, ("Properties", *path))
                what = f"loses {dotted(path)}, which refers to what is left out"
                self._ask(name, what, "it may not work without", line, path)


def _masked(told: list[Told]) -> list[Told]:
    return [replace(each, what=without_secrets(each.what)) for each in told]
