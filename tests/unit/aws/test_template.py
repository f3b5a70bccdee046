"""Templates: what would collide with production, change it, or stay behind is found before anything is made."""

from __future__ import annotations

import json
from typing import Any

import pytest

from dr_orchestrator.aws.template import template as under_test
from dr_orchestrator.documents.cloudformation import LARGEST
from tests.support.estate import TEMPLATE
from tests.support.templates import COPY, OWN, PRIVATE, inspect, refusal, resources

TABLE = "Type: AWS::DynamoDB::Table"


def test_a_safe_template_is_described() -> None:
    """What will be made is told, by type; how many of one, where there are several."""
    assert inspect(TEMPLATE, "t") == "2 resources: AWS::DynamoDB::Table, AWS::SQS::Queue"
    more = inspect(resources("A: {Type: AWS::SQS::Queue}\nB: {Type: AWS::SQS::Queue}"), "t")
    assert more == "2 resources: AWS::SQS::Queue (2)"


def test_a_template_may_be_json() -> None:
    """JSON is read with the same eyes, safe or not."""
    body: dict[str, Any] = {"Parameters": {"Q": {"Type": "String", "Default": "q-{copy}"}}}
    body["Resources"] = {"T": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": {"Ref": "Q"}}}}
    assert inspect(json.dumps(body), "t.json") == "1 resources: AWS::SQS::Queue"
    body["Resources"]["T"]["Properties"]["QueueName"] = "orders"
    assert "T has the literal name 'orders' (QueueName)" in refusal("\n " + json.dumps(body))


@pytest.mark.parametrize(
    "name",
    [
        "T: {Type: AWS::DynamoDB::Table, Properties: {TableName: orders}}",
        "T: {Type: AWS::DynamoDB::Table, Properties: {TableName: !Sub orders}}",
        "T: {Type: AWS::DynamoDB::Table, Properties: {TableName: {Fn::Sub: orders}}}",
        "T: {Type: AWS::S3::Bucket, Properties: {BucketName: orders}}",
        "T: {Type: AWS::RDS::DBInstance, DeletionPolicy: Delete, Properties: {DBInstanceIdentifier: orders}}",
        "T: {Type: AWS::IAM::Role, Properties: {RoleName: orders}}",
        "T: {Type: AWS::SSM::Parameter, Properties: {Name: orders}}",
        "T: {Type: AWS::SecretsManager::Secret, Properties: {Name: orders}}",
        "T: {Type: AWS::CloudWatch::Alarm, Properties: {AlarmName: orders}}",
    ],
)
def test_a_literal_name_is_refused(name: str) -> None:
    """A name that is the same in every stack would collide with production's; the resource and the name are told."""
    assert "T has the literal name 'orders'" in refusal(resources(name))


@pytest.mark.parametrize(
    "target",
    [
        "prod-role",
        "!Ref Late",
        "!Ref Missing",
        "!ImportValue prod-role",
        "!Sub [prod-role, {}]",
        "!Sub ['${R}', {R: prod-role}]",
        "!Sub 'prod-${AWS::Region}'",
        "!Sub 'prod-${Own}'",
        "!Join ['', [prod, -role]]",
        "!Select [0, !Split [',', 'prod,x']]",
        "!If [Always, prod-role, !Ref Own]",
        "!FindInMap [A, B, C]",
        "'{{resolve:ssm:prod-role}}'",
        "!GetAtt Held.Value",
        "!GetAtt Missing.Arn",
        "!GetAtt [Held, !Ref Prod]",
        "!Ref AWS::NoValue",
    ],
)
@pytest.mark.parametrize("long", [False, True], ids=["short form", "json"])
def test_what_would_change_an_existing_thing_is_refused(target: str, long: bool) -> None:
    """A policy is put on a role of this template or on none: production's may hide behind anything else."""
    template = resources(OWN + f"P: {{Type: AWS::IAM::Policy, Properties: {{Roles: [!Ref Own, {target}]}}}}")
    told = refusal(json.dumps(under_test.parse(template, "t")) if long else template)
    assert "P would change" in told
    assert "(Roles), which the stack does not make" in told


@pytest.mark.parametrize(
    "body",
    [
        "AWS::EC2::SecurityGroupIngress, Properties: {GroupId: !Ref Prod}",
        "AWS::Events::Rule, Properties: {Targets: [{Id: a, Arn: !GetAtt Own.Arn}, {Id: b, Arn: !Ref Prod}]}",
        "AWS::Events::Rule, Properties: {EventBusName: shop-prod}",
        "AWS::Lambda::EventSourceMapping, Properties: {FunctionName: !Ref Own, EventSourceArn: 'arn:aws:sqs:prod'}",
        "AWS::Lambda::Function, Properties: {Role: 'arn:aws:iam::1:role/prod'}",
        "AWS::Lambda::Permission, Properties: {FunctionName: shop-prod}",
        "AWS::S3::Bucket, Properties: {ReplicationConfiguration: {Rules: [{Destination: {Bucket: !Ref Prod}}]}}",
        "AWS::S3::BucketPolicy, Properties: {Bucket: !Ref Prod}",
        "AWS::SNS::Subscription, Properties: {TopicArn: !Ref Prod, Endpoint: !Ref Own}",
        "AWS::SNS::Topic, Properties: {Subscription: [{Protocol: email, Endpoint: on-call@example.com}]}",
        "AWS::SQS::Queue, Properties: {RedrivePolicy: {deadLetterTargetArn: 'arn:aws:sqs:prod'}}",
        "AWS::Scheduler::Schedule, Properties: {Target: {Arn: !Ref Prod, RoleArn: !GetAtt Own.Arn}}",
        "AWS::CloudWatch::Alarm, Properties: {AlarmActions: ['arn:aws:sns:prod']}",
        "AWS::ApiGatewayV2::Integration, Properties: {ApiId: !Ref Own, IntegrationUri: !Sub 'https://prod/${Own}'}",
        "AWS::EC2::SecurityGroup, Properties: {VpcId: vpc-prod}",
        "AWS::ElastiCache::CacheCluster, Properties: {CacheSubnetGroupName: prod}",
        "AWS::ElastiCache::ReplicationGroup, Properties: {SecurityGroupIds: [sg-prod]}",
        "AWS::ElastiCache::SubnetGroup, Properties: {SubnetIds: [subnet-prod]}",
        "AWS::Lambda::Function, Properties: {Role: !Ref Own, VpcConfig: {SubnetIds: [subnet-prod]}}",
        "AWS::Lambda::Function, Properties: {Role: !Ref Own, VpcConfig: {SecurityGroupIds: [!Ref Prod]}}",
        "AWS::RDS::DBCluster, Properties: {SourceDBClusterIdentifier: orders-prod, RestoreType: copy-on-write}",
        "AWS::RDS::DBCluster, Properties: {SourceDbClusterResourceId: cluster-ABC, RestoreType: copy-on-write}",
        "AWS::RDS::DBCluster, Properties: {DBSubnetGroupName: prod-subnets}",
        "AWS::RDS::DBCluster, Properties: {VpcSecurityGroupIds: [sg-prod]}",
        "AWS::RDS::DBInstance, Properties: {DBSubnetGroupName: prod-subnets, PubliclyAccessible: false}",
        "AWS::RDS::DBInstance, Properties: {VPCSecurityGroups: [!Ref Own, sg-prod]}",
        "AWS::RDS::DBSubnetGroup, Properties: {SubnetIds: !Ref Prod}",
    ],
)
def test_every_type_reaches_only_its_own_stack(body: str) -> None:
    """Targets, sources, destinations and subscribers, however deep, are of this template."""
    assert "P would change" in refusal(resources(OWN + f"P: {{Type: {body}}}"))


@pytest.mark.parametrize(
    "body",
    [
        'AWS::SQS::Queue, Properties: {RedrivePolicy: \'{"deadLetterTargetArn": "arn:aws:sqs:prod"}\'}',
        "AWS::ApiGatewayV2::Api, Properties: {Body: {paths: {}}}",
        "AWS::SQS::Queue, Properties: {Fn::If: [A, {QueueName: prod}, {}]}",
    ],
)
def test_what_hides_its_targets_is_refused(body: str) -> None:
    """What cannot be read is not trusted."""
    assert "cannot be inspected" in refusal(resources(f"P: {{Type: {body}}}"))


@pytest.mark.parametrize(
    "kind",
    [
        "AWS::ApplicationAutoScaling::ScalableTarget",
        "AWS::CloudFormation::CustomResource",
        "AWS::CloudFormation::StackSet",
        "AWS::EC2::EIPAssociation",
        "AWS::ElasticLoadBalancingV2::ListenerRule",
        "AWS::IAM::UserToGroupAddition",
        "AWS::Route53::RecordSet",
        "AWS::Route53::RecordSetGroup",
        "AWS::SSM::Association",
        "Custom::Anything",
        "Our::Own::Thing::MODULE",
        "[a, list]",
    ],
)
def test_a_type_that_is_not_known_to_be_safe_is_refused(kind: str) -> None:
    """Types are allowed by name: a new one may change anything."""
    assert "P is of type " in refusal(resources(f"P: {{Type: {kind}}}"))


def test_a_key_that_stands_twice_is_refused_with_its_line() -> None:
    """Readers differ in which counts: the name that was judged may not be the one that is made."""
    twice = resources(f"T:\n  {TABLE}\n  Properties:\n    TableName: prod\n    TableName: !Ref EnvironmentName")
    line = 1 + [row.strip() for row in twice.splitlines()].index("TableName: !Ref EnvironmentName")
    told = refusal(twice)
    assert f"line {line}: 'TableName' is written twice, first on line {line - 1}" in told
    assert "'A' is written twice" in refusal('{"Resources": {"A": {}, "B": {}, "A": {}}}')
    assert inspect(resources(f"A: &a {{{TABLE}}}\nB: {{<<: *a, {TABLE}}}"), "t")


def test_what_reaches_into_another_stack_is_refused() -> None:
    """An import may be of production, wherever it stands."""
    variables = "{Environment: {Variables: {A: !ImportValue x}}, Role: !GetAtt Own.Arn}"
    assert "Fn::ImportValue" in refusal(resources(OWN + f"F: {{Type: AWS::Lambda::Function, Properties: {variables}}}"))


@pytest.mark.parametrize(
    "body",
    [
        "AWS::IAM::ManagedPolicy, Properties: {Roles: [!Ref Own], PolicyDocument: {Role: 'arn:aws:iam::1:role/prod'}}",
        "AWS::Lambda::Function, Properties: {Role: !Sub '${Own.Arn}', Environment: {Variables: {TargetArn: x}}}",
        "AWS::Events::Rule, Properties: {Targets: [{Id: a, Arn: {Fn::GetAtt: [Own, Arn]}}]}",
        "AWS::ApiGatewayV2::Route, Properties: {ApiId: !Ref Own, Target: !Sub 'integrations/${Own}'}",
        "AWS::ApiGateway::Method, Properties: {Integration: {Uri: !Sub 'arn:aws:apigateway:${AWS::Region}:lambda:path"
        "/2015-03-31/functions/${Own.Arn}/invocations'}}",
    ],
)
def test_what_stays_within_the_stack_is_fine(body: str) -> None:
    """References to the template's own resources, and what its roles may read, are no matter."""
    assert inspect(resources(OWN + f"P: {{Type: {body}}}"), "t")


@pytest.mark.parametrize(
    "name",
    [
        "!Ref EnvironmentName",
        "!Sub '${EnvironmentName}-orders'",
        "!Sub '${AWS::StackName}-orders-${AWS::Region}'",
        "!Join [-, [!Ref AWS::StackName, orders]]",
        "{Fn::Sub: ['${A}-x', {A: !Ref EnvironmentName}]}",
    ],
)
def test_a_name_made_for_the_copy_is_fine(name: str) -> None:
    """What holds the copy's id is the copy's own."""
    assert inspect(resources(f"T: {{{TABLE}, Properties: {{TableName: {name}}}}}"), "t")


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("!Sub '${Prod}-jobs'", "resolves to 'shop-prod-jobs'"),
        ("!Ref Late", "resolves to 'shop-prod'"),
        ("!Join ['-', [!Ref Prod, jobs]]", "resolves to 'shop-prod-jobs'"),
        ("!Sub ['${EnvironmentName}', {EnvironmentName: prod}]", "resolves to 'prod'"),
        ("!Sub '${!EnvironmentName}'", "'${EnvironmentName}'"),
        ("!Sub '${AWS::Region}-jobs'", "resolves to '<AWS::Region>-jobs'"),
        ("!Ref Missing", "cannot be told"),
        ("!Ref Stored", "cannot be told"),
        ("!GetAtt Other.Name", "cannot be told"),
        ("!If [A, !Ref EnvironmentName, prod]", "cannot be told"),
        ("'{{resolve:ssm:name}}'", "cannot be told"),
        ("[a]", "cannot be told"),
    ],
)
def test_a_name_without_the_copys_id_is_refused(name: str, told: str) -> None:
    """A parameter may hold production's name: CloudFormation would adopt production's queue, and delete it later."""
    assert told in refusal(resources(f"T: {{Type: AWS::SQS::Queue, Properties: {{QueueName: {name}}}}}"))


@pytest.mark.parametrize(
    ("kind", "key"),
    [("DynamoDB::Table", "TableName"), ("RDS::DBInstance, DeletionPolicy: Delete", "DBInstanceIdentifier")],
)
def test_a_name_that_a_sweep_looks_for_begins_with_the_copys_id(kind: str, key: str) -> None:
    """A listing of tables gives only names: one that does not begin as copies do would not be looked at."""
    table = OWN + "T: {Type: AWS::%s, Properties: {%s: !Sub '%s', DBSubnetGroupName: !Ref Own, PubliclyAccessible: no}}"
    told = refusal(resources(table % (kind, key, "app-${EnvironmentName}")))
    assert f"T has a name ({key}) that resolves to 'app-{COPY}': it must begin with {COPY}" in told
    assert inspect(resources(table % (kind, key, "${EnvironmentName}-app")), "t")
    other = "T: {Type: AWS::Logs::LogGroup, Properties: {LogGroupName: !Sub '/app/${EnvironmentName}'}}"
    assert inspect(resources(other), "t")


def test_an_export_is_named_for_the_copy() -> None:
    """An export's name is taken once in a region, as other names are."""
    table = resources(f"T: {{{TABLE}}}") + "\nOutputs: {O: {Value: !Ref T, Export: {Name: !Sub '%s-o'}}}"
    assert inspect(table % "${EnvironmentName}", "t")
    assert "the export of O" in refusal(table % "${Prod}")


@pytest.mark.parametrize("policy", ["Retain", "RetainExceptOnCreate", "Snapshot", "!Ref Policy", "delete"])
def test_a_policy_that_keeps_things_is_refused(policy: str) -> None:
    """Retain and Snapshot leave copies behind; a policy that cannot be read is not trusted."""
    assert "T has " in refusal(resources(f"T: {{{TABLE}, DeletionPolicy: {policy}}}"))


def test_a_database_without_a_policy_would_leave_a_snapshot() -> None:
    """CloudFormation's default for databases is a final snapshot: it is refused unless Delete is written."""
    database = OWN + "D: {Type: AWS::RDS::DBInstance%s, Properties: {" + PRIVATE + "}}"
    assert "a final snapshot" in refusal(resources(database % ""))
    assert inspect(resources(database % ", DeletionPolicy: Delete"), "t")


@pytest.mark.parametrize(
    "text",
    [
        "Transform: AWS::Serverless-2016-10-31\n" + resources(f"T: {{{TABLE}}}"),
        resources(f"T: {{{TABLE}, Properties: {{Fn::Transform: {{Name: AWS::Include}}}}}}"),
        resources(f"T: {{{TABLE}, Properties: {{Tags: [!Transform {{Name: Macro}}]}}}}"),
        "Fn::Transform: {Name: AWS::Include}\n" + resources(f"T: {{{TABLE}}}"),
        resources("N: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: !Ref Url}}"),
    ],
    ids=["top", "in properties", "short form", "include at the top", "nested stack"],
)
def test_what_is_expanded_elsewhere_is_refused(text: str) -> None:
    """A macro or nested stack, at any depth, makes things that cannot be inspected here."""
    assert "cannot be inspected" in refusal(text)


def test_everything_that_is_unsafe_is_told_at_once() -> None:
    """One run of the preflight names all there is to mend."""
    told = refusal(resources(f"A: {{{TABLE}, DeletionPolicy: Retain, Properties: {{TableName: x}}}}\nB: nonsense"))
    assert all(words in told for words in ("A has DeletionPolicy Retain", "literal name 'x'", "B is not a resource"))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "- a list",
        "Resources: [",
        "{",
        "{}",
        "Resources:\n",
        "Resources: []",
        "a: &a [*a]\n",
        "Resources: &a {A: *a}",
        "\t",
        "\x00",
    ],
)
def test_what_is_no_template_is_told_as_such(text: str) -> None:
    """Broken YAML or JSON is a failed preflight with the file's name, not a crash."""
    assert "is not a template" in refusal(text)


@pytest.mark.parametrize("tag", ["!!python/object/apply:os.system ['true']", "!!python/name:os.system"])
def test_yaml_that_would_run_code_is_refused(tag: str) -> None:
    """Only plain data and CloudFormation's short forms are read."""
    assert "is not a template" in refusal(f"Resources: {tag}\n")


def test_a_template_too_large_to_send_is_refused_beforehand() -> None:
    """What CreateStack would not take is known before the clock starts."""
    assert "larger than 51,200 bytes" in refusal(resources(f"T: {{{TABLE}}}") + "\n# " + "é" * (LARGEST // 2))
