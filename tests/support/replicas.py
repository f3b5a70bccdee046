"""Stacks that hold what CloudFormation does not delete by itself."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import boto3

from dr_orchestrator.domain.copy import Copy, CopyState
from dr_orchestrator.domain.service import Rebuild, Resource
from dr_orchestrator.resources import TYPES
from dr_orchestrator.resources.cloudformation_stack.restore import CloudFormationStack
from dr_orchestrator.wiring.building import parts
from tests.support.estate import Estate
from tests.support.types import CALLS

BUCKET = """
  Uploads:
    Type: AWS::S3::Bucket
    Properties: {VersioningConfiguration: {Status: Enabled}}
"""
REPOSITORY = """
  Images: {Type: AWS::ECR::Repository}
"""
NETWORK = """
  Network: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.9.0.0/16}}
  Subnet: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Network, CidrBlock: 10.9.1.0/24}}
  Group: {Type: AWS::EC2::SecurityGroup, Properties: {VpcId: !Ref Network, GroupDescription: of functions}}
"""
FUNCTION = """
  Role:
    Type: AWS::IAM::Role
    Properties: {AssumeRolePolicyDocument: {Version: "2012-10-17", Statement: []}}
  Work:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.12
      Handler: index.handle
      Role: !GetAtt Role.Arn
      Code: {ZipFile: "def handle(event, context): return {}"}
"""
IN_A_NETWORK = FUNCTION.replace(
    "      Code:", "      VpcConfig: {SubnetIds: [!Ref Subnet], SecurityGroupIds: [!Ref Group]}\n      Code:"
)
CHANGES = {f"{service}:{operation}" for service, operation in CALLS.writes}


BY_HAND = {"s3:PutObject", "s3:DeleteObject", "s3:CreateBucket", "s3:CreateMultipartUpload"}
"""The changes that tests make themselves, of which a stack's teardown makes none, or tells by itself."""


@dataclass
class Replica:
    """A stack that a run has made in the estate."""

    made: Estate
    resource: Resource
    copy: Copy
    heard: int = 0

    @property
    def restorer(self) -> CloudFormationStack:
        """What takes it down, made anew: as another process would."""
        toolkit, place = self.made.toolkit, self.copy.place
        return CloudFormationStack(self.resource, toolkit, parts(TYPES, toolkit, place), place)

    def build(self) -> None:
        """Make it, and note it in the ledger as the runner does."""
        identity = self.restorer.build(self.copy).identity
        self.restorer.ready(self.copy)
        rows = self.made.ledger.rows
        rows[self.copy.id] = replace(rows[self.copy.id], identity=identity, state=CopyState.CREATED)
        self.heard = len(self.made.lab.journal)

    def name(self, logical_id: str) -> str:
        """What a resource of it is called in AWS."""
        cloud = self.made.client("cloudformation")
        told = cloud.list_stack_resources(StackName=self.copy.id)["StackResourceSummaries"]
        return next(str(each["PhysicalResourceId"]) for each in told if each["LogicalResourceId"] == logical_id)

    def destroy(self) -> CopyState:
        """Take it down."""
        return self.restorer.destroy(self.copy)

    def calls(self, action: str) -> list[Mapping[str, Any]]:
        """The calls of an operation that reached the lab since it stood."""
        return [each.params for each in self.made.lab.journal[self.heard :] if each.action == action]

    @property
    def changes(self) -> list[tuple[str, Mapping[str, Any]]]:
        """Every call that changed something since it stood, by `service:Operation`, answered well or not."""
        heard = self.made.lab.journal[self.heard :]
        made = [(f"{each.service}:{each.action}", each.params) for each in heard]
        return [each for each in made if each[0] in CHANGES - BY_HAND]

    @property
    def exists(self) -> bool:
        """Whether the stack is there still."""
        return self.copy.id in self.made.inventory()["stacks"]

    @property
    def buckets(self) -> list[str]:
        """Every bucket of the account."""
        return [each["Name"] for each in self.made.client("s3").list_buckets()["Buckets"]]

    @property
    def told(self) -> str:
        """All that the run was told of the teardown."""
        context: Any = self.made.toolkit.context
        return "\n".join([*(state for _, state in self.made.ledger.seen), *context.again])


Build = Callable[..., Replica]


def fill(stack: str) -> None:
    """Put something into all that a stack holds, as an application would."""
    cloud, s3, ecr, logs = (boto3.client(each) for each in ("cloudformation", "s3", "ecr", "logs"))
    for each in cloud.list_stack_resources(StackName=stack)["StackResourceSummaries"]:
        name = each["PhysicalResourceId"]
        if each["ResourceType"] == "AWS::S3::Bucket":
            for _ in range(3):
                s3.put_object(Bucket=name, Key="an order", Body=b"x")
            s3.delete_object(Bucket=name, Key="an order")
            s3.create_multipart_upload(Bucket=name, Key="never finished")
        if each["ResourceType"] == "AWS::ECR::Repository":
            ecr.put_image(repositoryName=name, imageManifest=manifest(1), imageTag="v1")
        if each["ResourceType"] == "AWS::Lambda::Function":
            logs.create_log_group(logGroupName=f"/aws/lambda/{name}")


def manifest(number: int) -> str:
    """The manifest of an image of its own."""
    digest = {"digest": f"sha256:{number:064x}"}
    kind = "application/vnd.docker.distribution.manifest.v2+json"
    return json.dumps({"schemaVersion": 2, "mediaType": kind, "config": digest, "layers": [digest]})


def template(*resources: str) -> str:
    """A template of these resources."""
    return "Parameters: {EnvironmentName: {Type: String}}\nResources:" + "".join(resources)


def of(name: str, body: str, region: str) -> Resource:
    """A source that is rebuilt from a template."""
    rebuild = Rebuild(body, "replica.template.yaml", {"EnvironmentName": "{copy}"}, {})
    return Resource(name, "cloudformation-stack", name, region, rebuild=rebuild)


def upload(replica: Replica, versions: int, bucket: str = "") -> str:
    """Put so many versions of one object into a bucket; its name."""
    name = bucket or replica.name("Uploads")
    for number in range(versions):
        replica.made.client("s3").put_object(Bucket=name, Key="a/key with spaces & ümlaut", Body=str(number).encode())
    return name


def push(replica: Replica, images: int) -> str:
    """Push so many images into the repository; its name."""
    name = replica.name("Images")
    for number in range(images):
        told = {"repositoryName": name, "imageManifest": manifest(number), "imageTag": f"v{number}"}
        replica.made.client("ecr").put_image(**told)
    return name


def logs(replica: Replica, *names: str) -> set[str]:
    """Make log groups, as AWS does of its own accord; afterwards all that there are."""
    client: Any = replica.made.client("logs")
    for name in names:
        client.create_log_group(logGroupName=name)
    return {each["logGroupName"] for each in client.describe_log_groups()["logGroups"]}
