"""The properties by which a resource aims at, calls or hears what is outside, by type; and what it does where it says
nothing.

Paths are written as in the registry, with `*` for each item of a list and each key of a map.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

BY_TAGS: Mapping[str, tuple[tuple[str, ...], str]] = {
    "AWS::AutoScalingPlans::ScalingPlan": (("ApplicationSource",), "scales what has a tag, or is of a stack"),
    "AWS::CodeDeploy::DeploymentGroup": (
        ("Ec2TagFilters", "Ec2TagSet", "OnPremisesInstanceTagFilters", "OnPremisesTagSet"),
        "deploys onto machines by tags",
    ),
    "AWS::FIS::ExperimentTemplate": (("Targets",), "breaks what it aims at"),
    "AWS::SSM::Association": (("InstanceId", "Targets"), "runs commands on machines by tags"),
    "AWS::SSM::MaintenanceWindowTarget": (("Targets",), "aims at machines by tags"),
    "AWS::SSM::MaintenanceWindowTask": (("Targets",), "runs commands on machines by tags"),
}
"""The types that act on whatever they select, the properties that select it, and what they do to it."""

SELECTORS = frozenset({"Key", "Type", "Value", "Values"})
"""The keys of one of a list of what is selected."""

SELECTING = frozenset({"Key", "Type"})
"""Those of them that say how it selects, not what."""

SELECTING_IN_MAPPING = frozenset({"Filters", "Parameters", "ResourceType", "SelectionMode"})
"""The keys that say so within one of a mapping, under a name of the author's own."""

HOSTS: Mapping[str, tuple[tuple[str, ...], str]] = {
    "AWS::AppSync::DataSource": (("HttpConfig/Endpoint",), "calls"),
    "AWS::CloudFront::Distribution": (("DistributionConfig/Origins/*/DomainName",), "gives out what it reads from"),
    "AWS::DMS::DataProvider": (("Settings/*/ServerName",), "reads from, or writes into"),
    "AWS::DMS::Endpoint": (("ServerName", "*/ServerName"), "reads from, or writes into"),
    "AWS::DataSync::LocationAzureBlob": (("ContainerUrl",), "reads from, or writes into"),
    "AWS::DataSync::LocationHDFS": (("NameNodes/*/Hostname",), "reads from, or writes into"),
    "AWS::DataSync::LocationNFS": (("ServerHostname",), "reads from, or writes into"),
    "AWS::DataSync::LocationObjectStorage": (("ServerHostname",), "reads from, or writes into"),
    "AWS::DataSync::LocationSMB": (("ServerHostname",), "reads from, or writes into"),
    "AWS::ElasticLoadBalancingV2::TargetGroup": (("Targets/*/Id",), "sends what it is asked to"),
    "AWS::Glue::Connection": (
        (
            "ConnectionInput/ConnectionProperties/CONNECTION_URL",
            "ConnectionInput/ConnectionProperties/INSTANCE_URL",
            "ConnectionInput/SparkProperties/sfUrl",
            "ConnectionInput/ConnectionProperties/HOST",
            "ConnectionInput/ConnectionProperties/JDBC_CONNECTION_URL",
            "ConnectionInput/ConnectionProperties/KAFKA_BOOTSTRAP_SERVERS",
        ),
        "reads from, or writes into",
    ),
    "AWS::KafkaConnect::Connector": (
        (
            "ConnectorConfiguration/connection.uri",
            "ConnectorConfiguration/connection.url",
            "ConnectorConfiguration/database.hostname",
            "ConnectorConfiguration/mongodb.connection.string",
            "KafkaCluster/ApacheKafkaCluster/BootstrapServers",
        ),
        "reads from, or writes into",
    ),
    "AWS::KinesisFirehose::DeliveryStream": (
        ("DatabaseSourceConfiguration/Endpoint", "RedshiftDestinationConfiguration/ClusterJDBCURL"),
        "reads from, or writes into",
    ),
    "AWS::Lightsail::Distribution": (("Origin/Name",), "gives out what it reads from"),
    "AWS::MSK::Replicator": (
        ("KafkaClusters/*/ApacheKafkaCluster/BootstrapBrokerString",),
        "reads from, or writes into",
    ),
    "AWS::MediaConnect::FlowOutput": (("Destination",), "sends what it is sent to"),
    "AWS::MediaLive::Channel": (("Destinations/*/Settings/*/Url",), "sends what it plays to"),
    "AWS::Pipes::Pipe": (
        ("SourceParameters/SelfManagedKafkaParameters/AdditionalBootstrapServers/*",),
        "takes what is sent from",
    ),
    "AWS::QuickSight::DataSource": (
        ("DataSourceParameters/*/ClusterId", "DataSourceParameters/*/Host", "DataSourceParameters/*/InstanceId"),
        "reads from",
    ),
    "AWS::Transfer::Connector": (("Url",), "sends files to"),
    "AWS::Route53::HealthCheck": (
        ("HealthCheckConfig/FullyQualifiedDomainName", "HealthCheckConfig/IPAddress"),
        "calls, from many places and without end,",
    ),
}
"""The types that connect to a host, the properties that name it, and what they do to it."""

CALLED: Mapping[str, tuple[str, ...]] = {
    "AWS::ApiGateway::Method": ("Integration/Uri",),
    "AWS::ApiGatewayV2::Integration": ("IntegrationUri",),
    "AWS::AppFlow::ConnectorProfile": ("ConnectorProfileConfig/ConnectorProfileProperties",),
    "AWS::Events::ApiDestination": ("InvocationEndpoint",),
    "AWS::Events::Connection": ("AuthParameters/OAuthParameters/AuthorizationEndpoint",),
    "AWS::IoT::TopicRule": ("TopicRulePayload/Actions/*/Http/Url", "TopicRulePayload/ErrorAction/Http/Url"),
    "AWS::IoT::TopicRuleDestination": ("HttpUrlProperties/ConfirmationUrl",),
    "AWS::KinesisFirehose::DeliveryStream": (
        "HttpEndpointDestinationConfiguration/EndpointConfiguration/Url",
        "SnowflakeDestinationConfiguration/AccountUrl",
        "SplunkDestinationConfiguration/HECEndpoint",
    ),
    "AWS::MediaTailor::PlaybackConfiguration": ("AdDecisionServerUrl", "VideoContentSourceUrl"),
    "AWS::Transfer::Server": ("IdentityProviderDetails/Url",),
    "AWS::StepFunctions::StateMachine": ("Definition", "DefinitionString"),
}
"""The types that call an address by themselves, and the properties that hold it; in any other it is read by people."""

HOOKED: Mapping[str, tuple[tuple[str, ...], str]] = {
    "AWS::Amplify::App": (("AccessToken", "OauthToken"), "puts a hook into a repository outside"),
    "AWS::CodeBuild::Project": (("Triggers/Webhook",), "puts a hook into a repository outside"),
    "AWS::CodePipeline::Webhook": (("RegisterWithThirdParty",), "puts a hook into a repository outside"),
}
"""The types that make something in the account of a third party, where one of these says so."""

ABSENT_IN_ACCOUNT: Mapping[str, tuple[frozenset[str], str]] = {
    **dict.fromkeys(
        ("AWS::DocDB::DBCluster", "AWS::Neptune::DBCluster", "AWS::RDS::DBCluster"),
        (frozenset({"DBSubnetGroupName"}), ""),
    ),
    "AWS::AmazonMQ::Broker": (frozenset({"SubnetIds"}), ""),
    "AWS::AutoScaling::AutoScalingGroup": (frozenset({"VPCZoneIdentifier"}), ""),
    "AWS::Cloud9::EnvironmentEC2": (frozenset({"SubnetId"}), ""),
    "AWS::DAX::Cluster": (frozenset({"SubnetGroupName"}), ""),
    "AWS::DMS::ReplicationInstance": (frozenset({"ReplicationSubnetGroupIdentifier"}), ""),
    "AWS::EC2::Instance": (
        frozenset({"NetworkInterfaces/*/NetworkInterfaceId", "NetworkInterfaces/*/SubnetId", "SubnetId"}),
        "",
    ),
    "AWS::EC2::EC2Fleet": (
        frozenset({"LaunchTemplateConfigs/*/Overrides/*/SubnetId"}),
        "",
    ),
    "AWS::EC2::SecurityGroup": (frozenset({"VpcId"}), ""),
    "AWS::EC2::SpotFleet": (
        frozenset(
            {
                "SpotFleetRequestConfigData/LaunchSpecifications/*/NetworkInterfaces/*/SubnetId",
                "SpotFleetRequestConfigData/LaunchSpecifications/*/SubnetId",
                "SpotFleetRequestConfigData/LaunchTemplateConfigs/*/Overrides/*/SubnetId",
            }
        ),
        "",
    ),
    "AWS::EMR::Cluster": (
        frozenset({"Instances/Ec2SubnetId", "Instances/Ec2SubnetIds"}),
        "",
    ),
    "AWS::ElastiCache::CacheCluster": (frozenset({"CacheSubnetGroupName"}), ""),
    "AWS::ElastiCache::ReplicationGroup": (frozenset({"CacheSubnetGroupName", "GlobalReplicationGroupId"}), ""),
    "AWS::ElastiCache::ServerlessCache": (frozenset({"SubnetIds"}), ""),
    "AWS::ElasticLoadBalancing::LoadBalancer": (frozenset({"Subnets"}), ""),
    "AWS::Events::EventBusPolicy": (frozenset({"EventBusName"}), "is a policy of the account's default bus"),
    "AWS::ImageBuilder::InfrastructureConfiguration": (frozenset({"SubnetId"}), ""),
    "AWS::MemoryDB::Cluster": (frozenset({"SubnetGroupName"}), ""),
    "AWS::RDS::DBInstance": (
        frozenset({"DBClusterIdentifier", "DBSubnetGroupName", "SourceDBInstanceIdentifier"}),
        "",
    ),
    "AWS::Redshift::Cluster": (frozenset({"ClusterSubnetGroupName"}), ""),
    "AWS::RedshiftServerless::Workgroup": (frozenset({"SubnetIds"}), ""),
}
"""The types that AWS puts into what every account has unless one of these says where; without words, its network."""

BY_LAUNCH_TEMPLATE: Mapping[str, str] = {
    "AWS::EC2::EC2Fleet": "LaunchTemplateConfigs/*/LaunchTemplateSpecification",
    "AWS::EC2::Instance": "LaunchTemplate",
    "AWS::EC2::SpotFleet": "SpotFleetRequestConfigData/LaunchTemplateConfigs/*/LaunchTemplateSpecification",
}
"""The types whose machines may have their network from a launch template, and where that is named."""

OPTIONS: Mapping[tuple[str, str], str] = {
    ("aws:autoscaling:launchconfiguration", "IamInstanceProfile"): "acts with the rights of",
    ("aws:elasticbeanstalk:environment", "ServiceRole"): "acts with the rights of",
    ("aws:elasticbeanstalk:environment", "SharedLoadBalancer"): "adds to",
    ("aws:elasticbeanstalk:sns:topics", "Notification Endpoint"): "tells",
}
"""The options of Elastic Beanstalk that reach outside, and how."""

INVITED: Mapping[str, tuple[str, str]] = {
    "AWS::AppStream::User": ("invites somebody by mail", "people would be told of a drill as if it were real"),
    "AWS::Budgets::BudgetsAction": ("takes rights away, or stops machines, and writes to people", "it is done by cost"),
    "AWS::Cognito::UserPoolUser": ("invites somebody by mail or by phone", "people would be told of a drill"),
    "AWS::Connect::PhoneNumber": ("takes a telephone number", "people call it, and it calls people"),
    "AWS::Detective::MemberInvitation": ("invites another account", "it is not the replica's"),
    "AWS::GuardDuty::Member": ("invites another account", "it is not the replica's"),
    "AWS::NotificationsContacts::EmailContact": ("writes to people", "they would be told of a drill"),
    "AWS::Pinpoint::EmailChannel": ("writes to people", "they would be written to by a drill"),
    "AWS::Pinpoint::SMSChannel": ("writes to people", "they would be written to by a drill"),
    "AWS::Pinpoint::VoiceChannel": ("calls people", "they would be called by a drill"),
    "AWS::SMSVOICE::PhoneNumber": ("takes a telephone number", "people call it, and it calls people"),
    "AWS::SMSVOICE::SenderId": ("takes a name by which people are written to", "they know production by it"),
    "AWS::SecurityHub::Member": ("invites another account", "it is not the replica's"),
    "AWS::ServiceCatalog::CloudFormationProvisionedProduct": (
        "makes what a product of the catalog says",
        "its template is not at hand",
    ),
    "AWS::WorkSpaces::Workspace": (
        "gives somebody a desktop, and tells them by mail",
        "people would be told of a drill",
    ),
}
"""The types that reach people, other accounts or what no schema shows, of services beside the common ones."""

ARCHIVE = "AWS::Events::Archive"
OF_BUSES: Mapping[str, str] = {
    ARCHIVE: "keeps what is production's, too",
    "AWS::EventSchemas::Discoverer": "writes schemas of what is production's into the account's registry",
}
"""The types that take in what is on a bus, and what they do with it; an archive what its pattern lets through."""

RULING = (
    *("AWS::OpenSearchServerless::AccessPolicy", "AWS::OpenSearchServerless::LifecyclePolicy"),
    "AWS::OpenSearchServerless::SecurityPolicy",
)
"""The types of policies that hold for whatever bears the names in them, by whoever it was made."""

WRITTEN_INTO = re.compile(r"Log|Destination|Output|Artifact|Report|Result|Target|Delivery|Inventory|Export")
"""The words in the path of a property that names a bucket into which something is written."""

LOG_BUCKETS = frozenset({"access_logs.s3.bucket", "connection_logs.s3.bucket", "health_check_logs.s3.bucket"})
"""The attributes of a balancer that name a bucket into which it writes."""

_OF_VOLUMES = ("the volume would stay behind", "the interface would stay behind")

_BACKUP = (False, "AWS would keep its last backup for 35 days")
_ENABLED = "PointInTimeRecoverySpecification/PointInTimeRecoveryEnabled"

LEAVES: Mapping[str, Mapping[str, tuple[bool | str, str]]] = {
    "AWS::DynamoDB::GlobalTable": {f"Replicas/*/{_ENABLED}": _BACKUP},
    "AWS::DynamoDB::Table": {_ENABLED: _BACKUP},
    "AWS::Serverless::SimpleTable": {_ENABLED: _BACKUP},
    "AWS::EC2::Instance": {
        "BlockDeviceMappings/*/Ebs/DeleteOnTermination": (True, _OF_VOLUMES[0]),
        "NetworkInterfaces/*/DeleteOnTermination": (True, _OF_VOLUMES[1]),
    },
    "AWS::EC2::LaunchTemplate": {
        "LaunchTemplateData/BlockDeviceMappings/*/Ebs/DeleteOnTermination": (True, _OF_VOLUMES[0]),
        "LaunchTemplateData/NetworkInterfaces/*/DeleteOnTermination": (True, _OF_VOLUMES[1]),
    },
    "AWS::AutoScaling::LaunchConfiguration": {
        "BlockDeviceMappings/*/Ebs/DeleteOnTermination": (True, _OF_VOLUMES[0]),
    },
    "AWS::RDS::DBCluster": {"DeleteAutomatedBackups": (True, "its backups would stay behind")},
    "AWS::RDS::DBInstance": {"DeleteAutomatedBackups": (True, "its backups would stay behind")},
}
"""The properties, by type, because of which something stays behind, and the values that let it go."""

CONSUMERS: Mapping[str, tuple[str, str, bool | str]] = {
    "AWS::Lambda::EventSourceMapping": ("EventSourceArn", "Enabled", False),
    "AWS::Pipes::Pipe": ("Source", "DesiredState", "STOPPED"),
}
"""The types that act on what a stream tells: the property that names it, their switch, and its value that is off."""

CONSUMER = "AWS::Kinesis::StreamConsumer"
"""The type that reads a stream for others, under a name of its own."""

TABLES = frozenset({"AWS::DynamoDB::GlobalTable", "AWS::DynamoDB::Table"})

LOGGING = frozenset({"AWS::Lambda::Function", "AWS::Serverless::Function"})
"""The types that write into a log group of their own names, which AWS makes at the first line."""
