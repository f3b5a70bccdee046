"""RDS instances and snapshots whose state passes with the lab's time and waits for the database behind them."""

from __future__ import annotations

import secrets
import string
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from moto.rds.exceptions import InvalidParameterCombination, RDSClientError
from moto.rds.models import DBInstance, DBInstanceAutomatedBackup, DBSnapshot

from dr_orchestrator.lab.cloud.databases.logins import WithPassword, managed_login
from dr_orchestrator.lab.cloud.databases.states import OfData, OnDatabase
from dr_orchestrator.lab.cloud.databases.windows import reach, within
from dr_orchestrator.lab.cloud.lifecycle import Timeline
from dr_orchestrator.lab.cloud.world import naive, world

REPLICATED = timedelta(minutes=10)
"""How far a backup that is replicated to another region is behind the one of its source."""

_UNIQUE = string.ascii_uppercase + string.digits


class Instance(WithPassword, OnDatabase, DBInstance):
    """A DB instance; `database` is the physical one behind it, where there is one."""

    protected_since: datetime
    replicated_to: frozenset[str] = frozenset()
    """The regions that its automated backups are replicated to; the call that begins it the lab does not have."""

    secondary_availability_zone: str | None = None
    """The zone of its standby, where it has one."""

    promoting = False
    """Whether it was asked to replicate no more, and does not tell so yet."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # moto gives every instance the same id; AWS never gives one twice.
        self.dbi_resource_id = "db-" + "".join(secrets.choice(_UNIQUE) for _ in range(26))
        self.protected_since = world().now()
        if self.manage_master_user_password:
            self._master_user_password = managed_login(self)

    becomes_multi_az: datetime | None = None
    """Until when it is being given a standby."""

    @property
    def pending_modified_values(self) -> dict[str, Any] | None:
        """The values that are asked for and not there yet."""
        of_standby = self.becomes_multi_az is not None and world().now() < self.becomes_multi_az
        wanted = {**(super().pending_modified_values or {}), **({"MultiAZ": True} if of_standby else {})}
        return wanted or None

    @property
    def deaf(self) -> bool:
        """Whether a fault has it that this replica hears nothing of what it replicates."""
        return world().faults.pretends("deaf", "rds", self.db_instance_identifier)

    @property
    def status_infos(self) -> list[dict[str, Any]]:
        """The state of its replication, where it is a replica."""
        if not self.source_db_instance_identifier:
            return []
        status = "error" if self.deaf else "replicating"
        return [{"StatusType": "read replication", "Normal": not self.deaf, "Status": status}]

    @property
    def password(self) -> str:
        """The master password, which moto lets nobody read."""
        return str(getattr(self, "_master_user_password", ""))

    @property
    def endpoint(self) -> dict[str, Any] | None:  # type: ignore[override]
        """Absent until the instance has been created, as in AWS."""
        if self.status in ("creating", "incompatible-restore"):
            return None
        if self.database is None:
            return super().endpoint
        host, port = self.database.address
        return {"Address": host, "Port": port}

    def get_cfn_attribute(self, attribute_name: str) -> Any:
        """As moto, and the secret of the master user, where RDS manages that."""
        if attribute_name == "MasterUserSecret.SecretArn":
            return self.master_user_secret.secret_arn
        return super().get_cfn_attribute(attribute_name)

    @property
    def backup_retention_period(self) -> int:
        """Days of backups; 0 also while a fault pretends that backups are off."""
        off = world().faults.pretends("pitr-off", "rds", self.db_instance_identifier)
        return 0 if off else super().backup_retention_period

    @backup_retention_period.setter
    def backup_retention_period(self, value: int) -> None:
        self._backup_retention_period = int(value)

    @property
    def window(self) -> tuple[datetime, datetime] | None:
        """The earliest and latest instants that it can be restored to; None where there are none."""
        if not self.backup_retention_period or self.status in ("creating", "incompatible-restore"):
            return None
        return reach(self.backup_retention_period, self.protected_since, self.database)

    def instant(self, given: Mapping[str, Any]) -> datetime:
        """The instant that a restore asks for; refused where it is outside the window."""
        latest, asked = given.get("use_latest_restorable_time"), given.get("restore_time")
        if bool(latest) == bool(asked):
            raise InvalidParameterCombination("Give either RestoreTime or UseLatestRestorableTime.")
        name = self.db_instance_identifier
        if not self.backup_retention_period:
            raise RDSClientError("PointInTimeRestoreNotEnabled", f"Automated backups are not enabled for {name}.")
        return within(self.window, asked, name)

    def delete(self, account_id: str, region_name: str) -> None:  # noqa: ARG002 - it stands where its backend does
        """Be deleted by a stack: what becomes of its data the stack's DeletionPolicy has said before."""
        self.backend.delete_db_instance(self.db_instance_identifier, skip_final_snapshot=True)

    def refuse_delete(self, final_snapshot: str | None, skip: bool) -> None:
        """Raise where AWS would not delete it."""
        if self.status == "deleting":
            raise wrong_state(f"Instance {self.db_instance_identifier} is already being deleted.")
        if self.deletion_protection:
            raise InvalidParameterCombination(
                "Cannot delete protected DB Instance, please disable deletion protection and try again."
            )
        if bool(final_snapshot) == skip:
            raise InvalidParameterCombination(
                "FinalDBSnapshotIdentifier is required unless SkipFinalSnapshot is specified, and not allowed if it is."
            )

    @property
    def latest_restorable_time(self) -> datetime | None:  # type: ignore[override]
        """The end of the window."""
        return naive(self.window[1]) if self.window else None


class Snapshot(OfData, DBSnapshot):
    """A DB snapshot; `data_time` is the instant whose data it holds."""

    data_time: datetime
    source_db_snapshot_identifier: str | None = None
    source_region: str | None = None
    stored: str = ""
    """The name under which the physical copy is kept: that of the first of those that were copied from one another."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.data_time, self.stored = world().now(), self.db_snapshot_identifier
        self.availability_zone = self.database.availability_zone
        self.license_model = self.database.license_model
        self.storage_type = self.database.storage_type
        self.option_group_name = self.database.option_group_name
        self.snapshot_target = "region"
        self.encrypted = bool(self.kms_key_id)

    @property
    def snapshot_database_time(self) -> datetime:
        """The time of the newest transaction in it."""
        return naive(self.data_time)

    def dated(self, at: datetime) -> None:
        """Make it one that was taken at `at`."""
        self.data_time = at
        self.created = self.original_snapshot_create_time = naive(at)
        self.timeline = Timeline(at, (), "available")


class AutomatedBackup(DBInstanceAutomatedBackup):
    """The continuous backup of an instance, with the window that moto leaves out."""

    def __init__(self, instance: Instance, snapshots: list[DBSnapshot], region: str = "", key: str = "") -> None:
        """`region` is the one that it is replicated to, where it stands there, under a `key` of that: it is behind."""
        super().__init__(instance.backend, instance.db_instance_identifier, snapshots)
        self.dbi_resource_id = instance.dbi_resource_id
        self.db_instance_arn = instance.db_instance_arn
        self.backup_retention_period = instance.backup_retention_period
        self.encrypted = instance.storage_encrypted
        self.kms_key_id = instance.kms_key_id
        self.engine = instance.engine
        self.engine_version = instance.engine_version
        self.allocated_storage = instance.allocated_storage
        self.db_instance_automated_backups_arn = instance.arn.replace(":db:", ":auto-backup:ab-")
        window = instance.window
        if region:
            self.region, self.kms_key_id = instance.region, key or instance.kms_key_id
            own = self.db_instance_automated_backups_arn
            self.db_instance_automated_backups_arn = own.replace(f":{instance.region}:", f":{region}:")
            window = (window[0], window[1] - REPLICATED) if window and window[1] - REPLICATED > window[0] else None
        self.restore_window = {"EarliestTime": naive(window[0]), "LatestTime": naive(window[1])} if window else None


def wrong_state(message: str) -> RDSClientError:
    """The refusal of something that an instance's state does not allow."""
    return RDSClientError("InvalidDBInstanceState", message)
