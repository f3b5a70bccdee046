"""The name that leads to a stack in another region: where the stack answers is one of its outputs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from urllib.parse import urlsplit

from dr_orchestrator.aws import copies
from dr_orchestrator.aws.drill_name.records import DrillName
from dr_orchestrator.aws.drill_name.switched import SwitchedName
from dr_orchestrator.aws.preflight.region import enabled
from dr_orchestrator.documents.cloudformation import mapping, parse
from dr_orchestrator.domain.copy import Copy, Place
from dr_orchestrator.domain.drill import Drill
from dr_orchestrator.domain.leading import Controls, Leading, Way
from dr_orchestrator.errors import NotMeasured
from dr_orchestrator.resources.cloudformation_stack import edge
from dr_orchestrator.resources.cloudformation_stack.controlling import HEALTH_CHECK, ROUTING_CONTROL
from dr_orchestrator.resources.cloudformation_stack.naming import DRILL_NAME
from dr_orchestrator.resources.drillable import Order

Outputs = Callable[[Copy], Mapping[str, str]]


def planned(copy: Copy, leading: Leading, resource_id: str) -> Copy:
    """The name of a run, as planned: the zone, and a name in it that carries the run."""
    label = copies.name(copy.run, resource_id, DRILL_NAME)
    return replace(copy, type=DRILL_NAME.name, id=f"{leading.zone}/{label}.{leading.domain}")


def standing(copy: Copy, controls: Controls, resource_id: str) -> dict[Way, tuple[Copy, Copy]]:
    """The routing control and the health check of each side, as planned."""

    def of(way: Way) -> tuple[Copy, Copy]:
        label = copies.name(copy.run, f"{way}-{resource_id}", ROUTING_CONTROL)
        control = replace(copy, type=ROUTING_CONTROL.name, id=f"{controls.panel}/{label}")
        return control, replace(copy, type=HEALTH_CHECK.name, id=label)

    return {way: of(way) for way in (Way.BACK, Way.THERE)}


def drill_name(order: Order, outputs: Outputs, foreign: Outputs) -> DrillName | None:
    """The name of a drill that comes back in another region; None of any other. What is `foreign` is led to by none."""
    drill, toolkit = order.drill, order.toolkit
    if (leading := drill.leading) is None:
        return None

    def host(copy: Copy) -> str:
        told = outputs(copy)
        if leading.output not in told:
            known = ", ".join(sorted(told)) or "none"
            raise NotMeasured(f"{copy.id} has no output {leading.output}; it has: {known}")
        if why := foreign(copy).get(leading.output):
            raise NotMeasured(f"nothing is led there: the output {leading.output} of {copy.id} {why}")
        return _host(told[leading.output])

    def usable() -> str:
        # Asked from where production is: an account answers no call in a region that it has not enabled.
        return enabled(toolkit.account_at(Place("", leading.lost)), order.copy.region)

    name, asked = planned(order.copy, leading, drill.resource.id), (host, usable, lambda: _types(drill))
    if (controls := leading.controls) is None:
        return DrillName(toolkit, name, leading, *asked)
    return SwitchedName(toolkit, name, leading, controls, standing(order.copy, controls, drill.resource.id), *asked)


def _types(drill: Drill) -> dict[str, str]:
    """The types of what the environment is made of, by logical id; those within by the path to them."""
    rebuild = drill.resource.rebuild
    if rebuild is None:
        return {}
    texts = {"": rebuild.template, **{f"{path}/": text for path, text in rebuild.within.items()}}
    found: dict[str, str] = {}
    for path, text in texts.items():
        for logical, each in parse(text, path or rebuild.template_path).part("Resources").items():
            if f"{path}{logical}" not in rebuild.answers.leave_out:
                found |= edge.types(f"{path}{logical}", mapping(each))
    return found


def _host(output: str) -> str:
    """The host of an address, or of what is a host by itself; empty where it is neither."""
    try:
        return urlsplit(output if "://" in output else f"//{output}").hostname or ""
    except ValueError:  # a bracket, say, that is not closed
        return ""
