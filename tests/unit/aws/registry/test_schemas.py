"""What is known of all resource types, and what is asked of it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dr_orchestrator.aws.template.registry import Protection, Target, TypeSchema, known, permissions, type_names
from dr_orchestrator.aws.template.registry import exceptions as own
from dr_orchestrator.aws.template.registry.table import FILE
from tests.support.registry.source import schemas
from tests.support.registry.walk import walk

ALL = sorted(type_names())


def told(name: str) -> TypeSchema:
    found = known(name)
    assert found is not None, name
    return found


@pytest.fixture(scope="module")
def published() -> Mapping[str, Mapping[str, Any]]:
    return schemas()


def test_every_type_is_told_and_no_other() -> None:
    """Each published type has a schema of its own name, with an identity; what is none is unknown."""
    assert len(ALL) > 1800
    assert [name for name in ALL if told(name).name != name] == []
    assert [name for name in ALL if not told(name).identifiers and not name.startswith("AWS::Serverless::")] == []
    assert known("AWS::S3::Buckets") is None
    assert known("") is None


def test_every_path_is_a_property_of_the_type(published: Mapping[str, Mapping[str, Any]]) -> None:
    """Names, references, protections, tags: each path leads to a property that the schema has and that may be set."""
    for name in ALL:
        schema, nodes = told(name), walk(published[name]).nodes
        settable = {*schema.names, *(each.path for each in schema.protections), *schema.references, *schema.arns}
        settable |= {*schema.domains, *schema.within, *schema.free, *filter(None, (schema.tags,))}
        assert settable - nodes.keys() == set(), name
        assert settable & {*schema.read_only} == set(), name
        assert schema.longest.keys() <= {*schema.names}, name
        assert not {*schema.names} & {*schema.domains}, name


def test_each_exception_is_one() -> None:
    """A row of our own whose type is gone, or that the rule finds by now, is taken out."""
    rows = json.loads(FILE.read_text(encoding="utf-8"))["types"]
    tables = (own.NAMES, own.NO_NAMES, own.LONGEST, own.WITHIN, own.DOMAINS, own.REFERENCES, own.PROTECTIONS)
    assert [name for table in tables for name in table if name not in rows] == []
    assert [name for name in own.NAMES if {*own.NAMES[name]} & rows[name].get("names", {}).keys()] == []
    assert [name for name in own.NO_NAMES if not {*own.NO_NAMES[name]} <= rows[name].get("names", {}).keys()] == []
    assert [name for name, most in own.LONGEST.items() if most.items() <= rows[name].get("names", {}).items()] == []
    assert [name for name in own.WITHIN if [*own.WITHIN[name]] == rows[name].get("within", "").split()] == []


@given(st.sampled_from(ALL), st.data())
def test_a_told_reference_is_found_by_its_path_and_by_an_item_of_it(name: str, data: st.DataObject) -> None:
    """`SubnetIds` and `SubnetIds/*` are the same: whoever walks a template stands on either."""
    schema = told(name)
    if not schema.references:
        return
    path = data.draw(st.sampled_from(sorted(schema.references)))

    found = schema.reference(path)

    assert found is not None
    assert found.told
    assert found.targets == schema.references[path]
    assert schema.reference(f"{path}/*") == found


@given(st.sampled_from(ALL), st.text(max_size=60))
def test_any_path_may_be_asked_for(name: str, path: str) -> None:
    """A property that no schema has, in a template of anybody's, is answered as well, by its name alone."""
    told(name).reference(path)


@pytest.mark.parametrize(
    ("name", "path", "targets"),
    [
        ("AWS::Lambda::Function", "VpcConfig/SecurityGroupIds", {("AWS::EC2::SecurityGroup", "Id")}),
        ("AWS::Lambda::Function", "Code/S3Bucket", {("AWS::S3::Bucket", "Name")}),
        ("AWS::RDS::DBInstance", "MonitoringRoleArn", {("AWS::IAM::Role", "Arn")}),
        ("AWS::EC2::VPCEndpoint", "RouteTableIds/*", {("AWS::EC2::RouteTable", "RouteTableId")}),
        ("AWS::ElasticLoadBalancingV2::Listener", "DefaultActions/*/AuthenticateCognitoConfig/UserPoolArn", set()),
    ],
)
def test_the_schema_tells_what_stands_behind_a_reference(name: str, path: str, targets: set[tuple[str, str]]) -> None:
    """By formats and relations: the type, and which attribute of it."""
    found = told(name).reference(path)

    assert found is not None
    assert found.told is bool(targets)
    assert {(each.type, each.attribute) for each in found.targets if each.attribute} == targets


@pytest.mark.parametrize(
    ("name", "path", "target"),
    [
        ("AWS::ApiGateway::Deployment", "RestApiId", "AWS::ApiGateway::RestApi"),
        ("AWS::AutoScaling::AutoScalingGroup", "TargetGroupARNs", "AWS::ElasticLoadBalancingV2::TargetGroup"),
        ("AWS::EC2::Instance", "IamInstanceProfile", "AWS::IAM::InstanceProfile"),
        ("AWS::ECS::Service", "Cluster", "AWS::ECS::Cluster"),
        ("AWS::Lambda::EventSourceMapping", "FunctionName", "AWS::Lambda::Function"),
        ("AWS::Lambda::Function", "VpcConfig/SubnetIds", "AWS::EC2::Subnet"),
        ("AWS::RDS::DBInstance", "DBSubnetGroupName", "AWS::RDS::DBSubnetGroup"),
        ("AWS::RDS::DBInstance", "VPCSecurityGroups", "AWS::EC2::SecurityGroup"),
    ],
)
def test_a_name_tells_what_a_property_may_refer_to(name: str, path: str, target: str) -> None:
    """Where the schema is silent the property's name is not: the reference is told apart as one that may be."""
    found = told(name).reference(path)

    assert found is not None
    assert not found.told
    assert Target(target) in found.targets


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("AWS::CloudWatch::Alarm", "AlarmActions"),
        ("AWS::Events::Rule", "Targets/*/Arn"),
        ("AWS::IAM::Role", "ManagedPolicyArns"),
        ("AWS::IAM::Role", "PermissionsBoundary"),
        ("AWS::Lambda::Function", "Layers"),
        ("AWS::Lambda::Function", "Role"),
        ("AWS::S3::Bucket", "NotificationConfiguration/LambdaConfigurations/*/Function"),
        ("AWS::SNS::Subscription", "Endpoint"),
    ],
)
def test_what_may_be_anything_is_a_reference_all_the_same(name: str, path: str) -> None:
    """An ARN by its description, or what we know to reach out, is not overlooked for want of a type."""
    assert told(name).reference(path) is not None


def test_a_reference_is_found_in_a_definition_that_holds_itself() -> None:
    """A flow nests loops without end: what the innermost refers to is told like the outermost's."""
    flow, loop = told("AWS::Bedrock::Flow"), "Definition/Nodes/*/Configuration/Loop/"
    bucket = "Definition/Nodes/*/Configuration/Storage/ServiceConfiguration/S3/BucketName"

    found = flow.reference(loop + loop + bucket)

    assert found is not None
    assert found.told
    assert found == flow.reference(bucket)


@pytest.mark.parametrize(
    ("name", "protection"),
    [
        ("AWS::Cognito::UserPool", Protection("DeletionProtection", "INACTIVE")),
        ("AWS::DynamoDB::GlobalTable", Protection("Replicas/*/DeletionProtectionEnabled", False)),
        ("AWS::DynamoDB::Table", Protection("DeletionProtectionEnabled", False)),
        ("AWS::EC2::Instance", Protection("DisableApiTermination", False)),
        ("AWS::EC2::LaunchTemplate", Protection("LaunchTemplateData/DisableApiTermination", False)),
        ("AWS::EKS::Cluster", Protection("DeletionProtection", False)),
        (
            "AWS::ElasticLoadBalancingV2::LoadBalancer",
            Protection("LoadBalancerAttributes", "false", key="deletion_protection.enabled"),
        ),
        ("AWS::Logs::LogGroup", Protection("DeletionProtectionEnabled", False)),
        ("AWS::OpenSearchServerless::Collection", Protection("DeletionProtection", "DISABLED")),
        ("AWS::RDS::DBCluster", Protection("DeletionProtection", False)),
        ("AWS::RDS::DBInstance", Protection("DeletionProtection", False)),
        ("AWS::VerifiedPermissions::PolicyStore", Protection("DeletionProtection/Mode", "DISABLED")),
    ],
)
def test_what_holds_a_deletion_back_is_known_with_its_off(name: str, protection: Protection) -> None:
    """A copy that is protected cannot be taken down: each switch is known, and where it stands when it is off."""
    assert protection in told(name).protections


@pytest.mark.parametrize(
    ("name", "tags", "is_map"),
    [
        ("AWS::S3::Bucket", "Tags", False),
        ("AWS::SSM::Parameter", "Tags", True),
        ("AWS::Cognito::UserPool", "UserPoolTags", True),
        ("AWS::EFS::FileSystem", "FileSystemTags", False),
        ("AWS::IAM::Policy", "", False),
    ],
)
def test_where_tags_go_and_in_which_form(name: str, tags: str, is_map: bool) -> None:
    """A tag in the wrong property, or in the wrong form, fails the stack."""
    assert (told(name).tags, told(name).tags_are_map) == (tags, is_map)


def test_what_can_be_imported_can_be_read_by_an_identifier() -> None:
    """A table is; a policy that cannot be read, a custom resource and a type without handlers are not."""
    assert told("AWS::DynamoDB::Table").importable
    for name in ("AWS::SQS::QueuePolicy", "AWS::CloudFormation::CustomResource", "AWS::EMR::Cluster"):
        assert not told(name).importable
    assert not told("AWS::EMR::Cluster").provisionable


def test_permissions_are_those_of_the_handlers_together() -> None:
    """Of several types and phases: sorted, each once, and none for what is unknown."""
    both = permissions(("AWS::S3::Bucket", "AWS::SQS::Queue", "Custom::Thing"))

    assert list(both) == sorted(set(both))
    assert {"s3:CreateBucket", "s3:DeleteBucket", "sqs:CreateQueue", "sqs:DeleteQueue"} <= {*both}
    assert "s3:DeleteBucket" not in permissions(("AWS::S3::Bucket",), "create", "read")
    assert "s3:DeleteBucket" in permissions(("AWS::S3::Bucket",), "delete")
    assert permissions(()) == permissions(("Custom::Thing",)) == ()


def test_no_permission_is_all_of_a_service() -> None:
    """What a handler may call never is `s3:*`: a right to everything is no knowledge."""
    wide = [action for action in permissions(ALL) if action.endswith(":*") or action.partition(":")[2] == ""]
    assert wide == []


def test_nothing_is_read_before_it_is_asked_for() -> None:
    """A command that needs no type pays for none: the import opens no file, and nothing loads cfn-lint."""
    script = (
        "import sys; from dr_orchestrator.aws.template.registry import known, table;"
        "assert table._file.cache_info().currsize == 0; known('AWS::S3::Bucket');"
        "assert table._file.cache_info().currsize == 1; assert known.cache_info().currsize == 1;"
        "sys.exit('cfnlint' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
