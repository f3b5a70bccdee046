"""What needs nobody's word, though it looks as if it did; and what is like it, and does."""

from __future__ import annotations

import pytest

from dr_orchestrator.domain.replica import Place
from tests.support.derived import changes, derived, of, properties

BOTH = pytest.mark.parametrize("place", list(Place))
UNKNOWN = """\
Parameters: {P: {Type: String}}
Conditions: {C: !Equals [!Ref P, a], Never: !Equals [a, b], Always: !Equals [a, a]}
"""
ACCOUNT = "${AWS::Region}:${AWS::AccountId}"
SECRET = f"!Sub 'arn:aws:secretsmanager:{ACCOUNT}:secret:prod'"
SECRETS = f"RuntimeEnvironmentSecrets: [{{Name: A, Value: {SECRET}}}]"
IMAGE = f"SourceConfiguration: {{ImageRepository: {{ImageIdentifier: x, ImageConfiguration: {{{SECRETS}}}}}}}"
LOG = "CloudWatchLoggingOptions: {Enabled: true, LogGroupName: /aws/kinesisfirehose/prod, LogStreamName: x}"
STREAM = "\n  R: {Type: AWS::IAM::Role}\n  B: {Type: AWS::S3::Bucket}"
PUBLISHED = "arn:aws:serverlessrepo:us-east-1:297356227824:applications/SecretsManagerRDSMySQLRotation"

NOBODYS = {
    "a user whom nobody is": of("AWS::IAM::User", "Groups: [!Ref G]") + "\n  G: {Type: AWS::IAM::Group}",
    "a user without a password in its branch": UNKNOWN
    + of("AWS::IAM::User", "LoginProfile: !If [Never, {Password: x}, !Ref AWS::NoValue]"),
    "secrets that its own role reads": of("AWS::AppRunner::Service", IMAGE),
    "a model of AWS": of(
        "AWS::Bedrock::ApplicationInferenceProfile",
        f"ModelSource: {{CopyFrom: !Sub 'arn:aws:bedrock:{ACCOUNT}:inference-profile/us.amazon.nova-lite-v1:0'}}",
    ),
    "lines in a log": of(
        "AWS::KinesisFirehose::DeliveryStream",
        f"ExtendedS3DestinationConfiguration: {{BucketARN: !GetAtt B.Arn, RoleARN: !GetAtt R.Arn, {LOG}}}",
    )
    + STREAM,
    "a template that AWS expands": of("AWS::Serverless::Application", f"Location: {{ApplicationId: '{PUBLISHED}'}}"),
    "a choice that is called like a name": of("AWS::Batch::ComputeEnvironment", "ReplaceComputeEnvironment: true"),
    "an import that is not made": UNKNOWN
    + of("AWS::CloudWatch::Alarm", "AlarmActions: !If [Never, [!ImportValue 'prod-Topic'], !Ref AWS::NoValue]"),
    "an import of an output that is not made": UNKNOWN
    + of("AWS::SQS::Queue")
    + "\nOutputs: {O: {Condition: Never, Value: !ImportValue prod-Topic}}",
    "a share within itself": of(
        "AWS::RAM::ResourceShare", "Name: x, Principals: [!GetAtt R.Arn], ResourceArns: [!Ref B]"
    )
    + STREAM,
    "code that is read": of(
        "AWS::KinesisAnalyticsV2::Application",
        "ServiceExecutionRole: !GetAtt R.Arn, ApplicationConfiguration: {ApplicationCodeConfiguration: "
        "{CodeContent: {S3ContentLocation: {BucketARN: 'arn:aws:s3:::assets', FileKey: x}}}}",
    )
    + STREAM,
    "a file by an application of somebody": of(
        "AWS::ServiceCatalogAppRegistry::ResourceAssociation", "Application: shop, Resource: !Ref AWS::StackId"
    ),
}
SOMEBODYS = {
    "a share with an account": of(
        "AWS::RAM::ResourceShare", "Name: x, Principals: [!GetAtt R.Arn, 'o-1'], ResourceArns: [!Ref B]"
    )
    + STREAM,
    "a share of what is somebody's": of(
        "AWS::RAM::ResourceShare", "Name: x, Principals: [!GetAtt R.Arn], ResourceArns: [subnet]"
    )
    + STREAM,
    "a user with a password in some branch": UNKNOWN
    + of("AWS::IAM::User", "LoginProfile: !If [C, {Password: x}, !Ref AWS::NoValue]"),
    "a key of such a user": of("AWS::IAM::AccessKey", "UserName: !Ref U") + "\n  U: {Type: AWS::IAM::User}",
    "a user in a group that a stack tells": of("AWS::IAM::User", "Groups: [!GetAtt C.Group]")
    + "\n  C: {Type: Custom::X, Properties: {ServiceToken: !GetAtt F.Arn}}\n  F: {Type: AWS::Lambda::Function}",
    "a template with what is somebody's": of(
        "AWS::Serverless::Application",
        f"Location: {{ApplicationId: '{PUBLISHED}'}}, NotificationARNs: ['arn:aws:sns:us-east-1:111122223333:pager']",
    ),
    "an import in a branch that may be made": UNKNOWN
    + of("AWS::CloudWatch::Alarm", "AlarmActions: !If [C, [!ImportValue 'prod-Topic'], !Ref AWS::NoValue]"),
    "an import in the branch that is made": UNKNOWN
    + of("AWS::CloudWatch::Alarm", "AlarmActions: !If [Always, [!ImportValue 'prod-Topic'], !Ref AWS::NoValue]"),
    "a stream into somebody's bucket": of(
        "AWS::KinesisFirehose::DeliveryStream",
        f"ExtendedS3DestinationConfiguration: {{BucketARN: 'arn:aws:s3:::prod', RoleARN: !GetAtt R.Arn, {LOG}}}",
    )
    + STREAM,
}
PRODUCTIONS = {
    "secrets that production's role reads": of(
        "AWS::AppRunner::Service",
        f"{IMAGE}, InstanceConfiguration: {{InstanceRoleArn: !Sub 'arn:aws:iam::${{AWS::AccountId}}:role/prod'}}",
    ),
    "a database that is asked by its own role": of(
        "AWS::AppSync::DataSource",
        "ApiId: !Ref A, RelationalDatabaseConfig: {RdsHttpEndpointConfig: {AwsRegion: x, "
        f"AwsSecretStoreArn: {SECRET}, DbClusterIdentifier: !Sub 'arn:aws:rds:{ACCOUNT}:cluster:prod'}}}}",
    )
    + "\n  A: {Type: AWS::AppSync::GraphQLApi}",
    "a function in the place of a model": of(
        "AWS::Bedrock::Agent",
        f"CustomOrchestration: {{Executor: {{Lambda: !Sub 'arn:aws:lambda:{ACCOUNT}:function:x'}}}}",
    ),
}


@BOTH
@pytest.mark.parametrize("case", NOBODYS)
def test_what_is_only_read_or_never_made_needs_no_word(case: str, place: Place) -> None:
    """Nothing is done to anybody by it: neither asked nor refused."""
    found = derived(NOBODYS[case], place)
    assert found.accepted, (found.asks, found.refused)


@BOTH
@pytest.mark.parametrize("case", SOMEBODYS)
def test_what_is_like_it_and_somebodys_is_asked(case: str, place: Place) -> None:
    """The sibling that acts on somebody: as before, in both places."""
    assert len(derived(SOMEBODYS[case], place).asks) == 1


@pytest.mark.parametrize("case", PRODUCTIONS)
def test_what_is_like_it_and_productions_is_asked_beside_it(case: str) -> None:
    """What acts with production's rights, or on what is production's."""
    assert len(derived(PRODUCTIONS[case]).asks) == 1
    assert derived(PRODUCTIONS[case], Place.DRILL_ACCOUNT).accepted


@BOTH
def test_backups_are_not_exercised(place: Place) -> None:
    """What they would make stays behind, and no selection says that it is the replica's alone: it is left out."""
    written = "BackupPlanId: !Ref P, BackupSelection: {Resources: ['*'], SelectionName: all}"
    found = derived(of("AWS::Backup::BackupSelection", written) + "\n  P: {Type: AWS::Backup::BackupPlan}", place)
    assert changes(found)["It"] == ("AWS::Backup::BackupSelection", None)
    assert found.accepted


@BOTH
def test_a_record_that_leads_to_what_is_left_out_goes_with_it(place: Place) -> None:
    """Whatever its zone; one that leads to what the replica makes is asked still, for it moves customers."""
    domain = of("AWS::ApiGateway::DomainName", "DomainName: a.example.com")
    found = derived(domain + record("It.RegionalDomainName", "It.RegionalHostedZoneId"), place)
    assert changes(found)["R"] == ("AWS::Route53::RecordSet", None)
    assert found.accepted
    balancer = "\n  L: {Type: AWS::ElasticLoadBalancingV2::LoadBalancer}"
    (ask,) = derived(domain + record("L.DNSName", "L.CanonicalHostedZoneID") + balancer, place).asks
    assert ask.what.startswith("writes a record into Z1")


def record(name: str, zone: str) -> str:
    target = f"{{DNSName: !GetAtt {name}, HostedZoneId: !GetAtt {zone}}}"
    said = f"HostedZoneId: Z1, Name: a.example.com, Type: A, AliasTarget: {target}"
    return f"\n  R: {{Type: AWS::Route53::RecordSet, Properties: {{{said}}}}}"


def test_imports_whose_names_wait_for_a_parameter_are_asked_once_for_that() -> None:
    """And then each by its name; the same parameter is not asked again for each of them."""
    imported = [f"!ImportValue {{'Fn::Sub': '${{Net}}-{each}'}}" for each in ("A", "B", "C")]
    template = "Parameters: {Net: {Type: String}}\n" + of(
        "AWS::RDS::DBSubnetGroup", f"DBSubnetGroupDescription: x, SubnetIds: [{', '.join(imported)}]"
    )
    (ask,) = derived(template).asks
    assert ask.answer == 'parameters: {Net: "..."}'
    told = [each.what for each in derived(template, parameters={"Net": "prod"}).asks]
    assert told == ["imports prod-A", "imports prod-B", "imports prod-C"]


def test_a_user_that_nobody_is_has_the_boundary_beside_production() -> None:
    """Whoever makes a key of it later acts on the replica alone."""
    assert "PermissionsBoundary" in properties(derived(of("AWS::IAM::User")))


CLUSTER = """
  C: {Type: Custom::AWSCDK-EKS-Cluster, Properties: {ServiceToken: !GetAtt F.Arn}}
  F: {Type: AWS::Lambda::Function}
  T: {Type: AWS::SNS::Topic}"""


def test_what_its_own_function_answers_is_of_the_account_of_drills() -> None:
    """A cluster that the CDK makes by a function: told there, asked beside production, which it may answer there."""
    template = of("AWS::EKS::Nodegroup", "ClusterName: !Ref C") + CLUSTER
    assert derived(template, Place.DRILL_ACCOUNT).accepted
    assert [each.what for each in derived(template).asks] == ['would change !Ref "C" (ClusterName)']


@pytest.mark.parametrize(
    "template",
    [
        of("AWS::SNS::Subscription", "TopicArn: !Ref C, Protocol: sqs, Endpoint: !Ref T"),
        of("AWS::EKS::Nodegroup", "ClusterName: !GetAtt S.Outputs.Name")
        + "\n  S: {Type: AWS::CloudFormation::WaitCondition}",
    ],
)
def test_an_answer_that_may_be_of_another_account_is_asked_there_too(template: str) -> None:
    """An ARN names any account; and whoever signals is no function of the template."""
    assert len(derived(template + CLUSTER, Place.DRILL_ACCOUNT).asks) == 1
