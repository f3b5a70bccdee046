"""The resources that a replica may make: the types, what names each of them, and what each of them is put on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Rule:
    """Of a type: the properties that name it once in an account, and those, at any depth, that act on something."""

    names: frozenset[str]
    targets: frozenset[str]


ALWAYS_TARGETS = frozenset(
    {
        "CredentialsArn",
        "deadLetterTargetArn",
        "DestinationArn",
        "DestinationBucketName",
        "ExecutionRoleArn",
        "NotificationTopicArn",
        "Role",
        "RoleArn",
        "StreamArn",
        "TargetArn",
    }
)
"""Properties that make any type act on something, or with the rights of somebody."""

OPAQUE = frozenset(
    {
        "AssumeRolePolicyDocument",
        "Code",
        "Definition",
        "DefinitionSubstitutions",
        "EventPattern",
        "KeyPolicy",
        "Policies",
        "PolicyDocument",
        "ResourcePolicy",
        "Tags",
        "Variables",
    }
)
"""Properties whose keys are the author's own words, or a policy: that of a role is judged in `policies.py`."""

UNREADABLE = frozenset({"Body", "BodyS3Location", "DefinitionS3Location", "SelfManagedEventSource"})
"""Properties that send calls to places which the template does not show."""


def _rule(names: str = "", targets: str = "") -> Rule:
    return Rule(frozenset(names.split()), ALWAYS_TARGETS | frozenset(targets.split()))


_GATEWAY = "RestApiId ApiId ResourceId ParentId DeploymentId AuthorizerId Uri IntegrationUri AuthorizerUri Credentials "
_GATEWAY += "Target ConnectionId VpcLinkId"
_CACHE_NETWORK = "CacheSubnetGroupName CacheSecurityGroupNames SecurityGroupIds VpcSecurityGroupIds"

ALLOWED: Mapping[str, Rule] = {
    "AWS::ApiGateway::Authorizer": _rule(targets=_GATEWAY + " AuthorizerCredentials"),
    "AWS::ApiGateway::Deployment": _rule(targets=_GATEWAY),
    "AWS::ApiGateway::GatewayResponse": _rule(targets=_GATEWAY),
    "AWS::ApiGateway::Method": _rule(targets=_GATEWAY),
    "AWS::ApiGateway::Model": _rule(targets=_GATEWAY),
    "AWS::ApiGateway::RequestValidator": _rule(targets=_GATEWAY),
    "AWS::ApiGateway::Resource": _rule(targets=_GATEWAY),
    "AWS::ApiGateway::RestApi": _rule(targets="CloneFrom"),
    "AWS::ApiGateway::Stage": _rule(targets=_GATEWAY),
    "AWS::ApiGatewayV2::Api": _rule(targets=_GATEWAY),
    "AWS::ApiGatewayV2::Authorizer": _rule(targets=_GATEWAY + " AuthorizerCredentialsArn"),
    "AWS::ApiGatewayV2::Deployment": _rule(targets=_GATEWAY),
    "AWS::ApiGatewayV2::Integration": _rule(targets=_GATEWAY),
    "AWS::ApiGatewayV2::Route": _rule(targets=_GATEWAY),
    "AWS::ApiGatewayV2::Stage": _rule(targets=_GATEWAY),
    "AWS::CloudWatch::Alarm": _rule("AlarmName", "AlarmActions OKActions InsufficientDataActions"),
    "AWS::CloudWatch::CompositeAlarm": _rule("AlarmName", "AlarmActions OKActions InsufficientDataActions"),
    "AWS::CloudWatch::Dashboard": _rule("DashboardName"),
    "AWS::DynamoDB::Table": _rule("TableName"),
    "AWS::EC2::EIP": _rule(targets="InstanceId"),
    "AWS::EC2::InternetGateway": _rule(),
    "AWS::EC2::NatGateway": _rule(targets="SubnetId AllocationId"),
    "AWS::EC2::Route": _rule(
        targets="RouteTableId CarrierGatewayId CoreNetworkArn EgressOnlyInternetGatewayId GatewayId InstanceId "
        "LocalGatewayId NatGatewayId NetworkInterfaceId TransitGatewayId VpcEndpointId VpcPeeringConnectionId"
    ),
    "AWS::EC2::RouteTable": _rule(targets="VpcId"),
    "AWS::EC2::SecurityGroup": _rule("GroupName", "VpcId"),
    "AWS::EC2::SecurityGroupEgress": _rule(targets="GroupId"),
    "AWS::EC2::SecurityGroupIngress": _rule(targets="GroupId GroupName"),
    "AWS::EC2::Subnet": _rule(targets="VpcId"),
    "AWS::EC2::SubnetRouteTableAssociation": _rule(targets="SubnetId RouteTableId"),
    "AWS::EC2::VPC": _rule(),
    "AWS::EC2::VPCEndpoint": _rule(targets="VpcId RouteTableIds SubnetIds"),
    "AWS::EC2::VPCGatewayAttachment": _rule(targets="VpcId InternetGatewayId VpnGatewayId"),
    "AWS::ElastiCache::CacheCluster": _rule("ClusterName", _CACHE_NETWORK),
    "AWS::ElastiCache::ParameterGroup": _rule(),
    "AWS::ElastiCache::ReplicationGroup": _rule(
        "ReplicationGroupId", "GlobalReplicationGroupId PrimaryClusterId " + _CACHE_NETWORK
    ),
    "AWS::ElastiCache::SubnetGroup": _rule("CacheSubnetGroupName", "SubnetIds"),
    "AWS::Events::EventBus": _rule("Name", "EventSourceName Arn"),
    "AWS::Events::Rule": _rule("Name", "Arn EventBusName"),
    "AWS::IAM::InstanceProfile": _rule("InstanceProfileName", "Roles"),
    "AWS::IAM::ManagedPolicy": _rule("ManagedPolicyName", "Roles Users Groups"),
    "AWS::IAM::Policy": _rule(targets="Roles Users Groups"),
    "AWS::IAM::Role": _rule("RoleName"),
    "AWS::KMS::Alias": _rule("AliasName", "TargetKeyId"),
    "AWS::KMS::Key": _rule(),
    "AWS::Kinesis::Stream": _rule("Name"),
    "AWS::Lambda::Alias": _rule(targets="FunctionName"),
    "AWS::Lambda::EventInvokeConfig": _rule(targets="FunctionName Destination"),
    "AWS::Lambda::EventSourceMapping": _rule(targets="FunctionName EventSourceArn Destination"),
    "AWS::Lambda::Function": _rule("FunctionName", "Arn LogGroup SubnetIds SecurityGroupIds"),
    "AWS::Lambda::LayerVersion": _rule("LayerName"),
    "AWS::Lambda::Permission": _rule(targets="FunctionName"),
    "AWS::Lambda::Url": _rule(targets="TargetFunctionArn"),
    "AWS::Lambda::Version": _rule(targets="FunctionName"),
    "AWS::Logs::LogGroup": _rule("LogGroupName"),
    "AWS::Logs::LogStream": _rule(targets="LogGroupName"),
    "AWS::Logs::SubscriptionFilter": _rule(targets="LogGroupName"),
    "AWS::RDS::DBCluster": _rule(
        "DBClusterIdentifier",
        "GlobalClusterIdentifier ReplicationSourceIdentifier SourceDBClusterIdentifier SourceDbClusterResourceId "
        "MonitoringRoleArn DBSubnetGroupName VpcSecurityGroupIds",
    ),
    "AWS::RDS::DBClusterParameterGroup": _rule("DBClusterParameterGroupName"),
    "AWS::RDS::DBInstance": _rule(
        "DBInstanceIdentifier",
        "DBClusterIdentifier SourceDBInstanceIdentifier SourceDBClusterIdentifier MonitoringRoleArn "
        "DBSubnetGroupName VPCSecurityGroups DBSecurityGroups",
    ),
    "AWS::RDS::DBParameterGroup": _rule("DBParameterGroupName"),
    "AWS::RDS::DBSubnetGroup": _rule("DBSubnetGroupName", "SubnetIds"),
    "AWS::S3::Bucket": _rule("BucketName", "Bucket BucketArn Function Queue Topic"),
    "AWS::S3::BucketPolicy": _rule(targets="Bucket"),
    "AWS::SNS::Subscription": _rule(targets="TopicArn Endpoint SubscriptionRoleArn"),
    "AWS::SNS::Topic": _rule("TopicName", "Endpoint"),
    "AWS::SNS::TopicPolicy": _rule(targets="Topics"),
    "AWS::SQS::Queue": _rule("QueueName"),
    "AWS::SQS::QueuePolicy": _rule(targets="Queues"),
    "AWS::SSM::Parameter": _rule("Name"),
    "AWS::Scheduler::Schedule": _rule("Name", "Arn GroupName"),
    "AWS::Scheduler::ScheduleGroup": _rule("Name"),
    "AWS::SecretsManager::Secret": _rule("Name"),
    "AWS::SecretsManager::SecretTargetAttachment": _rule(targets="SecretId TargetId"),
    "AWS::StepFunctions::Activity": _rule("Name"),
    "AWS::StepFunctions::StateMachine": _rule("StateMachineName", "LogGroupArn"),
}
"""The properties that change, or call, nothing but what the stack makes; whatever is not here may."""

SNAPSHOT_BY_DEFAULT = ("AWS::RDS::DBInstance", "AWS::RDS::DBCluster")
"""Types that leave a final snapshot behind unless they say otherwise."""

PLACED: Mapping[str, frozenset[str]] = {
    "AWS::RDS::DBInstance": frozenset({"DBSubnetGroupName", "DBClusterIdentifier", "SourceDBInstanceIdentifier"}),
    "AWS::RDS::DBCluster": frozenset({"DBSubnetGroupName"}),
}
"""Types that AWS puts into the account's default network, open to the internet, unless one of these says where."""

OF_ROLES = ("AWS::IAM::ManagedPolicy", "AWS::IAM::Policy", "AWS::IAM::Role")
"""Types that say what the replica's code may do."""

AROUND: Mapping[str, str] = {
    "AuthorizerUri": r"arn:(?:aws[a-z-]*|\$\{AWS::Partition\}):apigateway:\$\{AWS::Region\}:lambda:path"
    r"/2015-03-31/functions/(\$\{[^}]+\})/invocations",
    "Target": r"integrations/(\$\{[^}]+\})",
}
"""Properties whose text stands around the reference, and what it has to be: the reference is the group."""
AROUND = {**AROUND, **dict.fromkeys(("Uri", "IntegrationUri"), AROUND["AuthorizerUri"])}
