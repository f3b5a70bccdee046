"""What of a recovery is done by control planes that are in one region for all: each is known by its own region."""

from __future__ import annotations

import pytest

from dr_orchestrator.domain import planes
from dr_orchestrator.domain.verdict import Outcome

CALLS = {"route53:ChangeResourceRecordSets": "the drill's name is led there by it"}


@pytest.mark.parametrize(
    ("lost", "types", "needs"),
    [
        ("us-east-1", {}, ["route53:ChangeResourceRecordSets: the drill's name is led there by it"]),
        ("us-west-2", {}, []),
        (
            "us-west-2",
            {"Fast": "AWS::GlobalAccelerator::Accelerator", "Role": "AWS::IAM::Role"},
            ["Global Accelerator makes Fast (AWS::GlobalAccelerator::Accelerator)"],
        ),
        (
            "us-west-2",
            {"Wan": "AWS::NetworkManager::GlobalNetwork", "Switch": "AWS::Route53RecoveryControl::RoutingControl"},
            [
                "Network Manager makes Wan (AWS::NetworkManager::GlobalNetwork)",
                "Route 53 ARC makes Switch (AWS::Route53RecoveryControl::RoutingControl)",
            ],
        ),
        (
            "us-east-1",
            {"Wall": "AWS::WAFv2::WebACL of CloudFront", "Inner": "AWS::WAFv2::WebACL"},
            [
                "route53:ChangeResourceRecordSets: the drill's name is led there by it",
                "WAF keeps what CloudFront is given: Wall (AWS::WAFv2::WebACL of CloudFront)",
            ],
        ),
        ("eu-west-1", {"Wall": "AWS::WAFv2::WebACL of CloudFront"}, []),
        ("eu-west-1", {"Fast": "AWS::GlobalAccelerator::Accelerator", "Role": "AWS::IAM::Role"}, []),
    ],
)
def test_each_need_is_compared_with_its_own_home(lost: str, types: dict[str, str], needs: list[str]) -> None:
    """A region that has none of those that are needed is lost without them."""
    found = planes.result(lost, "aws", planes.needed(CALLS, types))
    assert found.outcome is (Outcome.FAILED if needs else Outcome.PASSED)
    if needs:
        assert found.figures["control_planes"]["needs"] == needs
        assert found.observed.startswith(f"{lost} has the control planes of ")
    else:
        assert found.observed.endswith(f", not in {lost}")


def test_buckets_are_set_up_by_us_east_1() -> None:
    """S3 is of each region, and the settings of its buckets are not."""
    found = planes.result("us-east-1", "aws", planes.needed({}, {"Files": "AWS::S3::Bucket"}))
    assert "S3 (settings of buckets) makes Files (AWS::S3::Bucket)" in found.observed
    assert planes.result("cn-north-1", "aws-cn", planes.needed({}, {"R": "AWS::IAM::Role"})).outcome is Outcome.FAILED


def test_where_nothing_is_needed_that_is_told() -> None:
    """No need, no region of it."""
    found = planes.result("us-east-1", "aws", [])
    assert (found.outcome, found.observed) == (
        Outcome.PASSED,
        "it needs none that is in one region for all, in us-east-1 or elsewhere",
    )
