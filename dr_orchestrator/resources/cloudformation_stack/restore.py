"""CloudFormation: create an environment anew under drill names, fill its stores, take it down whole."""

from __future__ import annotations

import functools
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from dr_orchestrator.aws.calls.answers import Strange
from dr_orchestrator.aws.calls.api import Api, NotFound, Refused
from dr_orchestrator.aws.calls.denials import by_policy
from dr_orchestrator.aws.copies import Live
from dr_orchestrator.aws.preflight import boundary, place
from dr_orchestrator.aws.template.given import Given, given
from dr_orchestrator.aws.toolkit import Toolkit
from dr_orchestrator.aws.watcher import ABSENT, VANISHED, Feed, Sighting, States
from dr_orchestrator.domain import replica
from dr_orchestrator.domain.copy import Copy, CopyRecord, CopyState, Identity, Place
from dr_orchestrator.domain.cost import Billed
from dr_orchestrator.domain.evidence import Asked, Ready, Seen
from dr_orchestrator.domain.ports import Member
from dr_orchestrator.domain.preflight import NotApplicable, PreflightCheck
from dr_orchestrator.domain.recovery_point import RecoveryPoint
from dr_orchestrator.domain.run import ServerTime
from dr_orchestrator.domain.service import Rebuild, Resource
from dr_orchestrator.errors import DrillFault, NotMeasured, NotRecoverable, Stopped, Transient
from dr_orchestrator.resources.cloudformation_stack import births
from dr_orchestrator.resources.drillable import Parts
from dr_orchestrator.runner import Born

CALLED = "a stack"
NO_POINTS: Mapping[str, RecoveryPoint] = {}
NESTED = "AWS::CloudFormation::Stack"
STATES = States(
    ready=frozenset({"CREATE_COMPLETE"}),
    dead=frozenset(
        {"CREATE_FAILED", "ROLLBACK_IN_PROGRESS", "ROLLBACK_COMPLETE", "ROLLBACK_FAILED"}
        | {"DELETE_IN_PROGRESS", "DELETE_COMPLETE", "DELETE_FAILED"}
    ),
    progress=frozenset({"CREATE_IN_PROGRESS", "REVIEW_IN_PROGRESS", ABSENT}),
    sightings=2,
)
GONE = States(
    ready=frozenset({"DELETE_COMPLETE", ABSENT}),
    dead=frozenset({"DELETE_FAILED"}),
    progress=frozenset({"DELETE_IN_PROGRESS", *STATES.dead, "CREATE_IN_PROGRESS", "CREATE_COMPLETE"})
    - {"DELETE_FAILED"},
    sightings=VANISHED,
)
DELETIONS = 3
"""How often a stack is deleted whose deletion fails."""


class CloudFormationStack:
    """Creates an environment anew from its template."""

    def __init__(
        self, resource: Resource, toolkit: Toolkit, parts: Parts, place: Place, born: Sequence[Born] = ()
    ) -> None:
        """`parts` are what a stack may hold that drills know of, `place` is where it stands, `born` are the stores that
        its template makes from recovery points.
        """
        self._resource, self._parts, self._tools, self._place = resource, parts, toolkit, place
        self._born = born

    @functools.cached_property
    def _toolkit(self) -> Toolkit:
        """The tools, where the stack stands."""
        return self._tools.at(self._place)

    @functools.cached_property
    def _points(self) -> dict[str, RecoveryPoint]:
        """The newest recovery points of the stores that the template makes, for looks."""
        return births.newest(self._born)

    @property
    def _api(self) -> Api:
        return self._toolkit.account.api("cloudformation")

    def preflight_checks(self, copy: Copy) -> list[PreflightCheck]:
        """The template, for what a replica would change or reach outside; what holds its roles; and a free name."""
        return [
            PreflightCheck("template", lambda: str(self._looked_at(copy))),
            PreflightCheck("permissions boundary", lambda: self._look_at_boundary(copy)),
            PreflightCheck("name of the copy", lambda: self._look_at_name(copy)),
        ]

    def billed(self, name: str = "") -> Billed:
        """Nobody can tell what a template's resources will cost."""
        return Billed(besides=f"what {name or 'the template'} makes")

    def isolated(self, copy: Copy) -> Seen:
        """Prove that the stack is in its region, and in the account that is declared, where one is."""
        live = self._describe(copy.id)
        if live is None:
            raise NotMeasured(f"{copy.id} is not to be seen", call="cloudformation:DescribeStacks")
        self._toolkit.proofs.same(copy, live["StackId"])
        of = copy.account or self._resource.account or live["StackId"].split(":")[4]
        return Seen(place.same(live["StackId"], copy.region, of))

    def _given(self, copy: Copy, points: Mapping[str, RecoveryPoint]) -> Given:
        return given(self._rebuild(), copy.id, self._toolkit.proofs.sources, births.of(self._born, points))

    def _looked_at(self, copy: Copy) -> Given:
        """The template with the recovery points of when it was first looked at: the flow chooses anew."""
        return self._given(copy, self._points)

    def _look_at_boundary(self, copy: Copy) -> str:
        try:
            makes_roles = self._looked_at(copy).makes_roles
        except NotRecoverable as refused:
            raise NotApplicable("the template is not accepted") from refused
        if self._rebuild().place is replica.Place.DRILL_ACCOUNT:
            raise NotApplicable("the replica's account holds nothing of production's")
        if not makes_roles:
            raise NotApplicable("the replica has no role")
        return boundary.holds(self._toolkit.account, self._rebuild().boundary)

    def _look_at_name(self, copy: Copy) -> str:
        found = self._describe(copy.id)
        return self._toolkit.proofs.name_is_free(copy, _live(found) if found else None, CALLED)

    def build(self, copy: Copy, points: Mapping[str, RecoveryPoint] = NO_POINTS) -> Asked:
        """Ask for the stack. What fails is kept as it failed, so that its events tell why; teardown removes it."""
        made = self._given(copy, points)
        self._toolkit.context.derived(made.made)
        parameters = [
            {"ParameterKey": key, "ParameterValue": value} for key, value in self._rebuild().given(copy.id).items()
        ]
        try:
            stack_id = self._api.call(
                "CreateStack",
                StackName=copy.id,
                TemplateBody=made.body,
                Parameters=parameters,
                Capabilities=["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM"],
                OnFailure="DO_NOTHING",
                EnableTerminationProtection=False,
                ClientRequestToken=copy.id,
                Tags=[{"Key": key, "Value": value} for key, value in copy.tags.items()],
            )["StackId"]
            if f":stack/{copy.id}/" not in stack_id:
                raise Strange(f"asked for {copy.id}, it made {stack_id}", "cloudformation:CreateStack")
        except Refused as refused:
            existing = self._describe(copy.id) if "AlreadyExists" in refused.code else None
            if existing is None:
                raise
            self._toolkit.proofs.adopt(copy, _live(existing), CALLED)
            stack_id = existing["StackId"]
        return Asked(Identity(stack_id, stack_id))

    def ready(self, copy: Copy) -> Ready:
        """Wait until every resource is made; the fault names the first that failed."""
        try:
            return Ready(self._toolkit.seconds_since(self._toolkit.wait_until_ready(self._feed(), copy, STATES)))
        except NotRecoverable as fault:
            raise NotRecoverable(f"{fault.message}{self._first_failure(copy)}", fault.hint) from fault

    def server_times(self, copy: Copy) -> list[ServerTime]:
        """The stack's own events; those of its resources are left out."""
        stack = self._identity(copy) or copy.id
        events = self._api.pages("DescribeStackEvents", "StackEvents", StackName=stack)
        own = [event for event in events if event.get("PhysicalResourceId") == event["StackId"]]
        return [_told(copy, event) for event in sorted(own, key=lambda event: event["Timestamp"])]

    def member(self, logical_id: str, copy: Copy) -> tuple[Copy, Identity]:
        """A part of the stack that can be filled, as a copy that the stack owns."""
        of, name = self._part(logical_id, copy)
        member = self._parts.members.get(of)
        if member is None or not name:
            what = f"is of {of}, which no drill can fill" if name else "was not made"
            raise NotMeasured(f"{logical_id} of {copy.id} {what}", call="cloudformation:ListStackResources")
        known = name in {row.copy.id for row in self._toolkit.proofs.owned(copy) if row.copy.type == member.type}
        identity = member.proven(name, copy, self._identity(copy), empty=not known)
        made = replace(copy, type=member.type, id=name, parent=copy.id, source=None)
        if known:
            self._toolkit.proofs.same(made, identity.unique_id)
        return made, identity

    def _identity(self, copy: Copy) -> str:
        """The id that AWS gave the stack, as the ledger has it; empty where its answer was lost."""
        known = self._toolkit.proofs.intended(copy).identity
        return known.unique_id if known else ""

    def fill(self, interim: Copy, member: Copy) -> int:
        """Copy all that a restored store holds into the stack's own."""
        return self._member_of(member).fill(interim, member)

    def destroy(self, copy: Copy) -> CopyState:
        """Delete the stack by its id, once proven to be this run's, and see it gone with all it held.

        One that somebody else deleted may have left a part behind as well: that is looked for all the same.
        """
        live = self._toolkit.describe_confirmed(lambda: self._describe(copy.id))
        state = CopyState.DELETED if live else self._toolkit.never_created(copy)
        stack_id = str(live["StackId"]) if live else self._identity(copy)
        held = self._toolkit.retry_transient(lambda: self._held(stack_id)) if live is not None else []
        if live is not None:
            self._delete(copy, stack_id)
        for row in self._toolkit.proofs.owned(copy):
            self._take_down_what_stayed(row)
        self._prove_empty(copy, stack_id, held)
        return state

    def _delete(self, copy: Copy, stack_id: str) -> None:
        """Delete the stack; again where that fails: what it held may have been in use for the moment."""
        for left in reversed(range(DELETIONS)):
            self._toolkit.retry_while(lambda: self._prove_and_delete(copy, stack_id), while_code="OperationInProgress")
            try:
                self._toolkit.wait_until_gone(self._feed(), copy, GONE, name=stack_id)
            except NotRecoverable as failed:
                if not left:
                    raise
                self._toolkit.context.asked_again(f"the deletion failed: {failed.message}")
            else:
                return

    def _prove_and_delete(self, copy: Copy, stack_id: str) -> None:
        live = self._describe(stack_id)
        if live is None or live["StackStatus"] in ("DELETE_IN_PROGRESS", "DELETE_COMPLETE"):
            return  # what was wanted
        self._toolkit.proofs.prove(copy, _live(live))
        self._api.call("DeleteStack", StackName=stack_id)

    def physical(self, logical_id: str, copy: Copy) -> str:
        """The name of a store of the stack in AWS."""
        of, name = self._part(logical_id, copy)
        if of not in self._parts.members or not name:
            raise NotMeasured(f"{copy.id} has no store {logical_id}", call="cloudformation:ListStackResources")
        self._parts.members[of].proven(name, copy, self._identity(copy), empty=False)
        return name

    def _part(self, logical_id: str, copy: Copy) -> tuple[str, str]:
        """A resource's type in CloudFormation, and what it is called in AWS; empty where it is not made."""
        for resource in self._resources(copy.id):
            if resource.get("LogicalResourceId") == logical_id:
                return str(resource.get("ResourceType", "")), str(resource.get("PhysicalResourceId") or "")
        raise NotMeasured(f"{copy.id} has no resource {logical_id}", call="cloudformation:ListStackResources")

    def _member_of(self, copy: Copy) -> Member:
        found = next((each for each in self._parts.members.values() if each.type == copy.type), None)
        if found is None:
            raise NotMeasured(f"nothing here knows {copy.type} {copy.id}", "this is a defect: please report")
        return found

    def outputs(self, copy: Copy) -> dict[str, str]:
        """The stack's outputs."""
        live = self._describe(copy.id) or {}
        return {each["OutputKey"]: each["OutputValue"] for each in live.get("Outputs", [])}

    def _held(self, stack_id: str) -> list[Mapping[str, Any]]:
        """The resources that a stack and the stacks in it hold, or held: CloudFormation tells them of a deleted one for
        three months, by its id; NotFound afterwards.
        """
        held = [each for each in self._resources(stack_id) if each.get("PhysicalResourceId")] if stack_id else []
        nested = [each["PhysicalResourceId"] for each in held if each["ResourceType"] == NESTED]
        return [*held, *(each for stack in nested for each in self._held(stack))]

    def _take_down_what_stayed(self, row: CopyRecord) -> None:
        """A part that outlived its stack is a copy of this run still: proven and deleted as such, or told."""
        member, name = self._member_of(row.copy), row.copy.id
        live = self._toolkit.retry_transient(lambda: member.identity(name))
        if live is None or (row.identity and row.identity.unique_id != live.unique_id):
            return
        self._toolkit.context.asked_again(f"the stack is gone: it left {name} behind")
        try:
            member.destroy(row.copy)
        except (Stopped, Transient):
            raise
        except DrillFault as fault:
            raise NotMeasured(f"the stack is gone but left {name} behind: {fault.message}", fault.hint) from fault

    def _prove_empty(self, copy: Copy, stack_id: str, held: list[Mapping[str, Any]]) -> None:
        """CloudFormation's word on the stack is not enough: all that it held is asked after, type by type.

        What drills know how to list is looked for, more than once where it shows: a listing may lag behind. Of anything
        else CloudFormation says whether it was deleted, or left as it was by a deletion by force.
        """
        try:
            told = self._toolkit.retry_transient(lambda: self._held(stack_id))
        except NotFound as forgotten:
            why = f"CloudFormation no longer tells what {copy.id} held, so nothing proves that all of it is gone"
            raise NotMeasured(f"{why}: look for what is named or tagged like it by hand") from forgotten
        listed = {_part(each) for each in (*held, *told) if each["ResourceType"] in self._parts.listed}
        kept = {_part(each) for each in told if each["ResourceStatus"] != "DELETE_COMPLETE"} - listed
        shown = self._toolkit.absence_confirmed(lambda: self._shown(listed))
        if left := [*shown, *(f"{of} {name}" for of, name in sorted(kept))]:
            raise NotMeasured(f"the stack is deleted but left {', '.join(left)} behind: delete by hand what is there")

    def _shown(self, parts: Collection[tuple[str, str]]) -> list[str]:
        """Those of the parts (type in CloudFormation, and name) that a listing of their type shows."""
        seen = {
            (of, called.casefold())
            for of in sorted({of for of, _ in parts})
            for each in self._parts.listed[of]()
            for called in (each.id, each.identity)
        }
        return [f"{of} {name}" for of, name in sorted(parts) if (of, name.casefold()) in seen]

    def _resources(self, stack: str) -> list[Mapping[str, Any]]:
        return list(self._api.pages("ListStackResources", "StackResourceSummaries", StackName=stack))

    def _first_failure(self, copy: Copy) -> str:
        events = self._api.pages("DescribeStackEvents", "StackEvents", StackName=copy.id)
        failed = [event for event in events if "FAILED" in event.get("ResourceStatus", "")]
        if not failed:
            return ""
        first = min(failed, key=lambda event: event["Timestamp"])
        reason = first.get("ResourceStatusReason", first["ResourceStatus"])
        return "".join(f"; {each}" for each in (f"{first['LogicalResourceId']}: {reason}", by_policy(reason)) if each)

    def _describe(self, stack: str) -> Mapping[str, Any] | None:
        field = "StackId" if stack.startswith("arn:") else "StackName"
        try:
            return self._api.named("DescribeStacks", "Stacks", field, stack, StackName=stack)
        except NotFound:
            return None

    def _rebuild(self) -> Rebuild:
        if self._resource.rebuild is None:
            raise NotRecoverable(f"{self._resource.name} has no template", "declare `rebuild` at the resource")
        return self._resource.rebuild

    def _feed(self) -> Feed:
        def look(names: Iterable[str]) -> dict[str, Sighting]:
            found = {name: self._describe(name) for name in names}
            return {name: Sighting(stack["StackStatus"], stack) for name, stack in found.items() if stack}

        return self._toolkit.watcher.feed(
            (self._api.endpoint, self._api.region, self._toolkit.account.pinned, "cloudformation"), look
        )


def _part(told: Mapping[str, Any]) -> tuple[str, str]:
    """A resource that a stack held: its type, and its name; two of two types may be called alike."""
    return str(told["ResourceType"]), str(told["PhysicalResourceId"])


def _live(described: Mapping[str, Any]) -> Live:
    tags = {tag["Key"]: tag["Value"] for tag in described.get("Tags", [])}
    return Live(described["StackName"], described["StackId"], tags, created_at=described.get("CreationTime"))


def _told(copy: Copy, event: Mapping[str, Any]) -> ServerTime:
    state = event["ResourceStatus"]
    told = f"{state} {event.get('ResourceStatusReason', '')}".strip()
    return ServerTime(copy.id, state, event["Timestamp"], f"cloudformation:DescribeStackEvents: {told}")
