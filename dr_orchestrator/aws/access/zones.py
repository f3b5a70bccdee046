"""The rights on the drills' own zone: records whose names are a copy's, in that zone, and nothing else of Route 53."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from dr_orchestrator.aws.access.scope import Scope
from dr_orchestrator.aws.access.statements import COPIES, Statement, allow
from dr_orchestrator.domain.leading import RecordType

_READS = ("route53:GetHostedZone", "route53:ListResourceRecordSets", "route53:ListTagsForResource")
_CHANGE = "route53:GetChange"
_KEY = "route53:ChangeResourceRecordSets"


def everywhere(reads: Collection[str]) -> frozenset[str]:
    """Those of the reads that are of Route 53."""
    return frozenset(each for each in reads if each.startswith("route53:"))


def looks(scope: Scope, of_zones: Collection[str]) -> Iterator[Statement]:
    """The looks at zones, the drills' own and those that environments hold: Route 53 has no region, so that no
    condition on one holds.
    """
    yield allow("LookAtZones", {*of_zones} - {_CHANGE}, [f"arn:{scope.partition}:route53:::hostedzone/*"])
    zones = sorted({drill.leading.zone for drill in scope.drills if drill.leading is not None})
    if zones:
        yield allow("LookAtTheDrillZone", _READS, [_arn(scope, each) for each in zones])
        yield allow("FollowChangesOfNames", {_CHANGE}, [f"arn:{scope.partition}:route53:::change/*"])


def enabled(scope: Scope) -> Iterator[Statement]:
    """The one question that is asked in a region that counts as lost: nothing else is done there, by any drill."""
    if lost := sorted({drill.leading.lost for drill in scope.drills if drill.leading is not None}):
        only = {"StringEquals": {"aws:RequestedRegion": lost}}
        yield allow("AskWhetherTheOtherRegionIsEnabled", {"ec2:DescribeRegions"}, ["*"], only)


def changes(scope: Scope) -> Iterator[Statement]:
    """The changes in it, by the names and the types of the records: no drill's name is production's."""
    zones = sorted({(drill.leading.zone, drill.leading.domain) for drill in scope.drills if drill.leading is not None})
    for number, (zone, domain) in enumerate(zones, 1):
        only = {
            "ForAllValues:StringLike": {f"{_KEY}NormalizedRecordNames": [f"{COPIES}.{domain}"]},
            "ForAllValues:StringEquals": {f"{_KEY}RecordTypes": [each.value for each in RecordType]},
            "Null": {f"{_KEY}NormalizedRecordNames": "false"},  # of none at all, all values are like that
        }
        yield allow(f"LeadDrillNames{number}", {_KEY}, [_arn(scope, zone)], only)


def _arn(scope: Scope, zone: str) -> str:
    return f"arn:{scope.partition}:route53:::hostedzone/{zone}"
