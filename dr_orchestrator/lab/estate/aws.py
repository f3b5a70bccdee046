"""Puts the sample company into a fresh lab as AWS shows it: instances, snapshots, table, stack, network, secrets."""

from __future__ import annotations

import random
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, cast

from moto.cloudformation.models import cloudformation_backends
from moto.dynamodb.models import dynamodb_backends
from moto.ec2.models import ec2_backends
from moto.kms.models import kms_backends
from moto.rds.models import rds_backends

from dr_orchestrator.lab.cloud.dynamodb import JournalledTable
from dr_orchestrator.lab.cloud.rds import Instance, Rds
from dr_orchestrator.lab.cloud.world import ACCOUNT, REGION, World, naive
from dr_orchestrator.lab.estate import company
from dr_orchestrator.lab.estate.clusters import ClusterEstate
from dr_orchestrator.lab.estate.company import DATABASES, CompanyCluster, CompanyDatabase
from dr_orchestrator.lab.estate.logins import keep_login
from dr_orchestrator.lab.estate.writer import Writer
from dr_orchestrator.settings import shipped

_TAGS = [{"Key": "env", "Value": "production"}]
_KMS_TAGS = [{"TagKey": "env", "TagValue": "production"}]
_MINUTE = timedelta(minutes=1)
_AGE = timedelta(days=400)
_KEPT = timedelta(days=30)
_CATCH_UP = timedelta(days=1)


class Estate:
    """The sample company of one lab."""

    def __init__(
        self, world: World, start: datetime, writer: Writer | None, clusters: Sequence[CompanyCluster] = ()
    ) -> None:
        self._world = world
        self._start = start
        self._writer = writer
        self._random = random.Random(7)  # noqa: S311 (the look of sample data)
        self.instances: dict[str, Instance] = {}
        self._clusters = ClusterEstate(world, start, writer, clusters)

    def seed(self) -> None:
        """Put everything there, as it would be after months."""
        with self._world.at_once():
            with self._world.as_of(self._start - _AGE):
                key = self._make_key()
                subnets, group = self._make_network()
                for database in DATABASES:
                    self._make_instance(database, key, subnets, group)
                self._clusters.make(key, subnets, group)
                self._make_environment()
            for database in DATABASES:
                self._make_snapshots(database)
            self._clusters.make_backups()
            self._fill_table()
        self._world.agenda.at(self._start + _MINUTE, self._beat_table)

    # RDS

    def _make_key(self) -> str:
        key = kms_backends[ACCOUNT][REGION].create_key(
            "", "ENCRYPT_DECRYPT", "SYMMETRIC_DEFAULT", "databases of production", _KMS_TAGS
        )
        return str(key.arn)

    def _make_network(self) -> tuple[str, str]:
        production = self._make_vpc("10.20", "prod-databases", "databases of production")
        isolated = self._make_vpc("10.99", "dro-isolated", "copies made by drills: no way out")
        isolated.egress_rules.clear()
        return "prod-databases", str(production.id)

    def _make_vpc(self, prefix: str, name: str, description: str) -> Any:
        ec2 = ec2_backends[ACCOUNT][REGION]
        vpc = ec2.create_vpc(f"{prefix}.0.0/16")
        subnets = [
            ec2.create_subnet(vpc.id, f"{prefix}.{number}.0/24", availability_zone=f"{REGION}{zone}")
            for number, zone in enumerate("ab", start=1)
        ]
        rds_backends[ACCOUNT][REGION].create_subnet_group(name, description, subnets, list(_TAGS))
        return ec2.create_security_group(name, description, vpc.id)

    def _make_instance(self, database: CompanyDatabase, key: str, subnets: str, group: str) -> None:
        password = self._writer.passwords[database.name] if self._writer else secrets.token_urlsafe(18)
        given = {
            "db_instance_identifier": database.instance,
            "db_instance_class": "db.m6g.large",
            "engine": "postgres",
            "engine_version": "16.9",
            "db_name": database.name,
            "port": 5432,
            "allocated_storage": database.gib,
            "storage_type": "gp3",
            "storage_encrypted": True,
            "kms_key_id": key,
            "multi_az": True,
            "deletion_protection": True,
            "publicly_accessible": False,
            "backup_retention_period": _KEPT.days,
            "copy_tags_to_snapshot": True,
            "db_subnet_group_name": subnets,
            "vpc_security_group_ids": [group],
            "master_username": database.user,
            "master_user_password": password,
            "tags": list(_TAGS),
        }
        made = self.instances[database.name] = cast(Instance, self._backend.create_db_instance(given))
        made.database = self._writer.databases[database.name] if self._writer else None
        keep_login(database, password, list(_TAGS))

    def _make_snapshots(self, database: CompanyDatabase) -> None:
        newest = at = self._start - database.newest - timedelta(minutes=self._random.uniform(-10, 10))
        while at > self._start - _KEPT:
            self._backend.record_automated(self.instances[database.name], at)
            at -= database.every + timedelta(minutes=self._random.uniform(-4, 4))
        self._world.agenda.at(newest + database.every, lambda: self._scheduled_snapshot(database))

    def _scheduled_snapshot(self, database: CompanyDatabase) -> None:
        now, instance = self._world.now(), self.instances[database.name]
        self._world.agenda.at(now + database.every, lambda: self._scheduled_snapshot(database))
        if not instance.backup_retention_period or instance.status != "available":
            return
        self._backend.record_automated(instance, now)
        for name, snapshot in list(self._backend.database_snapshots.items()):
            expired = snapshot.created < naive(now - _KEPT)
            if (
                expired
                and snapshot.snapshot_type == "automated"
                and snapshot.dbi_resource_id == instance.dbi_resource_id
            ):
                del self._backend.database_snapshots[name]

    @property
    def _backend(self) -> Rds:
        return cast(Rds, rds_backends[ACCOUNT][REGION])

    # DynamoDB and the environment

    def _make_environment(self) -> None:
        template = shipped() / "drills" / "infrastructure" / company.TEMPLATE
        cloudformation_backends[ACCOUNT][REGION].create_stack(
            company.ENVIRONMENT,
            template.read_text(encoding="utf-8"),
            {"EnvironmentName": company.ENVIRONMENT},
            tags={"env": "production"},
            enable_termination_protection=True,
        )
        table = self._table
        table.deletion_protection_enabled = True

    @property
    def _table(self) -> JournalledTable:
        return cast(JournalledTable, dynamodb_backends[ACCOUNT][REGION].tables[company.CONFIG_TABLE])

    def _fill_table(self) -> None:
        for number in range(company.WORKSPACES):
            first = self._start - timedelta(days=60) + timedelta(minutes=number)
            self._put_at(first, _workspace(number, 1, first))
            if number % 3 == 0:
                later = self._start - timedelta(minutes=self._random.uniform(8, 350))
                self._put_at(later, _workspace(number, 2, later))
        # A canary for every five minutes of the weeks before, for every minute of the last day.
        weeks, day = 40 * 24 * 60, 24 * 60
        for ago in (n * _MINUTE for n in [*range(weeks, day, -5), *range(day, -1, -1)]):
            self._put_at(self._start - ago, _canary(self._start - ago))

    def _put_at(self, at: datetime, item: dict[str, Any]) -> None:
        with self._world.as_of(at):
            self._table.put_item(item)

    def _beat_table(self) -> None:
        now = self._world.now()
        table = dynamodb_backends[ACCOUNT][REGION].tables.get(company.CONFIG_TABLE)
        if table is None:
            return
        table.put_item(_canary(now))
        # After a long sleep of a virtual clock only the last day is caught up.
        self._world.agenda.at(max(now + _MINUTE, self._world.clock.now() - _CATCH_UP), self._beat_table)


def _canary(at: datetime) -> dict[str, Any]:
    """The item that `dro canary` would have put, the seconds being its numbers."""
    return {
        "pk": {"S": "canary"},
        "at": {"S": at.isoformat(timespec="microseconds")},
        "sequence": {"N": str(int(at.timestamp()))},
    }


def _workspace(number: int, version: int, at: datetime) -> dict[str, Any]:
    return {
        "pk": {"S": f"workspace#{number}"},
        "connection": {"S": f"arn:aws:codestar-connections:us-east-1:{ACCOUNT}:connection/{number:04d}-{version}"},
        "region": {"S": company.REGIONS[number % len(company.REGIONS)]},
        "updated_at": {"S": at.isoformat()},
    }
