"""The control planes that AWS runs in one region for all: a recovery that needs one is not without that region."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dr_orchestrator.domain.run import CheckResult
from dr_orchestrator.domain.verdict import Outcome

CHECK = "the recovery needs no control plane of the lost region"
"""The check in which that is kept; the drill may pass without it, and then with a finding."""

_HOMES = {"aws": "us-east-1", "aws-cn": "cn-north-1", "aws-us-gov": "us-gov-west-1"}
"""The region in which most of those control planes are, by partition."""

_ELSEWHERE = {"Route 53 ARC": "us-west-2", "Network Manager": "us-west-2", "Global Accelerator": "us-west-2"}
"""The regions of those that are not there; they are in the partition `aws` alone."""

# docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/global-services.html: of a partition IAM,
# Organizations, Route 53 (public and private), ARC and Network Manager; of the edge CloudFront, WAF and certificates
# for it, Shield Advanced and Global Accelerator; and the settings of buckets (PutBucketPolicy and the like).
_OF_TYPES = {
    "AWS::IAM::": "IAM",
    "AWS::Serverless::Function": "IAM",  # the transform makes it a role, unless it names one
    "AWS::Serverless::StateMachine": "IAM",
    "AWS::Route53::": "Route 53",
    "AWS::Route53RecoveryControl::": "Route 53 ARC",
    "AWS::Route53RecoveryReadiness::": "Route 53 ARC",
    "AWS::NetworkManager::": "Network Manager",
    "AWS::GlobalAccelerator::": "Global Accelerator",
    "AWS::CloudFront::": "CloudFront",
    "AWS::Organizations::": "Organizations",
    "AWS::Shield::": "Shield",
    "AWS::S3::Bucket": "S3 (settings of buckets)",
}

OF_CLOUDFRONT = " of CloudFront"
"""The ending of types of which only what CloudFront is given is in that region, whatever region the stack is in."""

# docs.aws.amazon.com/waf/latest/APIReference/API_CreateWebACL.html, Scope: of CLOUDFRONT us-east-1 is called. Its
# certificates are those of ACM in us-east-1: docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide,
# "Requirements for using SSL/TLS certificates with CloudFront".
_OF_CLOUDFRONT = {"AWS::WAF": "WAF", "AWS::CertificateManager::": "ACM"}


@dataclass(frozen=True)
class Need:
    """One control plane, and the words on what it does for a recovery."""

    plane: str
    words: str

    def home(self, partition: str) -> str:
        """The region that it is in; empty where nobody knows."""
        return (_ELSEWHERE.get(self.plane) if partition == "aws" else None) or _HOMES.get(partition, "")


def needed(calls: Mapping[str, str], types: Mapping[str, str]) -> list[Need]:
    """Tell what of a recovery such control planes do: `calls` of Route 53, with what for each is made, and the `types`
    of what is made, or given to CloudFront, by logical id.
    """
    by_plane: dict[str, list[str]] = {}
    for logical, kind in types.items():
        known = _OF_CLOUDFRONT if kind.endswith(OF_CLOUDFRONT) else _OF_TYPES
        plane = next((plane for prefix, plane in known.items() if kind.startswith(prefix)), "")
        if plane:
            by_plane.setdefault(plane, []).append(f"{logical} ({kind})")
    told = [Need("Route 53", f"{call}: {why}") for call, why in calls.items()]
    return told + [Need(plane, _words(plane, parts)) for plane, parts in by_plane.items()]


def _words(plane: str, parts: Sequence[str]) -> str:
    what = ", ".join(parts)
    given = plane in _OF_CLOUDFRONT.values()  # it may stand there already, and is looked up, or changed
    return f"{plane} keeps what CloudFront is given: {what}" if given else f"{plane} makes {what}"


def result(lost: str, partition: str, needs: Sequence[Need]) -> CheckResult:
    """The result of the check: it holds where each of the control planes that are needed is elsewhere."""
    homes = {each.plane: each.home(partition) for each in needs}
    gone = [each for each in needs if homes[each.plane] == lost]
    planes = _and(list(dict.fromkeys(each.plane for each in gone or needs)))
    if gone:
        words = "; ".join(each.words for each in gone)
        told, outcome = (
            f"{lost} has the control planes of {planes}, and the recovery needs them: {words}",
            Outcome.FAILED,
        )
    else:
        where = _and(sorted(set(homes.values())))
        told, outcome = f"the control planes of {planes} are in {where}, not in {lost}", Outcome.PASSED
    if not needs:
        told = f"it needs none that is in one region for all, in {lost} or elsewhere"
    figures: dict[str, Any] = {
        "control_planes": {"lost": lost, "homes": homes, "needs": [each.words for each in gone or needs]}
    }
    wanted = "nothing that the recovery asks for is done by a control plane in the region that counts as lost"
    return CheckResult(CHECK, wanted, told, outcome, mandatory=False, proves_data=False, figures=figures)


def _and(names: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1] if names else "")))


def told_of(checks: Iterable[CheckResult]) -> list[CheckResult]:
    """The results among checks by which a control plane of the lost region was needed."""
    return [each for each in checks if "control_planes" in each.figures and each.outcome is not Outcome.PASSED]
