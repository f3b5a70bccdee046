"""RDS as AWS does it: restores that take their time, windows that are checked, a False that counts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from importlib import import_module
from typing import Any, cast

from moto.rds.exceptions import (
    DBInstanceAlreadyExists,
    DBInstanceNotFoundError,
    DBSnapshotAlreadyExistsError,
    DBSnapshotNotFoundFault,
    InvalidParameterCombination,
    InvalidParameterValue,
    RDSClientError,
)
from moto.rds.models import DBInstance, DBInstanceAutomatedBackup, DBSnapshot, rds_backends

from dr_orchestrator.lab.cloud import lifecycle
from dr_orchestrator.lab.cloud.databases import logins, places, sharing
from dr_orchestrator.lab.cloud.databases.events import Told
from dr_orchestrator.lab.cloud.lifecycle import passing
from dr_orchestrator.lab.cloud.world import Database, world
from dr_orchestrator.resources.rds_instance.lab import options
from dr_orchestrator.resources.rds_instance.lab.events import BEGUN, FINISHED
from dr_orchestrator.resources.rds_instance.lab.models import AutomatedBackup, Instance, Snapshot, wrong_state
from dr_orchestrator.resources.rds_instance.lab.replicas import Replicas
from dr_orchestrator.resources.rds_instance.lab.steady import steady

_SOON = timedelta(seconds=1)
# What a restored instance takes over from its source; everything else is as given, or AWS's default.
INHERITED = (
    "engine",
    "engine_version",
    "license_model",
    "db_name",
    "allocated_storage",
    "storage_type",
    "iops",
    "master_username",
    "port",
    "storage_encrypted",
    "kms_key_id",
    "auto_minor_version_upgrade",
    "db_instance_class",
    "backup_retention_period",
    "preferred_backup_window",
    "preferred_maintenance_window",
    "character_set_name",
    "option_group_name",
)
# Parameters of a restore that say what it is made from, not what it becomes.
_SOURCES = (
    "db_snapshot_identifier",
    "source_db_instance_identifier",
    "source_dbi_resource_id",
    "source_db_instance_automated_backups_arn",
    "target_db_instance_identifier",
    "restore_time",
    "use_latest_restorable_time",
    "use_default_processor_features",
)


class Rds(Replicas):
    """One account's RDS in one region."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        steady(self)

    @property
    def _url_module(self) -> Any:
        return import_module("moto.rds.urls")

    # Instances

    def create_db_instance(self, db_kwargs: Any) -> DBInstance:
        """As moto, but the instance is being created first, and no backup is made that was not asked for."""
        given = _plain(db_kwargs)
        if given.get("db_cluster_identifier"):
            return super().create_db_instance(db_kwargs)
        plane = places.behind(str(given.get("engine")))
        instance = self._make(given["db_instance_identifier"], given)
        fate = world().faults.fate("rds", "CreateDBInstance", instance.db_instance_identifier)
        self._begin(instance, lifecycle.CREATE_INSTANCE, fate)
        if instance.multi_az:
            instance.secondary_availability_zone = self._other_zone(instance)
        if plane is not None and not fate:
            instance.database = plane.create(
                instance.dbi_resource_id,
                instance.db_name or str(instance.engine),
                str(instance.master_username),
                instance.password,
            )
        return instance

    def restore_db_instance_from_db_snapshot(self, from_snapshot_id: str, overrides: Any) -> DBInstance:
        """Restore a snapshot beside its source; what is given counts, also where it is False or 0."""
        snapshot = self._snapshot(from_snapshot_id)
        if snapshot.status != "available":
            raise RDSClientError("InvalidDBSnapshotState", f"Snapshot {from_snapshot_id} is {snapshot.status}.")
        return self.restored(snapshot, _plain(overrides))

    def restored(self, snapshot: Snapshot, given: dict[str, Any]) -> Instance:
        """Restore what a snapshot holds, whether RDS lists that or not."""
        source = cast(Instance, snapshot.database)
        kept = {"kms_key_id": snapshot.kms_key_id, "storage_encrypted": snapshot.encrypted}
        action, told = "RestoreDBInstanceFromDBSnapshot", f"snapshot {snapshot.db_snapshot_identifier}"
        made = self._restored(action, given["db_instance_identifier"], source, kept | given, told)
        if not made.timeline.final.startswith("incompatible"):
            made.database = _database_of_snapshot(made, snapshot, source)
        return made

    def restore_db_instance_to_point_in_time(
        self, source_db_identifier: str, target_db_identifier: str, overrides: Any
    ) -> DBInstance:
        """Restore to an instant within the source's window, which moto does not look at."""
        given = _plain(overrides)
        source = self._pitr_source(source_db_identifier, given)
        at = source.instant(given)
        if source.storage_encrypted and not _stands(source, self):
            given["kms_key_id"] = sharing.key_of_rds(self)
        told = f"DB instance {source.db_instance_identifier} to {at:%Y-%m-%d %H:%M:%S} UTC"
        made = self._restored("RestoreDBInstanceToPointInTime", target_db_identifier, source, given, told)
        plane = places.behind(str(source.engine))
        if plane is not None and source.database is not None and not made.timeline.final.startswith("incompatible"):
            key, apart = made.dbi_resource_id, _apart(made)
            made.database = plane.restore_instant(key, source.database.key, at, apart=apart)
        return made

    def modify_db_instance(self, db_instance_identifier: str, db_kwargs: Any) -> DBInstance:
        """As moto; switching backups off also drops the automated snapshots, and switching them on starts anew.

        A new master password is in use after a while.
        """
        instance = cast(Instance, self.describe_db_instances(db_instance_identifier)[0])
        if instance.status in ("creating", "deleting", logins.RESETTING):
            raise wrong_state(f"Instance {db_instance_identifier} is {instance.status}.")
        retention, before = _plain(db_kwargs).get("backup_retention_period"), instance.backup_retention_period
        modified = super().modify_db_instance(db_instance_identifier, db_kwargs)
        if password := _plain(db_kwargs).get("master_user_password"):
            fate = world().faults.fate("rds", "ModifyDBInstance", instance.db_instance_identifier)
            logins.change_password(instance, password, fate)
        if retention is not None and int(retention) == 0:
            self._drop_automated(instance)
        elif retention and not before:
            instance.protected_since = world().now()
        return modified

    def delete_db_instance(
        self,
        db_instance_identifier: str,
        final_db_snapshot_identifier: str | None = None,
        skip_final_snapshot: bool | None = False,
        delete_automated_backups: bool | None = True,
    ) -> DBInstance:
        """Deleting takes its time; a final snapshot is made or declined, never forgotten."""
        instance = cast(Instance, self.databases.get(db_instance_identifier))
        if instance is None:
            raise DBInstanceNotFoundError(db_instance_identifier)
        instance.refuse_delete(final_db_snapshot_identifier, bool(skip_final_snapshot))
        if final_db_snapshot_identifier:
            self.create_db_snapshot(db_instance_identifier, final_db_snapshot_identifier)
        fate = world().faults.fate("rds", "DeleteDBInstance", instance.db_instance_identifier)
        instance.timeline = passing([("deleting", lifecycle.DELETE_INSTANCE)], "gone", fate)
        if instance.timeline.final == "gone":
            world().agenda.at(instance.timeline.ends, lambda: self._remove(instance, bool(delete_automated_backups)))
        return instance

    def describe_db_instances(self, db_instance_identifier: str | None = None, filters: Any = None) -> list[DBInstance]:
        """As moto, without those that a fault hides."""
        found = super().describe_db_instances(db_instance_identifier, filters)
        seen = [each for each in found if not _hidden(each.db_instance_identifier)]
        if db_instance_identifier and not seen:
            raise DBInstanceNotFoundError(db_instance_identifier)
        return seen

    # Snapshots

    def create_db_snapshot(
        self,
        db_instance_identifier: str,
        db_snapshot_identifier: str,
        snapshot_type: str = "manual",
        tags: list[dict[str, str]] | None = None,
        original_created_at: datetime | None = None,  # noqa: ARG002 (moto's signature)
        kms_key_id: str | None = None,
    ) -> DBSnapshot:
        """A snapshot that is being created first, and that copies the database behind the instance."""
        instance = cast(Instance, self.describe_db_instances(db_instance_identifier)[0])
        if instance.status != "available":
            raise wrong_state(f"Instance {db_instance_identifier} is {instance.status}.")
        snapshot = self._recorded(instance, db_snapshot_identifier, snapshot_type, tags, kms_key_id)
        seconds = lifecycle.SNAPSHOT_BASE + lifecycle.SNAPSHOT_PER_GIB * instance.allocated_storage
        fate = world().faults.fate("rds", "CreateDBSnapshot", db_snapshot_identifier)
        snapshot.timeline = passing([("creating", seconds)], "available", fate)
        plane = places.behind(str(instance.engine))
        if plane is not None and instance.database is not None:
            name = snapshot.db_snapshot_identifier
            plane.snapshot(name, instance.database)
            snapshot.written = lambda: plane.holds(name)
        return snapshot

    def record_automated(self, instance: Instance, at: datetime) -> Snapshot:
        """An automated snapshot of `at`, and its events; nothing is copied, for the archived WAL holds it."""
        snapshot = self._automated(instance, at)
        self._tell(instance, at, BEGUN, "backup")
        self._tell(instance, at + timedelta(seconds=lifecycle.BACK_UP), FINISHED, "backup")
        return snapshot

    def _automated(self, instance: Instance, at: datetime) -> Snapshot:
        name = f"rds:{instance.db_instance_identifier}-{at:%Y-%m-%d-%H-%M}"
        snapshot = self._recorded(instance, name, "automated", None, None)
        snapshot.dated(at)
        return snapshot

    def describe_db_snapshots(
        self,
        db_instance_identifier: str | None,
        db_snapshot_identifier: str | None = None,
        snapshot_type: str | None = None,
        filters: dict[str, Any] | None = None,
    ) -> list[DBSnapshot]:
        """As moto, in the order of their time, without those that a fault hides; AWS Backup's by name alone."""
        if db_snapshot_identifier and not snapshot_type:
            filters = {"snapshot-type": ["automated", "manual", "awsbackup"], **(filters or {})}
        if db_snapshot_identifier and db_snapshot_identifier.startswith("arn:"):
            db_snapshot_identifier = self.extract_snapshot_name_from_arn(db_snapshot_identifier)
        found = super().describe_db_snapshots(db_instance_identifier, db_snapshot_identifier, snapshot_type, filters)
        faults = world().faults
        seen = [each for each in found if not faults.pretends("no-snapshot", "rds", each.db_instance_identifier)]
        if db_snapshot_identifier and not seen:
            raise DBSnapshotNotFoundFault(db_snapshot_identifier)
        return sorted(seen, key=lambda each: each.created)

    def delete_db_snapshot(self, db_snapshot_identifier: str) -> DBSnapshot:
        """As moto; automated snapshots cannot be deleted by a call."""
        snapshot = self.database_snapshots.get(db_snapshot_identifier)
        if snapshot is not None and snapshot.snapshot_type == "automated":
            raise RDSClientError("InvalidDBSnapshotState", "Automated snapshots cannot be deleted.")
        return super().delete_db_snapshot(db_snapshot_identifier)

    def describe_db_instance_automated_backups(
        self, db_instance_identifier: str | None = None, **given: Any
    ) -> list[DBInstanceAutomatedBackup]:
        """One per instance with backups, with the window that it can be restored to; those that other regions
        replicate hither, too.
        """
        resource = given.get("dbi_resource_id")
        instances: Iterable[Any] = [*self.databases.values(), *self._replicated()]
        kept = [each for each in instances if isinstance(each, Instance) and each.backup_retention_period]
        if db_instance_identifier:
            kept = [each for each in kept if each.db_instance_identifier == db_instance_identifier.lower()]
        if resource:
            kept = [each for each in kept if each.dbi_resource_id == resource]
        seen = [each for each in kept if not _hidden(each.db_instance_identifier)]
        return [
            AutomatedBackup(each, [])
            if _stands(each, self)
            else AutomatedBackup(each, [], self.region_name, sharing.key_of_rds(self) if each.storage_encrypted else "")
            for each in seen
        ]

    def _replicated(self) -> Iterator[Instance]:
        there = list(rds_backends[self.account_id].items())
        others = (backend for region, backend in there if region != self.region_name)
        instances = (each for backend in others for each in list(backend.databases.values()))
        return (each for each in instances if isinstance(each, Instance) and self.region_name in each.replicated_to)

    # How it is done

    def _make(self, identifier: str, given: dict[str, Any]) -> Instance:
        if identifier in self.databases:
            raise DBInstanceAlreadyExists
        self._validate_db_identifier(identifier)
        places.check_groups(self, given.get("vpc_security_group_ids") or ())
        if given.get("kms_key_id") and given.get("storage_encrypted"):
            places.usable_key(self, given["kms_key_id"])
        given["db_subnet_group_name"] = given.get("db_subnet_group_name") or places.default_subnet_group(self)
        options.bind(self, given)
        instance = Instance(self, **{**given, "db_instance_identifier": identifier})  # type: ignore[abstract] # moto's are too
        self.databases[identifier] = instance
        return instance

    def _restored(self, action: str, identifier: str, source: Instance, given: dict[str, Any], told: str) -> Instance:
        inherited = {name: getattr(source, name, None) for name in INHERITED}
        inherited["master_user_password"] = source.password
        if given.get("allocated_storage") and given["allocated_storage"] < source.allocated_storage:
            raise InvalidParameterValue("The allocated storage size can't be less than the source's.")
        kept = {name: value for name, value in given.items() if name not in _SOURCES}
        made = self._make(identifier, {key: value for key, value in inherited.items() if value is not None} | kept)
        seconds = lifecycle.RESTORE_BASE + lifecycle.RESTORE_PER_GIB * made.allocated_storage
        fate = world().faults.fate("rds", action, made.db_instance_identifier)
        self._begin(made, seconds, fate, f"Restored from {told}")
        return made

    def _begin(self, instance: Instance, seconds: float, fate: str, restored: str = "") -> None:
        states = [("creating", seconds)]
        if instance.backup_retention_period:
            states.append(("backing-up", lifecycle.BACK_UP))
        instance.timeline = passing(states, "available", fate)
        instance.protected_since = instance.timeline.ends
        if not fate and not world().hurried:
            world().agenda.at(instance.timeline.steps[0][0], lambda: self._made(instance, restored))

    def _made(self, instance: Instance, restored: str) -> None:
        """It is created: RDS writes that down, and makes the first backup where backups are on."""
        if not self._is_there(instance):
            return
        if instance.database is not None and not (instance.database.ready or instance.database.failed):
            world().agenda.at(world().clock.now() + _SOON, lambda: self._made(instance, restored))
            return
        self._tell(instance, world().now(), "DB instance created", "creation")
        if restored:
            self._tell(instance, world().now(), restored, "restoration")
        if instance.backup_retention_period:
            self._tell(instance, world().now(), BEGUN, "backup")
            world().agenda.at(instance.timeline.ends, lambda: self._backed_up(instance))

    def _backed_up(self, instance: Instance) -> None:
        if self._is_there(instance) and instance.backup_retention_period:
            self._automated(instance, world().now())
            self._tell(instance, world().now(), FINISHED, "backup")

    def _is_there(self, instance: Instance) -> bool:
        return self.databases.get(instance.db_instance_identifier) is instance and instance.status != "deleting"

    def _tell(self, instance: Instance, at: datetime, message: str, category: str) -> None:
        self.events.append(Told("db-instance", instance, at, message, category))

    def _recorded(
        self, instance: Instance, name: str, kind: str, tags: list[dict[str, str]] | None, key: str | None
    ) -> Snapshot:
        if name in self.database_snapshots:
            raise DBSnapshotAlreadyExistsError(name)
        snapshot = Snapshot(self, instance, name, kind, tags, None, key)
        self.database_snapshots[name] = snapshot
        return snapshot

    def _remove(self, instance: Instance, with_backups: bool) -> None:
        self.databases.pop(instance.db_instance_identifier, None)
        self.forget_replica(instance)
        if with_backups:
            self._drop_automated(instance)
        if instance.manage_master_user_password:
            instance.master_user_secret.delete_secret()
        if instance.database is not None:
            instance.database.drop()

    def _drop_automated(self, instance: Instance) -> None:
        for name, snapshot in list(self.database_snapshots.items()):
            if snapshot.snapshot_type == "automated" and snapshot.dbi_resource_id == instance.dbi_resource_id:
                del self.database_snapshots[name]

    def _snapshot(self, identifier: str) -> Snapshot:
        found = self.describe_db_snapshots(None, identifier)
        return cast(Snapshot, found[0])

    def _pitr_source(self, identifier: str | None, given: dict[str, Any]) -> Instance:
        resource = given.get("source_dbi_resource_id")
        backup = given.get("source_db_instance_automated_backups_arn")
        if sum(map(bool, (identifier, resource, backup))) != 1:
            raise InvalidParameterCombination("Name exactly one source to restore from.")
        if identifier:
            return cast(Instance, self.describe_db_instances(identifier.rsplit(":", 1)[-1])[0])
        for each in (*self.databases.values(), *self._replicated()):
            if each.dbi_resource_id == resource or (backup and backup.endswith(f"ab-{each.db_instance_identifier}")):
                return cast(Instance, each)
        raise DBInstanceNotFoundError(str(resource or backup))


def _plain(params: Any) -> dict[str, Any]:
    """moto hands over a mapping that answers to both spellings; from here on there is one."""
    return dict(params.items())


def _stands(instance: Instance, backend: Rds) -> bool:
    """Whether an instance is of a region itself: of another one its backup alone may be there."""
    return backend.databases.get(instance.db_instance_identifier) is instance


def _hidden(identifier: str) -> bool:
    return world().faults.pretends("not-found", "rds", identifier)


def _apart(made: Instance) -> bool:
    return places.apart(made.backend, made.vpc_security_group_ids, made.db_instance_identifier)


def _database_of_snapshot(made: Instance, snapshot: Snapshot, source: Instance) -> Database | None:
    plane, key, apart = places.behind(str(source.engine)), made.dbi_resource_id, _apart(made)
    if plane is None or source.database is None:
        return None
    if plane.holds(snapshot.stored):
        return plane.restore_snapshot(key, snapshot.stored, snapshot.data_time, apart=apart)
    return plane.restore_instant(key, source.database.key, snapshot.data_time, apart=apart)
