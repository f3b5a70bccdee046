"""The names of a replica in its template: new ones, and what spells the old ones out."""

from __future__ import annotations

from typing import Any

from dr_orchestrator.aws.template.editing import zones
from dr_orchestrator.aws.template.editing.changing import Changing
from dr_orchestrator.aws.template.editing.names import (
    MUST_BEGIN,
    is_ours,
    names_of,
    renamed,
    without_inserts,
)
from dr_orchestrator.aws.template.reading.parts import (
    at,
    kind_of,
    spelled_by_functions,
    texts,
)
from dr_orchestrator.aws.template.reading.values import Scope, Untold, function, references
from dr_orchestrator.documents.cloudformation import mapping
from dr_orchestrator.domain.replica import Edit


class Naming(Changing):
    """Gives what a template makes names of the replica's own."""

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
        for name, path, zone in list(zones.named(scope)):
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
