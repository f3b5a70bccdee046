"""All that reaches out of a replica, whatever its type: the forms of ids, the types and properties that act outside.

Schemas tell what a property is, never what it does to somebody: these tables are the program's own.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

ARN = re.compile(
    r"arn:(?P<partition>aws[a-z-]*|\$\{AWS::Partition\}|\*):(?P<service>[a-z0-9.-]+):"
    r"(?P<region>(?:\$\{[^}]*\}|[^:])*):(?P<account>(?:\$\{[^}]*\}|[^:])*):"
    r"(?P<rest>.+)",
    re.DOTALL,
)
ARN_WITHIN = re.compile(r"arn:[a-z$][^:\s\"']*:[a-z0-9.-]+:[^:\s\"']*:(?P<account>\d{12}):[^\s\"',}\]]+")
"""An ARN of an account by its number, in a text."""

ACCOUNT = re.compile(r"\d{12}")
ID = re.compile(
    r"(?:vpc|subnet|sg|rtb|igw|eigw|nat|eni|acl|pcx|vgw|cgw|vpn|tgw|tgw-attach|tgw-rtb|vpce|eipalloc|eipassoc|dopt|lt|i|vol"
    r"|fs|fsap|pl|rtbassoc|dxcon|dxvif|lgw|cagw|ipam|ipam-pool)-(?:[0-9a-f]{8}|[0-9a-f]{17})"
)
"""The ids that EC2 and its neighbours give; images and snapshots are read alone, and are left out."""

NETWORK = ("vpc-", "subnet-", "sg-")
"""The beginnings of ids of what a replica may be put into, when its owner shares it."""

OF_AWS = frozenset(
    {
        *("127311923021", "033677994240", "027434742980", "797873946194", "098369216593", "754344448648"),
        *("589379963580", "718504428378", "383597477331", "600734575887", "114774131450", "783225319266"),
        *("582318560864", "985666609251", "054676820928", "156460612806", "652711504416", "635631232127"),
        *("009996457667", "897822967062", "076674570225", "507241528517", "048591011584", "190560391635"),
        *("638102146993", "037604701340"),
    }
)
"""The accounts of AWS itself, by which load balancers write their logs.

Source: Elastic Load Balancing, "Enable access logs for your Application Load Balancer", step "attach a policy".
"""

PUBLIC_IMAGES = re.compile(r"ami-(?:[0-9a-f]{8}|[0-9a-f]{17})")
OF_BOOTSTRAP = "/cdk-bootstrap/"
"""The beginning of the names of those that `cdk bootstrap` stores."""

RESOLVED = re.compile(r"\{\{resolve:(?P<store>ssm-secure|ssm|secretsmanager):(?P<name>(?:\$\{[^}]*\}|[^}])*)\}\}")
"""A dynamic reference: a value that AWS looks up when the stack is made."""

ENDPOINT = re.compile(
    r"[\w-]+(?:\.[\w-]+)*\.(?:rds|cache|redshift|docdb|neptune|es|aoss|kafka|mq|memorydb|dax-clusters)"
    r"(?:\.[\w-]+)*\.amazonaws\.com(?:\.cn)?"
)
"""The address of a store that is there already."""

INVOKED = re.compile(r"path/.*?functions/(?P<arn>arn:.+?)(?:/invocations)?")
"""A function in the ARN by which a gateway calls it."""

OF_EVERYBODY = "/aws/service/"
"""The beginning of the names of parameters that AWS itself publishes."""

EXPANDED = frozenset(
    {
        *("AWS::Serverless-2016-10-31", "AWS::LanguageExtensions", "AWS::Include", "AWS::ServiceCatalog"),
        *("AWS::CodeDeployBlueGreen", "AWS::SecretsManager-2020-07-23", "AWS::SecretsManager-2024-09-16"),
        "AWS::CodeStar",
    }
)
"""The transforms that are AWS's own: a change set expands them, and no function of the account runs."""

CUSTOM = ("Custom::", "AWS::CloudFormation::CustomResource")
NESTED = "AWS::CloudFormation::Stack"
SERVERLESS = "AWS::Serverless::"
WITHOUT_EFFECT = frozenset(
    {
        *("AWS::CDK::Metadata", "AWS::CloudFormation::WaitCondition", "AWS::CloudFormation::WaitConditionHandle"),
    }
)

KEEPS_A_FINAL_SNAPSHOT = frozenset(
    {
        *("AWS::RDS::DBInstance", "AWS::RDS::DBCluster", "AWS::Neptune::DBCluster", "AWS::DocDB::DBCluster"),
        *("AWS::ElastiCache::ReplicationGroup", "AWS::ElastiCache::CacheCluster", "AWS::Redshift::Cluster"),
        "AWS::EC2::Volume",
    }
)
"""The types that may leave a final snapshot behind unless they say otherwise."""

PROTECTION = re.compile(
    r"(?:Enable)?(?:Deletion|Termination|Delete)Protection(?:Enabled|Check)?|DisableApiTermination|"
    r"EnableTerminationProtection|(?:Enable)?Deletion_?Protection_?(?:enabled)?",
    re.IGNORECASE,
)
"""The names of properties that keep something from being deleted."""

ATTRIBUTE_PROTECTION = "deletion_protection.enabled"
"""The key of a balancer's attribute that does."""

OFF: Mapping[str, str] = {"ACTIVE": "INACTIVE", "ENABLED": "DISABLED", "true": "false", "True": "false"}

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

LEFT_OUT_WHOLE: Mapping[str, str] = {
    "AWS::ApiGateway::DomainName": "a public name belongs to one API: production's",
    "AWS::ApiGatewayV2::DomainName": "a public name belongs to one API: production's",
    "AWS::ApiGateway::BasePathMapping": "it is of a public name that is left out",
    "AWS::ApiGatewayV2::ApiMapping": "it is of a public name that is left out",
    "AWS::AppSync::DomainName": "a public name belongs to one API: production's",
    "AWS::AppSync::DomainNameApiAssociation": "it is of a public name that is left out",
}
"""The types that a replica does without, and why; what refers to them does without them, too."""

LEFT_OUT_BESIDE: Mapping[str, str] = {"AWS::ApiGateway::Account": "it is a setting of the whole account: production's"}
"""Those that it does without where production is in the same account."""

SHORTEST: Mapping[str, tuple[str, int, str]] = {
    "AWS::KMS::Key": ("PendingWindowInDays", 7, "the shortest that AWS allows; until then it costs"),
    "AWS::KMS::ReplicaKey": ("PendingWindowInDays", 7, "the shortest that AWS allows; until then it costs"),
}
"""The waits of deletions, by type: property, days, why."""

ASKED: Mapping[str, tuple[str, str]] = {
    "AWS::IAM::User": ("makes a user of the account", "who holds its password or key acts in the account"),
    "AWS::IAM::AccessKey": ("makes a key that does not expire", "who holds it acts in the account"),
    "AWS::IAM::UserToGroupAddition": ("gives users the rights of a group", "they act in the account"),
    "AWS::IAM::OIDCProvider": ("lets people or machines of elsewhere log in", "an account has one of each address"),
    "AWS::IAM::SAMLProvider": ("lets people of elsewhere log in", "they act in the account"),
    "AWS::IAM::ServiceLinkedRole": ("makes a role of a service for the whole account", "an account has one"),
    "AWS::CloudFormation::StackSet": ("deploys into other accounts or regions", "those are not the replica's"),
    "AWS::RAM::ResourceShare": ("shares with other accounts", "those are not the replica's"),
    "AWS::SES::EmailIdentity": ("verifies an address or a domain", "mail would come from it, or to it"),
    "AWS::SES::ReceiptRuleSet": ("receives mail", "it would be people's"),
    "AWS::SES::ReceiptRule": ("receives mail", "it would be people's"),
    "AWS::Budgets::Budget": ("may write to people", "they would be told of a drill"),
    "AWS::Chatbot::SlackChannelConfiguration": ("writes to people", "they would be told of a drill"),
    "AWS::Chatbot::MicrosoftTeamsChannelConfiguration": ("writes to people", "they would be told of a drill"),
    "AWS::CE::AnomalySubscription": ("writes to people", "they would be told of a drill"),
    "AWS::Connect::Instance": ("telephones", "it reaches people"),
    "AWS::SSMContacts::Contact": ("calls people", "they would be called by a drill"),
    "AWS::SSMContacts::ContactChannel": ("calls people", "they would be called by a drill"),
    "AWS::SSMIncidents::ResponsePlan": ("calls people", "they would be called by a drill"),
    "AWS::Pinpoint::App": ("writes to people", "they would be written to by a drill"),
    "AWS::CertificateManager::Certificate": ("waits until somebody proves a public name", "nobody will, in a drill"),
    "AWS::Lambda::LayerVersionPermission": ("shares with other accounts", "those are not the replica's"),
    "AWS::Backup::BackupSelection": ("backs up what it selects", "it may select what is not the replica's"),
    "AWS::DLM::LifecyclePolicy": ("takes and deletes snapshots by tags", "they may be of what is not the replica's"),
    "AWS::SSM::Association": ("runs commands on machines by tags", "they may not be the replica's"),
    "AWS::SSM::MaintenanceWindowTarget": ("aims at machines by tags", "they may not be the replica's"),
    "AWS::EC2::VPNConnection": ("connects with a network outside", "it is not the replica's"),
    "AWS::EC2::CustomerGateway": ("connects with a network outside", "it is not the replica's"),
    "AWS::EC2::ClientVpnEndpoint": ("lets people into its network", "it is reached from outside"),
    "AWS::DirectConnect::Connection": ("connects with a network outside", "it is not the replica's"),
    "AWS::Route53Domains::Domain": ("buys a public name", "it cannot be given back"),
    "AWS::EC2::CapacityReservation": ("reserves machines", "they cost until they are let go"),
}
"""The types that reach people, other accounts or what no schema shows: what they do, and why that is asked."""

REFUSED: Mapping[str, tuple[str, str]] = {
    "AWS::EC2::VPCPeeringConnection": ("joins a network outside with the replica's", "production's could be reached"),
    "AWS::EC2::TransitGatewayPeeringAttachment": ("joins networks outside", "production's could be reached"),
    "AWS::Organizations::Account": ("makes an account", "no drill can take it down"),
    "AWS::Organizations::Policy": ("changes the organization", "it holds for production"),
    "AWS::Organizations::OrganizationalUnit": ("changes the organization", "it holds for production"),
    "AWS::Organizations::Organization": ("makes an organization", "no drill can take it down"),
    "AWS::SSO::Assignment": ("gives people rights in accounts", "they are not the replica's"),
    "AWS::SSO::PermissionSet": ("changes what people may do in accounts", "they are not the replica's"),
}
"""The types that change what exists outside, whatever is written in them; peerings within the replica excepted."""

OF_WHOLE_ACCOUNT = frozenset(
    {
        *("AWS::GuardDuty::Detector", "AWS::SecurityHub::Hub", "AWS::Config::ConfigurationRecorder"),
        *("AWS::Config::DeliveryChannel", "AWS::Macie::Session", "AWS::Inspector::AssessmentTarget"),
        *("AWS::Logs::AccountPolicy", "AWS::EC2::SnapshotBlockPublicAccess", "AWS::EC2::VPCBlockPublicAccessOptions"),
        *("AWS::Glue::DataCatalogEncryptionSettings", "AWS::IoT::AccountAuditConfiguration", "AWS::IoT::Logging"),
        *("AWS::ECR::RegistryPolicy", "AWS::ECR::ReplicationConfiguration", "AWS::ECR::RegistryScanningConfiguration"),
        *("AWS::XRay::ResourcePolicy", "AWS::Detective::Graph"),
        *("AWS::LakeFormation::DataLakeSettings", "AWS::S3::StorageLens"),
        *("AWS::CloudFormation::TypeActivation", "AWS::CloudFormation::HookTypeConfig"),
        *("AWS::CloudFormation::ResourceVersion", "AWS::CloudFormation::ResourceDefaultVersion"),
        *("AWS::CloudFormation::ModuleVersion", "AWS::CloudFormation::ModuleDefaultVersion"),
        *("AWS::CloudFormation::PublicTypeVersion", "AWS::CloudFormation::Publisher"),
        *("AWS::CloudFormation::HookVersion", "AWS::CloudFormation::HookDefaultVersion"),
        "AWS::Logs::ResourcePolicy",
    }
)
"""The settings of an account: harmless in an account of drills, and production's where a replica stands beside it."""

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

PUBLIC_RECORDS = frozenset({"AWS::Route53::RecordSet", "AWS::Route53::RecordSetGroup"})
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


def names(text: str, source: str) -> bool:
    """Whether a text names a source, as a whole word."""
    return bool(re.search(rf"(?<![A-Za-z0-9_.-]){re.escape(source)}(?![A-Za-z0-9_-])", text, re.IGNORECASE))


def owner_in(name: str) -> str:
    """The resource that the name of a looked-up secret is a reference to: `${Secret}:SecretString:password`."""
    found = re.match(r"\$\{([A-Za-z0-9]+)(?:\.[A-Za-z0-9.]+)?\}", name)
    return found[1] if found else ""


def is_of_aws(arn: re.Match[str]) -> bool:
    """Whether an ARN is of what AWS itself keeps: a managed policy, its own keys, an action of a service by name.

    An action is done with the rights of a role, which is looked at by itself.
    """
    if arn["account"] in ("aws", "aws-managed") or arn["rest"].startswith(("alias/aws/", "role/aws-service-role/")):
        return True
    return arn["service"] == "apigateway" or (not arn["account"] and arn["service"] != "s3")


def is_managed(text: str) -> bool:
    """Whether a text is of a policy or a role that AWS itself keeps."""
    return ":iam::aws:" in text or ":role/aws-service-role/" in text
