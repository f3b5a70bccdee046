"""The properties that name what a resource changes: those that no schema tells to be the one that it stands in.

Paths are written as in the registry; each stands for all below it.
"""

from __future__ import annotations

from collections.abc import Mapping

CHANGES: Mapping[str, frozenset[str]] = {
    "AWS::ApiGateway::ApiKey": frozenset({"StageKeys/*/RestApiId"}),
    "AWS::ApiGateway::GatewayResponse": frozenset({"RestApiId"}),
    "AWS::ApiGateway::Resource": frozenset({"ParentId"}),
    "AWS::ApiGateway::UsagePlan": frozenset({"ApiStages/*/ApiId"}),
    "AWS::ApiGateway::UsagePlanKey": frozenset({"UsagePlanId", "KeyId"}),
    "AWS::Amplify::Branch": frozenset({"AppId"}),
    "AWS::Amplify::Webhook": frozenset({"AppId"}),
    "AWS::AppSync::ApiCache": frozenset({"ApiId"}),
    "AWS::AppSync::DataSource": frozenset({"ApiId"}),
    "AWS::AppSync::FunctionConfiguration": frozenset({"ApiId"}),
    "AWS::AppSync::GraphQLSchema": frozenset({"ApiId"}),
    "AWS::AppSync::Resolver": frozenset({"ApiId"}),
    "AWS::ApplicationAutoScaling::ScalableTarget": frozenset({"ResourceId"}),
    "AWS::ApplicationAutoScaling::ScalingPolicy": frozenset({"ResourceId", "ScalingTargetId"}),
    "AWS::AutoScaling::AutoScalingGroup": frozenset(
        {"InstanceId", "LoadBalancerNames", "TargetGroupARNs", "TrafficSources/*/Identifier"}
    ),
    "AWS::AutoScaling::ScalingPolicy": frozenset({"AutoScalingGroupName"}),
    "AWS::AutoScalingPlans::ScalingPlan": frozenset({"ScalingInstructions/*/ResourceId"}),
    "AWS::Backup::BackupSelection": frozenset({"BackupPlanId"}),
    "AWS::Budgets::BudgetsAction": frozenset({"Definition/IamActionDefinition", "Definition/SsmActionDefinition"}),
    "AWS::CodeDeploy::DeploymentGroup": frozenset(
        {
            *("AutoScalingGroups", "ECSServices", "LoadBalancerInfo/ElbInfoList/*/Name"),
            *("LoadBalancerInfo/TargetGroupInfoList/*/Name", "LoadBalancerInfo/TargetGroupPairInfoList"),
        }
    ),
    "AWS::Cognito::IdentityPoolRoleAttachment": frozenset({"IdentityPoolId"}),
    "AWS::Cognito::LogDeliveryConfiguration": frozenset({"UserPoolId"}),
    "AWS::Cognito::UserPoolDomain": frozenset({"UserPoolId"}),
    "AWS::DocDB::DBCluster": frozenset({"GlobalClusterIdentifier", "SourceDBClusterIdentifier"}),
    "AWS::DocDB::DBInstance": frozenset({"DBClusterIdentifier"}),
    "AWS::DocDB::GlobalCluster": frozenset({"SourceDBClusterIdentifier"}),
    "AWS::EMR::InstanceFleetConfig": frozenset({"ClusterId"}),
    "AWS::EMR::InstanceGroupConfig": frozenset({"JobFlowId"}),
    "AWS::EMR::Step": frozenset({"JobFlowId"}),
    "AWS::EC2::EIPAssociation": frozenset({"AllocationId", "InstanceId", "NetworkInterfaceId"}),
    "AWS::EC2::GatewayRouteTableAssociation": frozenset({"GatewayId", "RouteTableId"}),
    "AWS::EC2::NetworkAclEntry": frozenset({"NetworkAclId"}),
    "AWS::EC2::NetworkInterfaceAttachment": frozenset({"InstanceId", "NetworkInterfaceId"}),
    "AWS::EC2::SecurityGroupEgress": frozenset({"GroupId"}),
    "AWS::EC2::SecurityGroupIngress": frozenset({"GroupId", "GroupName"}),
    "AWS::EC2::SecurityGroupVpcAssociation": frozenset({"GroupId", "VpcId"}),
    "AWS::EC2::SubnetNetworkAclAssociation": frozenset({"NetworkAclId", "SubnetId"}),
    "AWS::EC2::SubnetRouteTableAssociation": frozenset({"RouteTableId", "SubnetId"}),
    "AWS::EC2::TransitGatewayAttachment": frozenset({"TransitGatewayId"}),
    "AWS::EC2::TransitGatewayVpcAttachment": frozenset({"TransitGatewayId"}),
    "AWS::EC2::VPCEndpoint": frozenset({"RouteTableIds"}),
    "AWS::EC2::VPCEndpointConnectionNotification": frozenset({"ServiceId", "VPCEndpointId"}),
    "AWS::EC2::VPCEndpointServicePermissions": frozenset({"ServiceId"}),
    "AWS::EC2::VPCGatewayAttachment": frozenset({"InternetGatewayId", "VpcId", "VpnGatewayId"}),
    "AWS::ECS::Service": frozenset({"LoadBalancers/*/LoadBalancerName", "LoadBalancers/*/TargetGroupArn"}),
    "AWS::ECS::TaskSet": frozenset({"LoadBalancers/*/TargetGroupArn"}),
    "AWS::EFS::AccessPoint": frozenset({"FileSystemId"}),
    "AWS::EFS::MountTarget": frozenset({"FileSystemId"}),
    "AWS::EKS::Nodegroup": frozenset({"ClusterName"}),
    "AWS::EKS::PodIdentityAssociation": frozenset({"ClusterName"}),
    "AWS::ElastiCache::ReplicationGroup": frozenset({"GlobalReplicationGroupId", "PrimaryClusterId"}),
    "AWS::ElasticLoadBalancingV2::Listener": frozenset({"LoadBalancerArn"}),
    "AWS::ElasticLoadBalancingV2::ListenerCertificate": frozenset({"ListenerArn"}),
    "AWS::ElasticLoadBalancingV2::ListenerRule": frozenset({"ListenerArn"}),
    "AWS::FSx::FileSystem": frozenset({"LustreConfiguration/ExportPath"}),
    "AWS::FSx::Snapshot": frozenset({"VolumeId"}),
    "AWS::FSx::StorageVirtualMachine": frozenset({"FileSystemId"}),
    "AWS::FSx::Volume": frozenset(
        {"OntapConfiguration/StorageVirtualMachineId", "OpenZFSConfiguration/ParentVolumeId"}
    ),
    "AWS::GlobalAccelerator::EndpointGroup": frozenset({"ListenerArn"}),
    "AWS::GlobalAccelerator::Listener": frozenset({"AcceleratorArn"}),
    "AWS::Glue::Trigger": frozenset({"WorkflowName"}),
    "AWS::Glue::Integration": frozenset({"SourceArn"}),
    "AWS::IAM::AccessKey": frozenset({"UserName"}),
    "AWS::IAM::ManagedPolicy": frozenset({"Groups", "Roles", "Users"}),
    "AWS::IoT::ResourceSpecificLogging": frozenset({"TargetName"}),
    "AWS::KMS::Alias": frozenset({"TargetKeyId"}),
    "AWS::Kinesis::StreamConsumer": frozenset({"StreamARN"}),
    "AWS::LakeFormation::DataCellsFilter": frozenset({"DatabaseName", "TableName"}),
    "AWS::Lambda::EventSourceMapping": frozenset({"EventSourceArn", "FunctionName", "SelfManagedEventSource"}),
    "AWS::Lambda::Url": frozenset({"TargetFunctionArn"}),
    "AWS::Lambda::Version": frozenset({"FunctionName"}),
    "AWS::Lightsail::Instance": frozenset({"Hardware/Disks/*/DiskName"}),
    "AWS::Lightsail::LoadBalancer": frozenset({"AttachedInstances"}),
    "AWS::Lightsail::StaticIp": frozenset({"AttachedTo"}),
    "AWS::Neptune::DBCluster": frozenset({"GlobalClusterIdentifier"}),
    "AWS::Neptune::DBInstance": frozenset({"DBClusterIdentifier"}),
    "AWS::Neptune::GlobalCluster": frozenset({"SourceDBClusterIdentifier"}),
    "AWS::OpenSearch::DataSource": frozenset({"DomainName"}),
    **{
        f"AWS::Pinpoint::{kind}": frozenset({"ApplicationId"})
        for kind in (
            *("ADMChannel", "APNSChannel", "APNSSandboxChannel", "APNSVoipChannel", "APNSVoipSandboxChannel"),
            *("ApplicationSettings", "BaiduChannel", "Campaign", "EmailChannel", "EventStream", "GCMChannel"),
            *("SMSChannel", "Segment", "VoiceChannel"),
        )
    },
    "AWS::Pipes::Pipe": frozenset({"Source"}),
    "AWS::RDS::DBCluster": frozenset({"SourceDBClusterIdentifier", "SourceDbClusterResourceId"}),
    "AWS::RDS::DBInstance": frozenset(
        {"DBClusterIdentifier", "SourceDBClusterIdentifier", "SourceDBInstanceIdentifier"}
    ),
    "AWS::RDS::DBProxyEndpoint": frozenset({"DBProxyName"}),
    "AWS::RDS::DBProxyTargetGroup": frozenset({"DBClusterIdentifiers", "DBInstanceIdentifiers", "DBProxyName"}),
    "AWS::RDS::Deployment": frozenset({"Source"}),
    "AWS::RDS::GlobalCluster": frozenset({"SourceDBClusterIdentifier"}),
    "AWS::RDS::Integration": frozenset({"SourceArn"}),
    "AWS::Redshift::Integration": frozenset({"SourceArn"}),
    "AWS::Route53::QueryLoggingConfig": frozenset({"HostedZoneId"}),
    "AWS::Route53Resolver::ResolverRuleAssociation": frozenset({"VPCId"}),
    "AWS::S3::AccessGrant": frozenset({"AccessGrantsLocationId"}),
    "AWS::S3Express::AccessPoint": frozenset({"Bucket"}),
    "AWS::S3Express::BucketPolicy": frozenset({"Bucket"}),
    "AWS::SNS::Subscription": frozenset({"TopicArn"}),
    "AWS::SNS::TopicPolicy": frozenset({"Topics"}),
    "AWS::SQS::QueuePolicy": frozenset({"Queues"}),
    "AWS::SecretsManager::ResourcePolicy": frozenset({"SecretId"}),
    "AWS::SecretsManager::RotationSchedule": frozenset({"SecretId"}),
    "AWS::SecretsManager::SecretTargetAttachment": frozenset({"SecretId", "TargetId"}),
    "AWS::Transfer::User": frozenset({"ServerId"}),
}
"""The properties, by type, that name what the resource changes, or takes from: of something outside no replica may."""

STARTS: Mapping[str, frozenset[str]] = {
    "AWS::Batch::JobQueue": frozenset({"ComputeEnvironmentOrder/*/ComputeEnvironment"}),
    "AWS::DataBrew::Schedule": frozenset({"JobNames"}),
    "AWS::ECS::Service": frozenset({"TaskDefinition"}),
    "AWS::ECS::TaskSet": frozenset({"TaskDefinition"}),
    "AWS::Glue::Trigger": frozenset({"Actions/*/CrawlerName", "Actions/*/JobName"}),
    "AWS::SageMaker::Endpoint": frozenset({"EndpointConfigName"}),
    "AWS::SageMaker::EndpointConfig": frozenset(
        {"ProductionVariants/*/ModelName", "ShadowProductionVariants/*/ModelName"}
    ),
}
"""The properties, by type, that name what the resource starts, or runs on, with no rights of a role of its own."""

ADDS: Mapping[str, frozenset[str]] = {
    "AWS::Athena::NamedQuery": frozenset({"WorkGroup"}),
    "AWS::Backup::BackupPlan": frozenset({"BackupPlan/BackupPlanRule/*/TargetBackupVault"}),
    "AWS::ECS::Service": frozenset({"ServiceConnectConfiguration/Namespace"}),
    "AWS::EMRContainers::VirtualCluster": frozenset({"ContainerProvider/Id"}),
    "AWS::EventSchemas::Discoverer": frozenset({"SourceArn"}),
    "AWS::Events::Archive": frozenset({"SourceArn"}),
    "AWS::Events::Rule": frozenset({"EventBusName"}),
    "AWS::FSx::DataRepositoryAssociation": frozenset({"DataRepositoryPath"}),
    "AWS::FSx::FileSystem": frozenset({"WindowsConfiguration/SelfManagedActiveDirectoryConfiguration/DomainName"}),
    "AWS::FSx::StorageVirtualMachine": frozenset(
        {"ActiveDirectoryConfiguration/SelfManagedActiveDirectoryConfiguration/DomainName"}
    ),
    "AWS::IAM::User": frozenset({"Groups"}),
    "AWS::MSK::Cluster": frozenset(
        {
            *("LoggingInfo/BrokerLogs/CloudWatchLogs/LogGroup", "LoggingInfo/BrokerLogs/Firehose/DeliveryStream"),
            "LoggingInfo/BrokerLogs/S3/Bucket",
        }
    ),
    "AWS::RDS::DBInstance": frozenset({"DomainFqdn"}),
    "AWS::S3::AccessPoint": frozenset({"Bucket"}),
    "AWS::ServiceDiscovery::Service": frozenset({"DnsConfig/NamespaceId", "NamespaceId"}),
    "AWS::StepFunctions::StateMachineAlias": frozenset({"RoutingConfiguration/*/StateMachineVersionArn"}),
}
"""The properties, by type, that name what the resource is put into beside others: its owner may share it."""

OF_ITS_ACCOUNT: Mapping[str, frozenset[str]] = {
    **{
        f"AWS::EKS::{kind}": frozenset({"ClusterName"})
        for kind in ("AccessEntry", "Addon", "FargateProfile", "Nodegroup", "PodIdentityAssociation")
    },
}
"""The properties that name nothing but what is in the account in which they are written: EKS of the CDK has its own."""

NOT_CHANGED: Mapping[str, frozenset[str]] = {
    "AWS::AppSync::Resolver": frozenset({"TypeName"}),  # within its API
    "AWS::CloudFormation::ModuleDefaultVersion": frozenset({"Arn"}),  # of the module, which the account has
    "AWS::ECR::PullTimeUpdateExclusion": frozenset({"PrincipalArn"}),
    "AWS::EKS::AccessEntry": frozenset({"PrincipalArn"}),
    "AWS::FMS::NotificationChannel": frozenset({"SnsTopicArn"}),
    "AWS::Location::TrackerConsumer": frozenset({"ConsumerArn"}),
    "AWS::NetworkManager::CoreNetworkPrefixListAssociation": frozenset({"PrefixListArn"}),
    "AWS::RAM::PermissionAssociation": frozenset({"PermissionArn"}),
    "AWS::Route53::RecordSet": frozenset({"HostedZoneId", "HostedZoneName"}),  # a record in it is asked by itself
    "AWS::Route53::RecordSetGroup": frozenset({"HostedZoneId", "HostedZoneName"}),
    "AWS::ServiceCatalog::PortfolioPrincipalAssociation": frozenset({"PrincipalARN"}),
    "AWS::WAFv2::WebACLAssociation": frozenset({"WebACLArn"}),
    "AWS::WorkSpaces::Workspace": frozenset({"DirectoryId"}),
}
"""The properties that look as if they named what the resource stands in, and only use it."""

USED_WORDS = frozenset(
    {
        *("AWSServiceName", "AwsService", "BucketNamespace", "DataSource", "DocumentSource", "DomainName"),
        *("EnableSelfService", "Environment", "EventSource", "FifoQueue", "FifoTopic", "FilterAtSource", "InCluster"),
        *("IdcInstanceArn", "InstanceArn", "IsMtlsEnabledVmCluster", "KubernetesNamespace", "LaunchTemplateName"),
        *("MasterDatabaseName", "Namespace", "NetworkBorderGroup", "PublicIpSource", "RootDirectory", "Service"),
        *("ServiceNamespace", "TriggerEventSource", "UpstreamRegistry", "WorkingDirectory"),
    }
)
"""The words of properties that sound like names of something, and choose, label or describe."""

USED: Mapping[str, frozenset[str]] = {
    "AWS::Amplify::App": frozenset({"Repository"}),
    "AWS::ApiGateway::DomainNameAccessAssociation": frozenset({"AccessAssociationSource"}),
    "AWS::Athena::NamedQuery": frozenset({"Database"}),
    "AWS::BedrockAgentCore::Dataset": frozenset({"Source"}),
    "AWS::Chatbot::SlackChannelConfiguration": frozenset({"SlackWorkspaceId"}),
    "AWS::CleanRooms::AnalysisTemplate": frozenset({"Source"}),
    "AWS::CloudTrail::Channel": frozenset({"Source"}),
    "AWS::CloudWatch::AnomalyDetector": frozenset({"MetricMathAnomalyDetector", "SingleMetricAnomalyDetector"}),
    "AWS::CodeStarConnections::RepositoryLink": frozenset({"RepositoryName"}),
    "AWS::CustomerProfiles::CalculatedAttributeDefinition": frozenset({"Conditions"}),
    "AWS::EC2::NetworkInsightsPath": frozenset({"Source"}),
    "AWS::EC2::VPCCidrBlock": frozenset({"Ipv6CidrBlockNetworkBorderGroup"}),
    "AWS::EC2::VPCEndpoint": frozenset({"ServiceName"}),  # an endpoint service lets in whom it wants
    "AWS::EC2::VerifiedAccessEndpoint": frozenset({"ApplicationDomain"}),
    "AWS::GreengrassV2::ComponentVersion": frozenset({"LambdaFunction"}),
    "AWS::HealthLake::DataTransformationProfile": frozenset({"Source"}),
    "AWS::ImageBuilder::ContainerRecipe": frozenset({"TargetRepository"}),
    "AWS::Invoicing::ProcurementPortalPreference": frozenset({"BuyerDomain", "SupplierDomain"}),
    "AWS::Lambda::Permission": frozenset({"SourceArn"}),  # it narrows who may call
    "AWS::MSK::Channel": frozenset({"IcebergDestinationConfiguration"}),
    "AWS::MediaConnect::FlowMediaStream": frozenset({"MediaStreamId"}),
    "AWS::MediaTailor::PrefetchSchedule": frozenset({"StreamId"}),
    "AWS::Notifications::EventRule": frozenset({"Source"}),
    "AWS::ODB::OdbNetwork": frozenset({"CustomDomainName"}),
    "AWS::Omics::Workflow": frozenset({"DefinitionRepository"}),
    "AWS::Omics::WorkflowVersion": frozenset({"DefinitionRepository"}),
    "AWS::Personalize::DatasetGroup": frozenset({"Domain"}),
    "AWS::Personalize::Schema": frozenset({"Domain"}),
    "AWS::Pipes::Pipe": frozenset({"SourceParameters"}),  # within its source
    "AWS::RDS::DBCluster": frozenset({"DatabaseName"}),  # within the cluster
    "AWS::RDS::DBInstance": frozenset({"DBName"}),
    "AWS::RDS::DBProxyTargetGroup": frozenset({"TargetGroupName"}),
    "AWS::SCN::Instance": frozenset({"WebAppDnsDomain"}),
    "AWS::SSM::OpsItem": frozenset({"Source"}),
    "AWS::SageMaker::Action": frozenset({"Source"}),
    "AWS::SageMaker::Artifact": frozenset({"Source"}),
    "AWS::SageMaker::Context": frozenset({"Source"}),
    "AWS::SecurityHub::ConnectorV2": frozenset({"Provider"}),
    "AWS::Timestream::InfluxDBCluster": frozenset({"Bucket"}),  # within its database
    "AWS::Timestream::InfluxDBInstance": frozenset({"Bucket"}),
    "AWS::Transfer::Server": frozenset({"Domain"}),
    "AWS::VpcLattice::ResourceConfiguration": frozenset({"CustomDomainName", "GroupDomain"}),
    "AWS::VpcLattice::Service": frozenset({"CustomDomainName"}),
    "AWS::WorkSpaces::Directory": frozenset({"WorkspaceDirectoryName"}),
    "AWS::WorkspacesInstances::WorkspaceInstance": frozenset({"ManagedInstance"}),
}
"""The properties, by type, that name something and change nothing in it; of all others alike it is asked."""

SHARED = frozenset(
    {
        *("AWS::AppMesh::Mesh", "AWS::Athena::WorkGroup", "AWS::CodeArtifact::Domain", "AWS::ECS::Cluster"),
        *("AWS::Events::EventBus", "AWS::Glue::Database", "AWS::ServiceCatalog::Portfolio"),
        *("AWS::ElasticBeanstalk::Application", "AWS::Cassandra::Keyspace", "AWS::Timestream::Database"),
    }
)
"""The types that are made to hold what several teams put into them: what is added there is asked, not refused."""

READ_ALONE = (
    *("SubnetGroup", "ParameterGroup", "SecurityConfiguration", "Snapshot", "Backup", "Build", "Script", "Component"),
    *("Recipe", "Configuration", "Version", "Template", "Catalog", "Schema", "Layer", "Endpoint", "Strategy"),
    *("Image", "Workflow", "Manifest", "TaskDefinition", "Addon"),
)
"""The ends of types that others only read: to name one of them changes nothing in it."""

OF_EVERYBODY_BY_NAME = (
    r"default(?:[.:-].*)?|Default|primary|AwsDataCatalog|FARGATE(?:_SPOT)?|COGNITO|JDBC|NETWORK|KAFKA|MONGODB|AWS_[A-Z_]+"
    r"|alias/aws/.*|ELBSecurityPolicy-.*|AWS-.*|Managed-.*|\$\{AWS::(?:AccountId|Region|Partition)\}|(?i:true|false)|-?\d+"
)
"""The plain names of what AWS gives to every account, and words that are no names."""

DEFAULTS = frozenset({"event-bus/default"})
"""The ends of the ARNs of what every account has from the first."""

AS_WITHOUT = frozenset(
    {
        *(
            ("AWS::Events::Rule", "EventBusName", "EventBusName"),
            ("AWS::Serverless::Function", "Events", "EventBusName"),
        ),
        ("AWS::Serverless::StateMachine", "Events", "EventBusName"),
    }
)
"""The properties, by type, first key and last, that say where a resource is put: named there, what every account has
is where it would be without them."""
