"""The facts of types that no schema tells and no rule finds out, each with a word why. `types.json` has all others."""

from __future__ import annotations

from collections.abc import Mapping

from dr_orchestrator.aws.template.registry.schema import Protection, Target

Paths = Mapping[str, tuple[str, ...]]

NAMES: Paths = {
    "AWS::Lambda::LayerVersion": ("LayerName",),  # there is no type for the layer itself
    "AWS::Serverless::LayerVersion": ("LayerName",),
    "AWS::Cognito::UserPoolDomain": ("Domain",),  # a prefix that is taken once in a region, by anybody
    "AWS::BedrockAgentCore::Runtime": ("AgentRuntimeName",),
    "AWS::ECS::TaskDefinition": ("Family",),  # another revision of a family is what its service runs next
    "AWS::Lightsail::Container": ("ServiceName",),
    "AWS::S3::StorageLens": ("StorageLensConfiguration/Id",),
    "AWS::RDS::Deployment": ("BlueGreenDeploymentName",),
}
"""Names that are not called by their type."""

NO_NAMES: Paths = {
    "AWS::SSM::Association": ("Name",),  # the document's
    "AWS::ServiceCatalog::CloudFormationProvisionedProduct": ("ProductName",),  # the product's
    "AWS::EKS::Addon": ("AddonName",),  # which of AWS's add-ons
    "AWS::ControlTower::EnabledControl": ("ControlIdentifier",),  # which of AWS's controls
    "AWS::SSM::ServiceSetting": ("SettingId",),  # which of AWS's settings
    "AWS::GuardDuty::Master": ("MasterId",),  # an account
    "AWS::GuardDuty::Member": ("MemberId",),  # an account
    "AWS::CloudFormation::ModuleDefaultVersion": ("ModuleName",),  # the module's
    "AWS::Signer::ProfilePermission": ("ProfileName",),  # the profile's
}
"""Properties that look like the object's name and are another's."""

LONGEST: Mapping[str, Mapping[str, int]] = {
    "AWS::DocDB::DBCluster": {"DBClusterIdentifier": 63},
    "AWS::DynamoDB::GlobalTable": {"TableName": 255},  # the schema's 1,024 are an ARN's
    "AWS::DynamoDB::Table": {"TableName": 255},
    "AWS::EC2::KeyPair": {"KeyName": 255},
    "AWS::EC2::LaunchTemplate": {"LaunchTemplateName": 128},
    "AWS::EC2::SecurityGroup": {"GroupName": 255},
    "AWS::ECS::Cluster": {"ClusterName": 255},
    "AWS::ECS::Service": {"ServiceName": 255},
    "AWS::ECS::TaskDefinition": {"Family": 255},
    "AWS::EKS::Nodegroup": {"NodegroupName": 63},
    "AWS::ElastiCache::CacheCluster": {"ClusterName": 50},
    "AWS::ElastiCache::ReplicationGroup": {"ReplicationGroupId": 40},
    "AWS::ElastiCache::SubnetGroup": {"CacheSubnetGroupName": 255},
    "AWS::ElasticLoadBalancing::LoadBalancer": {"LoadBalancerName": 32},
    "AWS::ElasticLoadBalancingV2::LoadBalancer": {"Name": 32},
    "AWS::ElasticLoadBalancingV2::TargetGroup": {"Name": 32},
    "AWS::IAM::ManagedPolicy": {"ManagedPolicyName": 128},
    "AWS::Lambda::Function": {"FunctionName": 64},
    "AWS::Lambda::LayerVersion": {"LayerName": 140},
    "AWS::OpenSearchService::Domain": {"DomainName": 28},
    "AWS::RDS::DBClusterParameterGroup": {"DBClusterParameterGroupName": 255},
    "AWS::RDS::DBParameterGroup": {"DBParameterGroupName": 255},
    "AWS::RDS::DBSubnetGroup": {"DBSubnetGroupName": 255},
    "AWS::RDS::OptionGroup": {"OptionGroupName": 255},
    "AWS::SQS::Queue": {"QueueName": 80},
}
"""How long names may be, by AWS's references of its calls, where the schema does not say it or says otherwise."""

WITHIN: Paths = {
    "AWS::Cognito::UserPoolDomain": (),  # not within its pool: the domain is one of the region's
    "AWS::IAM::Policy": ("Roles", "Users", "Groups"),  # it has no identity of its own
    "AWS::Lambda::Alias": ("FunctionName",),  # its identifier is an ARN
    "AWS::SSM::MaintenanceWindowTarget": ("WindowId",),
    "AWS::SSM::MaintenanceWindowTask": ("WindowId",),
}
"""Names that count only inside of another object, which the identifier does not tell; or, empty, in the account."""

DOMAINS: Paths = {
    "AWS::ApiGateway::DomainName": ("DomainName",),
    "AWS::ApiGateway::DomainNameV2": ("DomainName",),
    "AWS::ApiGatewayV2::DomainName": ("DomainName",),
    "AWS::Amplify::Domain": ("DomainName",),
    "AWS::AppSync::DomainName": ("DomainName",),
    "AWS::CertificateManager::Certificate": ("DomainName", "SubjectAlternativeNames"),
    "AWS::CloudFront::Distribution": ("DistributionConfig/Aliases", "DistributionConfig/CNAMEs"),
    "AWS::CloudFront::DistributionTenant": ("Domains",),
    "AWS::Lightsail::Domain": ("DomainName",),
    "AWS::Route53::HostedZone": ("Name",),
    "AWS::Route53::RecordSet": ("Name",),
    "AWS::Route53::RecordSetGroup": ("RecordSets/*/Name",),
    "AWS::SES::EmailIdentity": ("EmailIdentity",),
    "AWS::ServiceDiscovery::PublicDnsNamespace": ("Name",),
}
"""Names that the world asks for: another one is another service."""

_BUCKET = (Target("AWS::S3::Bucket"),)
_FUNCTION = (Target("AWS::Lambda::Function", "Arn"),)
_ROLE = (Target("AWS::IAM::Role", "Arn"),)

REFERENCES: Mapping[str, Mapping[str, tuple[Target, ...]]] = {
    "AWS::ApiGateway::Authorizer": {"AuthorizerCredentials": _ROLE, "AuthorizerUri": _FUNCTION},
    "AWS::ApiGateway::Method": {"Integration/Credentials": _ROLE, "Integration/Uri": ()},
    "AWS::ApiGateway::RestApi": {"CloneFrom": (Target("AWS::ApiGateway::RestApi", "RestApiId"),)},
    "AWS::ApiGatewayV2::Authorizer": {"AuthorizerUri": _FUNCTION},
    "AWS::ApiGatewayV2::Route": {"Target": (Target("AWS::ApiGatewayV2::Integration", "IntegrationId"),)},
    "AWS::CloudFront::Distribution": {
        "DistributionConfig/Logging/Bucket": _BUCKET,
        "DistributionConfig/Origins/*/DomainName": (),  # a bucket, a balancer, anybody's
        "DistributionConfig/Origins/*/S3OriginConfig/OriginAccessIdentity": (
            Target("AWS::CloudFront::CloudFrontOriginAccessIdentity", "Id"),
        ),
    },
    "AWS::CodePipeline::Pipeline": {
        "ArtifactStore/Location": _BUCKET,
        "ArtifactStores/*/ArtifactStore/Location": _BUCKET,
        "Stages/*/Actions/*/Configuration": (),  # repositories, stacks, functions, by their names
    },
    "AWS::Events::EventBus": {"EventSourceName": ()},  # a partner's
    "AWS::SNS::Subscription": {"Endpoint": ()},  # a queue, a function, an address of people
    "AWS::SNS::Topic": {"Subscription/*/Endpoint": ()},
}
"""References that no word of the schema tells; without targets any object may be meant."""

PROTECTIONS: Mapping[str, tuple[Protection, ...]] = {
    "AWS::ElasticLoadBalancingV2::LoadBalancer": (
        Protection("LoadBalancerAttributes", "false", key="deletion_protection.enabled"),
    ),
}
"""Protections that are said by words of a list."""
