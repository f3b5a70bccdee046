"""The rights on routing controls: those of the drills' own control panel, and the health checks that follow them."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from dr_orchestrator.aws.access.scope import Scope
from dr_orchestrator.aws.access.statements import Statement, allow, deny
from dr_orchestrator.domain.leading import Controls

_CONFIG, _CLUSTER = "route53-recovery-control-config", "route53-recovery-cluster"
_CHECKS = frozenset({"route53:GetAccountLimit", "route53:GetHealthCheckCount", "route53:ListHealthChecks"})
_OVERRIDES = f"{_CLUSTER}:AllowSafetyRulesOverrides"


def reads_of(reads: Collection[str]) -> frozenset[str]:
    """Those of the reads that are of names which routing controls switch: no other drill needs one of them."""
    return frozenset(each for each in reads if each.startswith((f"{_CONFIG}:", f"{_CLUSTER}:")) or each in _CHECKS)


def looks(scope: Scope) -> Iterator[Statement]:
    """The looks at the control panel and at its cluster, and at the states of its controls, each of them alone; lists
    are of all that the account has, as AWS knows no other.
    """
    if not (declared := _declared(scope)):
        return
    clusters, panels = [each.cluster for each in declared], [each.panel for each in declared]
    yield allow("LookAtTheClusterOfDrills", {f"{_CONFIG}:DescribeCluster"}, clusters)
    panel = {f"{_CONFIG}:{each}" for each in ("DescribeControlPanel", "ListRoutingControls", "ListTagsForResource")}
    yield allow("LookAtTheControlPanelOfDrills", panel, panels)
    states = {f"{_CONFIG}:DescribeRoutingControl", f"{_CLUSTER}:GetRoutingControlState"}
    yield allow("LookAtRoutingControlsOfDrills", states, _controls(declared))
    yield allow(
        "ListWhatSwitchesNames",
        {f"{_CONFIG}:ListControlPanels", f"{_CLUSTER}:ListRoutingControls", *_CHECKS},
        ["*"],
    )


def changes(scope: Scope) -> Iterator[Statement]:
    """The changes: controls of that panel are switched, never against a safety rule, and deleted. Where one is made,
    and which health check is deleted, IAM cannot tell: the cluster, and all of the account, are what it knows.
    """
    if not (declared := _declared(scope)):
        return
    clusters = [each.cluster for each in declared]
    yield allow("MakeRoutingControls", {f"{_CONFIG}:CreateRoutingControl"}, clusters)
    yield allow("DeleteRoutingControls", {f"{_CONFIG}:DeleteRoutingControl"}, _controls(declared))
    obeying = {"Bool": {_OVERRIDES: "false"}}
    yield allow("SwitchRoutingControls", {f"{_CLUSTER}:UpdateRoutingControlStates"}, _controls(declared), obeying)
    yield allow("MakeHealthChecks", {"route53:CreateHealthCheck"}, ["*"])
    checks = f"arn:{scope.partition}:route53:::healthcheck/*"
    yield allow("DeleteHealthChecks", {"route53:DeleteHealthCheck"}, [checks])


def never(scope: Scope) -> Iterator[Statement]:
    """The denials to switch a control of another panel, and to override a safety rule, whatever a policy may allow."""
    if not (declared := _declared(scope)):
        return
    switch = [f"{_CLUSTER}:UpdateRoutingControlState", f"{_CLUSTER}:UpdateRoutingControlStates"]
    yield deny("NeverSwitchAnythingElse", switch, {"NotResource": _controls(declared)})
    yield deny("NeverOverrideSafetyRules", switch, {"Resource": ["*"], "Condition": {"Bool": {_OVERRIDES: "true"}}})


def notes(scope: Scope) -> Iterator[str]:
    """The words on what IAM cannot tell of it."""
    if _declared(scope):
        yield (
            "IAM knows a health check by an id that Route 53 gives it, sees no tag of one, and knows a routing control"
            " that is made by its cluster alone (DeleteHealthChecks, MakeRoutingControls): the guard alone tells that a"
            " health check is the run's, and that the control panel is the drills'. A cluster, or an account, that"
            " switches nothing else keeps it from meaning more."
        )


def _declared(scope: Scope) -> list[Controls]:
    found = (drill.leading.controls for drill in scope.drills if drill.leading is not None)
    return list(dict.fromkeys(each for each in found if each is not None))


def _controls(declared: Collection[Controls]) -> list[str]:
    return [f"{each.panel}/routingcontrol/*" for each in declared]
