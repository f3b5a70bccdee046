"""The declaration of the name that leads to an environment in another region: what it is, and the calls on it."""

from __future__ import annotations

from dr_orchestrator.domain.leading import NAME_TYPE
from dr_orchestrator.domain.resource_type import By, Calls, CopyType, Effect, Write
from dr_orchestrator.resources.cloudformation_stack import controlling

DRILL_NAME = CopyType(
    NAME_TYPE,
    "name in the drills' zone",
    "DrillNames",
    "route53",
    ":::hostedzone/{id}",
    63,
    shows_tags=False,  # a record wears none: its set identifier says of which run it is
    by_abac=False,
)

_SET = "ChangeBatch.Changes.ResourceRecordSet"
_OTHER_WAYS = (*("Failover", "GeoLocation", "GeoProximityLocation", "Region", "MultiValueAnswer", "CidrRoutingConfig"),)
_PLAIN = {
    f"{_SET}.Type": ("A", "CNAME"),
    f"{_SET}.AliasTarget": (None,),
    f"{_SET}.HealthCheckId": (None,),
    f"{_SET}.TrafficPolicyInstanceId": (None,),
    **{f"{_SET}.{each}": (None,) for each in _OTHER_WAYS},
}
"""The shape of such a record: none that leads to something of AWS's by an alias, or by other rules than weights."""

_GIVEN = tuple(f"{_SET}.{each}" for each in ("SetIdentifier", "Weight", "TTL"))


def _change(effect: Effect, *actions: str) -> Write:
    return Write(
        "route53:ChangeResourceRecordSets",
        By(DRILL_NAME.name, "ChangeBatch", at="HostedZoneId", way="Changes.ResourceRecordSet.Name"),
        effect,
        every={"ChangeBatch.Changes.Action": actions, **_PLAIN},
        among="HostedZoneId",
        needs=frozenset({"HostedZoneId", "ChangeBatch"}),
        whole=_GIVEN,
        named=True,
    )


WRITES = (_change(Effect.CREATE, "CREATE", "UPSERT"), _change(Effect.DELETE, "DELETE"))

CALLS = Calls(
    frozenset(
        {
            *("route53:GetHostedZone", "route53:ListTagsForResource", "route53:ListResourceRecordSets"),
            "route53:GetChange",
            "ec2:DescribeRegions",
        }
    ),
    frozenset({"route53:ChangeResourceRecordSets"}),
)
"""The calls of a drill's name, besides those of its environment."""


def named(calls: Calls) -> Calls:
    """The calls of a drill whose environment gets a name: what another only makes on occasion, it always makes."""
    both = calls | controlling.CALLS | CALLS
    return Calls(
        both.reads, both.writes, {call: when for call, when in both.only_when.items() if call not in CALLS.all}
    )
