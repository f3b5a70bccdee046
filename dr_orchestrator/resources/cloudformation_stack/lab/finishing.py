"""The last touch to a stack's resources, that moto leaves out: their tags, what it ignores of them, why they stay."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import cache, partial
from typing import Any, cast

from moto.cloudformation import parsing
from moto.cloudformation.models import Stack
from moto.cloudformation.parsing import generate_resource_name
from moto.dynamodb.models import dynamodb_backends
from moto.ec2.models import ec2_backends
from moto.ecr.models import ecr_backends
from moto.ecs.models import ecs_backends
from moto.events.models import events_backends
from moto.iam.aws_managed_policies import aws_managed_policies_data
from moto.iam.models import AWSManagedPolicy, iam_backends
from moto.route53.models import route53_backends
from moto.s3.models import s3_backends

from dr_orchestrator.lab.cloud.world import world

LINGERING = 22 * 60.0
"""Lab seconds for which the interfaces of a function outlive it; AWS says twenty minutes to forty."""


class Refused(Exception):
    """A service says why it does not delete something, in the words in which CloudFormation passes that on."""

    def __init__(self, service: str, status: int, message: str) -> None:
        self.message = f"{message} (Service: {service}, Status Code: {status}, Request ID: lab)"
        super().__init__(self.message)


def finish(stack: Stack, resource: Any, body: Mapping[str, Any]) -> None:
    """Give what has just been made what moto leaves out of it."""
    worn = {
        **stack.tags,
        "aws:cloudformation:stack-name": stack.name,
        "aws:cloudformation:stack-id": stack.stack_id,
        "aws:cloudformation:logical-id": getattr(resource, "logical_resource_id", ""),
    }
    given = parsing.clean_json(body.get("Properties", {}), stack.resource_map)
    if (finishing := _FINISHED.get(body["Type"])) is not None:
        finishing(stack, resource, worn, given)


def _table(stack: Stack, table: Any, worn: dict[str, str], given: Mapping[str, Any]) -> None:
    """moto ignores a table's PointInTimeRecoverySpecification and TimeToLiveSpecification."""
    own = {tag["Key"]: tag["Value"] for tag in table.tags}
    table.tags = _listed(worn | own)
    lives = given.get("TimeToLiveSpecification")
    if lives and str(lives.get("Enabled")).lower() == "true":
        table.ttl = {"TimeToLiveStatus": "ENABLED", "AttributeName": lives["AttributeName"]}
    asked = given.get("PointInTimeRecoverySpecification")
    if asked and str(asked.get("PointInTimeRecoveryEnabled")).lower() == "true":
        tables = dynamodb_backends[stack.account_id][stack.region_name]
        tables.update_continuous_backups(table.name, {"PointInTimeRecoveryEnabled": True})


def _bucket(stack: Stack, bucket: Any, worn: dict[str, str], given: Mapping[str, Any]) -> None:
    """moto ignores a bucket's VersioningConfiguration and ObjectLockEnabled."""
    buckets = s3_backends[stack.account_id]["aws"]
    own = buckets.tagger.get_tag_dict_for_resource(bucket.arn)
    buckets.tagger.tag_resource(bucket.arn, _listed(worn | own))
    bucket.object_lock_enabled = str(given.get("ObjectLockEnabled")).lower() == "true"
    versioning = given.get("VersioningConfiguration", {}).get("Status")
    bucket.versioning_status = "Enabled" if bucket.object_lock_enabled else versioning


def _repository(stack: Stack, repository: Any, worn: dict[str, str], given: Mapping[str, Any]) -> None:
    repository.empty_on_delete = str(given.get("EmptyOnDelete")).lower() == "true"
    ecr_backends[stack.account_id][stack.region_name].tagger.tag_resource(repository.arn, _listed(worn))


def _database(_stack: Stack, database: Any, worn: dict[str, str], given: Mapping[str, Any]) -> None:
    """moto ignores a database's DeletionProtection."""
    own = {tag["Key"]: tag["Value"] for tag in database.tags}
    database.tags = _listed(worn | own)
    database.deletion_protection = str(given.get("DeletionProtection")).lower() == "true"


def _function(stack: Stack, function: Any, _worn: dict[str, str], given: Mapping[str, Any]) -> None:
    """A function in a network has an interface in each of its subnets, which moto knows nothing of."""
    network = ec2_backends[stack.account_id][stack.region_name]
    put = given.get("VpcConfig") or {}
    for subnet in put.get("SubnetIds", ()):
        interface = network.create_network_interface(
            network.get_subnet(subnet),
            "",
            group_ids=list(put.get("SecurityGroupIds", ())),
            description=f"AWS Lambda VPC ENI-{function.function_name}-lab",
        )
        interface.interface_type, interface.requester_managed, interface.status = "lambda", True, "in-use"


def _zone(stack: Stack, zone: Any, worn: dict[str, str], given: Mapping[str, Any]) -> None:
    """moto ignores a zone's tags, and calls it by its logical id."""
    zone.name = f"{str(given['Name']).rstrip('.')}."
    for record in zone.rrsets:
        record.name = zone.name
    zones = route53_backends[stack.account_id]["aws"]
    zones.change_tags_for_resource("hostedzone", zone.resource_id, _listed(worn), [])


def _cluster(stack: Stack, cluster: Any, worn: dict[str, str], _given: Mapping[str, Any]) -> None:
    """moto's clusters wear no tags of their stack."""
    clusters = ecs_backends[stack.account_id][stack.region_name]
    clusters.tag_resource(cluster.arn, worn)


def _role(stack: Stack, role: Any, _worn: dict[str, str], given: Mapping[str, Any]) -> None:
    """moto keeps the documents of a role that a template makes as data, tells them as no JSON, and attaches nothing."""
    role.policies = {name: _text(document) for name, document in role.policies.items()}
    role.assume_role_policy_document = _text(role.assume_role_policy_document)
    iam = iam_backends[stack.account_id]["aws"]
    for arn in given.get("ManagedPolicyArns") or ():
        _know(iam, str(arn))
        iam.attach_role_policy(arn, role.name)


def _know(iam: Any, arn: str) -> None:
    """Have a policy of AWS's own be there once somebody names it: moto would load all of them, or none."""
    _, _, name = arn.rpartition("/")
    if arn not in iam.managed_policies and arn.startswith("arn:aws:iam::aws:policy/") and name in _policies_of_aws():
        told = AWSManagedPolicy.from_data(name, iam.account_id, iam.region_name, _policies_of_aws()[name])
        iam.managed_policies[told.arn] = told


@cache
def _policies_of_aws() -> Mapping[str, dict[str, Any]]:
    return cast(Mapping[str, dict[str, Any]], json.loads(aws_managed_policies_data))


def _bus(stack: Stack, bus: Any, worn: dict[str, str], _given: Mapping[str, Any]) -> None:
    """moto's buses wear no tags of their stack."""
    events_backends[stack.account_id][stack.region_name].tagger.tag_resource(bus.arn, _listed(worn))


def _text(document: Any) -> str:
    return document if isinstance(document, str) else json.dumps(document)


_FINISHED: Mapping[str, Callable[[Stack, Any, dict[str, str], Mapping[str, Any]], None]] = {
    "AWS::IAM::Role": _role,
    "AWS::Events::EventBus": _bus,
    "AWS::DynamoDB::Table": _table,
    "AWS::S3::Bucket": _bucket,
    "AWS::ECR::Repository": _repository,
    "AWS::RDS::DBCluster": _database,
    "AWS::RDS::DBInstance": _database,
    "AWS::Lambda::Function": _function,
    "AWS::Route53::HostedZone": _zone,
    "AWS::ECS::Cluster": _cluster,
}


def let_go(stack: Stack, resource: Any, kind: str) -> None:
    """Detach what a template attached, which keeps moto from deleting it: CloudFormation does that first."""
    if kind == "AWS::IAM::Role":
        for arn in list(resource.managed_policies):
            iam_backends[stack.account_id]["aws"].detach_role_policy(arn, resource.name)


def refuse(stack: Stack, resource: Any, kind: str) -> None:
    """Raise Refused where AWS does not delete a resource that moto would, or would pretend to."""
    name = str(getattr(resource, "physical_resource_id", ""))
    network = ec2_backends[stack.account_id][stack.region_name]
    if kind == "AWS::S3::Bucket" and s3_backends[stack.account_id]["aws"].buckets[name].keys:
        told = "The bucket you tried to delete is not empty. You must delete all versions in the bucket."
        raise Refused("S3", 409, told)
    if kind == "AWS::ECR::Repository":
        _refuse_images(stack, resource)
    if kind == "AWS::Route53::HostedZone":
        _refuse_records(stack, name)
    if kind == "AWS::ECS::Cluster":
        _refuse_tasks(stack, resource)
    if kind == "AWS::EC2::SecurityGroup" and any(name in _groups(each) for each in network.enis.values()):
        raise Refused("Ec2", 400, f"resource {name} has a dependent object")
    if kind == "AWS::EC2::Subnet" and any(name == each.subnet.id for each in network.enis.values()):
        raise Refused("Ec2", 400, f"The subnet '{name}' has dependencies and cannot be deleted.")


def _refuse_images(stack: Stack, repository: Any) -> None:
    if repository.images and getattr(repository, "empty_on_delete", False):
        repository.images.clear()
    if repository.images:
        told = f"The repository with name '{repository.name}' in registry with id '{stack.account_id}'"
        raise Refused("Ecr", 400, f"{told} cannot be deleted because it still contains images")


def _refuse_records(stack: Stack, zone: str) -> None:
    """Refuse a zone with records of somebody's; moto does not delete any of a stack's."""
    zones = route53_backends[stack.account_id]["aws"].zones
    if any(each.type not in ("NS", "SOA") for each in zones[zone].rrsets):
        told = "The specified hosted zone contains non-required resource record sets and so cannot be deleted."
        raise Refused("Route53", 400, told)
    del zones[zone]


def _refuse_tasks(stack: Stack, cluster: Any) -> None:
    tasks = ecs_backends[stack.account_id][stack.region_name].tasks.get(cluster.name, {})
    alone = [each for each in tasks.values() if not str(getattr(each, "group", "")).startswith("service:")]
    if any(each.desired_status != "STOPPED" for each in alone):
        raise Refused("AmazonECS", 400, "The Cluster cannot be deleted while Tasks are active.")


def last_snapshot(stack: Stack, logical: str, resource: Any, kind: str) -> None:
    """Take the snapshot of a database that its DeletionPolicy asks for."""
    name = f"{stack.name}-{logical}-{world().now():%Y%m%d%H%M%S}".lower()
    if kind == "AWS::RDS::DBInstance":
        resource.backend.create_db_snapshot(resource.db_instance_identifier, name)
    elif kind == "AWS::RDS::DBCluster":
        resource.backend.create_db_cluster_snapshot(resource.db_cluster_identifier, name)


def linger(stack: Stack, resource: Any, kind: str) -> None:
    """Have the interfaces of a function that was just deleted go long after it."""
    if kind != "AWS::Lambda::Function":
        return
    network = ec2_backends[stack.account_id][stack.region_name]
    mine = f"AWS Lambda VPC ENI-{resource.function_name}-lab"
    for interface in [each.id for each in network.enis.values() if each.description == mine]:
        world().agenda.at(world().now() + world().jitter(LINGERING), partial(_forget, network.enis, interface))


def _forget(interfaces: dict[str, Any], name: str) -> None:
    interfaces.pop(name, None)


def named(kind: str, stack: str, logical: str) -> str:
    """A name as CloudFormation makes it; moto's of a repository has letters that ECR refuses."""
    name = str(generate_resource_name(kind, stack, logical))
    return name.lower() if kind == "AWS::ECR::Repository" else name


def _groups(interface: Any) -> list[str]:
    return [each.id for each in interface.group_set]


def _listed(tags: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]
