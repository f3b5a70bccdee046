"""The resource types that act outside of a replica, or hold for a whole account, whatever is written in them."""

from __future__ import annotations

from collections.abc import Mapping

EXPANDED = frozenset(
    {
        *("AWS::Serverless-2016-10-31", "AWS::LanguageExtensions", "AWS::Include", "AWS::ServiceCatalog"),
        *("AWS::CodeDeployBlueGreen", "AWS::SecretsManager-2020-07-23", "AWS::SecretsManager-2024-09-16"),
        "AWS::CodeStar",
    }
)
"""The transforms that are AWS's own: a change set expands them, and no function of the account runs."""

CUSTOM = ("Custom::", "AWS::CloudFormation::CustomResource")

SIGNALLED = "AWS::CloudFormation::WaitCondition"
"""The type that tells what whoever signals has said."""

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

LEFT_OUT_WHOLE: Mapping[str, str] = {
    "AWS::Amplify::Domain": "a public name belongs to one app: production's",
    "AWS::ApiGateway::BasePathMappingV2": "it is of a public name that is left out",
    "AWS::ApiGateway::DomainNameV2": "a public name belongs to one API: production's",
    "AWS::CloudFront::DistributionTenant": "a public name belongs to one distribution: production's",
    "AWS::ApiGateway::DomainName": "a public name belongs to one API: production's",
    "AWS::ApiGatewayV2::DomainName": "a public name belongs to one API: production's",
    "AWS::ApiGateway::BasePathMapping": "it is of a public name that is left out",
    "AWS::ApiGatewayV2::ApiMapping": "it is of a public name that is left out",
    "AWS::AppSync::DomainName": "a public name belongs to one API: production's",
    "AWS::AppSync::DomainNameApiAssociation": "it is of a public name that is left out",
    "AWS::ServiceCatalogAppRegistry::ResourceAssociation": "it files the stack under an application: production's",
    "AWS::Backup::BackupSelection": "its recovery points would stay behind, and what it selects may be production's",
}
"""The types that a replica does without, and why; what refers to them does without them, too."""

LEFT_OUT_BESIDE: Mapping[str, str] = {"AWS::ApiGateway::Account": "it is a setting of the whole account: production's"}
"""Those that it does without where production is in the same account."""

ASKED: Mapping[str, tuple[str, str]] = {
    "AWS::IAM::AccessKey": ("makes a key that does not expire", "who holds it acts in the account"),
    "AWS::IAM::UserToGroupAddition": ("gives users the rights of a group", "they act in the account"),
    "AWS::IAM::OIDCProvider": ("lets people or machines of elsewhere log in", "an account has one of each address"),
    "AWS::IAM::SAMLProvider": ("lets people of elsewhere log in", "they act in the account"),
    "AWS::RolesAnywhere::TrustAnchor": ("lets machines of elsewhere log in", "they act in the account"),
    "AWS::IAM::ServiceLinkedRole": ("makes a role of a service for the whole account", "an account has one"),
    "AWS::CloudFormation::StackSet": ("deploys into other accounts or regions", "those are not the replica's"),
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
    "AWS::DLM::LifecyclePolicy": ("takes and deletes snapshots by tags", "they may be of what is not the replica's"),
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
        *(
            "AWS::ResourceExplorer2::DefaultViewAssociation",
            "AWS::SSM::ServiceSetting",
            "AWS::SupportApp::AccountAlias",
        ),
        *("AWS::CloudFormation::GuardHook", "AWS::CloudFormation::LambdaHook", "AWS::Config::RemediationConfiguration"),
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
        *("AWS::CodeBuild::SourceCredential", "AWS::SES::ReceiptFilter", "AWS::SES::VdmAttributes"),
        *("AWS::Logs::ResourcePolicy", "AWS::XRay::SamplingRule"),
        *("AWS::S3::AccessGrantsInstance", "AWS::S3::AccessGrantsLocation"),
    }
)
"""The settings of an account: harmless in an account of drills, and production's where a replica stands beside it."""

OF_WHOLE_ACCOUNT_BY_SERVICE = (
    *("AWS::AccessAnalyzer::", "AWS::AuditManager::", "AWS::CE::", "AWS::CUR::", "AWS::Config::Aggregation"),
    *("AWS::Config::ConformancePack", "AWS::Config::Organization", "AWS::ControlTower::", "AWS::Detective::"),
    *("AWS::FMS::", "AWS::GuardDuty::", "AWS::Inspector::", "AWS::InspectorV2::", "AWS::Macie::"),
    *("AWS::Organizations::", "AWS::SecurityHub::", "AWS::SecurityLake::"),
)
"""The beginnings of types of services that look at, or rule, all that is in an account; rules of Config only look."""

WHOLE_ACCOUNT_BY_PROPERTY: Mapping[str, str] = {"AWS::SSM::PatchBaseline": "DefaultBaseline"}
"""The properties, by type, that make something the account's own; where they say false, it is one of several."""

PUBLIC_RECORDS = frozenset({"AWS::Route53::RecordSet", "AWS::Route53::RecordSetGroup"})

OF_THE_ACCOUNT_ALONE = frozenset({"AccountId", "Region", "RegistryId"})
"""The identifiers that tell accounts and regions apart: a type that has no other is one setting of each."""
