"""The second region of the small estate, in which drills' copies may stand, and the drills that bring them there."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import boto3
from moto.dynamodb.models import dynamodb_backends
from moto.ec2.models import ec2_backends
from moto.efs.models import efs_backends
from moto.kms.models import kms_backends
from moto.rds.models import rds_backends

from dr_orchestrator.catalog.shapes.destination import Mount
from dr_orchestrator.lab import Lab
from dr_orchestrator.lab.cloud.vaults import vaults
from dr_orchestrator.lab.cloud.world import ACCOUNT
from dr_orchestrator.lab.machines import standing as readers
from dr_orchestrator.resources.efs_file_system.lab import standing as shares
from tests.support.estate import GROUND, READER, RESTORER, VAULT, Estate

AWAY = "eu-central-1"
ALIAS = "alias/dr-drills"
SUBNET = GROUND
"""The machine there that reads copies of volumes, and the subnet of copies of machines."""
MOUNTS = "dro-mounts"
DRILL = f"""
  orders-away-snapshot:
    kind: snapshot-restore
    resource: orders-db
    disruption: region
    to: {{region: {AWAY}, kms_key: {ALIAS}}}
    checks:
      - {{name: heartbeat, newest-row: {{table: heartbeat, column: at, canary: true, interval: 1m}}}}
"""
STANDING = f"""
  orders-standing-snapshot:
    kind: snapshot-restore
    resource: orders-db
    disruption: region
    recovery_points: {{region: {AWAY}}}
    checks: &standing
      - {{name: heartbeat, newest-row: {{table: heartbeat, column: at, canary: true, interval: 5m}}}}
  orders-standing-pitr:
    kind: pitr-restore
    resource: orders-db
    disruption: region
    recovery_points: {{region: {AWAY}}}
    checks: *standing
"""
MACHINE_DRILL = f"""
  web-away:
    kind: snapshot-restore
    resource: web
    disruption: region
    path: fallback
    objective: {{rto: "< 9h", rpo: "< 10d", reason: another region}}
    to:
      region: {AWAY}
      kms_key: {ALIAS}
      network: {{subnet: {SUBNET}, security_groups: [dro-isolated]}}
    checks:
      - {{name: files are there, files: {{paths: {{/srv/web/VERSION: present}}, newest: /srv/web/log}}}}
      - {{name: the team's own, command: {{run: [sh, -c, 'cat srv/web/VERSION'], proves-data: true}}}}
"""
VOLUME_DRILL = f"""
  share-away:
    kind: snapshot-restore
    resource: share
    disruption: region
    path: fallback
    objective: {{rto: "< 9h", rpo: "< 10d", reason: another region}}
    to: {{region: {AWAY}, kms_key: {ALIAS}, reader: {READER}}}
    checks:
      - {{name: files are there, files: {{paths: {{/srv/share/VERSION: present}}, newest: /srv/share/photo 1.jpg}}}}
      - {{name: the team's own, command: {{run: [sh, -c, 'ls "$DRO_COPY_MOUNT/srv/share"'], proves-data: true}}}}
"""
CLUSTER_DRILL = f"""
  boards-away-snapshot:
    kind: snapshot-restore
    resource: boards-db
    disruption: region
    to: {{region: {AWAY}, kms_key: {ALIAS}}}
    checks:
      - {{name: heartbeat, newest-row: {{table: heartbeat, column: at, canary: true, interval: 1m}}}}
"""
CLUSTER_STANDING = f"""
  boards-standing-snapshot:
    kind: snapshot-restore
    resource: boards-db
    disruption: region
    recovery_points: {{region: {AWAY}}}
    checks:
      - {{name: heartbeat, newest-row: {{table: heartbeat, column: at, canary: true, interval: 5m}}}}
"""
CLUSTER_RESOURCE = """
  boards-db: {type: aurora-cluster, id: boards-prod, region: us-east-1, database: {name: boards, secret: prod/orders}}
"""
_TABLE = """
  sessions-away-{name}:
    kind: {kind}-restore
    resource: sessions
    disruption: {disruption}
    accept: {{point-in-time-recovery: the runbook switches it on, deletion-protection: likewise}}
    checks:
      - {{name: heartbeat, canary-item: {{key: {{pk: canary}}, attribute: at, interval: 1m}}}}
      - {{name: sessions are there, items-at-least: {{minimum: 5}}}}
    to: {{{to}}}"""
_KEYED = f"region: {AWAY}, kms_key: {ALIAS}"
TABLE_DRILLS = "".join(
    (
        _TABLE.format(name="pitr", kind="pitr", disruption="infrastructure", to=f"region: {AWAY}"),
        _TABLE.format(name="backup", kind="snapshot", disruption="infrastructure", to=f"region: {AWAY}"),
        _TABLE.format(name="key", kind="pitr", disruption="infrastructure", to=_KEYED),
        _TABLE.format(name="vault", kind="snapshot", disruption="region", to=_KEYED),
        f'\n    recovery_points: {{vault: {VAULT.name}, role: "{RESTORER}", region: {AWAY}}}\n',
    )
)


def client(lab: Lab, service: str, region: str = AWAY, **given: str) -> Any:
    """An unguarded client there: the hand of somebody else in the account."""
    return boto3.client(service, region_name=region, endpoint_url=lab.endpoint, **given)


def prepared(lab: Lab, region: str = AWAY, **given: str) -> str:
    """Make what a team prepares where copies are to stand, once: an isolated network, and a key by the alias; return
    the key's ARN.
    """
    ec2, rds, kms = (client(lab, each, region, **given) for each in ("ec2", "rds", "kms"))
    known = {each["AliasName"]: each for each in kms.list_aliases()["Aliases"]}
    if ALIAS in known:
        return str(kms.describe_key(KeyId=ALIAS)["KeyMetadata"]["Arn"])
    vpc = ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
    subnets = [each["SubnetId"] for each in ec2.describe_subnets()["Subnets"]][:2]
    group = ec2.create_security_group(GroupName="dro-isolated", Description="no way out", VpcId=vpc)["GroupId"]
    everything = [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]
    ec2.revoke_security_group_egress(GroupId=group, IpPermissions=everything)
    rds.create_db_subnet_group(DBSubnetGroupName="dro-isolated", DBSubnetGroupDescription="isolated", SubnetIds=subnets)
    key = str(kms.create_key()["KeyMetadata"]["Arn"])
    kms.create_alias(AliasName=ALIAS, TargetKeyId=key)
    account = key.split(":")[4]
    machine = readers.machine(region, f"{region}a", READER, account=account)
    readers.subnet(region, f"{region}a", SUBNET, vpc, account)
    shares.group(region, MOUNTS, vpc, machine, account)
    return key


def mount() -> Mount:
    """Where copies of the file system are mounted there, and the machine that reads them."""
    return Mount(reader=READER, subnet=SUBNET, security_groups=[MOUNTS])


def file_systems(region: str = AWAY, account: str = ACCOUNT) -> list[str]:
    """The file systems of a region, by their tokens, and the mount targets, by their ids."""
    of = efs_backends[account][region]
    return sorted([*(each.creation_token for each in of.file_systems_by_id.values()), *of.mount_targets_by_id])


def login_of(lab: Lab, account: str) -> dict[str, str]:
    """The credentials of somebody in another account."""
    told = client(lab, "sts").assume_role(RoleArn=f"arn:aws:iam::{account}:role/team", RoleSessionName="team")
    keys = told["Credentials"]
    return {
        "aws_access_key_id": keys["AccessKeyId"],
        "aws_secret_access_key": keys["SecretAccessKey"],
        "aws_session_token": keys["SessionToken"],
    }


def copied(region: str = AWAY, account: str = ACCOUNT) -> list[str]:
    """All that EC2 has there that wears a run's tag, by id; but for machines that have ended."""
    of = ec2_backends[account][region]
    machines = [one for each in of.reservations.values() for one in each.instances if one._state.name != "terminated"]
    every = [*of.snapshots.values(), *of.amis.values(), *of.volumes.values(), *machines]
    return sorted(each.id for each in every if any(tag["key"] == "dr-drill:run" for tag in each.get_tags()))


def standing(region: str, account: str = ACCOUNT) -> list[str]:
    """All that RDS has in a region, by name."""
    of = rds_backends[account][region]
    return sorted([*of.databases, *of.database_snapshots, *of.clusters, *of.cluster_snapshots])


def of_aws(key: str, *, managed: bool = True, account: str = ACCOUNT, region: str = AWAY) -> None:
    """Have a key be one of AWS's own, or no more."""
    kms_backends[account][region].keys[key.rpartition("/")[2]].key_manager = "AWS" if managed else "CUSTOMER"


def lets_in(account: str, *regions: str) -> None:
    """Have the policy of every key of some regions let another account use it, as a team's does."""
    for each in (each for region in regions for each in kms_backends[ACCOUNT][region].keys.values()):
        allowed = [f"arn:aws:iam::{one}:root" for one in (ACCOUNT, account)]
        each.policy = json.dumps({"Statement": [{"Effect": "Allow", "Principal": {"AWS": allowed}}]})


def tables(region: str = AWAY) -> list[str]:
    """The tables of a region, by name."""
    return sorted(dynamodb_backends[ACCOUNT][region].tables)


def copied_points(made: Estate, back_up: Callable[[datetime], object]) -> None:
    """Have the vault there hold three points, and nothing else, which `back_up` puts there as of an instant."""
    vault(made.lab, prepared(made.lab))
    vaults(AWAY)._points.setdefault(VAULT.name, []).clear()
    for minutes in (40, 20, 5):
        back_up(made.clock.now() - timedelta(minutes=minutes))


def vault(lab: Lab, key: str, region: str = AWAY) -> None:
    """A vault of the same name there, as a plan of AWS Backup copies into, once."""
    backup = client(lab, "backup", region)
    if VAULT.name not in {each["BackupVaultName"] for each in backup.list_backup_vaults()["BackupVaultList"]}:
        backup.create_backup_vault(BackupVaultName=VAULT.name, EncryptionKeyArn=key)
