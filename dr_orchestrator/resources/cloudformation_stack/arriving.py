"""An event as a customer's rule would deliver it, put onto the replica's own bus, and seen to arrive in the replica."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from dr_orchestrator.aws.calls.api import Api, NotFound
from dr_orchestrator.aws.copies import Live
from dr_orchestrator.aws.toolkit import Toolkit
from dr_orchestrator.checks.arrivals import expectation
from dr_orchestrator.checks.result import judged
from dr_orchestrator.documents.cloudformation import mapping
from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.domain.drill import EventArrives
from dr_orchestrator.domain.objective import format_duration
from dr_orchestrator.domain.replica import Derived
from dr_orchestrator.domain.run import CheckResult
from dr_orchestrator.domain.service import Resource
from dr_orchestrator.errors import DrillFault, NotMeasured
from dr_orchestrator.resources.cloudformation_stack import finding
from dr_orchestrator.resources.cloudformation_stack.holds import BUS, LOG_GROUP
from dr_orchestrator.resources.cloudformation_stack.stacks import Stacks
from dr_orchestrator.resources.cloudformation_stack.teardown.parts import Part
from dr_orchestrator.resources.cloudformation_stack.teardown.proving import Proving

RULE = "AWS::Events::Rule"
MARK = "dro-token"
"""The key of an event's detail under which it has a word of its own."""

_INSTEAD = ("Input", "InputPath", "InputTransformer")
LOOK_S = 1.0
"""Drill seconds between two looks whether it is there: by so much the measured time may be too long."""


class Arrivals:
    """Performs such checks, in the account in which the replica stands.

    An event goes to one ARN alone: that of a bus which the run's own stack made, by the stack's events and the bus's
    own tags. Only then the guard knows it, and lets it through.
    """

    def __init__(self, resource: Resource, toolkit: Toolkit) -> None:
        self._resource, self._tools = resource, toolkit

    def perform(self, check: EventArrives, copy: Copy) -> CheckResult:
        """Send it once, and look until it is there or its time is over; the time that it took is measured."""
        tools = self._tools.at(copy.place)
        arn, group = self._bus(check, copy, tools), self._part(check.log_group, LOG_GROUP, copy, tools)[0].name
        clock, logs = tools.clock, tools.account.api("logs")
        token = f"dro-{secrets.token_hex(8)}"
        event, began = _sent(tools.account.api("events"), check, arn, token), clock.monotonic()
        while True:
            seen = _is_there(logs, group, event) or _is_there(logs, group, token)
            took = timedelta(seconds=clock.monotonic() - began)
            if seen:
                told = f"event {event} was in {group} {format_duration(took)} after it was sent to {arn}"
                return judged(check, expectation(check), told, took <= check.within, figures=_figures(event, took))
            if took > check.within:
                told = f"event {event}, sent to {arn}, was not in {group} after {format_duration(took)}"
                told += self._otherwise(check, copy)
                return judged(check, expectation(check), told, False, figures=_figures(event, None))
            tools.context.raise_if_stopped()
            clock.sleep(LOOK_S)

    def _otherwise(self, check: EventArrives, copy: Copy) -> str:
        """The words for rules of the replica that deliver something else than the event, as its template has them."""
        stacks = Stacks(self._resource, self._tools.proofs.sources)
        own, way = stacks.holding(check.bus, copy)
        try:
            found = sorted(_rewriting(stacks.given(own).derived, way))
        except DrillFault:  # the template was good enough to be built: what it says is told where it can be read
            return ""
        rules = " and ".join(f"{rule} ({given})" for rule, given in found)
        return f"; {rules} delivers it in another form, in which it cannot be known again" if rules else ""

    def _part(self, way: str, of: str, copy: Copy, tools: Toolkit) -> tuple[Part, Proving]:
        """A resource of the replica that its own stack made, of that type."""
        own, logical_id = Stacks(self._resource, tools.proofs.sources).holding(way, copy)
        known = tools.proofs.intended(own).identity
        if known is None:
            raise NotMeasured(f"nothing tells which stack {own.id} is")
        part = finding.part(tools.account.api("cloudformation"), own.id, known.unique_id, logical_id)
        if part.type != of or not part.name:
            raise NotMeasured(f"{way} of {own.id} is {part.type or 'nothing'}, and no {of}")
        proving = Proving(tools, own, known.unique_id)
        proving.raise_unless_made(part)
        return part, proving

    def _bus(self, check: EventArrives, copy: Copy, tools: Toolkit) -> str:
        """The ARN of the replica's own bus, which the guard knows from now on."""
        part, proving = self._part(check.bus, BUS, copy, tools)
        api = tools.account.api("events")
        live = api.call("DescribeEventBus", Name=part.name)
        tags = {each["Key"]: each["Value"] for each in api.call("ListTagsForResource", ResourceARN=live["Arn"])["Tags"]}
        arn = str(live["Arn"])
        proving.vouch(part, Live(arn, arn, tags, created_at=live.get("CreationTime")), arn)
        return arn


def _rewriting(derived: Derived, bus: str) -> Iterator[tuple[str, str]]:
    """The rules with a target that is given something else than the event, and what says so.

    Where the bus stands in the same template only its own; a stack within has it by a parameter.
    """
    for name, each in mapping(derived.template.get("Resources")).items():
        properties = mapping(mapping(each).get("Properties"))
        if mapping(each).get("Type") != RULE or "EventBusName" not in properties:
            continue
        if bus in mapping(derived.template.get("Resources")) and f'"{bus}' not in json.dumps(
            properties["EventBusName"]
        ):
            continue
        targets = properties.get("Targets")
        given = {key for one in (targets if isinstance(targets, list) else ()) for key in mapping(one)}
        yield from ((name, key) for key in _INSTEAD if key in given)
    for within, inner in derived.children.items():
        yield from ((f"{within}/{name}", key) for name, key in _rewriting(inner, bus.removeprefix(f"{within}/")))


def _sent(api: Api, check: EventArrives, arn: str, token: str) -> str:
    """Send the event; its id, by which it is known again, as it is by a token in its detail: a rule that delivers the
    detail alone keeps that.
    """
    entry = {
        "Source": check.source,
        "DetailType": check.detail_type,
        "Detail": json.dumps({**check.detail, MARK: token}),
        "EventBusName": arn,
    }
    (told,) = api.call("PutEvents", Entries=[entry])["Entries"]
    if told.get("ErrorCode"):
        why = f"{told['ErrorCode']}: {told.get('ErrorMessage', '')}"
        raise NotMeasured(f"{arn} did not take it: {why}", call="events:PutEvents")
    return str(told["EventId"])


def _is_there(api: Api, group: str, event: str) -> bool:
    """Whether the log group has it: EventBridge makes that when the first event comes, where it is a rule's target."""
    try:
        found = api.pages("FilterLogEvents", "events", logGroupName=group, filterPattern=f'"{event}"')
        return any(event in str(each.get("message", "")) for each in found)
    except NotFound:
        return False


def _figures(event: str, took: timedelta | None) -> Mapping[str, Any]:
    return {"event": event, "arrived_after_s": took.total_seconds() if took is not None else None}
