"""What a template gives to CloudFront that us-east-1 alone keeps, wherever the stack comes back."""

from __future__ import annotations

from typing import Any

import pytest

from dr_orchestrator.domain import planes
from dr_orchestrator.domain.verdict import Outcome
from dr_orchestrator.resources.cloudformation_stack import edge

DISTRIBUTION, FRONT = "AWS::CloudFront::Distribution", " of CloudFront"
CERTIFICATE, ACL = f"AWS::CertificateManager::Certificate{FRONT}", f"AWS::WAFv2::WebACL{FRONT}"


def distribution(**said: Any) -> dict[str, Any]:
    return {"Type": DISTRIBUTION, "Properties": {"DistributionConfig": said}}


@pytest.mark.parametrize(
    ("resource", "told"),
    [
        ({"Type": "AWS::WAFv2::WebACL", "Properties": {"Scope": "CLOUDFRONT"}}, {"It": ACL}),
        ({"Type": "AWS::WAFv2::WebACL", "Properties": {"Scope": "REGIONAL"}}, {"It": "AWS::WAFv2::WebACL"}),
        ({"Type": "AWS::WAF::IPSet"}, {"It": f"AWS::WAF::IPSet{FRONT}"}),
        ({"Type": "AWS::WAFRegional::IPSet"}, {"It": "AWS::WAFRegional::IPSet"}),
        (distribution(WebACLId="arn:aws:wafv2:..."), {"It": DISTRIBUTION, "WebACLId of It": ACL}),
        (
            distribution(ViewerCertificate={"AcmCertificateArn": {"Ref": "Certificate"}}),
            {"It": DISTRIBUTION, "AcmCertificateArn of It": CERTIFICATE},
        ),
        (distribution(WebACLId={"Ref": "AWS::NoValue"}, ViewerCertificate={}), {"It": DISTRIBUTION}),
        (
            {"Type": "AWS::ApiGateway::DomainName", "Properties": {"CertificateArn": "arn"}},
            {"It": "AWS::ApiGateway::DomainName", "CertificateArn of It": CERTIFICATE},
        ),
        (
            {"Type": "AWS::ApiGateway::DomainName", "Properties": {"RegionalCertificateArn": "arn"}},
            {"It": "AWS::ApiGateway::DomainName"},
        ),
        (
            {"Type": "AWS::Cognito::UserPoolDomain", "Properties": {"CustomDomainConfig": {"CertificateArn": "arn"}}},
            {"It": "AWS::Cognito::UserPoolDomain", "CertificateArn of It": CERTIFICATE},
        ),
    ],
)
def test_what_cloudfront_is_given_is_told(resource: dict[str, Any], told: dict[str, str]) -> None:
    """By what it is given to; what is of the region of the stack is not."""
    assert edge.types("It", resource) == told


@pytest.mark.parametrize(("lost", "outcome"), [("us-east-1", Outcome.FAILED), ("eu-west-1", Outcome.PASSED)])
def test_it_is_a_need_where_us_east_1_is_lost(lost: str, outcome: Outcome) -> None:
    """A certificate in the lost region cannot be given to what is made elsewhere."""
    made = edge.types("Site", distribution(ViewerCertificate={"AcmCertificateArn": "arn"}))
    found = planes.result(lost, "aws", planes.needed({}, made))
    assert found.outcome is outcome
    if outcome is Outcome.FAILED:
        assert "ACM keeps what CloudFront is given: AcmCertificateArn of Site" in found.observed
