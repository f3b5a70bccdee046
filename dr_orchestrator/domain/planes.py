"""The control planes that AWS runs in one region for all: a recovery that needs one is not without that region."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from dr_orchestrator.domain.run import CheckResult
from dr_orchestrator.domain.verdict import Outcome

CHECK = "the recovery needs no control plane of the lost region"
"""The check in which that is kept; the drill may pass without it, and then with a finding."""

HOMES = {"aws": "us-east-1", "aws-cn": "cn-north-1", "aws-us-gov": "us-gov-west-1"}
"""The region in which those control planes are, by partition."""

# docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/global-services.html: the control planes of IAM,
# Organizations, Route 53 (public and private), CloudFront, WAF and certificates for CloudFront, Shield Advanced.
_OF_TYPES = {
    "AWS::IAM::": "IAM",
    "AWS::Serverless::Function": "IAM",  # the transform makes it a role, unless it names one
    "AWS::Serverless::StateMachine": "IAM",
    "AWS::Route53::": "Route 53",
    "AWS::CloudFront::": "CloudFront",
    "AWS::Organizations::": "Organizations",
    "AWS::Shield::": "Shield",
}

_THEY = "the control planes of IAM, Route 53 and CloudFront"


def needed(calls: Mapping[str, str], types: Mapping[str, str]) -> list[str]:
    """Tell what of a recovery such control planes do: `calls` with what for each is made, `types` by logical id."""
    by_plane: dict[str, list[str]] = {}
    for logical, kind in types.items():
        plane = next((plane for prefix, plane in _OF_TYPES.items() if kind.startswith(prefix)), "")
        if plane:
            by_plane.setdefault(plane, []).append(f"{logical} ({kind})")
    told = [f"{call}: {why}" for call, why in calls.items()]
    return told + [f"{plane} makes {', '.join(parts)}" for plane, parts in by_plane.items()]


def result(lost: str, partition: str, needs: Sequence[str]) -> CheckResult:
    """The result of the check: it holds where those control planes are elsewhere."""
    home = HOMES.get(partition, "")
    if lost != home:
        told, outcome = f"{_THEY} are in {home}, not in {lost}", Outcome.PASSED
    else:
        told, outcome = f"{lost} has {_THEY}, and the recovery needs them: {'; '.join(needs)}", Outcome.FAILED
    figures: dict[str, Any] = {"control_planes": {"lost": lost, "home": home, "needs": list(needs)}}
    wanted = "nothing that the recovery asks for is done by a control plane in the region that counts as lost"
    return CheckResult(CHECK, wanted, told, outcome, mandatory=False, proves_data=False, figures=figures)


def told_of(checks: Iterable[CheckResult]) -> list[CheckResult]:
    """The results among checks by which a control plane of the lost region was needed."""
    return [each for each in checks if "control_planes" in each.figures and each.outcome is not Outcome.PASSED]
