"""A small estate in a lab of this process: one instance, one table, one network, on a clock that stands still."""

from __future__ import annotations

import functools
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from unittest import mock

import boto3
from moto.cloudformation.models import cloudformation_backends
from moto.dynamodb.models import dynamodb_backends
from moto.ec2.models import ec2_backends
from moto.efs.models import efs_backends
from moto.rds.models import rds_backends
from moto.s3.models import s3_backends

from dr_orchestrator.aws import watcher
from dr_orchestrator.aws.accounts import Account
from dr_orchestrator.aws.copies import Proofs
from dr_orchestrator.aws.guard import Guard
from dr_orchestrator.aws.toolkit import Toolkit
from dr_orchestrator.aws.watcher import Watcher
from dr_orchestrator.catalog.shapes.destination import Mount
from dr_orchestrator.checks import apart
from dr_orchestrator.checks.sql import SqlChecks
from dr_orchestrator.domain.copy import Copy, CopyRecord, CopyState, Identity
from dr_orchestrator.domain.service import Isolation, Rebuild, Resource
from dr_orchestrator.domain.vault import Vault
from dr_orchestrator.lab import Lab, server
from dr_orchestrator.lab.cloud.world import ACCOUNT
from dr_orchestrator.lab.machines import standing as lent
from dr_orchestrator.lab.machines.disk import Disk
from dr_orchestrator.resources.cloudformation_stack.lab.change_sets import Prepared
from dr_orchestrator.resources.cloudformation_stack.lab.stacks import CloudFormation
from dr_orchestrator.resources.cloudformation_stack.lab.work import TimedStack
from dr_orchestrator.resources.dynamodb_table.lab import vaulted as tables
from dr_orchestrator.resources.ebs_volume.lab import standing
from dr_orchestrator.resources.ebs_volume.lab import vaulted as of_volumes
from dr_orchestrator.resources.ec2_instance.lab import standing as machines
from dr_orchestrator.resources.ec2_instance.lab import vaulted as of_machines
from dr_orchestrator.resources.ec2_instance.shape import Network, Profile
from dr_orchestrator.resources.efs_file_system.lab import standing as shares
from dr_orchestrator.resources.efs_file_system.lab import vaulted as files
from dr_orchestrator.resources.rds_instance.lab.vaulted import back_up
from dr_orchestrator.resources.s3_bucket.lab import vaulted as buckets
from dr_orchestrator.wiring.lab import serve
from tests.support.contexts import ToldContext
from tests.support.fakes import FakeClock, RunningClock
from tests.support.types import CALLS

server.KEPT = 1_000_000  # a lab of a long campaign is asked what it heard to the end
REGION = "us-east-1"
RUN = "20261120-abc123"
ISOLATION = Isolation("dro-isolated", ("dro-isolated",))
INSTANCE = Resource("orders-db", "rds-instance", "orders-prod", REGION, isolation=ISOLATION)
TABLE = Resource("sessions", "dynamodb-table", "sessions-prod", REGION)
BUCKET = Resource("images", "s3-bucket", "images-prod", REGION)
ZONE, MACHINE = "us-east-1a", "i-0d0d0d0d0d0d0d0d0"
READER = "i-0bbbbbbbbbbbbbbbb"
"""The machine that reads copies of volumes in another region."""
GROUND = "subnet-0bbbbbbbbbbbbbbbb"
"""The subnet of another region or account in which copies stand, which drills may use."""

SUBNET, PROFILE = "subnet-0c0c0c0c0c0c0c0c0", "dr-machine"
"""Where copies of machines stand, and the instance profile that they get."""
WEB = Resource(
    *("web", "ec2-instance", "i-0a0b0c0d0e0f0a0b0", REGION),
    own={"network": Network(subnet=SUBNET, security_groups=["dro-isolated"]), "profile": Profile(name=PROFILE)},
)
VOLUME = Resource("share", "ebs-volume", "vol-0a1b2c3d4e5f60718", REGION, own={"reader": MACHINE})
SHARE = Resource(
    *("files", "efs-file-system", "fs-0a1b2c3d4e5f60718", REGION),
    own={"mount": Mount(reader=MACHINE, subnet=SUBNET, security_groups=["dro-mounts"])},
)
TEMPLATE = """
Parameters: {EnvironmentName: {Type: String}}
Resources:
  Config:
    Type: AWS::DynamoDB::Table
    Properties:
      TableName: !Sub "${EnvironmentName}-config"
      AttributeDefinitions: [{AttributeName: pk, AttributeType: S}]
      KeySchema: [{AttributeName: pk, KeyType: HASH}]
      BillingMode: PAY_PER_REQUEST
  Queue: {Type: AWS::SQS::Queue}
Outputs:
  Table: {Value: !Ref Config}
"""
RESTORER = f"arn:aws:iam::{ACCOUNT}:role/dr-restore"
VAULT = Vault("nightly", RESTORER)
"""A vault of the estate, and the role by which drills have it restored."""
BY_DRILL = Vault(VAULT.name, "")
"""The same, of which drills restore images and snapshots themselves."""
STACK = Resource(
    "environment",
    "cloudformation-stack",
    "shop-prod",
    REGION,
    rebuild=Rebuild(TEMPLATE, "shop.template.yaml", {"EnvironmentName": "{copy}"}, {"Config": "sessions"}),
)


@dataclass
class Ledger:
    """The copies of one run, kept in memory: what the guard and the proofs ask."""

    rows: dict[str, CopyRecord] = field(default_factory=dict)
    seen: list[tuple[str, str]] = field(default_factory=list)

    def intend(self, copy: Copy, clock: FakeClock, identity: Identity | None = None) -> Copy:
        self.rows[copy.id] = CopyRecord(copy, CopyState.INTENDED, identity, clock.now())
        return copy


@dataclass
class Estate:
    """What a test of a restorer works with."""

    lab: Lab
    clock: FakeClock
    ledger: Ledger
    toolkit: Toolkit
    clients: dict[str, Any] = field(default_factory=dict)

    def client(self, service: str, region: str = REGION) -> Any:
        """An unguarded client: the hand of somebody else in the account."""
        key = service if region == REGION else f"{service} of {region}"
        if key not in self.clients:
            self.clients[key] = boto3.client(service, region_name=region, endpoint_url=self.lab.endpoint)
        return self.clients[key]

    def copy_of(self, resource: Resource, intended: bool = True, run: str = RUN) -> Copy:
        copy = Copy(resource.type, f"dro-{run}-{resource.id}", REGION, run, "a-drill", "a-service")
        return self.ledger.intend(copy, self.clock) if intended else copy

    def calls(self, action: str) -> list[dict[str, Any]]:
        """The parameters of every call of an operation that reached the lab."""
        return [entry.params for entry in self.lab.journal if entry.action == action]

    def inventory(self) -> dict[str, list[str]]:
        """What there is in the account, by name."""
        rds, dynamodb = self.client("rds"), self.client("dynamodb")
        stacks = self.client("cloudformation").describe_stacks()["Stacks"]
        return {
            "instances": sorted(
                [each["DBInstanceIdentifier"] for each in rds.describe_db_instances()["DBInstances"]]
                + [name for each in _elsewhere() for name in each.databases]
            ),
            "clusters": sorted(
                [each["DBClusterIdentifier"] for each in rds.describe_db_clusters()["DBClusters"]]
                + [name for each in _elsewhere() for name in each.clusters]
            ),
            "tables": sorted(
                dynamodb.list_tables()["TableNames"]
                + [
                    name
                    for region, each in list(dynamodb_backends[ACCOUNT].items())
                    if region != REGION
                    for name in each.tables
                ]
            ),
            "buckets": sorted(s3_backends[ACCOUNT]["aws"].buckets),
            "volumes": sorted(_called(one) for each in _everywhere() for one in each.volumes.values()),
            "machines": sorted(
                _called(one)
                for backend in _everywhere()
                for each in backend.reservations.values()
                for one in each.instances
                if one._state.name != "terminated"
            ),
            "file systems": sorted(
                each.creation_token if each.creation_token.startswith("dro-") else each.file_system_id
                for backend in list(efs_backends[ACCOUNT].values())
                for each in list(backend.file_systems_by_id.values())
            ),
            "stacks": sorted(each["StackName"] for each in stacks if each["StackStatus"] != "DELETE_COMPLETE"),
        }

    def change_sets(self, arn: str) -> list[Prepared]:
        """The change set of that ARN, as the lab has it."""
        cloud = cast(CloudFormation, cloudformation_backends[ACCOUNT][REGION])
        return [each for each in cloud.prepared.all.values() if each.id == arn]

    def force(self, run: str, kept: Sequence[str] = ("Config",)) -> None:
        """Somebody deletes a run's stack by force: CloudFormation forgets it, and leaves what it could not delete."""
        cloud = cloudformation_backends[ACCOUNT][REGION]
        for stack_id in [each for each in cloud.stacks if run in each]:
            stack = cast(TimedStack, cloud.stacks.pop(stack_id))
            for name, resource in stack.built().items():
                if name not in kept:
                    with self.lab.world.at_once():
                        stack.resource_map._delete_resource(resource, stack.template_dict["Resources"][name])
                stack.tell(name, "DELETE_SKIPPED" if name in kept else "DELETE_COMPLETE")
            stack.status = "DELETE_COMPLETE"
            cloud.deleted_stacks[stack_id] = stack


def _everywhere() -> list[Any]:
    """What EC2 is in all regions where anybody asked for it so far."""
    return list(ec2_backends[ACCOUNT].values())


def _elsewhere() -> list[Any]:
    """What RDS is in the other regions, where anybody asked for it so far."""
    return [backend for region, backend in list(rds_backends[ACCOUNT].items()) if region != REGION]


@contextmanager
def estate(home: Path, *more: Resource) -> Iterator[Estate]:
    """Within: the estate, made before the clock is handed over; `more` are sources that a test makes itself.

    There is no database behind the instance: what waits for one to answer is told at once that it does, and its name
    has no address. A retry takes the clock's time and none of the machine's.
    """
    clock, ledger = RunningClock(), Ledger()
    sources = frozenset(each.id for each in (INSTANCE, TABLE, BUCKET, VOLUME, WEB, SHARE, STACK, *more))
    answering = mock.patch.object(SqlChecks, "answers", lambda *_: True)
    served = serve(clock, postgres=False, estate=False, state=home)
    nameless = mock.patch.object(apart, "resolved", lambda *_: set())
    retried = mock.patch("botocore.endpoint.time", SimpleNamespace(sleep=clock.sleep))
    with served as lab, mock.patch.dict(os.environ, lab.environment()), answering, nameless, seen_seldom(), retried:
        guard = Guard(
            CALLS,
            lambda: [row.copy for row in tuple(ledger.rows.values())],
            sources,
            may_restore=lambda _: True,
            roles=frozenset({RESTORER}),
            lent=frozenset({GROUND, MACHINE, PROFILE, READER, SUBNET}),
        )
        waiting = Watcher(clock)
        proofs = Proofs(
            lambda copy: ledger.rows.get(copy.id),
            sources,
            lambda stack: [row for row in ledger.rows.values() if row.copy.parent == stack.id],
        )
        account = Account(REGION, guard)
        context = ToldContext(RUN, clock, seen=ledger.seen)
        reach = functools.cache(lambda _endpoint, region: Account(region, guard))
        tools = Toolkit(
            *(account, waiting, proofs, context),
            ceiling=12 * 3600.0,
            elsewhere=lambda place: reach(os.environ["AWS_ENDPOINT_URL"], place.region),
        )
        made = Estate(lab, clock, ledger, tools)
        network(made)
        _instance(made)
        _table(made)
        _bucket(made)
        _volume(made)
        _machine(made)
        _share(made)
        _vault(made)
        yield made


_AS_EVER = {"SHARE": watcher.SHARE, "SLOWEST": watcher.SLOWEST}


@contextmanager
def seen_as_ever() -> Iterator[None]:
    """Within: as many looks as the program takes against AWS, for what lasts seconds."""
    with mock.patch.multiple(watcher, **_AS_EVER):
        yield


@contextmanager
def seen_seldom() -> Iterator[None]:
    """Within: few looks at what is waited for, no less truth; each costs real time, which a fake clock has not."""
    with mock.patch.object(watcher, "SHARE", 0.1), mock.patch.object(watcher, "SLOWEST", 60.0):
        yield


def network(made: Estate) -> None:
    ec2, rds = made.client("ec2"), made.client("rds")
    vpc = ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
    subnets = [each["SubnetId"] for each in ec2.describe_subnets()["Subnets"]][:3]
    group = ec2.create_security_group(GroupName="dro-isolated", Description="no way out", VpcId=vpc)["GroupId"]
    everything = [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]
    ec2.revoke_security_group_egress(GroupId=group, IpPermissions=everything)
    rds.create_db_subnet_group(DBSubnetGroupName="dro-isolated", DBSubnetGroupDescription="isolated", SubnetIds=subnets)


def _instance(made: Estate) -> None:
    rds, kms, login = made.client("rds"), made.client("kms"), '{"username": "orders", "password": "hush"}'
    made.client("secretsmanager").create_secret(Name="prod/orders", SecretString=login)
    rds.create_db_instance(
        DBInstanceIdentifier=INSTANCE.id,
        DBInstanceClass="db.m6g.large",
        Engine="postgres",
        EngineVersion="16.4",
        AllocatedStorage=100,
        MasterUsername="orders",
        MasterUserPassword="not-a-secret",
        DBName="orders",
        BackupRetentionPeriod=30,
        MultiAZ=True,
        DeletionProtection=True,
        StorageEncrypted=True,
        KmsKeyId=kms.create_key()["KeyMetadata"]["Arn"],
        Tags=[{"Key": "env", "Value": "production"}],
    )
    made.clock.sleep(timedelta(hours=2).total_seconds())
    rds.create_db_snapshot(DBInstanceIdentifier=INSTANCE.id, DBSnapshotIdentifier="orders-by-hand")
    made.clock.sleep(timedelta(hours=2).total_seconds())


def _table(made: Estate) -> None:
    dynamodb = made.client("dynamodb")
    dynamodb.create_table(
        TableName=TABLE.id,
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
        DeletionProtectionEnabled=True,
    )
    made.clock.sleep(60)
    dynamodb.update_continuous_backups(
        TableName=TABLE.id, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
    )
    made.clock.sleep(60)
    table = dynamodb_backends[ACCOUNT][REGION].get_table(TABLE.id)  # by calls it would take longer than all the rest
    for number in range(60):
        table.put_item({"pk": {"S": f"session#{number}"}})
        made.clock.sleep(60)
        if number in (9, 58):
            dynamodb.create_backup(TableName=TABLE.id, BackupName=f"sessions-{number}")


def _vault(made: Estate) -> None:
    key = made.client("kms").create_key()["KeyMetadata"]["Arn"]
    made.client("backup").create_backup_vault(BackupVaultName=VAULT.name, EncryptionKeyArn=key)
    for hours in (3, 2, 1):
        back_up(VAULT.name, INSTANCE.id, made.clock.now() - timedelta(hours=hours), by="own")
    for minutes in (40, 20, 5):
        tables.back_up(VAULT.name, TABLE.id, made.clock.now() - timedelta(minutes=minutes))
        buckets.back_up(VAULT.name, BUCKET.id, made.clock.now() - timedelta(minutes=minutes))
        files.back_up(VAULT.name, SHARE.id, made.clock.now() - timedelta(minutes=minutes))
    for hours in (5, 4):
        of_machines.back_up(VAULT.name, WEB.id, made.clock.now() - timedelta(hours=hours))
        of_volumes.back_up(VAULT.name, VOLUME.id, made.clock.now() - timedelta(hours=hours))


def _called(one: Any) -> str:
    """The name that a volume or a machine wears, else its id."""
    return next((each["value"] for each in one.get_tags() if each["key"] == "Name"), str(one.id))


def _volume(made: Estate) -> None:
    """A volume with its snapshots of three hours, and the machine that reads copies of it."""
    lent.machine(REGION, ZONE, MACHINE)
    disk = Disk({"/srv/share/VERSION": b"7\n", "/srv/share/photo 1.jpg": bytes(range(256))})
    key, now = made.client("kms").create_key()["KeyMetadata"]["Arn"], made.clock.now()
    standing.volume(REGION, ZONE, VOLUME.id, 1, disk, now - timedelta(days=40), key)
    for hours in (3, 2, 1):
        standing.snapshot(REGION, VOLUME.id, now - timedelta(hours=hours))


def _machine(made: Estate) -> None:
    """A machine with its images of three hours, and the subnet and profile of its copies."""
    lent.subnet(REGION, ZONE, SUBNET, made.client("ec2").describe_subnets()["Subnets"][0]["VpcId"])
    iam = made.client("iam")
    iam.create_instance_profile(InstanceProfileName=PROFILE)
    disk = Disk({"/srv/web/VERSION": b"7\n", "/srv/web/log": b"GET /\n"})
    key, now = made.client("kms").create_key()["KeyMetadata"]["Arn"], made.clock.now()
    machines.machine(REGION, ZONE, WEB.id, disk, now - timedelta(days=40), key)
    for hours in (3, 2, 1):
        machines.image(REGION, WEB.id, now - timedelta(hours=hours))


def _share(made: Estate) -> None:
    """A file system, and the group of the mount targets of its copies, which lets in the machine that reads them."""
    disk = Disk({"/srv/share/VERSION": b"7\n", "/srv/share/photo 1.jpg": bytes(range(256))})
    key, now = made.client("kms").create_key()["KeyMetadata"]["Arn"], made.clock.now()
    shares.file_system(REGION, SHARE.id, disk, now - timedelta(days=40), key)
    vpc = made.client("ec2").describe_subnets(SubnetIds=[SUBNET])["Subnets"][0]["VpcId"]
    shares.group(REGION, "dro-mounts", vpc, ec2_backends[ACCOUNT][REGION].get_instance(MACHINE))


def _bucket(made: Estate) -> None:
    buckets = s3_backends[ACCOUNT]["aws"]
    with made.lab.world.at_once(), made.lab.world.as_of(made.clock.now() - timedelta(hours=2)):
        buckets.create_bucket(BUCKET.id, REGION)
        buckets.put_bucket_versioning(BUCKET.id, "Enabled")
        for number in range(3):
            buckets.put_object(BUCKET.id, f"image {number}", bytes([number]) * 100)
