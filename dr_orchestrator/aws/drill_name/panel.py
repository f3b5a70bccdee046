"""The looks at the drills' own control panel, its cluster and its endpoints, before anything is made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dr_orchestrator.aws.calls.api import Api
from dr_orchestrator.aws.drill_name.cluster import Cluster, told_by
from dr_orchestrator.aws.drill_name.controls import CONFIG, DEPLOYED
from dr_orchestrator.aws.toolkit import Toolkit
from dr_orchestrator.domain.leading import CONTROLS_TAG, Controls
from dr_orchestrator.domain.preflight import Doubt, PreflightCheck
from dr_orchestrator.domain.resource_type import Quota
from dr_orchestrator.errors import NotMeasured, NotRecoverable

IN_PANEL, IN_CLUSTER = 100, 300
"""How many routing controls a control panel, and a whole cluster, may have: quotas of AWS that no call tells."""

_HEALTH_CHECKS = "MAX_HEALTH_CHECKS_BY_OWNER"
_HOUR = "2.50 USD"
"""The price of an hour of a cluster, as AWS lists it."""


class Panel:
    """The control panel that is declared for drills."""

    def __init__(self, toolkit: Toolkit, controls: Controls, lost: str) -> None:
        self._toolkit, self._controls = toolkit, controls
        self._cluster, self._lost = Cluster(toolkit, controls, lost), lost

    @property
    def _api(self) -> Api:
        return self._toolkit.account.api(CONFIG)

    def checks(self) -> Sequence[PreflightCheck]:
        """That it is the drills', and can be switched without its lost region."""
        return (
            PreflightCheck("control panel of the drills", self.look),
            PreflightCheck("its cluster", self._look_at_cluster),
            PreflightCheck("endpoints of the cluster", self._look_at_endpoints),
        )

    def look(self) -> str:
        """That it says itself that it is the drills', and is of the declared cluster."""
        arn = self._controls.panel
        panel = self._api.call("DescribeControlPanel", ControlPanelArn=arn)["ControlPanel"]
        if panel["ClusterArn"] != self._controls.cluster:
            told = f"control panel {panel['Name']} is of {panel['ClusterArn']}, and tiers.yaml says"
            raise NotRecoverable(f"{told} {self._controls.cluster}")
        if CONTROLS_TAG not in self._api.call("ListTagsForResource", ResourceArn=arn).get("Tags", {}):
            told = f"control panel {panel['Name']} ({arn}) does not wear the tag {CONTROLS_TAG}"
            hint = "tag it, if it is; never one that switches production"
            raise NotRecoverable(f"{told}: nothing says it is for drills", hint)
        _raise_unless_deployed(f"control panel {panel['Name']}", panel)
        return f"{panel['Name']}, {arn}"

    def _look_at_cluster(self) -> str:
        cluster = self._described()
        _raise_unless_deployed(f"cluster {cluster['Name']}", cluster)
        told, declared = dict(told_by(cluster)), dict(self._controls.endpoints)
        if told != declared:
            other = sorted({each for each in told.keys() | declared.keys() if told.get(each) != declared.get(each)})
            message = f"the endpoints of cluster {cluster['Name']} are not those of tiers.yaml: {', '.join(other)}"
            listed = ", ".join(f"{region}: {url}" for region, url in sorted(told.items()))
            raise NotRecoverable(message, f"write `endpoints: {{{listed}}}`")
        charged = f"AWS lists {_HOUR} an hour for it, drill or not: no drill makes or deletes one"
        return f"{cluster['Name']}, endpoints in {', '.join(sorted(told))}; {charged}"

    def _look_at_endpoints(self) -> str:
        """That those of other regions answer here. AWS takes each away now and then: three of five always answer."""
        silent = self._cluster.silent()
        told = "; ".join(f"{region}: {why}" for region, why in silent.items())
        others = [region for region, _ in self._cluster.in_order(is_lost=True)]
        if all(each in silent for each in others):
            raise NotMeasured(f"no endpoint outside {self._lost} answers here: {told}", "let HTTPS to them out")
        if silent:
            raise Doubt(f"{len(silent)} of {len(self._controls.endpoints)} endpoints do not answer now: {told}")
        return f"{len(self._controls.endpoints)} answer"

    def quotas(self, control: str, check: str) -> Sequence[tuple[str, Quota]]:
        """How many there are, and may be, of what a name stands on, by the type of the copies that count against it:
        that of a routing control, and of a health check.
        """
        panels = list(self._api.pages("ListControlPanels", "ControlPanels", ClusterArn=self._controls.cluster))
        own = sum(1 for _ in self._api.pages("ListRoutingControls", "RoutingControls", ControlPanelArn=self._panel))
        every = sum(int(each.get("RoutingControlCount", 0)) for each in panels)
        route53 = self._toolkit.account.api("route53")
        checks = int(route53.call("GetHealthCheckCount")["HealthCheckCount"])
        most = int(route53.call("GetAccountLimit", Type=_HEALTH_CHECKS)["Limit"]["Value"])
        return (
            (control, Quota("routing controls of the control panel", own, IN_PANEL)),
            (control, Quota("routing controls of the cluster", every, IN_CLUSTER)),
            (check, Quota("health checks of the account", checks, most)),
        )

    @property
    def _panel(self) -> str:
        return self._controls.panel

    def _described(self) -> Mapping[str, Any]:
        told: Mapping[str, Any] = self._api.call("DescribeCluster", ClusterArn=self._controls.cluster)["Cluster"]
        return told


def _raise_unless_deployed(called: str, found: Mapping[str, Any]) -> None:
    if found["Status"] != DEPLOYED:
        raise NotRecoverable(f"{called} is {found['Status']}")
