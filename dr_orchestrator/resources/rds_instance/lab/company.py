"""Puts a company's instances into a fresh lab, with the snapshots of a month, and lets them go on."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import cast

from moto.rds.models import rds_backends

from dr_orchestrator.lab.cloud.restore_testing import put_result
from dr_orchestrator.lab.cloud.vaults import vaults
from dr_orchestrator.lab.cloud.world import ACCOUNT, REGION, naive
from dr_orchestrator.lab.estate.logins import keep_login, keep_rotating
from dr_orchestrator.lab.estate.seed import KEPT, TAGS, Seed
from dr_orchestrator.resources.rds_instance.lab import entry
from dr_orchestrator.resources.rds_instance.lab.backend import Rds
from dr_orchestrator.resources.rds_instance.lab.entry import VERSIONS
from dr_orchestrator.resources.rds_instance.lab.models import Instance, Snapshot
from dr_orchestrator.resources.rds_instance.name import NAME

_SIGNED = f"https://rds.{REGION}.amazonaws.com/?X-Amz-Credential=team/20260101/{REGION}/rds/aws4_request"
_COPIES = 3
"""How many of the newest snapshots are in the other region, where they are copied to one."""


def make(seed: Seed) -> None:
    """Make the instances."""
    for id, each in seed.company.of(NAME).items():
        _Instance(seed, id, each).make()


def fill(seed: Seed) -> None:
    """Record what RDS took of them before the lab began, and have it go on."""
    for id, each in seed.company.of(NAME).items():
        _Instance(seed, id, each).fill()


class _Instance:
    def __init__(self, seed: Seed, id: str, entry: entry.Instance) -> None:
        self._seed, self._id, self._entry, self._database = seed, id, entry, entry.behind(id)
        self._random = seed.random(7)

    def make(self) -> None:
        database, entry, key, (subnets, group) = self._database, self._entry, self._seed.key, self._seed.network
        version, port = VERSIONS[entry.engine]
        password = self._seed.writer.passwords[self._id] if self._seed.writer else secrets.token_urlsafe(18)
        given = {
            "db_instance_identifier": self._id,
            "db_instance_class": entry.instance_class,
            "engine": entry.engine,
            "engine_version": version,
            "db_name": database.name,
            "port": port,
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
        made.database = self._seed.writer.databases[self._id] if self._seed.writer else None
        made.replicated_to = frozenset({entry.replicated_to or ""} - {""})
        replica = entry.read_replica
        there = replica.region if replica else ""
        keep_login(database, password, list(TAGS), "dbInstanceIdentifier", there)
        if replica:
            self._replicate(made, replica)

    def _replicate(self, source: Instance, replica: entry.ReadReplica) -> None:
        """The team's own replica, in a network of its own there; it has backups, so that replicas of it can be made."""
        there = cast(Rds, rds_backends[ACCOUNT][replica.region])
        subnets, group = self._seed.network_in(replica.region)
        given = {
            "db_instance_identifier": replica.id,
            "source_db_instance_identifier": str(source.db_instance_arn),
            "kms_key_id": self._seed.keys[replica.region],
            "deletion_protection": True,
            "publicly_accessible": False,
            "copy_tags_to_snapshot": True,
            "db_subnet_group_name": subnets,
            "vpc_security_group_ids": [group],
            "tags": list(TAGS),
        }
        made = cast(Instance, there.create_db_instance_read_replica(given))
        if self._seed.writer is not None:
            made.database = self._seed.writer.follow(self._id, made.dbi_resource_id)
        made.backup_retention_period, made.protected_since = KEPT.days, self._seed.start

    def fill(self) -> None:
        database = self._database
        newest = at = self._seed.start - database.newest - timedelta(minutes=self._random.uniform(-10, 10))
        taken = []
        while at > self._seed.start - KEPT:
            taken.append(self._backend.record_automated(self._instance, at))
            at -= database.every + timedelta(minutes=self._random.uniform(-4, 4))
        for snapshot in taken[:_COPIES] if self._entry.copied else ():
            self._copy(snapshot)
        if self._entry.vault:
            self._fill_vault(self._entry.vault, newest)
        self._seed.world.agenda.at(newest + database.every, self._scheduled_snapshot)
        keep_rotating(database, self._seed)

    def _fill_vault(self, vault: str, newest: datetime) -> None:
        """AWS Backup keeps it, too, in a vault that is locked in governance mode: who may take the lock off, can."""
        there = self._seed.vault(vault)
        there.put_backup_vault_lock_configuration(vault, KEPT.days, None, None)
        for day in range(KEPT.days - 1, -1, -1):
            at = newest - day * timedelta(days=1)
            point = there.keep(vault, self._instance.arn, "RDS", at)
            if day % 7 == 1:  # a plan tests one each week, and nobody looks at what it restored
                began, took = at + timedelta(hours=3), timedelta(minutes=31)
                put_result(there, "weekly", point, began, took, DeletionStatus="SUCCESSFUL")

    def _copy(self, snapshot: Snapshot) -> None:
        """The team's own schedule brings it into the other region, so long after it was taken."""
        copied = self._entry.copied
        if copied is None:
            return
        there = cast(Rds, rds_backends[ACCOUNT][copied.to])
        name = str(snapshot.db_snapshot_identifier).removeprefix("rds:")
        at = snapshot.data_time + copied.after
        with self._seed.world.at_once(), self._seed.world.as_of(at):
            there.copy_db_snapshot(
                str(snapshot.db_snapshot_arn),
                f"copy-{name}",
                kms_key_id=self._seed.keys[copied.to],
                pre_signed_url=_SIGNED,
            )

    def _scheduled_snapshot(self) -> None:
        now, instance = self._seed.world.now(), self._instance
        self._seed.world.agenda.at(now + self._database.every, self._scheduled_snapshot)
        if not instance.backup_retention_period or instance.status != "available":
            return
        taken = self._backend.record_automated(instance, now)
        if self._entry.copied:
            self._seed.world.agenda.at(now + self._entry.copied.after, lambda: self._copy(taken))
        if self._entry.vault:
            vaults().keep(self._entry.vault, instance.arn, "RDS", now)
        for name, snapshot in list(self._backend.database_snapshots.items()):
            expired = snapshot.created < naive(now - KEPT)
            if (
                expired
                and snapshot.snapshot_type == "automated"
                and snapshot.dbi_resource_id == instance.dbi_resource_id
            ):
                del self._backend.database_snapshots[name]

    @property
    def _instance(self) -> Instance:
        return cast(Instance, self._backend.databases[self._id])

    @property
    def _backend(self) -> Rds:
        return cast(Rds, rds_backends[ACCOUNT][REGION])
