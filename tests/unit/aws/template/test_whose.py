"""Whose a value is that a resource tells: what AWS makes for the replica is its own, what is answered is not."""

from __future__ import annotations

import pytest

from dr_orchestrator.domain.replica import Derived, Place
from tests.support.derived import COPY, derived, of, properties

BOTH = pytest.mark.parametrize("place", list(Place))
FUNCTION = """
  F: {Type: AWS::Lambda::Function, Properties: {Role: !GetAtt R.Arn, Code: {ZipFile: x}}}
  R: {Type: AWS::IAM::Role, Properties: {AssumeRolePolicyDocument: {Statement: []}}}
  Look: {Type: "Custom::Lookup", Properties: {ServiceToken: !GetAtt F.Arn, Name: orders}}
  H: {Type: AWS::CloudFormation::WaitConditionHandle}
  W: {Type: AWS::CloudFormation::WaitCondition, Properties: {Handle: !Ref H, Timeout: "300"}}
"""


def objected(found: Derived) -> list[str]:
    return [each.what for each in (*found.refused, *found.asks)]


@BOTH
@pytest.mark.parametrize("told", ["!GetAtt Look.Url", "!Ref Look", "!GetAtt W.Data"])
@pytest.mark.parametrize(
    ("kind", "properties"),
    [
        ("AWS::SQS::QueuePolicy", "Queues: [{}], PolicyDocument: {{Statement: []}}"),
        ("AWS::S3::BucketPolicy", "Bucket: {}, PolicyDocument: {{Statement: []}}"),
        ("AWS::EC2::SecurityGroupIngress", "GroupId: {}, IpProtocol: tcp, CidrIp: 0.0.0.0/0"),
        ("AWS::Lambda::EventSourceMapping", "EventSourceArn: {}, FunctionName: !Ref F"),
        ("AWS::Route53::RecordSet", "HostedZoneId: {}, Name: shop.example.com, Type: A"),
    ],
)
def test_what_a_function_answers_is_not_the_replicas_own(place: Place, told: str, kind: str, properties: str) -> None:
    """A custom resource, or who signals a wait condition, may name anything: what is changed by it is not own."""
    assert objected(derived(of(kind, properties.format(told)) + FUNCTION, place))


def test_a_role_that_a_function_names_is_held_by_no_boundary() -> None:
    """Code that acts with the rights of a role which the stack does not make is asked, whoever names that role."""
    named = "Role: !GetAtt Look.RoleArn, Code: {ZipFile: x}"
    assert objected(derived(of("AWS::Lambda::Function", named) + FUNCTION))


SHARED = "subnet-0123456789abcdef0"
IN_SHARED = f"""
  Eni: {{Type: AWS::EC2::NetworkInterface, Properties: {{SubnetId: {SHARED}}}}}
  Lb: {{Type: AWS::ElasticLoadBalancingV2::LoadBalancer, Properties: {{Subnets: [{SHARED}]}}}}
  Own: {{Type: AWS::EC2::InternetGateway}}
  Rule: {{Type: AWS::Route53Resolver::ResolverRule, Properties: {{RuleType: FORWARD, DomainName: example.com}}}}
"""


@pytest.mark.parametrize(
    ("kind", "properties"),
    [
        ("AWS::Route53Resolver::ResolverRuleAssociation", "VPCId: !GetAtt Eni.VpcId, ResolverRuleId: !Ref Rule"),
        ("AWS::EC2::VPCGatewayAttachment", "VpcId: !GetAtt Eni.VpcId, InternetGatewayId: !Ref Own"),
        ("AWS::EC2::SecurityGroupIngress", "GroupId: !Select [0, !GetAtt Lb.SecurityGroups], IpProtocol: '-1'"),
    ],
)
def test_the_network_around_a_part_is_not_what_the_stack_makes(kind: str, properties: str) -> None:
    """AWS tells the network, or its default group, in which a part stands: it is whose the shared subnet is."""
    assert objected(derived(of(kind, properties) + IN_SHARED, shares=(SHARED,)))


@BOTH
def test_a_name_that_a_function_answers_is_not_left(place: Place) -> None:
    """AWS would overwrite production's alarm of that name: the replica's has one of its own."""
    named = "AlarmName: !GetAtt Look.Name, ComparisonOperator: GreaterThanThreshold, EvaluationPeriods: 1"
    made = properties(derived(of("AWS::CloudWatch::Alarm", named) + FUNCTION, place))
    assert str(made["AlarmName"]).startswith(COPY)


@pytest.mark.parametrize("told", ["!Ref P", "!GetAtt Eni.VpcId", "!GetAtt Own.VpcId", "!Sub '${Own.VpcId}'"])
def test_what_aws_makes_for_the_replica_is_its_own(told: str) -> None:
    """By its identity, by what stands in a network of its own, by what only gives back what is its own."""
    more = """
  Own: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16}}
  S: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Own, CidrBlock: 10.0.0.0/24}}
  Eni: {Type: AWS::EC2::NetworkInterface, Properties: {SubnetId: !Ref S}}
  B: {Type: AWS::S3::Bucket}
  P: {Type: AWS::S3::BucketPolicy, Properties: {Bucket: !Ref B, PolicyDocument: {Statement: []}}}
"""
    assert not objected(
        derived(of("AWS::EC2::VPCGatewayAttachment", f"VpcId: {told}, InternetGatewayId: !Ref Own") + more)
    )


HOSTS = (
    "abc123def4.execute-api.eu-west-1.amazonaws.com",
    "prod-shop-1234567890.eu-west-1.elb.amazonaws.com",
    "d111111abcdef8.cloudfront.net",
)
CALLS = {
    "AWS::Events::ApiDestination": "HttpMethod: POST, ConnectionArn: !GetAtt C.Arn, InvocationEndpoint: 'https://{}/orders'",
    "AWS::AppSync::DataSource": "ApiId: !GetAtt C.ApiId, Type: HTTP, Name: x, HttpConfig: {{Endpoint: 'https://{}'}}",
    "AWS::ApiGatewayV2::Integration": "ApiId: !Ref C, IntegrationType: HTTP_PROXY, IntegrationUri: 'http://{}/orders'",
    "AWS::KinesisFirehose::DeliveryStream": "HttpEndpointDestinationConfiguration: "
    "{{EndpointConfiguration: {{Url: 'https://{}/x'}}}}",
    "AWS::CloudFront::Distribution": "DistributionConfig: {{Origins: [{{DomainName: {}, Id: x}}]}}",
    "AWS::Route53::HealthCheck": "HealthCheckConfig: {{FullyQualifiedDomainName: {}, Type: HTTPS}}",
}


@BOTH
@pytest.mark.parametrize("host", HOSTS)
@pytest.mark.parametrize("kind", CALLS)
def test_an_endpoint_of_the_accounts_own_is_not_awss_own(kind: str, host: str, place: Place) -> None:
    """AWS gives names to everybody's balancers, gateways and distributions: one by its id is somebody's."""
    assert objected(derived(of(kind, CALLS[kind].format(host)) + "\n  C: {Type: AWS::SNS::Topic}", place))


@pytest.mark.parametrize("host", HOSTS)
def test_code_that_is_told_of_such_an_endpoint_is_told_of(host: str) -> None:
    """As of any other host: the network of the replica decides."""
    text = of("AWS::Lambda::Function", f"Environment: {{Variables: {{PAY: 'https://{host}/pay'}}}}")
    found = derived(text)
    assert any(host in note.what for note in found.notes)
