"""Which properties name an object, of the types that templates are mostly made of: the rule against what is known."""

from __future__ import annotations

import pytest

from dr_orchestrator.aws.template.registry import TypeSchema, known

NAMES = """
ApiGateway::ApiKey                          Name
ApiGateway::Authorizer                      Name in RestApiId
ApiGateway::BasePathMapping                 - in DomainName
ApiGateway::Deployment                      - in RestApiId
ApiGateway::DomainName                      -
ApiGateway::Method                          - in RestApiId ResourceId
ApiGateway::Model                           Name in RestApiId
ApiGateway::RestApi                         Name
ApiGateway::Stage                           StageName in RestApiId
ApiGateway::UsagePlan                       UsagePlanName
ApiGateway::UsagePlanKey                    -
ApiGatewayV2::Api                           Name
ApiGatewayV2::Stage                         StageName in ApiId
AppSync::GraphQLApi                         Name
ApplicationAutoScaling::ScalableTarget      -
ApplicationAutoScaling::ScalingPolicy       PolicyName
Athena::WorkGroup                           Name
AutoScaling::AutoScalingGroup               AutoScalingGroupName
AutoScaling::LaunchConfiguration            LaunchConfigurationName
AutoScaling::ScalingPolicy                  -
Backup::BackupPlan                          BackupPlan/BackupPlanName
Backup::BackupVault                         BackupVaultName
Batch::ComputeEnvironment                   ComputeEnvironmentName
Batch::JobDefinition                        JobDefinitionName
Batch::JobQueue                             JobQueueName
CertificateManager::Certificate             -
CloudFormation::CustomResource              -
CloudFormation::WaitConditionHandle         -
CloudFront::CachePolicy                     CachePolicyConfig/Name
CloudFront::Distribution                    -
CloudFront::Function                        Name
CloudFront::OriginAccessControl             OriginAccessControlConfig/Name
CloudTrail::Trail                           TrailName
CloudWatch::Alarm                           AlarmName
CloudWatch::CompositeAlarm                  AlarmName
CloudWatch::Dashboard                       DashboardName
CodeBuild::Project                          Name
CodeCommit::Repository                      RepositoryName
CodeDeploy::Application                     ApplicationName
CodeDeploy::DeploymentGroup                 DeploymentGroupName in ApplicationName
CodePipeline::Pipeline                      Name
Cognito::IdentityPool                       IdentityPoolName
Cognito::UserPool                           UserPoolName
Cognito::UserPoolClient                     ClientName in UserPoolId
Cognito::UserPoolDomain                     Domain
Cognito::UserPoolGroup                      GroupName in UserPoolId
DocDB::DBCluster                            DBClusterIdentifier
DynamoDB::GlobalTable                       TableName
DynamoDB::Table                             TableName
EC2::EIP                                    -
EC2::FlowLog                                -
EC2::Instance                               -
EC2::InternetGateway                        -
EC2::KeyPair                                KeyName
EC2::LaunchTemplate                         LaunchTemplateName
EC2::NatGateway                             -
EC2::Route                                  - in RouteTableId
EC2::SecurityGroup                          GroupName
EC2::SecurityGroupEgress                    -
EC2::SecurityGroupIngress                   -
EC2::Subnet                                 -
EC2::VPC                                    -
EC2::VPCEndpoint                            -
EC2::VPCGatewayAttachment                   - in VpcId
EC2::Volume                                 -
ECR::Repository                             RepositoryName
ECS::Cluster                                ClusterName
ECS::Service                                ServiceName in Cluster
ECS::TaskDefinition                         Family
EFS::FileSystem                             -
EKS::Addon                                  - in ClusterName
EKS::Cluster                                Name
EKS::Nodegroup                              NodegroupName
ElastiCache::CacheCluster                   ClusterName
ElastiCache::ReplicationGroup               ReplicationGroupId
ElastiCache::SubnetGroup                    CacheSubnetGroupName
ElasticLoadBalancing::LoadBalancer          LoadBalancerName
ElasticLoadBalancingV2::Listener            -
ElasticLoadBalancingV2::LoadBalancer        Name
ElasticLoadBalancingV2::TargetGroup         Name
Events::EventBus                            Name
Events::Rule                                Name
Glue::Database                              DatabaseInput/Name DatabaseName
Glue::Job                                   Name
IAM::Group                                  GroupName
IAM::InstanceProfile                        InstanceProfileName
IAM::ManagedPolicy                          ManagedPolicyName
IAM::Policy                                 PolicyName in Roles Users Groups
IAM::Role                                   RoleName
IAM::RolePolicy                             PolicyName in RoleName
IAM::User                                   UserName
KMS::Alias                                  AliasName
KMS::Key                                    -
Kinesis::Stream                             Name
KinesisFirehose::DeliveryStream             DeliveryStreamName
Lambda::Alias                               Name in FunctionName
Lambda::EventSourceMapping                  -
Lambda::Function                            FunctionName
Lambda::LayerVersion                        LayerName
Lambda::Permission                          - in FunctionName
Lambda::Url                                 -
Lambda::Version                             -
Logs::LogGroup                              LogGroupName
Logs::LogStream                             LogStreamName in LogGroupName
Logs::MetricFilter                          FilterName in LogGroupName
Logs::SubscriptionFilter                    FilterName in LogGroupName
MSK::Cluster                                ClusterName
Neptune::DBCluster                          DBClusterIdentifier
OpenSearchService::Domain                   DomainName
Pipes::Pipe                                 Name
RDS::DBCluster                              DBClusterIdentifier
RDS::DBClusterParameterGroup                DBClusterParameterGroupName
RDS::DBInstance                             DBInstanceIdentifier
RDS::DBParameterGroup                       DBParameterGroupName
RDS::DBProxy                                DBProxyName
RDS::DBSubnetGroup                          DBSubnetGroupName
RDS::EventSubscription                      SubscriptionName
RDS::OptionGroup                            OptionGroupName
Redshift::Cluster                           ClusterIdentifier
Route53::HealthCheck                        -
Route53::HostedZone                         -
Route53::RecordSet                          - in HostedZoneId
S3::AccessPoint                             Name
S3::Bucket                                  BucketName
S3::BucketPolicy                            - in Bucket
SNS::Subscription                           -
SNS::Topic                                  TopicName
SNS::TopicPolicy                            -
SQS::Queue                                  QueueName
SQS::QueuePolicy                            -
SSM::Association                            AssociationName
SSM::Document                               Name
SSM::Parameter                              Name
Scheduler::Schedule                         Name
Scheduler::ScheduleGroup                    Name
SecretsManager::RotationSchedule            -
SecretsManager::Secret                      Name
SecretsManager::SecretTargetAttachment      -
ServiceDiscovery::PrivateDnsNamespace       Name
ServiceDiscovery::Service                   Name
StepFunctions::Activity                     Name
StepFunctions::StateMachine                 StateMachineName
WAFv2::WebACL                               Name
"""
"""A type, the properties that name it, and those that tell the one object inside of which such a name counts."""

ROWS = [line.split(maxsplit=1) for line in NAMES.strip().splitlines()]
NOT_NAMES = {
    "AWS::ApplicationAutoScaling::ScalableTarget": "ResourceId",
    "AWS::EC2::Instance": "KeyName",
    "AWS::ECS::Service": "Cluster",
    "AWS::Lambda::Permission": "FunctionName",
    "AWS::RDS::DBCluster": "SourceDBClusterIdentifier",
    "AWS::RDS::DBInstance": "DBSubnetGroupName",
    "AWS::SecretsManager::SecretTargetAttachment": "TargetId",
}


def told(name: str) -> TypeSchema:
    found = known(name)
    assert found is not None, name
    return found


@pytest.mark.parametrize(("name", "expected"), ROWS, ids=[row[0] for row in ROWS])
def test_the_names_of_a_type_are_those_that_its_author_may_choose(name: str, expected: str) -> None:
    """Nothing that names an object is missed, or the copy takes production's name; nothing else is renamed."""
    names, _, parents = expected.partition(" in ")
    schema = told(f"AWS::{name}")

    assert {*schema.names} == {*names.split()} - {"-"}
    assert {*schema.within} == {*parents.split()}


@pytest.mark.parametrize(
    ("name", "path", "longest"),
    [
        ("AWS::DynamoDB::Table", "TableName", 255),
        ("AWS::ElasticLoadBalancingV2::TargetGroup", "Name", 32),
        ("AWS::IAM::Role", "RoleName", 64),
        ("AWS::Lambda::Function", "FunctionName", 64),
        ("AWS::RDS::DBInstance", "DBInstanceIdentifier", 63),
        ("AWS::S3::Bucket", "BucketName", 63),
        ("AWS::SQS::Queue", "QueueName", 80),
        ("AWS::WAFv2::WebACL", "Name", 128),
    ],
)
def test_how_long_a_name_may_be_is_known(name: str, path: str, longest: int) -> None:
    """A longer one would be refused when the stack is made, after everything else."""
    assert told(name).longest[path] == longest


@pytest.mark.parametrize(("name", "path"), NOT_NAMES.items())
def test_a_name_of_something_else_is_a_reference(name: str, path: str) -> None:
    """What is named like an identity, and is another object's, is a reference: renamed it would point to nothing."""
    assert told(name).reference(path) is not None


def test_what_is_inside_of_an_object_is_neither_its_name_nor_a_reference() -> None:
    """The database inside an instance keeps its name: the application asks for it."""
    instance = told("AWS::RDS::DBInstance")

    assert "DBName" not in instance.names
    assert instance.reference("DBName") is None
    assert instance.reference("MasterUsername") is None


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("AWS::Route53::RecordSet", "Name"),
        ("AWS::Route53::HostedZone", "Name"),
        ("AWS::ApiGateway::DomainName", "DomainName"),
        ("AWS::CloudFront::Distribution", "DistributionConfig/Aliases"),
    ],
)
def test_a_public_name_is_told_apart(name: str, path: str) -> None:
    """A name that the world asks for is no name to be replaced: another one would be another service."""
    assert path in told(name).domains
    assert path not in told(name).names
