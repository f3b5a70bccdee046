"""What a replica is asked at is the replica's own: an address that AWS makes of the id of what the template makes."""

from __future__ import annotations

from typing import Any

import pytest

from dr_orchestrator.documents import addresses, cloudformation
from dr_orchestrator.documents.addresses import Outline

TEMPLATE = """
Resources:
  Web: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: web.yaml}}
  F: {Type: AWS::Lambda::Function}
  Look: {Type: "Custom::Lookup", Properties: {ServiceToken: !GetAtt F.Arn}}
  Zone: {Type: AWS::Route53::HostedZone, Properties: {Name: shop.example.com}}
  Www: {Type: AWS::Route53::RecordSet, Properties: {HostedZoneId: !Ref Zone, Name: www.shop.example.com, Type: A}}
  Domain: {Type: AWS::ApiGateway::DomainName, Properties: {DomainName: api.shop.example.com}}
  Wait: {Type: AWS::CloudFormation::WaitCondition}
  Api: {Type: AWS::ApiGateway::RestApi}
  Files: {Type: AWS::S3::Bucket}
  Balancer: {Type: AWS::ElasticLoadBalancingV2::LoadBalancer}
Outputs:
  Url: {Value: %s}
"""
INNER = """
Resources:
  Url: {Type: AWS::Lambda::Url}
  Www: {Type: AWS::Route53::RecordSet}
Outputs: {Own: {Value: !GetAtt Url.FunctionUrl}, Public: {Value: !Ref Www}}
"""


def elsewhere(value: str, **within: str) -> str:
    inner = {name: Outline(cloudformation.parse(text, name).data) for name, text in within.items()}
    return addresses.elsewhere(Outline(cloudformation.parse(TEMPLATE % value, "t.yaml").data, inner), "Url")


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("!GetAtt Web.Outputs.Url", "is of the stack Web within, whose template is not at hand"),
        ('!Sub "https://${Web.Outputs.Host}/"', "is of the stack Web within, whose template is not at hand"),
        ("!GetAtt Look.Url", "is made of Look.Url, which is no address that AWS makes of a Custom::Lookup alone"),
        ('!Sub "https://${Look}/"', "is made of Look,"),
        ('!Sub "https://${Www}/"', "is made of Www,"),
        ('!Sub "https://${Domain}/"', "is made of Domain,"),
        ("!GetAtt Domain.RegionalDomainName", "is made of Domain.RegionalDomainName,"),
        ("!GetAtt Wait.Data", "is made of Wait.Data,"),
        ('!Sub "https://${Api}/"', "is made of Api,"),
        ('!Sub "https://${Balancer.DNSName}.amazonaws.com/"', "is made of Balancer.DNSName,"),
        ("!Join ['', ['https://prod/', !Ref Api]]", "is not the address of a resource of the template"),
        ("!Join ['', ['https://${Api}', '.execute-api.amazonaws.com/']]", "is not the address of a resource"),
    ],
)
def test_what_may_be_productions_address_is_none_of_the_replicas(value: str, why: str) -> None:
    """A public name, an output of a stack that nobody read, and what a function answers: each may be production's."""
    assert elsewhere(value).startswith(why)


@pytest.mark.parametrize(
    "value",
    [
        '!Sub "https://${Api}.execute-api.${AWS::Region}.amazonaws.com/prod"',
        "!Join ['', ['https://', !Ref Api, '.execute-api.', !Ref 'AWS::Region', '.', !Ref 'AWS::URLSuffix', '/prod/']]",
        "!GetAtt Balancer.DNSName",
        '!Sub "http://${Balancer.DNSName}:8080/health"',
        "!GetAtt Files.WebsiteURL",
        '!Sub "https://${Files}.s3.${AWS::Region}.amazonaws.com/index.html"',
    ],
)
def test_what_aws_makes_of_a_resource_is_its_own(value: str) -> None:
    """By attribute, or by an id in front of AWS's domain; as people write it, and as the CDK does."""
    assert elsewhere(value) == ""


def test_an_output_of_a_stack_within_is_judged_by_its_own_template() -> None:
    """The same rule holds there, however deep."""
    assert elsewhere("!GetAtt Web.Outputs.Own", Web=INNER) == ""
    told = elsewhere("!GetAtt Web.Outputs.Public", Web=INNER)
    assert told.startswith("is Public of the stack Web within, which is made of Www,")


@pytest.mark.parametrize("data", [{}, {"Outputs": []}, {"Outputs": {"Url": {"Value": {"Fn::GetAtt": [1, 2]}}}}])
def test_a_template_without_the_output_has_no_address(data: dict[str, Any]) -> None:
    """Whatever stands in its place is none."""
    assert addresses.elsewhere(Outline(data), "Url")
