"""A DB cluster: a volume whose state passes with the lab's time and waits for the database that stands for it."""

from __future__ import annotations

import secrets
import string
from datetime import datetime
from typing import Any

from moto.rds.models import DBCluster, RDSBackend

from dr_orchestrator.lab.cloud.databases import places
from dr_orchestrator.lab.cloud.databases.clusters.from_template import ClusterOfStack
from dr_orchestrator.lab.cloud.databases.logins import RESETTING, WithPassword, managed_login
from dr_orchestrator.lab.cloud.databases.states import OnDatabase
from dr_orchestrator.lab.cloud.databases.windows import Window, reach
from dr_orchestrator.lab.cloud.world import naive, world

FAILING_OVER = "failing-over"
SMALLEST = 10
"""GiB of a volume that nothing is known of."""
_LICENSES = {
    "aurora-postgresql": "postgresql-license",
    "aurora-mysql": "general-public-license",
    "postgres": "postgresql-license",
    "mysql": "general-public-license",
}
_MAJOR = {"aurora-postgresql": 1, "aurora-mysql": 2, "postgres": 1, "mysql": 2}
"""How many parts of a version are those of its family of parameters."""

_UNIQUE = string.ascii_uppercase + string.digits


def family_of(engine: str, version: str) -> str:
    """The family that the parameter groups of an engine's version are of."""
    return engine + ".".join(version.split(".")[: _MAJOR[engine]])


def unique(prefix: str) -> str:
    """An id that AWS gives once and never again."""
    return prefix + "".join(secrets.choice(_UNIQUE) for _ in range(26))


class Cluster(WithPassword, OnDatabase, DBCluster, ClusterOfStack):
    """A DB cluster; `database` is the physical one behind its volume of `volume` GiB, where there is one."""

    protected_since: datetime
    volume: int = SMALLEST
    changing = "available"
    """The state while its reader gets a server of its own, which the cluster does not show, or while it fails over."""

    follows = False
    """Whether a second server follows that of its writer, and takes its place."""

    joined = False
    """Whether the readers that it made itself have been told to follow its writer."""

    asked_by_statements: datetime | None = None
    """Since when its Data API answers, or from when on it will."""

    def __init__(self, backend: RDSBackend, **given: Any) -> None:
        given["storage_type"] = given.get("storage_type") or "aurora"
        size = (given.get("allocated_storage") or SMALLEST) if given.get("db_cluster_instance_class") else 1
        super().__init__(backend, **{**given, "allocated_storage": size, "license_model": _LICENSES[given["engine"]]})
        self.db_cluster_resource_id = unique("cluster-")
        self.protected_since = world().now()
        self.kms_key_id = None  # type: ignore[assignment] # told only of what is encrypted
        if self.storage_encrypted:
            self.kms_key_id = places.usable_key(backend, given.get("kms_key_id") or "alias/aws/rds")
        if self.manage_master_user_password:
            self._master_user_password = managed_login(self)

    @property
    def secondary(self) -> bool:
        """Whether it is in a global cluster and only reads."""
        return bool(self.global_cluster_identifier) and not self.is_writer

    def designate_writer(self) -> None:
        """As moto, but that none of a secondary's writes."""
        if not self.secondary:
            super().designate_writer()

    @property
    def of_zones(self) -> bool:
        """Whether it is a multi-AZ DB cluster, which makes its three instances by itself."""
        return bool(self.db_cluster_instance_class)

    @property
    def http_endpoint_enabled(self) -> bool:
        """Whether its Data API is enabled, which is told before it answers."""
        return self.asked_by_statements is not None

    @property
    def percent_progress(self) -> str | None:
        """How far a restore is along; nothing once it is over."""
        return str(min(99, self.timeline.percent(world().now()))) if self.status == "creating" else None

    @property
    def password(self) -> str:
        """The master password, which moto lets nobody read."""
        return self._master_user_password

    # Where it is reached

    @property
    def vpc_id(self) -> str:
        """The VPC of its subnets."""
        return str(self.backend.subnet_groups[self.db_subnet_group_name].vpc_id)

    @property
    def answers(self) -> bool:
        """Whether an instance in it answers, or will at the same address; a password that is being changed shuts nobody
        out who is in.
        """
        return any(member.status in ("available", "rebooting", RESETTING) for member in self._members)

    @property
    def endpoint(self) -> str:
        """The host of its writer: a name that leads nowhere until an instance is there."""
        return self.database.address[0] if self.database is not None and self.answers else super().endpoint

    @property
    def reader_endpoint(self) -> str:
        """The host of its readers; the one server of the lab is both."""
        return self.endpoint if self.database is not None and self.answers else super().reader_endpoint

    @property
    def port(self) -> int:
        """The port of its endpoints; as it was asked for until an instance is there."""
        return self.database.address[1] if self.database is not None and self.answers else self.asked_port

    @port.setter
    def port(self, value: int) -> None:
        self.asked_port = value

    # What it can be restored to

    @property
    def window(self) -> Window | None:
        """The earliest and latest instants that it can be restored to; None where there are none."""
        off = world().faults.pretends("pitr-off", "rds", self.db_cluster_identifier)
        if off or self.status in ("creating", "incompatible-restore"):
            return None
        return reach(self.backup_retention_period, self.protected_since, self.database)

    @property  # type: ignore[override]
    def earliest_restorable_time(self) -> datetime | None:
        """The begin of the window."""
        return naive(self.window[0]) if self.window else None

    @earliest_restorable_time.setter
    def earliest_restorable_time(self, value: datetime) -> None:
        """Nothing: moto sets the time of its creation."""

    @property
    def latest_restorable_time(self) -> datetime | None:  # type: ignore[override]
        """The end of the window."""
        return naive(self.window[1]) if self.window else None
