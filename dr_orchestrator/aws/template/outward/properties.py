"""The properties that reach out of a replica, by type or by name: what they change, join, read or tell."""

from __future__ import annotations

from collections.abc import Mapping

ROLES: Mapping[str, str] = {
    "AWS::IAM::Role": "PermissionsBoundary",
    "AWS::IAM::User": "PermissionsBoundary",
    "AWS::Serverless::Function": "PermissionsBoundary",
    "AWS::Serverless::StateMachine": "PermissionsBoundary",
}
"""The types that make a role, and the property that takes its permissions boundary."""

LEFT_OUT: Mapping[str, Mapping[str, str]] = {
    "AWS::S3::Bucket": {
        "ObjectLockEnabled": "a locked object cannot be deleted: it would stay behind",
        "ObjectLockConfiguration": "a locked object cannot be deleted: it would stay behind",
        "ReplicationConfiguration": "it would write into a bucket that is not the replica's",
        "InventoryConfigurations": "it would write into a bucket that may not be the replica's",
    },
    "AWS::DynamoDB::Table": {"ImportSourceSpecification": "the table is made from its newest recovery point, or empty"},
    "AWS::SecretsManager::Secret": {"ReplicaRegions": "a copy in another region would stay behind"},
    "AWS::CloudFront::Distribution": {
        "DistributionConfig.Aliases": "a public name belongs to one distribution: production's",
        "DistributionConfig.ViewerCertificate": "it is of the public names that are left out",
    },
    "AWS::Backup::BackupVault": {"LockConfiguration": "a locked vault cannot be deleted: it would stay behind"},
    "AWS::RDS::DBCluster": {
        "GlobalClusterIdentifier": "it would join production's global cluster",
        "ReplicationSourceIdentifier": "it would replicate from production",
    },
}
"""The properties, by type, that a replica must not have, and why."""

SHORTEST: Mapping[str, tuple[str, int, str]] = {
    "AWS::KMS::Key": ("PendingWindowInDays", 7, "the shortest that AWS allows; until then it costs"),
    "AWS::KMS::ReplicaKey": ("PendingWindowInDays", 7, "the shortest that AWS allows; until then it costs"),
}
"""The waits of deletions, by type: property, days, why."""

CHANGES: Mapping[str, frozenset[str]] = {
    "AWS::ApiGateway::Authorizer": frozenset({"RestApiId"}),
    "AWS::ApiGateway::Deployment": frozenset({"RestApiId"}),
    "AWS::ApiGateway::Method": frozenset({"RestApiId", "ResourceId"}),
    "AWS::ApiGateway::Resource": frozenset({"RestApiId", "ParentId"}),
    "AWS::ApiGateway::Stage": frozenset({"RestApiId"}),
    "AWS::ApiGatewayV2::Authorizer": frozenset({"ApiId"}),
    "AWS::ApiGatewayV2::Deployment": frozenset({"ApiId"}),
    "AWS::ApiGatewayV2::Integration": frozenset({"ApiId"}),
    "AWS::ApiGatewayV2::Route": frozenset({"ApiId"}),
    "AWS::ApiGatewayV2::Stage": frozenset({"ApiId"}),
    "AWS::ApplicationAutoScaling::ScalableTarget": frozenset({"ResourceId"}),
    "AWS::AutoScaling::LifecycleHook": frozenset({"AutoScalingGroupName"}),
    "AWS::AutoScaling::ScalingPolicy": frozenset({"AutoScalingGroupName"}),
    "AWS::AutoScaling::ScheduledAction": frozenset({"AutoScalingGroupName"}),
    "AWS::Cognito::UserPoolClient": frozenset({"UserPoolId"}),
    "AWS::Cognito::UserPoolDomain": frozenset({"UserPoolId"}),
    "AWS::Cognito::UserPoolUser": frozenset({"UserPoolId"}),
    "AWS::EC2::EIPAssociation": frozenset({"AllocationId", "InstanceId", "NetworkInterfaceId"}),
    "AWS::EC2::GatewayRouteTableAssociation": frozenset({"GatewayId", "RouteTableId"}),
    "AWS::EC2::NetworkAclEntry": frozenset({"NetworkAclId"}),
    "AWS::EC2::NetworkInterfaceAttachment": frozenset({"InstanceId", "NetworkInterfaceId"}),
    "AWS::EC2::Route": frozenset({"RouteTableId"}),
    "AWS::EC2::SecurityGroupEgress": frozenset({"GroupId"}),
    "AWS::EC2::SecurityGroupIngress": frozenset({"GroupId", "GroupName"}),
    "AWS::EC2::SubnetNetworkAclAssociation": frozenset({"SubnetId", "NetworkAclId"}),
    "AWS::EC2::SubnetRouteTableAssociation": frozenset({"SubnetId", "RouteTableId"}),
    "AWS::EC2::TransitGatewayAttachment": frozenset({"TransitGatewayId"}),
    "AWS::EC2::TransitGatewayVpcAttachment": frozenset({"TransitGatewayId"}),
    "AWS::EC2::TransitGatewayRoute": frozenset({"TransitGatewayRouteTableId"}),
    "AWS::EC2::VolumeAttachment": frozenset({"InstanceId", "VolumeId"}),
    "AWS::EC2::VPCCidrBlock": frozenset({"VpcId"}),
    "AWS::EC2::VPCDHCPOptionsAssociation": frozenset({"VpcId"}),
    "AWS::EC2::VPCEndpoint": frozenset({"RouteTableIds"}),
    "AWS::EC2::VPCGatewayAttachment": frozenset({"VpcId", "InternetGatewayId", "VpnGatewayId"}),
    "AWS::EFS::MountTarget": frozenset({"FileSystemId"}),
    "AWS::ElasticLoadBalancingV2::ListenerCertificate": frozenset({"ListenerArn"}),
    "AWS::ElasticLoadBalancingV2::ListenerRule": frozenset({"ListenerArn"}),
    "AWS::IAM::ManagedPolicy": frozenset({"Roles", "Users", "Groups"}),
    "AWS::IAM::Policy": frozenset({"Roles", "Users", "Groups"}),
    "AWS::IAM::RolePolicy": frozenset({"RoleName"}),
    "AWS::KMS::Alias": frozenset({"TargetKeyId"}),
    "AWS::Lambda::EventInvokeConfig": frozenset({"FunctionName"}),
    "AWS::Lambda::EventSourceMapping": frozenset({"FunctionName", "EventSourceArn"}),
    "AWS::Lambda::Permission": frozenset({"FunctionName"}),
    "AWS::Lambda::Url": frozenset({"TargetFunctionArn"}),
    "AWS::Lambda::Version": frozenset({"FunctionName"}),
    "AWS::Logs::LogStream": frozenset({"LogGroupName"}),
    "AWS::Logs::MetricFilter": frozenset({"LogGroupName"}),
    "AWS::Logs::SubscriptionFilter": frozenset({"LogGroupName"}),
    "AWS::RDS::DBInstance": frozenset(
        {"DBClusterIdentifier", "SourceDBInstanceIdentifier", "SourceDBClusterIdentifier"}
    ),
    "AWS::RDS::DBProxyTargetGroup": frozenset({"DBProxyName"}),
    "AWS::Route53Resolver::ResolverRuleAssociation": frozenset({"VPCId"}),
    "AWS::S3::BucketPolicy": frozenset({"Bucket"}),
    "AWS::SecretsManager::ResourcePolicy": frozenset({"SecretId"}),
    "AWS::SecretsManager::RotationSchedule": frozenset({"SecretId"}),
    "AWS::SecretsManager::SecretTargetAttachment": frozenset({"SecretId", "TargetId"}),
    "AWS::SNS::Subscription": frozenset({"TopicArn"}),
    "AWS::SNS::TopicInlinePolicy": frozenset({"TopicArn"}),
    "AWS::SNS::TopicPolicy": frozenset({"Topics"}),
    "AWS::SQS::QueueInlinePolicy": frozenset({"Queue"}),
    "AWS::SQS::QueuePolicy": frozenset({"Queues"}),
    "AWS::WAFv2::WebACLAssociation": frozenset({"ResourceArn"}),
}
"""The properties, by type, that name what the resource changes: of something outside no replica may."""

RIGHTS = frozenset(
    {
        *("Role", "RoleArn", "RoleARN", "ServiceRole", "ExecutionRole", "ExecutionRoleArn", "TaskRoleArn", "JobRole"),
        *("IamInstanceProfile", "InstanceProfile", "CredentialsArn", "Credentials", "ServiceRoleArn", "JobFlowRole"),
        *("IAMRoleARN", "IamRoleArn", "LambdaRoleArn", "AuthorizerCredentials", "AuthorizerCredentialsArn", "Roles"),
        *("InvocationRole", "CloudWatchRoleArn", "DeliverLogsPermissionArn", "ProcessingRole", "IamRole"),
    }
)
"""Properties that say with whose rights something acts; no boundary of ours holds a role that the stack does not make.
"""

READ = frozenset(
    {
        *("Layers", "ImageId", "Image", "ImageUri", "ValueFrom", "KmsKeyId", "KmsKeyArn", "KMSMasterKeyID", "KmsKey"),
        *("KmsMasterKeyId", "EncryptionKey", "SSEKMSKeyId", "KeyId", "KmsKeyARN", "CertificateArn", "SSLCertificateId"),
        *(
            "AcmCertificateArn",
            "TemplateArn",
            "BaseImageArn",
            "SnapshotIdentifier",
            "SnapshotId",
            "SourceArn",
            "BasePath",
        ),
        *("SigningProfileVersionArns", "ModelArn", "FoundationModelArn", "ParentImage", "MasterUserSecretKmsKeyId"),
        *("ManagedPolicyArns", "PermissionsBoundary", "EncryptionKeyArn", "KMSKeyArn", "KMSKeyId", "S3Bucket"),
        *("SecretArn", "SecretId", "CredentialsParameter", "S3Key", "KmsKeyIdentifier"),
    }
)
"""Properties whose values are read, or used to read: nothing is done to what they name."""

OF_ACCOUNTS = ("Account", "Accounts", "AccountId", "AccountIds", "Principal", "Principals", "OwnerId", "PeerOwnerId")
"""The ends of the names of properties that take accounts."""

IN_DEFAULT_NETWORK: Mapping[str, frozenset[str]] = {
    "AWS::RDS::DBInstance": frozenset({"DBSubnetGroupName", "DBClusterIdentifier", "SourceDBInstanceIdentifier"}),
    "AWS::RDS::DBCluster": frozenset({"DBSubnetGroupName"}),
}
"""Types that AWS puts into the account's default network unless one of these says where."""

ZONES = ("HostedZoneId", "HostedZoneName")

PEOPLE = frozenset({"email", "email-json", "sms", "http", "https"})
"""The protocols by which a subscription of SNS reaches people, or somebody's pager."""

POLICIES = frozenset(
    {
        *("AssumeRolePolicyDocument", "KeyPolicy", "Policies", "PolicyDocument", "Policy", "ResourcePolicy"),
        *("AccessPolicies", "RepositoryPolicyText", "FileSystemPolicy", "ResourcePolicyDocument", "InlinePolicies"),
    }
)
"""Properties that hold a policy: what it allows is held by the place, whom it lets in is asked."""

TEXTS = frozenset(
    {
        *("Description", "UserData", "ZipFile", "InlineCode", "Metadata", "Comment", "DashboardBody", "Content"),
        *("DefinitionString", "Definition", "DefinitionBody", "Body", "Tags", "BuildSpec", "EventPattern", "Command"),
        *("TemplateBody", "Environment", "EnvironmentVariables", "UserDataScript", "AlarmDescription"),
        *("FunctionCode", "Query", "QueryString", "InputTemplate", "Input", "RequestTemplates", "ResponseTemplates"),
        *("GroupDescription", "RequestParameters", "ResponseParameters", "CidrIp", "CidrBlock", "ReplaceKeyPrefixWith"),
    }
)
"""Properties of the author's own words or code: what they name is reached with the rights that the place gives."""
