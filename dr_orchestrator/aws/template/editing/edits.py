"""The changes that a replica's template needs, whoever wrote it: made on a copy of it, and told one by one."""

from __future__ import annotations

from typing import Any

from dr_orchestrator.aws.template import outward
from dr_orchestrator.aws.template.editing import filled, zones
from dr_orchestrator.aws.template.editing.leaving import left_behind
from dr_orchestrator.aws.template.editing.listeners import listeners
from dr_orchestrator.aws.template.editing.naming import Naming
from dr_orchestrator.aws.template.editing.streams import WHY as OF_STREAM
from dr_orchestrator.aws.template.editing.streams import consumers
from dr_orchestrator.aws.template.reading.parts import (
    ABSENT,
    at,
    brief,
    calls,
    is_needed,
    kind_of,
    off,
    protections,
    referring,
)
from dr_orchestrator.aws.template.reading.places import places
from dr_orchestrator.aws.template.reading.values import Scope, references
from dr_orchestrator.documents.cloudformation import mapping
from dr_orchestrator.domain.replica import Edit, Place

_CLOSED = "it holds production's data, and nobody outside is to reach it"


class Editing(Naming):
    """Edits of one template, in the order in which one rests on another."""

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
            self._set(name, (key,), False, _CLOSED)
        for path, closed in list(filled.shut(name, resource, self.answers.filled)):
            if {name, f"{name}.{path[0]}"}.isdisjoint(self.answers.allow):
                self._set(name, path, closed, _CLOSED)

    def _silence(self, name: str, resource: dict[str, Any], scope: Scope) -> None:
        """Switch off what would act on what is production's, unless its owner allows it.

        That is each item with which a table is filled, and each object of a bucket; and beside production its events.
        """
        for path in list(filled.notifications(name, resource, self.answers.filled)):
            if {name, f"{name}.{path[0]}"}.isdisjoint(self.answers.allow):
                if kind_of(resource) == filled.BY_THE_CDK:
                    self._set(name, path, {}, filled.WHY)
                else:
                    self._drop(name, path, filled.WHY)
        heard = list(listeners(scope, resource)) if self.place is Place.BESIDE else []
        for path, off_, why in [*((*each, OF_STREAM) for each in consumers(scope, resource)), *heard]:
            allowed = not {name, f"{name}.{path[0]}", f"{name}.EventPattern"}.isdisjoint(self.answers.allow)
            if not allowed and str(at(resource.get("Properties"), path)).lower() != str(off_).lower():
                self._set(name, path, off_, why)

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
