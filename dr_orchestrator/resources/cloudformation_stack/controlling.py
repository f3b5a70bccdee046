"""The declaration of what a switched name stands on: routing controls of ARC, health checks, and the calls on both."""

from __future__ import annotations

from dr_orchestrator.domain.leading import NAME_TYPE
from dr_orchestrator.domain.resource_type import By, Calls, CopyType, Effect, Write

_LONGEST = 63
"""Of both a name may have 64 characters."""

ROUTING_CONTROL = CopyType(
    "arc-routing-control",
    "routing control",
    "RoutingControls",
    "route53-recovery-control",
    "::controlpanel/*/routingcontrol/*",
    _LONGEST,
    shows_tags=False,  # AWS tags none: its name says of which run it is
    by_abac=False,
)
HEALTH_CHECK = CopyType(
    "health-check",
    "health check of Route 53",
    "HealthChecks",
    "route53",
    ":::healthcheck/*",
    _LONGEST,
    shows_tags=False,  # the call that makes one gives none: its reference says of which run it is
    by_abac=False,
)

_ARN = (
    r"(?P<name>arn:aws[a-z-]*:route53-recovery-control:(?P<region>):\d{12}:"
    r"controlpanel/[A-Za-z0-9]+/routingcontrol/[A-Za-z0-9]+)"
)
_SET = "ChangeBatch.Changes.ResourceRecordSet"
_OTHER_WAYS = ("Weight", "GeoLocation", "GeoProximityLocation", "Region", "MultiValueAnswer", "CidrRoutingConfig")
_PLAIN = {
    f"{_SET}.Type": ("A", "CNAME"),
    f"{_SET}.Failover": ("PRIMARY", "SECONDARY"),
    f"{_SET}.AliasTarget": (None,),
    f"{_SET}.TrafficPolicyInstanceId": (None,),
    **{f"{_SET}.{each}": (None,) for each in _OTHER_WAYS},
}
"""The shape of a record that a health check switches; that has to be one of the run's, but where the record goes."""


def _change(effect: Effect, *actions: str) -> Write:
    worn = By(HEALTH_CHECK.name, "ChangeBatch", way="Changes.ResourceRecordSet.HealthCheckId")
    return Write(
        "route53:ChangeResourceRecordSets",
        By(NAME_TYPE, "ChangeBatch", at="HostedZoneId", way="Changes.ResourceRecordSet.Name"),
        effect,
        every={"ChangeBatch.Changes.Action": actions, **_PLAIN},
        within=worn if effect is Effect.CREATE else None,
        among="HostedZoneId",
        needs=frozenset({"HostedZoneId", "ChangeBatch"}),
        whole=tuple(f"{_SET}.{each}" for each in ("SetIdentifier", "TTL", "HealthCheckId")),
        stated=True,
        named=True,
    )


WRITES = (
    _change(Effect.CREATE, "CREATE", "UPSERT"),
    _change(Effect.DELETE, "DELETE"),
    Write(
        "route53-recovery-control-config:CreateRoutingControl",
        By(ROUTING_CONTROL.name, "RoutingControlName", at="ControlPanelArn"),
        Effect.CREATE,
        frozenset({"ClientToken", "ClusterArn"}),
        among="ControlPanelArn",
        needs=frozenset({"ControlPanelArn", "ClusterArn"}),
        stated=True,
        named=True,
    ),
    Write(
        "route53-recovery-control-config:DeleteRoutingControl",
        By(ROUTING_CONTROL.name, "RoutingControlArn", _ARN),
        Effect.DELETE,
        stated=True,
        named=True,
    ),
    Write(
        "route53-recovery-cluster:UpdateRoutingControlStates",
        By(ROUTING_CONTROL.name, "UpdateRoutingControlStateEntries", way="RoutingControlArn", anywhere=True),
        Effect.CHANGE,
        every={"UpdateRoutingControlStateEntries.RoutingControlState": ("On", "Off")},
        stated=True,
        named=True,
    ),
    Write(
        "route53:CreateHealthCheck",
        By(HEALTH_CHECK.name, "CallerReference"),
        Effect.CREATE,
        within=By(ROUTING_CONTROL.name, "HealthCheckConfig", way="RoutingControlArn"),
        every={"HealthCheckConfig.Type": ("RECOVERY_CONTROL",)},
        holds={"HealthCheckConfig": frozenset({"Type", "RoutingControlArn"})},
        stated=True,
        named=True,
    ),
    Write("route53:DeleteHealthCheck", By(HEALTH_CHECK.name, "HealthCheckId"), Effect.DELETE, stated=True, named=True),
)

_WHEN = "the name is switched by routing controls"
_READS = frozenset(
    {
        *(
            f"route53-recovery-control-config:{each}"
            for each in (
                *("DescribeCluster", "DescribeControlPanel", "DescribeRoutingControl"),
                *("ListControlPanels", "ListRoutingControls", "ListTagsForResource"),
            )
        ),
        *(f"route53-recovery-cluster:{each}" for each in ("GetRoutingControlState", "ListRoutingControls")),
        *(f"route53:{each}" for each in ("GetAccountLimit", "GetHealthCheckCount", "ListHealthChecks")),
    }
)
_CHANGES = frozenset(each.operation for each in WRITES) - {"route53:ChangeResourceRecordSets"}
CALLS = Calls(_READS, _CHANGES, dict.fromkeys(_READS | _CHANGES, _WHEN))
"""The calls of a name that routing controls switch, besides those of any name."""
