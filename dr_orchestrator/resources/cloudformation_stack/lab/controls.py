"""ARC as its clients see it, which moto lacks: a cluster with endpoints of its own, control panels, routing controls.

A control is known to the cluster some time after it was made, and to the control plane some time after it was deleted.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4
from weakref import WeakKeyDictionary

from dr_orchestrator.lab.calls import ApiCall, error
from dr_orchestrator.lab.cloud.world import ACCOUNT, SimulatedCloud, world
from dr_orchestrator.lab.switch import Switch
from dr_orchestrator.lab.twin import Answer

CONFIG, CLUSTER = "route53-recovery-control-config", "route53-recovery-cluster"
REGIONS = ("us-east-1", "us-west-2", "eu-west-1", "ap-northeast-1", "ap-southeast-2")
"""The five in which AWS has the endpoints of every cluster."""

DEPLOY_S, GO_S = 12.0, 8.0
"""Lab seconds until a new control is in the cluster, and until a deleted one is no more to be seen."""

IN_PANEL, AT_ONCE = 100, 10
_ARN = f"arn:aws:route53-recovery-control::{ACCOUNT}:"


class Endpoint(Switch):
    """One of the endpoints of a cluster: a port of its own, which leads to the lab's server until it is cut."""

    def __init__(self, server: str) -> None:
        super().__init__()
        self.lead(int(server.rpartition(":")[2]))

    @property
    def url(self) -> str:
        """As DescribeCluster tells it."""
        return f"http://127.0.0.1:{self.port}/v1"


@dataclass
class Control:
    """A routing control; `since` tells what it was switched to, and when."""

    arn: str
    name: str
    deployed: datetime
    gone: datetime | None = None
    since: list[tuple[datetime, bool]] = field(default_factory=list)

    def on(self, at: datetime) -> bool:
        """Whether it was on at an instant: a new one is off."""
        return next((on for when, on in reversed(self.since) if when <= at), False)


@dataclass(frozen=True)
class AssertionRule:
    """A safety rule: of so many controls a number have to be on after every change that is about one of them."""

    name: str
    controls: tuple[str, ...]
    at_least: int


@dataclass
class ControlPanel:
    """A control panel with its controls, by name, and its safety rules; somebody changes it until it is free."""

    arn: str
    name: str
    cluster: str
    tags: dict[str, str]
    controls: dict[str, Control] = field(default_factory=dict)
    rules: list[AssertionRule] = field(default_factory=list)
    free: datetime | None = None


@dataclass
class Cluster:
    """A cluster; `unavailable` are the regions whose endpoint answers that it cannot now."""

    arn: str
    name: str
    endpoints: dict[str, Endpoint]
    panels: dict[str, ControlPanel] = field(default_factory=dict)
    unavailable: set[str] = field(default_factory=set)


_of: WeakKeyDictionary[SimulatedCloud, dict[str, Cluster]] = WeakKeyDictionary()


def clusters() -> dict[str, Cluster]:
    """The clusters of the lab, by ARN."""
    return _of.setdefault(world(), {})


def new_cluster(name: str) -> Cluster:
    """A cluster, as a team has one: drills make none."""
    here = world()
    endpoints = {region: Endpoint(here.endpoint) for region in REGIONS}
    here.at_end.extend(each.close for each in endpoints.values())
    made = Cluster(f"{_ARN}cluster/{uuid4()}", name, endpoints)
    clusters()[made.arn] = made
    return made


def new_panel(cluster: Cluster, name: str, tags: Mapping[str, str]) -> ControlPanel:
    """A control panel in a cluster, likewise."""
    made = ControlPanel(f"{_ARN}controlpanel/{uuid4().hex}", name, cluster.arn, dict(tags))
    cluster.panels[made.arn] = made
    return made


def healthy(control: str, at: datetime) -> bool:
    """Whether a health check that follows a control was healthy at an instant; of one that is gone nobody knows."""
    found = next((each for each in _controls() if each.arn == control), None)
    return found is None or found.on(at)


def state() -> dict[str, Any]:
    """Every routing control that there is."""
    now = world().now()
    return {each.arn: {"name": each.name, "on": each.on(now)} for each in _controls() if not _is_gone(each, now)}


def answers(call: ApiCall) -> Answer | None:
    """The answer of ARC; None of any other service."""
    if call.service not in (CONFIG, CLUSTER):
        return None
    operation = (_CONFIG if call.service == CONFIG else _DATA).get(call.action)
    if operation is None:
        return error(call, "NotImplemented", f"the lab has no {call.service} {call.action}", 501)
    try:
        told = operation(call)
    except _Refused as refused:
        return error(call, refused.code, str(refused), refused.status)
    return 200, [("Content-Type", "application/json")], json.dumps(told).encode()


class _Refused(Exception):
    def __init__(self, code: str, words: str, status: int = 400) -> None:
        super().__init__(words)
        self.code, self.status = f"{code}Exception", status


def _controls() -> Iterable[Control]:
    return [
        each for cluster in clusters().values() for panel in cluster.panels.values() for each in panel.controls.values()
    ]


def _is_gone(control: Control, now: datetime) -> bool:
    return control.gone is not None and control.gone <= now


def _standing(panel: ControlPanel) -> list[Control]:
    now = world().now()
    for name in [name for name, each in panel.controls.items() if _is_gone(each, now)]:
        del panel.controls[name]
    return list(panel.controls.values())


def _panel(arn: str) -> ControlPanel:
    for cluster in clusters().values():
        if arn in cluster.panels:
            return cluster.panels[arn]
    raise _Refused("ResourceNotFound", f"no control panel {arn}", 404)


def _cluster(arn: str) -> Cluster:
    if arn not in clusters():
        raise _Refused("ResourceNotFound", f"no cluster {arn}", 404)
    return clusters()[arn]


def _find(arn: str) -> tuple[ControlPanel, Control]:
    for cluster in clusters().values():
        for panel in cluster.panels.values():
            for each in _standing(panel):
                if each.arn == arn:
                    return panel, each
    raise _Refused("ResourceNotFound", f"no routing control {arn}", 404)


def _status(control: Control) -> str:
    if control.gone is not None:
        return "PENDING_DELETION"
    return "DEPLOYED" if control.deployed <= world().now() else "PENDING"


def _told(panel: ControlPanel, control: Control) -> dict[str, Any]:
    named = {"RoutingControlArn": control.arn, "Name": control.name, "ControlPanelArn": panel.arn}
    return {**named, "Status": _status(control), "Owner": ACCOUNT}


def _told_panel(panel: ControlPanel) -> dict[str, Any]:
    named = {"ControlPanelArn": panel.arn, "ClusterArn": panel.cluster, "Name": panel.name, "Owner": ACCOUNT}
    count = len(_standing(panel))
    return {**named, "Status": "DEPLOYED", "RoutingControlCount": count, "DefaultControlPanel": False}


def _describe_cluster(call: ApiCall) -> dict[str, Any]:
    found = _cluster(call.params["ClusterArn"])
    endpoints = [{"Region": region, "Endpoint": each.url} for region, each in found.endpoints.items()]
    told = {"ClusterArn": found.arn, "Name": found.name, "Status": "DEPLOYED", "NetworkType": "IPV4"}
    return {"Cluster": {**told, "ClusterEndpoints": endpoints, "Owner": ACCOUNT}}


def _create_control(call: ApiCall) -> dict[str, Any]:
    given = call.params
    panel, name, now = _panel(given["ControlPanelArn"]), given["RoutingControlName"], world().now()
    if given["ClusterArn"] != panel.cluster:
        raise _Refused("Validation", f"{panel.arn} is not of {given['ClusterArn']}")
    if panel.free is not None and now < panel.free:
        raise _Refused("Conflict", "the same resource is changed by multiple requests at the same time", 409)
    standing = _standing(panel)
    if any(each.name == name for each in standing):
        raise _Refused("Conflict", f"a routing control {name} exists already", 409)
    if len(standing) >= IN_PANEL:
        raise _Refused("ServiceQuotaExceeded", f"{IN_PANEL} routing controls in {panel.name}", 402)
    late = timedelta(seconds=0 if world().hurried else DEPLOY_S)
    made = Control(f"{panel.arn}/routingcontrol/{uuid4().hex[:16]}", name, now + late)
    panel.controls[name] = made
    return {"RoutingControl": _told(panel, made)}


def _delete_control(call: ApiCall) -> dict[str, Any]:
    panel, control = _find(call.params["RoutingControlArn"])
    if _status(control) != "DEPLOYED":
        raise _Refused("Conflict", f"{control.name} is {_status(control)}", 409)
    if any(control.arn in each.controls for each in panel.rules):
        raise _Refused("Conflict", f"{control.name} is in a safety rule", 409)
    control.gone = world().now() + timedelta(seconds=GO_S)
    return {}


def _describe_control(call: ApiCall) -> dict[str, Any]:
    return {"RoutingControl": _told(*_find(call.params["RoutingControlArn"]))}


def _tags(call: ApiCall) -> dict[str, Any]:
    return {"Tags": _panel(call.params["ResourceArn"]).tags}


def _list_controls(call: ApiCall) -> dict[str, Any]:
    panel = _panel(call.params["ControlPanelArn"])
    return {"RoutingControls": [_told(panel, each) for each in _standing(panel)]}


def _list_panels(call: ApiCall) -> dict[str, Any]:
    return {"ControlPanels": [_told_panel(each) for each in _cluster(call.params["ClusterArn"]).panels.values()]}


_CONFIG: Mapping[str, Callable[[ApiCall], dict[str, Any]]] = {
    "DescribeCluster": _describe_cluster,
    "DescribeControlPanel": lambda call: {"ControlPanel": _told_panel(_panel(call.params["ControlPanelArn"]))},
    "ListTagsForResource": _tags,
    "ListControlPanels": _list_panels,
    "ListRoutingControls": _list_controls,
    "CreateRoutingControl": _create_control,
    "DescribeRoutingControl": _describe_control,
    "DeleteRoutingControl": _delete_control,
}


def _deployed(arn: str, region: str) -> tuple[ControlPanel, Control]:
    """A control as the cluster knows it, at the endpoint of a region."""
    panel, control = _find(arn)
    if region not in REGIONS:
        raise _Refused("AccessDenied", f"no cluster has an endpoint in {region}", 403)
    if region in clusters()[panel.cluster].unavailable:
        raise _Refused("EndpointTemporarilyUnavailable", "the cluster endpoint isn't available", 503)
    if _status(control) != "DEPLOYED":
        raise _Refused("ResourceNotFound", f"no routing control {arn}")
    return panel, control


def _switch(call: ApiCall) -> dict[str, Any]:
    """Switch all of them or none, as the safety rules allow."""
    entries, now = call.params["UpdateRoutingControlStateEntries"], world().now()
    if len(entries) > AT_ONCE:
        raise _Refused("ServiceLimitExceeded", f"{len(entries)} states at once")
    found = {each["RoutingControlArn"]: _deployed(each["RoutingControlArn"], call.region) for each in entries}
    wanted = {each["RoutingControlArn"]: each["RoutingControlState"] == "On" for each in entries}
    for panel in {panel.arn: panel for panel, _ in found.values()}.values():
        states = {each.arn: wanted.get(each.arn, each.on(now)) for each in _standing(panel)}
        for rule in panel.rules:
            on = sum(states.get(each, False) for each in rule.controls)
            if wanted.keys() & set(rule.controls) and on < rule.at_least:
                told = f"Unmet assertion rule {rule.name}: {on} of {rule.at_least} routing controls would be on"
                raise _Refused("Conflict", told, 409)
    for arn, (_, control) in found.items():
        control.since.append((now, wanted[arn]))
    return {}


def _get_state(call: ApiCall) -> dict[str, Any]:
    _, control = _deployed(call.params["RoutingControlArn"], call.region)
    on = "On" if control.on(world().now()) else "Off"
    return {"RoutingControlArn": control.arn, "RoutingControlName": control.name, "RoutingControlState": on}


def _list_states(call: ApiCall) -> dict[str, Any]:
    panel = _panel(call.params["ControlPanelArn"])
    if call.region in clusters()[panel.cluster].unavailable:
        raise _Refused("EndpointTemporarilyUnavailable", "the cluster endpoint isn't available", 503)
    found = [each for each in _standing(panel) if _status(each) == "DEPLOYED"]
    return {"RoutingControls": [{"RoutingControlArn": each.arn, "RoutingControlName": each.name} for each in found]}


_DATA: Mapping[str, Callable[[ApiCall], dict[str, Any]]] = {
    "UpdateRoutingControlStates": _switch,
    "GetRoutingControlState": _get_state,
    "ListRoutingControls": _list_states,
}
