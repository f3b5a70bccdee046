"""Puts the sample company into a fresh lab, and keeps it alive: canaries, new rows, scheduled snapshots."""

from __future__ import annotations

import json
import random
import secrets
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any, cast

import psycopg
from moto.cloudformation.models import cloudformation_backends
from moto.dynamodb.models import dynamodb_backends
from moto.ec2.models import ec2_backends
from moto.kms.models import kms_backends
from moto.rds.models import rds_backends
from moto.secretsmanager.models import secretsmanager_backends
from psycopg import sql

from dr_orchestrator.lab import company
from dr_orchestrator.lab.cloud.dynamodb import JournalledTable
from dr_orchestrator.lab.cloud.rds import Rds
from dr_orchestrator.lab.cloud.rds_models import Instance
from dr_orchestrator.lab.cloud.world import ACCOUNT, REGION, World, naive
from dr_orchestrator.lab.company import DATABASES, CompanyDatabase
from dr_orchestrator.lab.postgres.plane import LiveDatabase, Plane
from dr_orchestrator.settings import shipped

_TAGS = [{"Key": "env", "Value": "production"}]
_KMS_TAGS = [{"TagKey": "env", "TagValue": "production"}]
_MINUTE = timedelta(minutes=1)
_AGE = timedelta(days=400)
_KEPT = timedelta(days=30)
_CATCH_UP = timedelta(days=1)


class Estate:
    """The sample company of one lab."""

    def __init__(self, world: World, plane: Plane | None) -> None:
        self._world = world
        self._plane = plane
        self._start = world.now()
        self._random = random.Random(7)  # noqa: S311 (the look of sample data)
        self._beats = 0
        self._writers: dict[str, psycopg.Connection] = {}
        self.instances: dict[str, Instance] = {}

    def seed(self) -> None:
        """Put everything there, as it would be after months."""
        with self._world.at_once():
            with self._world.as_of(self._start - _AGE):
                key = self._make_key()
                subnets, group = self._make_network()
                for database in DATABASES:
                    self._make_instance(database, key, subnets, group)
                self._make_environment()
            for database in DATABASES:
                self._make_snapshots(database)
            self._fill_table()
        self._world.agenda.at(self._start + _MINUTE, self._beat_table)
        if self._plane is not None:
            with ThreadPoolExecutor(len(DATABASES), thread_name_prefix="lab-seed") as pool:
                list(pool.map(self._fill_database, DATABASES))

    def beat(self, archive: bool) -> None:
        """Write one canary and some rows into each database; `archive` also makes them restorable."""
        self._beats += 1
        now = self._world.clock.now()
        for database in DATABASES:
            instance = self.instances[database.name]
            if self._plane is None or instance.database is None or not instance.database.ready:
                continue
            try:
                self._write(database, now)
                if archive:
                    self._plane.tick(instance.dbi_resource_id)
            except psycopg.Error as wrong:
                self._writers.pop(database.name, None)
                self._world.defect(f"the writer of {database.instance}: {wrong}")

    def stop(self) -> None:
        """Close the writer's connections."""
        for connection in self._writers.values():
            connection.close()

    # AWS

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
        password = secrets.token_urlsafe(18)
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
        made = rds_backends[ACCOUNT][REGION].create_db_instance(given)
        self.instances[database.name] = cast(Instance, made)
        login = {"username": database.user, "password": password, "dbname": database.name}
        secretsmanager_backends[ACCOUNT][REGION].create_secret(
            database.secret, json.dumps(login), None, f"login of {database.instance}", list(_TAGS), None, None, [], False
        )

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
            if expired and snapshot.snapshot_type == "automated" and snapshot.dbi_resource_id == instance.dbi_resource_id:
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
        table.tags = [*table.tags, *(tag for tag in _TAGS if tag not in table.tags)]

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
        # A canary for every hour of the weeks before, for every minute of the last day.
        hours, minutes = 40 * 24, 24 * 60
        for ago in [timedelta(hours=n) for n in range(hours, 24, -1)] + [n * _MINUTE for n in range(minutes, -1, -1)]:
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

    # PostgreSQL

    def _fill_database(self, database: CompanyDatabase) -> None:
        instance = self.instances[database.name]
        live = cast(LiveDatabase, instance.database)
        live.wait()
        with self._connect(database, live) as connection, connection.transaction():
            connection.execute(f"CREATE TABLE {company.HEARTBEAT} (at timestamptz PRIMARY KEY, source text NOT NULL)")  # type: ignore[arg-type]
            connection.execute(
                f"INSERT INTO {company.HEARTBEAT} SELECT at, 'writer' FROM "  # type: ignore[arg-type] # noqa: S608
                "generate_series(%s::timestamptz, %s::timestamptz, '1 minute') AS at",
                (self._start - company.HISTORY, self._start),
            )
            for table in database.tables:
                connection.execute(table.create())
                connection.execute(table.fill(), (self._start,))
        if self._plane is not None:
            self._plane.seeded(instance.dbi_resource_id, database.ages)

    def _write(self, database: CompanyDatabase, now: datetime) -> None:
        connection = self._writers.get(database.name)
        if connection is None:
            live = cast(LiveDatabase, self.instances[database.name].database)
            connection = self._writers[database.name] = self._connect(database, live)
        with connection.transaction():
            heartbeat = f"INSERT INTO {company.HEARTBEAT} VALUES (%s, 'writer') ON CONFLICT DO NOTHING"  # noqa: S608
            connection.execute(heartbeat, (now,))  # type: ignore[arg-type]
            connection.execute(database.tables[-1].add(), (now, 10_000 + self._beats))

    @staticmethod
    def _connect(database: CompanyDatabase, live: LiveDatabase) -> psycopg.Connection:
        if live.cluster is None:
            raise psycopg.OperationalError(f"there is no database behind {database.instance}")
        connection = live.cluster.connect(database.name)
        connection.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(database.user)))
        return connection


def _canary(at: datetime) -> dict[str, Any]:
    return {"pk": {"S": "canary"}, "at": {"S": at.isoformat()}}


def _workspace(number: int, version: int, at: datetime) -> dict[str, Any]:
    return {
        "pk": {"S": f"workspace#{number}"},
        "connection": {"S": f"arn:aws:codestar-connections:us-east-1:{ACCOUNT}:connection/{number:04d}-{version}"},
        "region": {"S": company.REGIONS[number % len(company.REGIONS)]},
        "updated_at": {"S": at.isoformat()},
    }
