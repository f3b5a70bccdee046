"""What a resource changes of production's by a plain name, or of the whole account, is asked or refused."""

from __future__ import annotations

import pytest

from dr_orchestrator.domain.replica import Derived, Place
from tests.support.derived import derived, of

OWN = "\n  S: {Type: AWS::EC2::Subnet}\n  B: {Type: AWS::S3::Bucket}\n  K: {Type: AWS::Kinesis::Stream}"

PLAIN = {
    # "The cluster that serves as the primary": it must exist, and is deleted with the group.
    "AWS::ElastiCache::ReplicationGroup": "PrimaryClusterId: shop-prod, CacheSubnetGroupName: !Ref S",
    "AWS::DocDB::DBCluster": "GlobalClusterIdentifier: shop-prod, DBSubnetGroupName: !Ref S",
    "AWS::RDS::Deployment": "Source: shop-prod",
    "AWS::Glue::Integration": "SourceArn: 'arn:aws:dynamodb:eu-west-1:123456789012:table/orders'",
    "AWS::Events::Archive": "SourceArn: 'arn:aws:events:eu-west-1:123456789012:event-bus/shop'",
    "AWS::S3Express::BucketPolicy": "Bucket: shop-prod--use1-az4--x-s3, PolicyDocument: {Statement: []}",
    "AWS::S3Express::AccessPoint": "Bucket: shop-prod--use1-az4--x-s3",
    "AWS::EC2::VPCEndpointServicePermissions": "ServiceId: vpce-svc-0123456789abcdef0, AllowedPrincipals: []",
    "AWS::EC2::VPCEndpointConnectionNotification": "ServiceId: vpce-svc-0123456789abcdef0",
    "AWS::Pinpoint::EventStream": "ApplicationId: 0123456789abcdef, DestinationStreamArn: !Ref K",
    "AWS::Pinpoint::GCMChannel": "ApplicationId: 0123456789abcdef, ApiKey: x",
    "AWS::Pinpoint::ApplicationSettings": "ApplicationId: 0123456789abcdef",
    "AWS::OpenSearch::DataSource": "DomainName: shop-prod, Name: x",
    "AWS::LakeFormation::DataCellsFilter": "DatabaseName: shop_prod, TableName: orders, Name: x",
    "AWS::ApiGateway::ApiKey": "StageKeys: [{RestApiId: abc123def4, StageName: prod}]",
    "AWS::ECS::Service": "Cluster: !Ref S, ServiceConnectConfiguration: {Enabled: true, Namespace: prod.local, "
    "Services: [{PortName: http}]}",
}
ACCOUNTS = {
    "AWS::CodeBuild::SourceCredential": "AuthType: PERSONAL_ACCESS_TOKEN, ServerType: GITHUB, Token: x",
    "AWS::SES::ReceiptFilter": "Filter: {IpFilter: {Cidr: 0.0.0.0/0, Policy: Block}}",
    "AWS::SES::VdmAttributes": "",
    "AWS::FMS::Policy": "RemediationEnabled: true, ResourceType: 'AWS::EC2::Instance'",
    "AWS::InspectorV2::Filter": "FilterAction: SUPPRESS, FilterCriteria: {}",
    "AWS::SecurityHub::AutomationRule": "RuleName: x",
    "AWS::SecurityHub::Standard": "StandardsArn: x",
    "AWS::XRay::SamplingRule": "SamplingRule: {Priority: 1, FixedRate: 1}",
    "AWS::SSM::PatchBaseline": "DefaultBaseline: true",
    "AWS::Organizations::ResourcePolicy": "Content: {}",
}
OUTSIDERS = {
    "of another account by its canonical id": "Principal: {CanonicalUser: "
    "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be}",
    "all but one": "NotPrincipal: {AWS: 'arn:aws:iam::111122223333:root'}",
}


def objected(found: Derived) -> list[str]:
    return [each.what for each in (*found.refused, *found.asks)]


@pytest.mark.parametrize("kind", PLAIN)
def test_what_changes_another_by_a_plain_name_is_not_silent(kind: str) -> None:
    """A part that is put on what exists, or takes it over: the stack's deletion changes it once more, or deletes it."""
    assert objected(derived(of(kind, PLAIN[kind]) + OWN))


@pytest.mark.parametrize("kind", ACCOUNTS)
def test_a_setting_of_the_account_is_asked(kind: str) -> None:
    """An account has one, or it holds for all that is in it: production's."""
    assert objected(derived(of(kind, ACCOUNTS[kind]) + OWN, Place.BESIDE))


@pytest.mark.parametrize(
    ("kind", "written"),
    [
        ("AWS::EC2::Subnet", "Ipv4IpamPoolId: prod-pool"),  # takes from it
        ("AWS::Rekognition::StreamProcessor", "KinesisDataStream: prod-stream"),
    ],
)
def test_a_name_of_which_no_table_tells_is_asked_beside_production(kind: str, written: str) -> None:
    """What a type does to what it names stands in a table, or its owner is asked; apart, nothing is called so."""
    (told,) = objected(derived(of(kind, written)))
    assert told.startswith("may change")
    assert derived(of(kind, written), Place.DRILL_ACCOUNT).accepted


@pytest.mark.parametrize("whom", OUTSIDERS)
def test_whoever_a_policy_lets_in_is_asked(whom: str) -> None:
    """By any word that IAM has for somebody."""
    said = f"{{Effect: Allow, {OUTSIDERS[whom]}, Action: 's3:*', Resource: '*'}}"
    assert objected(
        derived(of("AWS::S3::BucketPolicy", f"Bucket: !Ref B, PolicyDocument: {{Statement: [{said}]}}") + OWN)
    )
