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

PATHS: Mapping[str, str] = {
    "AWS::IAM::InstanceProfile": "Path",
    "AWS::IAM::ManagedPolicy": "Path",
    "AWS::IAM::Role": "Path",
    "AWS::Serverless::Function": "RolePath",
    "AWS::Serverless::StateMachine": "RolePath",
}
"""The properties, by type, that stand before a name in an ARN."""

LEFT_OUT: Mapping[str, Mapping[str, str]] = {
    "AWS::S3::Bucket": {
        "ObjectLockEnabled": "a locked object cannot be deleted: it would stay behind",
        "ObjectLockConfiguration": "a locked object cannot be deleted: it would stay behind",
        "ReplicationConfiguration": "it would write into a bucket that is not the replica's",
        "InventoryConfigurations": "it would write into a bucket that may not be the replica's",
    },
    "AWS::DynamoDB::GlobalTable": {
        "Replicas.*.PointInTimeRecoverySpecification.RecoveryPeriodInDays": "it is of the backup that is not kept",
    },
    "AWS::DynamoDB::Table": {
        "PointInTimeRecoverySpecification.RecoveryPeriodInDays": "it is of the backup that is not kept",
        "ImportSourceSpecification": "the table is made from its newest recovery point, or empty",
    },
    "AWS::EFS::FileSystem": {"ReplicationConfiguration": "a copy elsewhere would stay behind, or is somebody's"},
    "AWS::SecretsManager::Secret": {"ReplicaRegions": "a copy in another region would stay behind"},
    "AWS::CloudFront::Distribution": {
        "DistributionConfig.Aliases": "a public name belongs to one distribution: production's",
        "DistributionConfig.ViewerCertificate": "it is of the public names that are left out",
    },
    "AWS::Cognito::UserPoolDomain": {
        "CustomDomainConfig": "a public name belongs to one pool: production's, and the replica has one of AWS's",
    },
    "AWS::ElastiCache::ServerlessCache": {"FinalSnapshotName": "the snapshot would stay behind"},
    "AWS::Lightsail::Container": {"PublicDomainNames": "a public name belongs to one service: production's"},
    "AWS::MemoryDB::Cluster": {"FinalSnapshotName": "the snapshot would stay behind"},
    "AWS::RedshiftServerless::Namespace": {
        "FinalSnapshotName": "the snapshot would stay behind",
        "FinalSnapshotRetentionPeriod": "it is of the snapshot that is not taken",
    },
    "AWS::Serverless::Api": {"Domain": "a public name belongs to one API: production's"},
    "AWS::Serverless::GraphQLApi": {"DomainName": "a public name belongs to one API: production's"},
    "AWS::Serverless::HttpApi": {"Domain": "a public name belongs to one API: production's"},
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

PUBLIC: Mapping[str, bool] = {
    "AWS::AmazonMQ::Broker": False,
    "AWS::DMS::ReplicationInstance": True,
    "AWS::RDS::DBCluster": False,
    "AWS::RDS::DBInstance": True,
    "AWS::Redshift::Cluster": False,
    "AWS::RedshiftServerless::Workgroup": False,
}
"""The types that `PubliclyAccessible` opens to the internet, and whether they may be open where it is not said."""

RIGHTS = frozenset(
    {
        *("Role", "RoleArn", "RoleARN", "ServiceRole", "ExecutionRole", "ExecutionRoleArn", "TaskRoleArn", "JobRole"),
        *("IamInstanceProfile", "InstanceProfile", "CredentialsArn", "Credentials", "ServiceRoleArn", "JobFlowRole"),
        *("IAMRoleARN", "IamRoleArn", "LambdaRoleArn", "AuthorizerCredentials", "AuthorizerCredentialsArn", "Roles"),
        *(
            "InstanceRole",
            "AutoScalingRole",
            "InvocationRole",
            "CloudWatchRoleArn",
            "DeliverLogsPermissionArn",
            "ProcessingRole",
            "IamRole",
            "LaunchConfigurationName",
            "LaunchTemplate",
            "LaunchTemplateId",
            "LaunchTemplateName",
            "LaunchTemplateSpecification",
            "credentials",
            "authorizerCredentials",
        ),
    }
)
"""Properties that say with whose rights something acts; no boundary of ours holds a role that the stack does not make,
nor that of the machines which somebody else's template starts.
"""

CALLS = frozenset({"authorizerCredentials", "authorizerUri", "credentials", "uri"})
"""The keys of an API's description by which it calls something, or acts."""

DESCRIPTIONS = ("Body", "DefinitionBody")
"""The properties that hold the description of an API."""

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

READ_AT: Mapping[str, frozenset[str]] = {
    "AWS::AppRunner::Service": frozenset(
        {
            "SourceConfiguration/CodeRepository/CodeConfiguration/CodeConfigurationValues/RuntimeEnvironmentSecrets",
            "SourceConfiguration/ImageRepository/ImageConfiguration/RuntimeEnvironmentSecrets",
        }
    ),
    "AWS::AppSync::DataSource": frozenset({"RelationalDatabaseConfig/RdsHttpEndpointConfig/AwsSecretStoreArn"}),
    "AWS::Bedrock::Agent": frozenset({"FoundationModel"}),
    "AWS::Bedrock::ApplicationInferenceProfile": frozenset({"ModelSource"}),
    "AWS::ECS::TaskDefinition": frozenset(
        {"ContainerDefinitions/*/EnvironmentFiles", "ContainerDefinitions/*/FirelensConfiguration/Options"}
    ),
    "AWS::KinesisAnalyticsV2::Application": frozenset({"ApplicationConfiguration/ApplicationCodeConfiguration"}),
    "AWS::KinesisFirehose::DeliveryStream": frozenset(
        f"{each}DestinationConfiguration/{within}CloudWatchLoggingOptions"
        for each in (
            *("AmazonOpenSearchServerless", "Amazonopensearchservice", "Elasticsearch", "ExtendedS3", "HttpEndpoint"),
            *("Iceberg", "Redshift", "S3", "Snowflake", "Splunk"),
        )
        for within in ("", "S3BackupConfiguration/", "S3Configuration/")
    ),
    "AWS::Route53::RecordSet": frozenset({"AliasTarget"}),
    "AWS::Route53::RecordSetGroup": frozenset({"RecordSets/*/AliasTarget"}),
    "AWS::Serverless::Application": frozenset({"Location"}),
}
"""The same by type: read with rights of the replica's own, only asked where something is, or written into as a log."""

OF_ACCOUNTS = ("Account", "Accounts", "AccountId", "AccountIds", "Principal", "Principals", "OwnerId", "PeerOwnerId")
"""The ends of the names of properties that take accounts."""

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

NAMED_BY_OTHERS = frozenset(
    {
        *("AWS::CertificateManager::Certificate", "AWS::DynamoDB::Table", "AWS::EC2::SecurityGroup"),
        *("AWS::EC2::Subnet", "AWS::EC2::VPC", "AWS::ElasticLoadBalancingV2::LoadBalancer", "AWS::IAM::Role"),
        *("AWS::ElasticLoadBalancingV2::TargetGroup", "AWS::IAM::InstanceProfile", "AWS::Kinesis::Stream"),
        *("AWS::Lambda::Function", "AWS::Logs::LogGroup", "AWS::S3::Bucket", "AWS::SNS::Topic", "AWS::SQS::Queue"),
        "AWS::SecretsManager::Secret",
    }
)
"""The types that others name by plain names, so that a property called after one of them is of it."""

NAMED_WITHIN = frozenset({"AWS::AppSync::Type"})
"""The types whose names count only within another, which no schema tells."""
