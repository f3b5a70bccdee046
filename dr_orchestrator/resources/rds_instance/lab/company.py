"""Puts the sample company's instances into a fresh lab, with the snapshots of a month, and lets them go on."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import cast

from moto.rds.models import rds_backends

from dr_orchestrator.lab.cloud.restore_testing import put_result
from dr_orchestrator.lab.cloud.vaults import vaults
from dr_orchestrator.lab.cloud.world import ACCOUNT, REGION, naive
from dr_orchestrator.lab.estate.company import CompanyDatabase
from dr_orchestrator.lab.estate.logins import keep_login, keep_rotating
from dr_orchestrator.lab.estate.seed import KEPT, TAGS, Seed
from dr_orchestrator.resources.rds_instance.lab.backend import Rds
from dr_orchestrator.resources.rds_instance.lab.databases import DATABASES
from dr_orchestrator.resources.rds_instance.lab.models import Instance


def make(seed: Seed) -> None:
    """Make the instances."""
    for database in DATABASES:
        _Instances(seed)._make_instance(database)


def fill(seed: Seed) -> None:
    """Record what RDS took of them before the lab began, and have it go on."""
    instances = _Instances(seed)
    for database in DATABASES:
        instances._make_snapshots(database)
        keep_rotating(database, seed)


class _Instances:
    def __init__(self, seed: Seed) -> None:
        self._seed = seed
        self._random = seed.random(7)

    def _make_instance(self, database: CompanyDatabase) -> None:
        key, (subnets, group) = self._seed.key, self._seed.network
        password = self._seed.writer.passwords[database.name] if self._seed.writer else secrets.token_urlsafe(18)
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
            "deletion_protection": database.protected,
            "publicly_accessible": False,
            "backup_retention_period": KEPT.days,
            "copy_tags_to_snapshot": True,
            "db_subnet_group_name": subnets,
            "vpc_security_group_ids": [group],
            "master_username": database.user,
            "master_user_password": password,
            "tags": list(TAGS),
        }
        made = cast(Instance, self._backend.create_db_instance(given))
        made.database = self._seed.writer.databases[database.name] if self._seed.writer else None
        made.replicated_to = frozenset({database.copied_to} - {""})
        keep_login(database, password, list(TAGS), "dbInstanceIdentifier")

    def _make_snapshots(self, database: CompanyDatabase) -> None:
        newest = at = self._seed.start - database.newest - timedelta(minutes=self._random.uniform(-10, 10))
        while at > self._seed.start - KEPT:
            self._backend.record_automated(self._instance(database), at)
            at -= database.every + timedelta(minutes=self._random.uniform(-4, 4))
        if database.vault:
            self._fill_vault(database, newest)
        self._seed.world.agenda.at(newest + database.every, lambda: self._scheduled_snapshot(database))

    def _fill_vault(self, database: CompanyDatabase, newest: datetime) -> None:
        """AWS Backup keeps it, too, in a vault that is locked in governance mode: who may take the lock off, can."""
        there = vaults()
        there.create_backup_vault(database.vault, {}, self._seed.key, "")
        there.put_backup_vault_lock_configuration(database.vault, KEPT.days, None, None)
        for day in range(KEPT.days - 1, -1, -1):
            at = newest - day * timedelta(days=1)
            point = there.keep(database.vault, self._instance(database).arn, "RDS", at)
            if day % 7 == 1:  # a plan tests one each week, and nobody looks at what it restored
                began, took = at + timedelta(hours=3), timedelta(minutes=31)
                put_result(there, "weekly", point, began, took, DeletionStatus="SUCCESSFUL")

    def _scheduled_snapshot(self, database: CompanyDatabase) -> None:
        now, instance = self._seed.world.now(), self._instance(database)
        self._seed.world.agenda.at(now + database.every, lambda: self._scheduled_snapshot(database))
        if not instance.backup_retention_period or instance.status != "available":
            return
        self._backend.record_automated(instance, now)
        if database.vault:
            vaults().keep(database.vault, instance.arn, "RDS", now)
        for name, snapshot in list(self._backend.database_snapshots.items()):
            expired = snapshot.created < naive(now - KEPT)
            if (
                expired
                and snapshot.snapshot_type == "automated"
                and snapshot.dbi_resource_id == instance.dbi_resource_id
            ):
                del self._backend.database_snapshots[name]

    def _instance(self, database: CompanyDatabase) -> Instance:
        return cast(Instance, self._backend.databases[database.instance])

    @property
    def _backend(self) -> Rds:
        return cast(Rds, rds_backends[ACCOUNT][REGION])
