"""The drills' own control panel of ARC beside the shop, in a cluster with five endpoints, and the drill on it."""

from __future__ import annotations

from dr_orchestrator.domain.leading import CONTROLS_TAG
from dr_orchestrator.lab.cloud.world import inhabited
from dr_orchestrator.resources.cloudformation_stack.lab import controls
from dr_orchestrator.resources.cloudformation_stack.lab.controls import Cluster, ControlPanel
from tests.support import there
from tests.support.estate import Estate

DRILLS = there.DRILLS.replace("ttl: 60s", "ttl: 60s, by: routing-control")


def prepared(shop: Estate, *, tagged: bool = True) -> tuple[Cluster, ControlPanel]:
    """What a team has: a cluster, and a control panel in it that is for drills."""
    with inhabited(shop.lab.world):
        cluster = controls.new_cluster("recovery")
        return cluster, controls.new_panel(cluster, "drills", {CONTROLS_TAG: "yes"} if tagged else {})


def policy(cluster: Cluster, panel: ControlPanel) -> str:
    """What tiers.yaml says of both."""
    return policy_of(cluster.arn, panel.arn, {region: each.url for region, each in cluster.endpoints.items()})


def policy_of(cluster: str, panel: str, endpoints: dict[str, str]) -> str:
    """Likewise, of what is named."""
    listed = ", ".join(f'{region}: "{url}"' for region, url in endpoints.items())
    named = f'cluster: "{cluster}", control_panel: "{panel}"'
    return f"drill_controls: {{{named}, endpoints: {{{listed}}}}}\n"


def left(panel: ControlPanel) -> list[str]:
    """The routing controls in a control panel, by name, that are not gone or going."""
    return [name for name, each in panel.controls.items() if each.gone is None]
