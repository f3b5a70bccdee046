"""Templates that seem to name what is the replica's own alone, and reach more: what they do is asked all the same."""

from __future__ import annotations

import pytest

from dr_orchestrator.domain.replica import Place
from tests.support.derived import derived, of

MAYBE = "Parameters: {P: {Type: String}}\nConditions: {C: !Equals [!Ref P, a]}\n"
BUCKET = "\n  B: {Type: AWS::S3::Bucket}\n  D: {Type: AWS::S3::Bucket}"

BUS = "arn:aws:events:${AWS::Region}:${AWS::AccountId}:event-bus/default"


def logging(into: str) -> str:
    return MAYBE + of("AWS::S3::Bucket", f"LoggingConfiguration: {{DestinationBucketName: {into}}}") + BUCKET


def association(written: str) -> str:
    return of("AWS::SSM::Association", f"Name: AWS-Do, {written}") + BUCKET


def experiment(targets: str) -> str:
    return of("AWS::FIS::ExperimentTemplate", f"Targets: {targets}") + BUCKET


def deployment(tags: str) -> str:
    return of("AWS::CodeDeploy::DeploymentGroup", f"ApplicationName: !Ref B, {tags}") + BUCKET


def ruling(kind: str, resource: str) -> str:
    policy = f'[{{"Rules": [{{"ResourceType": "collection", "Resource": ["{resource}"]}}]}}]'
    return of(f"AWS::OpenSearchServerless::{kind}", f"Name: shop, Type: network, Policy: !Sub '{policy}'") + BUCKET


def pipe(servers: str) -> str:
    source = f"Source: !GetAtt B.Arn, SourceParameters: {{SelfManagedKafkaParameters: {{{servers}}}}}"
    return of("AWS::Pipes::Pipe", f"RoleArn: !GetAtt B.Arn, Target: !GetAtt B.Arn, {source}") + BUCKET


def processed(parameter: str, value: str) -> str:
    parameters = f"Parameters: [{{ParameterName: {parameter}, ParameterValue: {value}}}]"
    processing = f"ProcessingConfiguration: {{Enabled: true, Processors: [{{Type: Any, {parameters}}}]}}"
    into = f"ExtendedS3DestinationConfiguration: {{BucketARN: !GetAtt B.Arn, RoleARN: !GetAtt B.Arn, {processing}}}"
    return of("AWS::KinesisFirehose::DeliveryStream", into) + BUCKET


BESIDE = {
    "a collection of production's": ruling("SecurityPolicy", "collection/shop"),
    "an index of production's": ruling("AccessPolicy", "index/shop/*"),
    "an index of its own in production's": ruling("AccessPolicy", "index/shop/${B}"),
    "all collections": ruling("LifecyclePolicy", "index/*/*"),
    "a policy that cannot be read": of(
        "AWS::OpenSearchServerless::SecurityPolicy", "Name: shop, Type: network, Policy: !Sub '[${B}]'"
    )
    + BUCKET,
    "an archive of the account's bus": of("AWS::Events::Archive", f"SourceArn: !Sub '{BUS}'"),
    "events on the account's bus": of(
        "AWS::Events::Rule", f"ScheduleExpression: rate(1 day), Targets: [{{Id: a, Arn: !Sub '{BUS}'}}]"
    ),
    "the policy of the account's bus": of("AWS::Events::EventBusPolicy", f"EventBusName: !Sub '{BUS}', StatementId: x"),
    "a rule on another bus": of(
        "AWS::Events::Rule", f"ScheduleExpression: rate(1 day), EventBusName: !Sub '{BUS}-of-the-shop'"
    ),
    "a rule on the bus of another account": of(
        "AWS::Events::Rule",
        f"ScheduleExpression: rate(1 day), EventBusName: !Sub '{BUS.replace('${AWS::AccountId}', '111122223333')}'",
    ),
    "a rule on the default bus of another region": of(
        "AWS::Events::Rule",
        f"ScheduleExpression: rate(1 day), EventBusName: !Sub '{BUS.replace('${AWS::Region}', 'eu-west-1')}'",
    ),
    "a rule on what is no bus": of(
        "AWS::Events::Rule", f"ScheduleExpression: rate(1 day), EventBusName: !Sub '{BUS.replace(':events:', ':sns:')}'"
    ),
    "a stream's role": processed("RoleArn", "prod"),
    "schemas of the account's bus": of("AWS::EventSchemas::Discoverer", f"SourceArn: !Sub '{BUS}'"),
    "the grants of the account": of("AWS::S3::AccessGrantsLocation", "LocationScope: s3://prod/"),
    "a bucket beside its own in a list": logging("!Select [1, [!Ref B, prod-logs]]"),
    "a bucket beside its own that is not used": logging("!Sub [prod-logs, {x: !Ref B}]"),
    "a bucket that is its own in one branch alone": logging(
        '!Sub ["${a}-${b}", {a: !If [C, !Ref B, prod], b: !If [C, !Ref D, logs]}]'
    ),
}
ANYWHERE = {
    "a store that a file system exports to": of(
        "AWS::FSx::DataRepositoryAssociation", "FileSystemId: !Ref B, DataRepositoryPath: s3://prod/x"
    )
    + BUCKET,
    "a directory that it joins": of(
        "AWS::FSx::FileSystem",
        "SubnetIds: [!Ref B], WindowsConfiguration: "
        "{SelfManagedActiveDirectoryConfiguration: {DomainName: corp.example, Password: '{{resolve:x}}'}}",
    )
    + BUCKET,
    "a database that joins a directory": of(
        "AWS::RDS::DBInstance", "DBSubnetGroupName: !Ref B, DomainFqdn: corp.example"
    )
    + BUCKET,
    "containers as somebody says": of("AWS::ECS::Service", "Cluster: !Ref B, TaskDefinition: 'shop:3'") + BUCKET,
    "somebody's endpoint": of("AWS::SageMaker::Endpoint", "EndpointConfigName: shop"),
    "somebody's model": of("AWS::SageMaker::EndpointConfig", "ProductionVariants: [{ModelName: shop, VariantName: a}]"),
    "somebody's cluster": of("AWS::EMRContainers::VirtualCluster", "Name: a, ContainerProvider: {Id: shop, Type: EKS}"),
    "a bucket for the logs of brokers": of(
        "AWS::MSK::Cluster",
        "ClusterName: a, LoggingInfo: {BrokerLogs: {S3: {Enabled: true, Bucket: prod-logs}}}",
    ),
    "brokers beside its own": pipe("TopicName: !Ref B, AdditionalBootstrapServers: ['prod.example:9092']"),
    "a warehouse elsewhere": of(
        "AWS::KinesisFirehose::DeliveryStream",
        "RedshiftDestinationConfiguration: {ClusterJDBCURL: 'jdbc:redshift://prod.example:5439/x'}",
    ),
    "a database that a connector reads": of(
        "AWS::KafkaConnect::Connector",
        "ConnectorName: a, ConnectorConfiguration: {database.hostname: prod.example}",
    ),
    "brokers that are copied": of(
        "AWS::MSK::Replicator",
        "ReplicatorName: a, KafkaClusters: [{ApacheKafkaCluster: {BootstrapBrokerString: 'prod.example:9092'}}]",
    ),
    "a partner's server": of("AWS::Transfer::Connector", "Url: 'sftp://partner.example'"),
    "whom a server asks who it is": of(
        "AWS::Transfer::Server", "IdentityProviderDetails: {Url: 'https://prod.example/x'}"
    ),
    "a container of elsewhere": of("AWS::DataSync::LocationAzureBlob", "ContainerUrl: 'https://prod.example/x'"),
    "where a stream is sent to": of("AWS::MediaConnect::FlowOutput", "FlowArn: !Ref B, Destination: 203.0.113.9")
    + BUCKET,
    "machines of elsewhere": of("AWS::RolesAnywhere::TrustAnchor", "Name: a"),
    "somebody's pager below its own name": of(
        "AWS::SNS::Subscription", "TopicArn: !Ref B, Protocol: https, Endpoint: !Sub 'https://${B}.example/x'"
    )
    + BUCKET,
    "machines beside its own in one text": association(
        "Targets: [{Key: 'tag:App', Values: !Split [',', !Sub '${B},prod']}]"
    ),
    "machines beside its own that are not used": association(
        "Targets: [{Key: 'tag:App', Values: [!Sub [prod, {x: !Ref B}]]}]"
    ),
    "what parameters name": association("Parameters: {InstanceId: [prod]}"),
    "what parameters name beside a target of its own": association(
        "AutomationTargetParameterName: InstanceId, Targets: [{Key: ResourceGroup, Values: [!Ref B]}], "
        "Parameters: {DBInstanceId: [prod]}"
    ),
    "what parameters of a window name": of(
        "AWS::SSM::MaintenanceWindowTask", "WindowId: !Ref B, TaskType: AUTOMATION, TaskArn: AWS-StopRdsInstance"
    )
    + BUCKET,
    "a target that is called as a word of AWS": experiment(
        "{Key: {ResourceTags: {Env: prod}}, A: {ResourceTags: {Env: !Ref B}}}"
    ),
    "a tag that is called as a word of AWS": experiment("{A: {ResourceTags: {Type: prod, Env: !Ref B}}}"),
    "a target of all": experiment("{A: {ResourceArns: [!Ref B]}, B: {ResourceType: 'aws:ec2:instance'}}"),
    "machines of any value beside its own": deployment(
        "Ec2TagFilters: [{Key: Name, Type: KEY_ONLY}, {Key: Name, Value: !Ref B, Type: KEY_AND_VALUE}]"
    ),
}


@pytest.mark.parametrize("case", [*BESIDE, *ANYWHERE])
def test_what_reaches_more_than_its_own_is_asked(case: str) -> None:
    """Beside production, whatever else is named in the same text or list."""
    found = derived({**BESIDE, **ANYWHERE}[case])
    assert [ask.resource for ask in found.asks] == ["It"], found.asks


@pytest.mark.parametrize("case", ANYWHERE)
def test_what_acts_on_others_is_asked_in_an_account_of_drills_too(case: str) -> None:
    """Machines of another team's drill may stand there."""
    assert [ask.resource for ask in derived(ANYWHERE[case], Place.DRILL_ACCOUNT).asks] == ["It"]


CHANGED = {
    "what a plan scales": of(
        "AWS::AutoScalingPlans::ScalingPlan",
        "ApplicationSource: {CloudFormationStackARN: !Ref 'AWS::StackId'}, "
        "ScalingInstructions: [{ResourceId: service/prod/shop}]",
    ),
    "a store that a file system writes back to": of(
        "AWS::FSx::FileSystem", "SubnetIds: [!Ref B], LustreConfiguration: {ExportPath: s3://prod/x}"
    )
    + BUCKET,
    "a machine of somebody's file system": of(
        "AWS::FSx::Volume", "Name: a, OntapConfiguration: {StorageVirtualMachineId: svm-0123456789abcdef0}"
    ),
    "the logs of somebody's things": of("AWS::IoT::ResourceSpecificLogging", "TargetName: prod, LogLevel: DISABLED"),
    "who may read production's": of("AWS::S3::AccessGrant", "AccessGrantsLocationId: default"),
}


@pytest.mark.parametrize("place", list(Place))
@pytest.mark.parametrize("case", CHANGED)
def test_what_changes_what_is_not_its_own_is_refused(case: str, place: Place) -> None:
    """By any name."""
    assert [each.resource for each in derived(CHANGED[case], place).refused] == ["It"]


def test_no_copy_of_a_file_system_is_kept_elsewhere() -> None:
    """AWS would leave it there."""
    found = derived(of("AWS::EFS::FileSystem", "ReplicationConfiguration: {Destinations: [{Region: eu-west-1}]}"))
    assert found.template["Resources"]["It"]["Properties"] == {}


OWN = {
    "lines of a stream": processed("Delimiter", "\\n"),
    "a collection of its own": ruling("SecurityPolicy", "collection/${AWS::StackName}-shop"),
    "containers of its own": of("AWS::ECS::Service", "Cluster: !Ref B, TaskDefinition: !Ref D") + BUCKET,
    "a store of its own": of(
        "AWS::FSx::DataRepositoryAssociation", "FileSystemId: !Ref B, DataRepositoryPath: !Sub 's3://${D}/x'"
    )
    + BUCKET,
    "brokers of its own": pipe("TopicName: !Ref B, AdditionalBootstrapServers: [!Sub '${B.Arn}:9092']"),
    "a bucket of its own in each branch": logging("!If [C, !Ref B, !Ref D]"),
    "a bucket that is put together": logging('!Sub ["${x}-${AWS::Region}", {x: !Ref B}]'),
    "a command to machines of its own": association(
        "Targets: [{Key: 'tag:App', Values: [!Ref B]}], Parameters: {commands: [ls]}"
    ),
    "an automation on its own": association(
        "AutomationTargetParameterName: InstanceId, Targets: [{Key: ResourceGroup, Values: [!Ref B]}]"
    ),
    "an experiment with its own": experiment(
        "{A: {ResourceType: x, SelectionMode: ALL, ResourceTags: {Env: !Ref B}, Filters: [{Path: a, Values: [b]}]}}"
    ),
    "machines by two tags of its own": deployment(
        "Ec2TagSet: {Ec2TagSetList: [{Ec2TagGroup: [{Key: Name, Value: !Ref B, Type: KEY_AND_VALUE}]}]}"
    ),
    "a function at a window": of(
        "AWS::SSM::MaintenanceWindowTask", "WindowId: !Ref B, TaskType: LAMBDA, TaskArn: !GetAtt B.Arn"
    )
    + BUCKET,
}


@pytest.mark.parametrize("case", OWN)
def test_what_reaches_its_own_alone_is_nobodys_matter(case: str) -> None:
    """In any form that a template may have for it."""
    assert derived(OWN[case]).accepted, derived(OWN[case]).asks
