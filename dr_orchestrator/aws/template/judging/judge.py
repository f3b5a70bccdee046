"""Judges what a derived template still reaches outside the replica: asked of its owner, refused, or only told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dr_orchestrator.aws.template import outward
from dr_orchestrator.aws.template.editing.leaving import logs_left
from dr_orchestrator.aws.template.judging import reach, zones
from dr_orchestrator.aws.template.judging.named import Named
from dr_orchestrator.aws.template.judging.people import told_to_people
from dr_orchestrator.aws.template.judging.principals import admitted
from dr_orchestrator.aws.template.judging.reaching import reached
from dr_orchestrator.aws.template.reading.parts import (
    kind_of,
)
from dr_orchestrator.aws.template.reading.places import records
from dr_orchestrator.aws.template.reading.values import (
    Path,
    Untold,
    function,
    shown,
)
from dr_orchestrator.aws.template.registry import known
from dr_orchestrator.documents.cloudformation import mapping
from dr_orchestrator.domain.replica import Note, Place, Refusal


class Judging(Named):
    """Looks through the resources of a derived template."""

    def judge(self) -> None:
        """Find all of it."""
        self._transforms()
        for name, resource in self._scope.resources.items():
            if self._scope.is_made(resource):
                self._resource(name, resource)
        self._lost()
        self._fallen()
        self._imports()
        self._globals()
        self._values_to_come()
        if left := logs_left(self._scope):
            why = "their first lines make them, and no stack deletes them: give each an AWS::Logs::LogGroup"
            more = f" and {len(left) - 3} more" if len(left) > 3 else ""
            what = f"leaves log groups behind: of {', '.join(left[:3])}{more}"
            self.notes.append(Note(left[0], what, why, self._editing.line(left[0])))
        self._mask()

    def _globals(self) -> None:
        """Judge what a serverless template says once for all its functions."""
        for section, said in mapping(self._editing.template.get("Globals")).items():
            for path, value in self._scope.leaves({section: said}):
                self._part("Globals", f"{outward.SERVERLESS}{section}", path, value)

    # A resource.

    def _resource(self, name: str, resource: Mapping[str, Any]) -> None:
        kind, properties = kind_of(resource), resource.get("Properties") or {}
        line = self._editing.line(name)
        if kind in outward.WITHOUT_EFFECT:
            return
        if self._unknown(name, kind, properties, line):
            return
        if not isinstance(properties, dict) or function(properties)[0] not in ("", "Fn::Transform"):
            self._ask(name, "has properties that are known only to AWS", "nothing can be said of it", line)
            return
        if kind in outward.REFUSED and not self._within(kind, properties):
            what, why = outward.REFUSED[kind]
            self.refused.append(Refusal(name, what, why, line))
            return
        if kind in outward.ASKED:
            what, why = outward.ASKED[kind]
            self._ask(name, what, why, line)
        if reach.is_of_whole_account(kind, properties) and self._place is Place.BESIDE:
            self._ask(name, "is a setting of the whole account", "it holds for production, too", line)
        for found in reached(kind, properties, self._scope):
            self._reached(name, found)
        for path, record in records(kind, properties):
            self._record(name, record, path)
        outside = [
            *told_to_people(self._scope, kind, properties),
            *zones.public(self._scope, kind, properties, self._editing.copy_id),
            *admitted(self._scope, properties, self._editing.copy_id),
        ]
        for each in outside:
            self._ask(name, each.what, each.why, self._editing.line(name, ("Properties", *each.path)), each.path)
        for path, value in self._scope.leaves(properties):
            self._part(name, kind, path, value)

    def _unknown(self, name: str, kind: str, properties: Any, line: int) -> bool:
        """Judge what no schema knows of; whether that was all."""
        if kind.startswith(outward.CUSTOM):
            token = mapping(properties).get("ServiceToken")
            if not self._scope.owner(token) and not self._is_answered(name):
                what = f"calls {shown(token)}, which the stack does not make"
                self._ask(name, what, "what that function does cannot be seen", line)
            self._told_to_function(name, mapping(properties))
            return True
        if kind == outward.NESTED:
            self._nested(name, mapping(properties))
            if name in self._read:
                return True
            url = mapping(properties).get("TemplateURL")
            why = "AWS reads it when it expands the stack, and what it makes is judged then"
            self.notes.append(Note(name, f"is a stack of {shown(url)}", why, line))
            return True
        if kind.startswith(outward.SERVERLESS) or known(kind) is not None:
            return False
        self._ask(name, f"is of type {kind}, which no schema of AWS knows", "what it does cannot be seen", line)
        return True

    def _told_to_function(self, name: str, properties: Mapping[str, Any]) -> None:
        """Judge what the function of a custom resource is told: its code may do anything with it."""
        for path, value in self._scope.leaves(properties):
            if path[:1] != ("ServiceToken",):
                self._wait_for(name, path, value)
                self._named(name, path, value)
                self._word(name, path, value, handed=True)

    def _nested(self, name: str, properties: Mapping[str, Any]) -> None:
        """Judge what a stack within is given: by itself it is judged with it, as far as that can be told."""
        for path, value in self._scope.leaves({"NotificationARNs": properties.get("NotificationARNs")}):
            if not self._scope.owner(value):
                self._value(name, outward.NESTED, path, value)
        for key, given in mapping(properties.get("Parameters")).items():
            several = len(self._scope.variants(given)) > 1
            for path, value in self._scope.leaves(given, ("Parameters", str(key))):
                self._wait_for(name, path, value)
                if several and not self._scope.owner(value):
                    self._outside(name, path, self._scope.partly(value), self._editing.line(name, path))

    def _within(self, kind: str, properties: Mapping[str, Any]) -> bool:
        """Whether a peering joins two networks of the replica alone."""
        ends = ("VpcId", "PeerVpcId") if kind == "AWS::EC2::VPCPeeringConnection" else ()
        return (
            bool(ends)
            and all(self._scope.owner(properties.get(end)) for end in ends)
            and "PeerOwnerId" not in properties
        )

    def _record(self, name: str, properties: Mapping[str, Any], path: Path = ()) -> None:
        zone = next((key for key in outward.ZONES if key in properties), "")
        value = properties.get(zone)
        if not zone or self._scope.owner(value):
            return
        try:
            told = self._scope.text(value)
        except Untold:
            told = shown(value)
        what = f"writes a record into {told}, which the stack does not make"
        line = self._editing.line(name, ("Properties", *path, zone))
        self._ask(name, what, "who asks for that name would be moved to the replica", line)
