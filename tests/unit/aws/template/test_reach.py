"""What a resource reaches by its type: refused where it changes something, asked where it reaches people."""

from __future__ import annotations

from typing import Any

import pytest

from dr_orchestrator.aws.template import outward
from dr_orchestrator.aws.template.derive import derive
from dr_orchestrator.aws.template.registry import known, type_names
from dr_orchestrator.documents.cloudformation import Template
from dr_orchestrator.domain.replica import Derived, Place
from tests.support.derived import COPY, changes, derived, of, properties, put

BESIDE, APART = Place.BESIDE, Place.DRILL_ACCOUNT
BOTH = pytest.mark.parametrize("place", list(Place))
SUBNET = "\n  S: {Type: AWS::EC2::Subnet}"
DATABASE = """
  D: {Type: AWS::RDS::DBInstance, Properties: {DBSubnetGroupName: !Ref N}}
  N: {Type: AWS::RDS::DBSubnetGroup}"""
FUNCTION = "\n  F: {Type: AWS::Lambda::Function, Properties: {LoggingConfig: {LogGroup: x}}}"


def asked(found: Derived) -> list[str]:
    assert not found.refused, found.refused
    return [each.what for each in found.asks]


CHANGED = {
    "AWS::EMR::Step": "JobFlowId: prod",
    "AWS::EMR::InstanceGroupConfig": "JobFlowId: prod",
    "AWS::EMR::InstanceFleetConfig": "ClusterId: prod",
    "AWS::Glue::Trigger": "WorkflowName: prod",
    "AWS::Lightsail::Instance": "InstanceName: x, Hardware: {Disks: [{DiskName: prod}]}",
    "AWS::Lightsail::LoadBalancer": "LoadBalancerName: x, AttachedInstances: [prod]",
    "AWS::Lightsail::StaticIp": "StaticIpName: x, AttachedTo: prod",
    "AWS::IAM::GroupPolicy": "GroupName: developers, PolicyName: x",
    "AWS::IAM::UserPolicy": "UserName: deployer, PolicyName: x",
    "AWS::RDS::GlobalCluster": "SourceDBClusterIdentifier: prod",
    "AWS::RDS::DBProxyTargetGroup": "TargetGroupName: default, DBInstanceIdentifiers: [prod]",
    "AWS::RDS::Integration": "SourceArn: !Sub 'arn:aws:rds:${AWS::Region}:${AWS::AccountId}:cluster:prod'",
    "AWS::AutoScaling::AutoScalingGroup": "VPCZoneIdentifier: [!Ref S], LoadBalancerNames: [prod]",
    "AWS::ECS::Service": "LoadBalancers: [{LoadBalancerName: prod}]",
    "AWS::AppSync::GraphQLSchema": "ApiId: abcdefghijklmnopqrstuvwxyz",
    "AWS::AppSync::Resolver": "ApiId: abcdefghijklmnopqrstuvwxyz, TypeName: Query",
    "AWS::AppSync::ApiKey": "ApiId: abcdefghijklmnopqrstuvwxyz",
    "AWS::Cognito::IdentityPoolRoleAttachment": "IdentityPoolId: 'us-east-1:11111111-2222'",
    "AWS::Cognito::UserPoolGroup": "UserPoolId: us-east-1_AbCdEfGhI",
    "AWS::Cognito::UserPoolIdentityProvider": "UserPoolId: us-east-1_AbCdEfGhI",
    "AWS::Cognito::UserPoolUICustomizationAttachment": "UserPoolId: us-east-1_AbCdEfGhI",
    "AWS::ApiGateway::GatewayResponse": "RestApiId: abc123def4",
    "AWS::ApiGateway::Model": "RestApiId: abc123def4",
    "AWS::ApiGateway::UsagePlan": "ApiStages: [{ApiId: abc123def4}]",
    "AWS::Lambda::Alias": "FunctionName: prod, FunctionVersion: '3'",
    "AWS::EKS::Nodegroup": "ClusterName: prod",
    "AWS::EKS::AccessEntry": "ClusterName: prod",
    "AWS::EKS::Addon": "ClusterName: prod, AddonName: vpc-cni",
    "AWS::CloudFront::MonitoringSubscription": "DistributionId: E1ABCDEFGHIJKL",
    "AWS::Route53::DNSSEC": "HostedZoneId: Z0123456789ABCDEFGHIJ",
    "AWS::Amplify::Branch": "AppId: d1234567890, BranchName: main",
    "AWS::CodeDeploy::DeploymentGroup": "ApplicationName: !Ref S, AutoScalingGroups: [prod]",
    "AWS::ApplicationAutoScaling::ScalingPolicy": "ResourceId: table/prod",
    "AWS::ServiceDiscovery::Instance": "ServiceId: srv-0123456789abcdef",
    "AWS::Transfer::User": "ServerId: s-0123456789abcdef0",
    "AWS::Lambda::EventSourceMapping": "FunctionName: !Ref F, "
    "SelfManagedEventSource: {Endpoints: {KafkaBootstrapServers: ['kafka.example.com:9092']}}",
}


@BOTH
@pytest.mark.parametrize("kind", CHANGED)
def test_what_changes_another_by_a_plain_name_is_refused(kind: str, place: Place) -> None:
    """A child of what exists, or a part that is put on it, whether or not its name is an ARN."""
    assert derived(of(kind, CHANGED[kind]) + SUBNET + FUNCTION, place).refused


@BOTH
@pytest.mark.parametrize("kind", sorted(CHANGED))
def test_the_same_of_the_replicas_own_is_nobodys_matter(kind: str, place: Place) -> None:
    """A reference in the place of the name: the stack makes what is changed."""
    written = CHANGED[kind]
    for plain in ("developers", "deployer", "abcdefghijklmnopqrstuvwxyz", "us-east-1_AbCdEfGhI", "abc123def4"):
        written = written.replace(plain, "!Ref S")
    for plain in ("'us-east-1:11111111-2222'", "E1ABCDEFGHIJKL", "Z0123456789ABCDEFGHIJ", "d1234567890", "table/prod"):
        written = written.replace(plain, "!Ref S")
    for plain in ("srv-0123456789abcdef", "s-0123456789abcdef0", "prod", "'kafka.example.com:9092'"):
        written = written.replace(plain, "!Ref S")
    if "cluster:!Ref S" in written:
        written = "SourceArn: !GetAtt S.Arn"
    assert not derived(of(kind, written) + SUBNET + FUNCTION, place).refused


SHARED = {
    "AWS::ECS::Service": "Cluster: prod",
    "AWS::Glue::Table": "DatabaseName: prod",
    "AWS::S3::AccessPoint": "Bucket: prod",
    "AWS::Events::Rule": "EventBusName: prod, ScheduleExpression: rate(1 day)",
    "AWS::ServiceDiscovery::Service": "NamespaceId: ns-0123456789abcdef",
    "AWS::Backup::BackupPlan": "BackupPlan: {BackupPlanRule: [{TargetBackupVault: prod}]}",
}


@BOTH
@pytest.mark.parametrize("kind", SHARED)
def test_what_is_put_beside_others_is_asked(kind: str, place: Place) -> None:
    """A cluster, a bus, a catalog may be shared by its owner's word, and what is put there left out whole."""
    template = of(kind, SHARED[kind])
    (ask,) = derived(template, place).asks
    assert ask.what.startswith("adds to")
    assert ask.answer.startswith("leave_out: [It], or allow: {It.")
    assert derived(template, place, leave_out=["It"]).accepted
    assert derived(template, place, allow={ask.answer.partition("{")[2].partition(":")[0]: "shared"}).accepted


@BOTH
def test_every_parent_that_the_registry_knows_is_judged(place: Place) -> None:
    """Each type that stands in another: a plain name of that other is refused, asked or left out, never only noted."""
    silent = []
    for kind in sorted(type_names()):
        schema = known(kind)
        for key in schema.within if schema else ():
            if key in outward.NOT_CHANGED.get(kind, ()):
                continue
            found = derived(of(kind, f"{key}: theirs"), place)
            if not (found.refused or found.asks or found.edits):
                silent.append(f"{kind} {key}")
    assert silent == []


@BOTH
def test_what_every_account_has_is_no_change(place: Place) -> None:
    """The default bus, the primary group, AWS's own providers: nobody made them, and nothing is said."""
    for kind, written in {
        "AWS::Events::Rule": "EventBusName: default, ScheduleExpression: rate(1 day)",
        "AWS::Athena::NamedQuery": "WorkGroup: primary, Database: !Ref S, QueryString: x",
        "AWS::ECS::Cluster": "CapacityProviders: [FARGATE, FARGATE_SPOT]",
        "AWS::SNS::Topic": "KmsMasterKeyId: alias/aws/sns",
        "AWS::Scheduler::Schedule": "GroupName: default",
        "AWS::IAM::Role": "Policies: [{PolicyName: write, PolicyDocument: {}}]",
        "AWS::ApiGateway::Deployment": "RestApiId: !Ref S, StageName: live",
        "AWS::CloudFront::Distribution": "DistributionConfig: {DefaultCacheBehavior: "
        "{CachePolicyId: 658327ea-f89d-4fab-a63d-7e88639e58f6}}",
        "AWS::RDS::DBInstance": "DBSubnetGroupName: !Ref S, DBParameterGroupName: default.mysql8.0",
        "AWS::Glue::Database": "CatalogId: !Ref AWS::AccountId",
        "AWS::Glue::Connection": "CatalogId: !Ref AWS::AccountId, ConnectionInput: {ConnectionType: JDBC}",
        "AWS::Events::Connection": "AuthParameters: {ApiKeyAuthParameters: {ApiKeyName: x}}",
    }.items():
        found = derived(of(kind, written) + SUBNET, place)
        assert (found.asks, found.refused, found.notes) == ((), (), ()), kind


@BOTH
def test_a_name_that_only_sounds_like_everybodys_is_somebodys(place: Place) -> None:
    """The default group of a network is changed by a rule, and a bucket may be called so."""
    for kind, written in {
        "AWS::EC2::SecurityGroupIngress": "GroupName: default",
        "AWS::S3::BucketPolicy": "Bucket: default-assets",
        "AWS::IAM::GroupPolicy": "GroupName: default",
    }.items():
        assert derived(of(kind, written), place).refused, kind


@BOTH
def test_a_shortened_name_of_the_replica_is_its_own(place: Place) -> None:
    """A balancer's name holds 32 letters, less than the copy's id may have."""
    written = "VPCZoneIdentifier: [!Ref S], LoadBalancerNames: [shop-production-balancer]"
    template = of("AWS::AutoScaling::AutoScalingGroup", written) + SUBNET
    template += "\n  L: {Type: AWS::ElasticLoadBalancing::LoadBalancer, "
    template += "Properties: {LoadBalancerName: shop-production-balancer, Subnets: [!Ref S]}}"
    found = derived(template, place)
    assert not found.refused
    assert properties(found)["LoadBalancerNames"] == [properties(found, "L")["LoadBalancerName"]]


REACHED = {
    "machines by tags": of("AWS::SSM::MaintenanceWindowTask", "WindowId: !Ref S, Targets: [{Key: 'tag:Env'}]") + SUBNET,
    "machines to deploy onto": of(
        "AWS::CodeDeploy::DeploymentGroup", "ApplicationName: !Ref S, Ec2TagFilters: [{Key: Env, Value: prod}]"
    )
    + SUBNET,
    "what an experiment breaks": of("AWS::FIS::ExperimentTemplate", "Targets: {All: {ResourceTags: {Env: prod}}}"),
    "a product of the catalog": of("AWS::ServiceCatalog::CloudFormationProvisionedProduct", "ProductName: vpc"),
    "somebody's account": of("AWS::Cognito::UserPoolUser", "UserPoolId: !Ref S, Username: ceo@example.com") + SUBNET,
    "a contact": of("AWS::NotificationsContacts::EmailContact", "EmailAddress: oncall@example.com"),
    "an action of a budget": of("AWS::Budgets::BudgetsAction", "BudgetName: !Ref S") + SUBNET,
    "a desktop": of("AWS::WorkSpaces::Workspace", "UserName: jane"),
    "an option that tells people": of(
        "AWS::ElasticBeanstalk::Environment",
        "ApplicationName: !Ref S, TemplateName: !Ref S, "
        "OptionSettings: [{Namespace: 'aws:elasticbeanstalk:sns:topics', "
        "OptionName: Notification Endpoint, Value: oncall@example.com}]",
    )
    + SUBNET,
    "a hook": of("AWS::Events::ApiDestination", "InvocationEndpoint: 'https://hooks.example.com/services/secret'"),
    "a rule's address": of(
        "AWS::IoT::TopicRule",
        "TopicRulePayload: {Sql: !Sub 'SELECT * FROM ${S}', Actions: [{Http: {Url: 'https://api.example.com/x'}}]}",
    )
    + SUBNET,
    "a step's address": of(
        "AWS::StepFunctions::StateMachine",
        'DefinitionString: \'{"Parameters": {"ApiEndpoint": "https://api.example.com/charges"}}\'',
    ),
    "a gateway's address": of(
        "AWS::ApiGatewayV2::Integration", "ApiId: !Ref S, IntegrationUri: 'https://api.example.com/orders'"
    )
    + SUBNET,
    "a stream's address": of(
        "AWS::KinesisFirehose::DeliveryStream",
        "HttpEndpointDestinationConfiguration: {EndpointConfiguration: {Url: 'https://logs.example.com/v1'}}",
    ),
    "a database elsewhere": of("AWS::DMS::Endpoint", "ServerName: db.corp.example.com"),
    "a database elsewhere by its URL": of(
        "AWS::Glue::Connection",
        "ConnectionInput: {ConnectionProperties: {JDBC_CONNECTION_URL: 'jdbc:postgresql://db.corp.example:5432/x'}}",
    ),
    "a site that is checked": of(
        "AWS::Route53::HealthCheck", "HealthCheckConfig: {FullyQualifiedDomainName: www.example.com}"
    ),
    "a site that is given out": of(
        "AWS::CloudFront::Distribution", "DistributionConfig: {Origins: [{Id: a, DomainName: api.example.com}]}"
    ),
    "a host behind a balancer": of("AWS::ElasticLoadBalancingV2::TargetGroup", "Targets: [{Id: 10.1.2.3}]"),
    "a repository's hook": of("AWS::CodeBuild::Project", "Triggers: {Webhook: true}"),
    "a database beside its own": of(
        "AWS::Glue::Connection",
        "ConnectionInput: {ConnectionProperties: {JDBC_CONNECTION_URL: !Sub "
        "'jdbc:mysql:loadbalance://${D.Endpoint.Address}:3306,db.corp.example:3306/x'}}",
    )
    + DATABASE,
    "a database that is called as its own": of(
        "AWS::Glue::Connection",
        "ConnectionInput: {ConnectionProperties: {JDBC_CONNECTION_URL: !Sub 'jdbc:mysql://db.corp.example/${D}'}}",
    )
    + DATABASE,
    "a database below its own name": of("AWS::DMS::Endpoint", "ServerName: !Sub '${D}.corp.example'") + DATABASE,
    "an Oracle database elsewhere": of(
        "AWS::Glue::Connection",
        "ConnectionInput: {ConnectionProperties: {JDBC_CONNECTION_URL: 'jdbc:oracle:thin:@db.corp.example:1521:x'}}",
    ),
    "a database elsewhere behind a password": of(
        "AWS::Glue::Connection",
        "ConnectionInput: {ConnectionProperties: {JDBC_CONNECTION_URL: 'jdbc:mysql://a:b@db.corp.example/x'}}",
    ),
    "a broker beside its own": of(
        "AWS::Glue::Connection",
        "ConnectionInput: {ConnectionProperties: {KAFKA_BOOTSTRAP_SERVERS: "
        "!Join [',', [!Sub '${D.Endpoint.Address}:9092', 'broker.corp.example:9092']]}}",
    )
    + DATABASE,
    "an address that is put together": of(
        "AWS::Events::ApiDestination", "InvocationEndpoint: !Join ['/', ['https://api.example.com', !Ref S]]"
    )
    + SUBNET,
    "where a connection logs in": of(
        "AWS::Events::Connection",
        "AuthParameters: {OAuthParameters: {AuthorizationEndpoint: 'https://login.example.com/token'}}",
    ),
    "machines beside its own": of(
        "AWS::CodeDeploy::DeploymentGroup",
        "ApplicationName: !Ref S, Ec2TagFilters: [{Key: Name, Value: !Ref S}, {Key: Name, Value: prod}]",
    )
    + SUBNET,
    "what an experiment breaks beside its own": of(
        "AWS::FIS::ExperimentTemplate", "Targets: {A: {ResourceArns: [!Ref S]}, B: {ResourceTags: {Env: prod}}}"
    )
    + SUBNET,
    "somebody's work, every night": of("AWS::Glue::Trigger", "Actions: [{JobName: nightly}], Type: SCHEDULED"),
    "somebody's crawler": of("AWS::Glue::Trigger", "Actions: [{CrawlerName: nightly}], Type: SCHEDULED"),
    "somebody's recipe": of("AWS::DataBrew::Schedule", "JobNames: [nightly]"),
    "somebody's machines": of(
        "AWS::Batch::JobQueue", "ComputeEnvironmentOrder: [{ComputeEnvironment: prod, Order: 1}], Priority: 1"
    ),
    "a bucket that is given out by its name": of("AWS::Lightsail::Distribution", "Origin: {Name: shop-prod}"),
    "a target outside of its network": of(
        "AWS::ElasticLoadBalancingV2::TargetGroup", "VpcId: !Ref S, Targets: [{Id: 10.1.2.3, AvailabilityZone: all}]"
    )
    + SUBNET,
    "a target by its name": of(
        "AWS::ElasticLoadBalancingV2::TargetGroup", "VpcId: !Ref S, Targets: [{Id: db.corp.example}]"
    )
    + SUBNET,
    "a target in somebody's network": of(
        "AWS::ElasticLoadBalancingV2::TargetGroup", "VpcId: !Ref P, Targets: [{Id: 10.1.2.3}]"
    )
    + "\nParameters: {P: {Type: String}}",
    "a record among others": of(
        "AWS::Route53::RecordSetGroup", "RecordSets: [{HostedZoneName: example.com., Name: www.example.com.}]"
    ),
}


@BOTH
@pytest.mark.parametrize("case", REACHED)
def test_what_reaches_people_or_third_parties_is_asked_in_both_places(case: str, place: Place) -> None:
    """Once, with its line; no address is told whole, for a path may hold a key."""
    found = derived(REACHED[case], place)
    assert len(asked(found)) == 1, found.asks
    (ask,) = found.asks
    assert ask.line > 0
    assert "/services/secret" not in ask.what
    key = ask.answer.rpartition("{")[2].partition(":")[0]
    assert derived(REACHED[case], place, allow={key: "by its owner's word"}).accepted


OF_THE_ACCOUNT = {
    "a hook of all stacks": of("AWS::CloudFormation::LambdaHook", "Alias: Corp::Hooks::Guard"),
    "a setting that is told by its account": of("AWS::ApplicationSignals::Discovery"),
    "a rule that mends": of("AWS::Config::RemediationConfiguration", "ConfigRuleName: !Ref S") + SUBNET,
    "the default bus's policy": of("AWS::Events::EventBusPolicy", "StatementId: x"),
    "the default bus's policy by its name": of("AWS::Events::EventBusPolicy", "StatementId: x, EventBusName: default"),
    "logs in production's bucket": of("AWS::S3::Bucket", "LoggingConfiguration: {DestinationBucketName: prod}"),
    "a balancer's logs": of(
        "AWS::ElasticLoadBalancingV2::LoadBalancer",
        "LoadBalancerAttributes: [{Key: access_logs.s3.bucket, Value: prod}]",
    ),
    "a template's profile": of("AWS::EC2::LaunchTemplate", "LaunchTemplateData: {IamInstanceProfile: {Name: prod}}"),
    "a batch's machines": of("AWS::Batch::ComputeEnvironment", "ComputeResources: {InstanceRole: prod}"),
    "a cluster's scaling": of("AWS::EMR::Cluster", "AutoScalingRole: prod, Instances: {Ec2SubnetId: !Ref S}") + SUBNET,
    "an option's profile": of(
        "AWS::ElasticBeanstalk::Environment",
        "ApplicationName: !Ref S, TemplateName: !Ref S, "
        "OptionSettings: [{Namespace: 'aws:autoscaling:launchconfiguration', "
        "OptionName: IamInstanceProfile, Value: prod}]",
    )
    + SUBNET,
    "the default network of an environment": of("AWS::ElasticBeanstalk::Environment", "ApplicationName: !Ref S")
    + SUBNET,
    "the default network of spot machines": of(
        "AWS::EC2::SpotFleet", "SpotFleetRequestConfigData: {LaunchSpecifications: [{InstanceType: t3.micro}]}"
    ),
    "the network of a template's machines": of("AWS::EC2::Instance", "LaunchTemplate: {LaunchTemplateId: !Ref L}")
    + "\n  L: {Type: AWS::EC2::LaunchTemplate, Properties: {LaunchTemplateData: {InstanceType: t3.micro}}}",
    "the default network of a machine's interface": of(
        "AWS::EC2::Instance", "NetworkInterfaces: [{DeviceIndex: '0', AssociatePublicIpAddress: true}]"
    ),
    "the default network of a branch": of("AWS::EC2::SecurityGroup", "VpcId: !Ref AWS::NoValue"),
    "a role for all functions": "Transform: AWS::Serverless-2016-10-31\n"
    "Globals: {Function: {Role: !Sub 'arn:aws:iam::${AWS::AccountId}:role/prod'}}\n"
    + of("AWS::Serverless::Function", "Handler: a.b"),
    **{
        f"the default network of {kind}": of(kind)
        for kind in (
            *("AWS::EC2::Instance", "AWS::EC2::SecurityGroup", "AWS::ElastiCache::ReplicationGroup"),
            *("AWS::ElastiCache::CacheCluster", "AWS::Redshift::Cluster", "AWS::DocDB::DBCluster"),
            *("AWS::AutoScaling::AutoScalingGroup", "AWS::ElasticLoadBalancing::LoadBalancer"),
        )
    },
}


@pytest.mark.parametrize("case", OF_THE_ACCOUNT)
def test_what_is_the_accounts_own_is_asked_beside_production_alone(case: str) -> None:
    """Its default network and bus, its roles, its one broker: in an account of drills they are nobody's."""
    assert len(asked(derived(OF_THE_ACCOUNT[case], BESIDE))) == 1
    assert derived(OF_THE_ACCOUNT[case], APART).accepted


def test_hosts_of_aws_and_of_the_replica_are_nobodys() -> None:
    """A service's own address in whatever region, and what the stack makes."""
    for written in (
        "'https://sync-states.${AWS::Region}.amazonaws.com/'",
        "'https://${F}.execute-api.${AWS::URLSuffix}/'",
    ):
        template = of("AWS::AppSync::DataSource", f"ApiId: !Ref F, HttpConfig: {{Endpoint: !Sub {written}}}")
        assert derived(template + FUNCTION).accepted
    origin = "DistributionConfig: {Origins: [{Id: a, DomainName: !GetAtt B.RegionalDomainName}]}"
    assert derived(of("AWS::CloudFront::Distribution", origin) + "\n  B: {Type: AWS::S3::Bucket}").accepted


@BOTH
def test_machines_of_its_own_network_are_nobodys_matter(place: Place) -> None:
    """Those of a launch template that says where, of an environment with a network, behind a balancer of its own."""
    said = "Properties: {LaunchTemplateData: {NetworkInterfaces: [{SubnetId: !Ref S}]}}"
    templates = (
        of("AWS::EC2::Instance", "LaunchTemplate: {LaunchTemplateId: !Ref L}")
        + f"\n  L: {{Type: AWS::EC2::LaunchTemplate, {said}}}",
        of(
            "AWS::ElasticBeanstalk::Environment",
            "ApplicationName: !Ref S, OptionSettings: [{Namespace: 'aws:ec2:vpc', OptionName: VPCId, Value: !Ref S}]",
        ),
        of("AWS::ElasticLoadBalancingV2::TargetGroup", "VpcId: !Ref S, Targets: [{Id: 10.1.2.3}]"),
        of("AWS::SSM::Association", "Targets: [{Key: InstanceIds, Values: [!Ref S]}]"),
        of("AWS::DMS::Endpoint", "ServerName: !GetAtt D.Endpoint.Address") + DATABASE,
        of("AWS::Glue::Trigger", "Actions: [{JobName: !Ref S}], Type: SCHEDULED"),
    )
    for each in templates:
        assert derived(each + SUBNET, place).accepted


def test_an_address_that_only_people_read_is_told_by_its_host() -> None:
    """What signs in returns to it: no word is needed, and its path is not told."""
    written = "UserPoolId: !Ref S, CallbackURLs: ['https://shop.example/k']"
    (note,) = derived(of("AWS::Cognito::UserPoolClient", written) + SUBNET).notes
    assert note.what == "names shop.example (CallbackURLs.0)"


PUBLIC = {
    "AWS::Amplify::Domain": "DomainName: example.com",
    "AWS::ApiGateway::DomainNameV2": "DomainName: api.example.com",
    "AWS::CloudFront::DistributionTenant": "Domains: [a.example.com]",
}


@BOTH
@pytest.mark.parametrize("kind", PUBLIC)
def test_public_names_are_left_out(kind: str, place: Place) -> None:
    """They are production's: two cannot bear them."""
    found = derived(of(kind, PUBLIC[kind]) + SUBNET, place)
    assert changes(found)["It"] == (kind, None)
    assert found.accepted


@BOTH
def test_public_names_within_a_resource_are_left_out_in_every_branch(place: Place) -> None:
    """Behind a condition that cannot be told, too, and of what AWS expands."""
    template = "Parameters: {X: {Type: String}}\nConditions: {C: !Equals [!Ref X, a]}\n" + of(
        "AWS::CloudFront::Distribution",
        "DistributionConfig: !If [C, {Aliases: [a.example.com]}, {Aliases: [b.example.com]}]",
    )
    assert "example.com" not in str(derived(template, place).template["Resources"])
    api = "Transform: AWS::Serverless-2016-10-31\nGlobals: {Api: {Domain: {DomainName: api.example.com}}}\n"
    found = derived(api + of("AWS::Serverless::HttpApi", "Domain: {DomainName: api.example.com}"), place)
    assert "example.com" not in str(found.template)
    assert changes(found).keys() >= {"It.Domain", "Globals.Api.Domain"}


def test_a_role_for_all_functions_makes_none() -> None:
    """SAM makes no role where a function is given one, and takes no boundary then."""
    template = "Transform: AWS::Serverless-2016-10-31\nGlobals: {Function: {Role: !GetAtt R.Arn}}\n" + of(
        "AWS::Serverless::Function", "Handler: a.b"
    )
    assert "PermissionsBoundary" not in properties(derived(template + "\n  R: {Type: AWS::IAM::Role}"))


@BOTH
def test_an_output_that_imports_is_asked_and_given(place: Place) -> None:
    """An import locks the export of production's stack as long as the replica stands."""
    template = of("AWS::SQS::Queue") + "\nOutputs: {Net: {Value: !ImportValue prod-vpc}}"
    (ask,) = derived(template, place).asks
    assert ask.answer == 'imports: {prod-vpc: "..."}'
    assert ask.line == 5
    found = derived(template, place, imports={"prod-vpc": "vpc-of-drills"})
    assert found.accepted
    assert found.template["Outputs"]["Net"]["Value"] == "vpc-of-drills"


def test_every_role_that_the_registry_knows_is_asked_beside_production() -> None:
    """Each property of each type that refers to a role or a profile, wherever it stands: no boundary holds it."""
    silent = []
    for kind in sorted(type_names()):
        schema = known(kind)
        assert schema is not None
        for path, targets in schema.references.items():
            if {each.type for each in targets} != {"AWS::IAM::Role"} or path.partition("/")[0] in schema.read_only:
                continue
            written: dict[str, Any] = {}
            put(written, path, "arn:aws:iam::${AWS::AccountId}:role/prod")
            template = Template("t.yaml", {"Resources": {"It": {"Type": kind, "Properties": written}}}, {})
            found = derive(template, COPY, BESIDE)
            if not (found.asks or found.refused or found.edits):
                silent.append(f"{kind} {path}")
    assert silent == []


def test_a_thing_that_many_use_is_told_once() -> None:
    """The bucket of a CDK app's assets, of which each function has its code."""
    function = (
        "{Type: AWS::Lambda::Function, Properties: {Code: {S3Bucket: assets}, LoggingConfig: {LogGroup: !Ref L}}}"
    )
    template = f"Resources:\n  A: {function}\n  B: {function}\n  L: {{Type: AWS::Logs::LogGroup}}"
    assert [note.what for note in derived(template).notes] == ["uses AWS::S3::Bucket assets (Code.S3Bucket)"]
