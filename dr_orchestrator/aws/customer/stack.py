"""The stack itself as its documents tell it: identity and state, its template, its drift."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from dr_orchestrator.aws.calls.api import Refused
from dr_orchestrator.aws.customer.asking import Asking
from dr_orchestrator.aws.watcher import Sighting, States
from dr_orchestrator.documents import cloudformation
from dr_orchestrator.domain.customer.differing import digest
from dr_orchestrator.domain.customer.looking import Known
from dr_orchestrator.errors import NotMeasured, NotRecoverable

DETECTION = States(
    ready=frozenset({"DETECTION_COMPLETE", "DETECTION_FAILED"}), progress=frozenset({"DETECTION_IN_PROGRESS"})
)
CEILING_S = 1800.0
"""Drill seconds after which a detection that does not end is given up; AWS tells of minutes."""

ANOTHERS_S, AGAIN_S = 900.0, 15.0
"""Drill seconds for which somebody else's detection is waited for, and between two tries."""

NESTED = "AWS::CloudFormation::Stack"
_CHECKED = ("IN_SYNC", "MODIFIED", "DELETED")


def described(asking: Asking) -> dict[str, Any]:
    """Which stack it is, how it stands and what it is made of.

    Values of parameters are kept as digests: they may be secrets.
    """
    name = asking.stack.stack
    found = asking.there(lambda: asking.call("cloudformation", "DescribeStacks", StackName=name)["Stacks"])
    if not found or found[0]["StackStatus"] == "DELETE_COMPLETE":
        return {name: None}
    stack = found[0]
    parameters = {each["ParameterKey"]: _parameter(each) for each in stack.get("Parameters") or ()}
    updated = stack.get("LastUpdatedTime")
    told = {
        "id": stack["StackId"],
        "status": stack["StackStatus"],
        "created": stack["CreationTime"].isoformat(),
        "updated": updated.isoformat() if updated else None,
        "parameters": parameters,
        "resources": {
            each["LogicalResourceId"]: _resource(each)
            for each in members(asking)
            if each["ResourceStatus"] != "DELETE_COMPLETE"
        },
    }
    return {name: told}


def members(asking: Asking) -> list[Mapping[str, Any]]:
    """The resources of the stack; NotFound where it is gone."""
    return asking.pages("cloudformation", "ListStackResources", "StackResourceSummaries", StackName=asking.stack.stack)


def within(described: Mapping[str, Any]) -> str:
    """The words for the stacks within it, into which nobody looks; empty where it has none."""
    resources = [item for each in described.values() if each for item in each["resources"].items()]
    found = sorted(name for name, each in resources if each["type"] == NESTED)
    return f"nobody looks into the stacks within: {', '.join(found)}" if found else ""


def _resource(each: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "type": each["ResourceType"],
        "id": each.get("PhysicalResourceId", ""),
        "status": each["ResourceStatus"],
    }


def _parameter(each: Mapping[str, Any]) -> str:
    return _short(str(each.get("ResolvedValue") or each.get("ParameterValue") or ""))


def _short(value: str) -> str:
    """A value that may be a secret, so that it is known again and not read."""
    return f"sha256 {digest(value)[:16]}"


def template(asking: Asking) -> dict[str, Any]:
    """The template that the stack was last given, in its long form: however it is written, the same is the same."""
    name = asking.stack.stack
    told = asking.there(
        lambda: asking.call("cloudformation", "GetTemplate", StackName=name, TemplateStage="Original")["TemplateBody"]
    )
    if told is None:
        return {name: None}
    try:
        return {name: cloudformation.parse(str(told), name, cloudformation.LARGEST_IN_BUCKET).data}
    except cloudformation.Malformed:  # AWS took it: what we cannot read is held to the letter
        return {name: str(told)}


class Detection:
    """One detection of drift: asked for, waited for by the watcher, read."""

    def __init__(self, asking: Asking) -> None:
        self._asking, self._name = asking, asking.stack.stack
        self._id = ""
        self._gone = False

    def begin(self) -> None:
        """Ask for it; where somebody else's is under way, once that is over."""
        began = self._asking.clock.monotonic()
        while True:
            try:
                found = self._asking.there(
                    lambda: self._asking.call("cloudformation", "DetectStackDrift", StackName=self._name)
                )
            except Refused as refused:
                if not _under_way(refused) or self._asking.clock.monotonic() - began > ANOTHERS_S:
                    raise
                self._asking.raise_if_stopped()
                self._asking.clock.sleep(AGAIN_S)
                continue
            self._gone = found is None
            self._id = "" if found is None else found["StackDriftDetectionId"]
            return

    def result(self) -> Known:
        """The drift of each resource; NotMeasured where the detection failed or does not end."""
        if self._gone:
            return Known({self._name: None})
        told = self._wait().detail
        if told["DetectionStatus"] != "DETECTION_COMPLETE":
            why = told.get("DetectionStatusReason") or "AWS does not say why"
            raise NotMeasured(f"the detection of drift failed: {why}", call="cloudformation:DetectStackDrift")
        drifts = self._asking.following(
            "cloudformation", "DescribeStackResourceDrifts", "StackResourceDrifts", StackName=self._name
        )
        resources = {each["LogicalResourceId"]: _drift(each) for each in drifts}
        checked = sum(each["status"] in _CHECKED for each in resources.values())
        seen = {"status": told["StackDriftStatus"], "resources": resources}
        return Known({self._name: seen}, f"drift was looked for in {checked} of its resources")

    def _wait(self) -> Sighting:
        home = self._asking.home
        api = home.api("cloudformation")

        def look(ids: Iterable[str]) -> dict[str, Sighting]:
            told = {each: api.call("DescribeStackDriftDetectionStatus", StackDriftDetectionId=each) for each in ids}
            return {each: Sighting(status["DetectionStatus"], status) for each, status in told.items()}

        feed = self._asking.watcher.feed((api.endpoint, api.region, home.pinned, "drift"), look)
        try:
            return self._asking.watcher.wait(
                feed,
                self._id,
                DETECTION,
                ceiling=CEILING_S,
                observe=lambda _: None,
                raise_if_stopped=self._asking.raise_if_stopped,
            )
        except NotRecoverable as stuck:  # it says nothing of the stack
            raise NotMeasured(f"the detection of drift did not end: {stuck.message}") from stuck


def _under_way(refused: Refused) -> bool:
    told = refused.message.lower()
    return "drift" in told and "in progress" in told


def _drift(each: Mapping[str, Any]) -> dict[str, Any]:
    """The drift of a resource: where, and of which kind; a property may be a secret, so that its values are digests."""
    differences = {
        found["PropertyPath"]: {
            "kind": found["DifferenceType"],
            "expected": _short(found["ExpectedValue"]),
            "actual": _short(found["ActualValue"]),
        }
        for found in each.get("PropertyDifferences") or ()
    }
    return {
        "type": each["ResourceType"],
        "id": each.get("PhysicalResourceId", ""),
        "status": each["StackResourceDriftStatus"],
        "differences": differences,
    }
