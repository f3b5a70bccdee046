"""The changes that a replica's template needs, whoever wrote it: made on a copy of it, and told one by one."""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dr_orchestrator.aws.template import outward
from dr_orchestrator.aws.template.editing import zones
from dr_orchestrator.aws.template.editing.accounts import STAYS, Move
from dr_orchestrator.aws.template.editing.leaving import left_behind
from dr_orchestrator.aws.template.editing.names import (
    MUST_BEGIN,
    is_ours,
    names_of,
    renamed,
    without_inserts,
)
from dr_orchestrator.aws.template.editing.renames import Renames
from dr_orchestrator.aws.template.editing.streams import WHY as OF_STREAM
from dr_orchestrator.aws.template.editing.streams import consumers
from dr_orchestrator.aws.template.reading.parts import (
    ABSENT,
    at,
    brief,
    calls,
    changed_in,
    dotted,
    is_given_to_code,
    is_needed,
    is_secret,
    kind_of,
    off,
    protections,
    referring,
    spelled_by_functions,
    texts,
)
from dr_orchestrator.aws.template.reading.places import places
from dr_orchestrator.aws.template.reading.values import Path, Scope, Untold, function, references
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


class Editing:
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

    def make(self) -> None:
        """Make all edits, in the order in which one rests on another."""
        for name, resource in self.resources.items():
            self._do_without(name, resource)
        for section in mapping(self.template.get("Globals")):
            self._do_without_in("Globals", f"{outward.SERVERLESS}{section}", self.template["Globals"], (section,))
        self._leave_out()
        self._import()
        readable = dict(self._readable())
        for name, resource in self.resources.items():
            self._let_go(name, resource)
            if name in readable:
                self._unprotect(name, resource)
                self._close(name, resource)
                self._to_the_root(name, resource)
        scope = self.scope()
        for name, resource in self._readable():
            self._silence(name, resource, scope)
            self._rename(name, resource, scope)
        self._into_own_zones(scope)
        self._follow_renames(scope)
        self._rename_exports(scope)
        if self.place is Place.BESIDE:
            for name, resource in self._readable():
                self._bound(name, resource)

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

    # What stays out.

    def _leave_out(self) -> None:
        whole = {name for name in self.answers.leave_out if name in self.resources}
        for answer in self.answers.leave_out:
            name, _, path = answer.partition(".")
            if path and name in self.resources:
                self._drop(name, tuple(path.split(".")), "its owner left it out")
        reasons = dict.fromkeys(whole, "its owner left it out")
        for name, resource in self.resources.items():
            if why := self._does_without(kind_of(resource)):
                reasons.setdefault(name, why)
        reasons = zones.of_left_out(self.scope(), reasons.keys()) | reasons
        reasons |= {name: why for name, why in self._certificates_of_left_out().items() if name not in reasons}
        for name, why in reasons.items():
            self.edits.append(Edit(name, "", kind_of(self.resources[name]), ABSENT, why, self.line(name)))
            del self.template["Resources"][name]
        if reasons:
            self._without_references(frozenset(reasons))

    def _does_without(self, kind: str) -> str:
        """Why a replica does without a type; empty where it does not."""
        beside = outward.LEFT_OUT_BESIDE.get(kind, "") if self.place is Place.BESIDE else ""
        return outward.LEFT_OUT_WHOLE.get(kind, beside)

    def _certificates_of_left_out(self) -> dict[str, str]:
        """The certificates that nothing needs but what is left out with its public names."""
        kind = "AWS::CertificateManager::Certificate"
        needed = set[str]()
        for resource in self.resources.values():
            if not self._does_without(kind_of(resource)):
                needed.update(references(resource.get("Properties")))
        return {
            name: "it is of public names that are left out"
            for name, resource in self.resources.items()
            if kind_of(resource) == kind and name not in needed
        }

    def _without_references(self, gone: frozenset[str]) -> None:
        """Take out what refers to resources that are not made: outputs, dependencies, elements of lists, properties."""
        for name, resource in self.resources.items():
            depends = resource.get("DependsOn")
            listed = depends if isinstance(depends, list) else [depends] if depends else []
            kept = [each for each in listed if not (isinstance(each, str) and each in gone)]
            if depends and not kept:
                del resource["DependsOn"]
            elif depends:
                resource["DependsOn"] = kept
            for section in ("Properties", "Metadata", "UpdatePolicy", "CreationPolicy"):
                for path in list(referring(resource.get(section), gone)):
                    if section == "Properties" and is_needed(at(resource.get(section), path), path):
                        self.fallen.append((name, path))
                    self._drop(name, path, "it is of what is left out", section)
        outputs = mapping(self.template.get("Outputs"))
        for name in [each for each, output in outputs.items() if gone & set(references(output))]:
            line = self.line(name, section="Outputs")
            self.edits.append(
                Edit("Outputs", name, brief(outputs.pop(name)), ABSENT, "it is of what is left out", line)
            )

    def _import(self) -> None:
        """Put the values of imports in their place."""
        scope = self.scope()
        parts = {name: each.get("Properties") for name, each in self.resources.items()}
        for name, part in {**parts, "Outputs": mapping(self.template.get("Outputs"))}.items():
            for path, written in list(calls(part, "Fn::ImportValue")):
                wanted = scope.partly(written)
                if wanted in self.around.exports:
                    self._set(name, path, self.around.exports[wanted], "the replica's own stack exports it")
                elif wanted in self.answers.imports:
                    given = self.answers.imports[wanted]
                    self._set(name, path[:-1], given, f"the import of {wanted} has this value in a replica")

    # What would stay behind, or keep from being deleted.

    def _let_go(self, name: str, resource: dict[str, Any]) -> None:
        policy = resource.get("DeletionPolicy")
        silent = policy is None and kind_of(resource) in outward.KEEPS_A_FINAL_SNAPSHOT
        if silent or policy not in (None, "Delete"):
            was = policy or "a final snapshot, where nothing is said"
            self._mark(name, resource, "DeletionPolicy", was, "it would stay behind after the drill")
        if resource.get("UpdateReplacePolicy") not in (None, "Delete"):
            was = resource["UpdateReplacePolicy"]
            self._mark(name, resource, "UpdateReplacePolicy", was, "it would stay behind after the drill")

    def _mark(self, name: str, resource: dict[str, Any], key: str, was: Any, why: str) -> None:
        resource[key] = "Delete"
        self.edits.append(Edit(name, key, was, "Delete", why, self.line(name, (key,))))

    def _unprotect(self, name: str, resource: dict[str, Any]) -> None:
        why = "it could not be deleted after the drill"
        for path, value in list(protections(resource.get("Properties"))):
            if (unprotected := off(value)) != value:
                self._set(name, path, unprotected, why)
        for path, gone, told in list(left_behind(kind_of(resource), mapping(resource.get("Properties")))):
            self._set(name, path, gone, told)
        key, most, told = outward.SHORTEST.get(kind_of(resource), ("", 0, ""))
        if key and mapping(resource.get("Properties")).get(key) != most:
            self._set(name, (key,), most, told)

    def _close(self, name: str, resource: dict[str, Any]) -> None:
        """Close to the internet what production's data is put into, unless its owner allows it to be open."""
        kind, key = kind_of(resource), "PubliclyAccessible"
        said = mapping(resource.get("Properties")).get(key, outward.PUBLIC.get(kind, False))
        allowed = not {name, f"{name}.{key}"}.isdisjoint(self.answers.allow)
        if kind in outward.PUBLIC and not allowed and str(said).lower() != "false":
            self._set(name, (key,), False, "it holds production's data, and nobody outside is to reach it")

    def _silence(self, name: str, resource: dict[str, Any], scope: Scope) -> None:
        """Switch off what would act on each item with which a table is filled, unless its owner allows it."""
        for path, off_ in list(consumers(scope, resource)):
            allowed = not {name, f"{name}.{path[0]}"}.isdisjoint(self.answers.allow)
            if not allowed and str(at(resource.get("Properties"), path)).lower() != str(off_).lower():
                self._set(name, path, off_, OF_STREAM)

    def _to_the_root(self, name: str, resource: dict[str, Any]) -> None:
        """Take a role's path away: what holds a replica's roles knows them by the beginning of their names."""
        key = outward.PATHS.get(kind_of(resource), "")
        path = mapping(resource.get("Properties")).get(key, "/")
        if path != "/":
            self._renames.paths[name] = self.scope().partly(path)
            self._set(name, (key,), "/", "its name alone tells that it is a replica's: a path stands before that")

    def _do_without(self, name: str, resource: dict[str, Any]) -> None:
        self._do_without_in(name, kind_of(resource), resource.get("Properties"))

    def _do_without_in(self, name: str, kind: str, part: Any, lead: tuple[str, ...] = ()) -> None:
        for written, why in outward.LEFT_OUT.get(kind, {}).items():
            for path, _ in list(places(part, (*lead, *written.split(".")))):
                self._drop(name, path, why)

    # Names.

    def _rename(self, name: str, resource: dict[str, Any], scope: Scope) -> None:
        kind, properties = kind_of(resource), mapping(resource.get("Properties"))
        for path, longest in names_of(kind, properties, scope):
            value = at(properties, path)
            if value in (None, "") or function(value) == ("Ref", "AWS::NoValue"):
                continue
            try:
                old = scope.text(value)
            except Untold as unknown:
                if unknown.own and any(not each.startswith("AWS::") for each in references(value)):
                    continue  # it holds the name of what the replica makes, and is as much its own
                old, was = "", name
            else:
                was = old
            if is_ours(old, self.copy_id):
                continue
            if self.copy_id in old and kind not in MUST_BEGIN:
                continue
            new = renamed(without_inserts(was) or name, kind, self.copy_id, longest)
            if (kind, new) in self._taken:
                new = renamed(f"{without_inserts(was)}-{name}", kind, self.copy_id, longest)
            self._taken.add((kind, new))
            self._given.add(new.rpartition("/")[2])
            self._set(name, path, new, "the name is production's: two cannot bear it")
            if old and "${" not in old.replace("${AWS::", ""):
                self._renames.note(old, kind, new)

    def _into_own_zones(self, scope: Scope) -> None:
        """Put records into the replica's zone by its id: production's may be called alike."""
        for name, resource in self._readable():
            for path, zone in list(zones.named(scope, resource)):
                self._set(name, (*path, zones.BY_ID), {"Ref": zone}, "production's zone may be called so, too")
                self._drop(name, (*path, zones.BY_NAME), "the replica's own zone is told by its id")

    def _follow_renames(self, scope: Scope) -> None:
        """Put new names where the template spells the old ones out: in ARNs, and in what is handed to code."""
        for name, resource in self._readable():
            kind = kind_of(resource)
            for path, value in list(spelled_by_functions(resource.get("Properties"))):
                try:
                    text = scope.text(value)
                except Untold:
                    continue
                if (text in self._renames or path[-1:] == ("ResourceId",)) and (
                    new := self._renames.in_text(text, kind, path)
                ) != text:
                    self._set(name, path, new, "what it names is called so in the replica")
            for path, text in list(texts(resource.get("Properties"))):
                new = self._renames.in_text(text, kind, path)
                if new != text:
                    self._set(name, path, new, "what it names is called so in the replica")

    def _rename_exports(self, scope: Scope) -> None:
        for name, output in mapping(self.template.get("Outputs")).items():
            export = mapping(mapping(output).get("Export"))
            if "Name" not in export:
                continue
            value = export["Name"]
            try:
                text = scope.text(value)
                if self.copy_id in text:
                    continue
                new: Any = f"{self.copy_id}-{text}" if "${" not in text else {"Fn::Sub": f"{self.copy_id}-{text}"}
            except Untold:
                text = new = f"{self.copy_id}-{name}"
            export["Name"] = new
            if isinstance(new, str):
                self.exports[text] = new
            line = self.line(name, ("Export", "Name"), "Outputs")
            why = "an export's name is known once in a region: production's"
            self.edits.append(Edit("Outputs", f"{name}.Export.Name", value, new, why, line))

    # Rights.

    def _bound(self, name: str, resource: dict[str, Any]) -> None:
        key = outward.ROLES.get(kind_of(resource), "")
        if not key:
            return
        properties = resource.setdefault("Properties", {})
        _, serverless, section = kind_of(resource).partition(outward.SERVERLESS)
        if serverless and "Role" in {**mapping(mapping(self.template.get("Globals")).get(section)), **properties}:
            return  # it makes none of its own
        boundary = {"Fn::Sub": self._boundary} if "${" in self._boundary else self._boundary
        if properties.get(key) != boundary:
            self._set(name, (key,), boundary, "what its code does cannot touch production, whatever its policies say")

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
        found = self.resources.get(name)
        part: Any = mapping(self.template.get(name)) if found is None else found.setdefault(section, {})
        *around, last = (int(key) if str(key).isdigit() else key for key in path)
        for key in around:
            part = part[key]
        return part, last
