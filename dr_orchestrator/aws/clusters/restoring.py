"""The common ground of the ways of restoring a DB cluster: what is asked for, isolation, waiting, teardown."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any, ClassVar

from dr_orchestrator.aws.clusters import production, proof
from dr_orchestrator.aws.copies import SKEW
from dr_orchestrator.aws.logins import keys as logins
from dr_orchestrator.aws.logins.door import Door
from dr_orchestrator.aws.preflight.region import place_of
from dr_orchestrator.aws.rds import bringing, events, instances, isolation
from dr_orchestrator.aws.rds.objects import CLUSTERS, Objects
from dr_orchestrator.aws.toolkit import Toolkit
from dr_orchestrator.aws.watcher import States
from dr_orchestrator.domain.copy import Copy, CopyState
from dr_orchestrator.domain.drill import Selection
from dr_orchestrator.domain.evidence import Asked, Ready, Seen
from dr_orchestrator.domain.run import ServerTime
from dr_orchestrator.domain.service import Resource
from dr_orchestrator.errors import UnsafeToDelete

STATES = States(
    ready=frozenset({"available"}),
    dead=frozenset(
        {"failed", "incompatible-restore", "incompatible-network", "incompatible-parameters", "cloning-failed"}
        | {"migration-failed", "inaccessible-encryption-credentials", "stopped", "deleting"}
    ),
    progress=frozenset(
        {"creating", "backing-up", "modifying", "rebooting", "starting", "stopping", "maintenance", "upgrading"}
        | {"backtracking", "failing-over", "migrating", "preparing-data-migration", "promoting", "renaming"}
        | {"resetting-master-credentials", "storage-optimization", "update-iam-db-auth", "scaling-storage"}
        | {"configuring-iam-database-auth", "configuring-enhanced-monitoring", "configuring-log-exports"}
        | {"inaccessible-encryption-credentials-recoverable", "absent"}
    ),
    sightings=2,
    soonest=60.0,
)
QUOTA = instances.QUOTA | {
    *("DBClusterQuotaExceededFault", "InsufficientDBClusterCapacityFault", "InsufficientStorageClusterCapacity"),
}

DOOR = Door(CLUSTERS, STATES, production.address)
"""How a cluster is logged in to, source or copy: by its writer."""


class DbCluster(ABC):
    """The common ground of the ways of restoring a DB cluster, of Aurora or in several zones."""

    snapshot: ClassVar[str] = ""
    """The type of the snapshots that are brought to where a copy is to stand; empty where none is."""

    def __init__(
        self,
        resource: Resource,
        selection: Selection | None,
        toolkit: Toolkit,
        answers: Callable[[Copy], bool] | None = None,
    ) -> None:
        """Without a selection it only takes copies down. `answers` asks the copy's database something; without one its
        states alone are believed.
        """
        self._resource, self._toolkit, self._answers = resource, toolkit, answers
        self._selection = selection or Selection()
        self._account = toolkit.account
        self._api = toolkit.account.api("rds")
        self._groups: tuple[str, ...] = ()

    @cached_property
    def _there(self) -> Toolkit:
        """The tools where the copy stands: beside its source, or where the drill says."""
        place = place_of(self._resource)
        return self._toolkit if place is None else self._toolkit.at(place)

    @property
    def _points_at(self) -> Toolkit:
        """The tools where recovery points lie: beside the source, or where copies of them stand already."""
        to = self._resource.to
        return self._there if to is not None and to.standing else self._toolkit

    @cached_property
    def _objects(self) -> Objects:
        return Objects(CLUSTERS, self._there)

    def _look_at_name(self, copy: Copy) -> str:
        return self._objects.name_is_free(copy)

    def isolated(self, copy: Copy) -> Seen:
        """Prove of the live cluster and of its instances that they stand apart, and that no global cluster has them."""
        put = isolation.declared(self._resource)
        to, source = place_of(self._resource), self.described()
        return Seen(proof.isolated(self._there, copy, source, self._instances(copy), put, self._network(), to))

    def ready(self, copy: Copy) -> Ready:
        """Wait until the cluster is available."""
        return Ready(self._there.seconds_since(self._there.wait_until_ready(self._objects.feed(), copy, STATES)))

    def address(self) -> tuple[str, int]:
        """Host and port of the source's writer."""
        return production.address(self.described(), self._resource.id)

    def addresses(self) -> list[tuple[str, int]]:
        """Host and port of the source's writer, of its readers, of its custom endpoints and of each instance in it."""
        return production.addresses(self._api, self.described(), self._resource.id)

    def server_times(self, copy: Copy) -> list[ServerTime]:
        """The events that RDS wrote down of the cluster, and of its instances, since each was intended."""
        proofs, api = self._toolkit.proofs, self._there.account.api("rds")
        told = events.states(api, copy.id, proofs.intended(copy).intended_at - SKEW, "db-cluster")
        for member in self.members(copy):
            if (record := proofs.record(member)) is not None:
                told += events.states(api, member.id, record.intended_at - SKEW)
        return told

    def destroy(self, copy: Copy) -> CopyState:
        """Delete the cluster without final snapshot and backups, once proven to be this run's copy, and empty."""
        return self._objects.destroy(copy, STATES, self._empty, SkipFinalSnapshot=True, DeleteAutomatedBackups=True)

    def key(self) -> str | None:
        """The key of the data that is restored: the source's own."""
        return key_of(self.described())

    def version(self) -> str:
        """The engine's version that the copy will have."""
        return str(self.described().get("EngineVersion", ""))

    def _ask(self, operation: str, copy: Copy, **given: Any) -> Asked:
        wanted = {**self._overrides(), **given}
        return self._objects.ask(operation, copy, QUOTA, DBClusterIdentifier=copy.id, **wanted)

    def _overrides(self) -> dict[str, Any]:
        """Everything that a restore would else take from a default: network, protection, parity."""
        source = self.described()
        return {
            "DBSubnetGroupName": isolation.declared(self._resource).subnet_group,
            "VpcSecurityGroupIds": list(self._network()),
            "DBClusterParameterGroupName": bringing.group_of(
                self._resource.to, source.get("DBClusterParameterGroup"), own=True
            ),
            "StorageType": source.get("StorageType"),
            "DeletionProtection": False,
            "CopyTagsToSnapshot": False,
            "EnableIAMDatabaseAuthentication": logins.by_iam(self._resource),
            **self._own(source),
        }

    def _empty(self, live: Mapping[str, Any]) -> None:
        """Raise where an instance is still in it that nothing takes down: AWS would refuse, again and again."""
        name = live["DBClusterIdentifier"]
        found = production.instances_of(self._there.account.api("rds"), name)
        if held := [each["DBInstanceIdentifier"] for each in found if each.get("DBInstanceStatus") != "deleting"]:
            raise UnsafeToDelete(f"{name} still holds {', '.join(held)}", "delete the instance first, then `dro sweep`")

    def _network(self) -> tuple[str, ...]:
        put = isolation.declared(self._resource)
        self._groups = self._groups or isolation.security_groups(self._there.account, put)
        return self._groups

    @abstractmethod
    def described(self) -> Mapping[str, Any]:
        """The source as AWS describes it; NotRecoverable where it is not there, or none that these drills restore."""

    @abstractmethod
    def members(self, copy: Copy) -> Sequence[Copy]:
        """The instances that the run itself makes in the copy, as planned."""

    @abstractmethod
    def _instances(self, copy: Copy) -> Sequence[Mapping[str, Any]]:
        """The instances that the live copy has to hold, and no others."""

    @abstractmethod
    def _own(self, source: Mapping[str, Any]) -> Mapping[str, Any]:
        """The settings besides that a restore would else take from a default, as the source has them."""


def key_of(described: Mapping[str, Any]) -> str | None:
    """The key that a cluster or a snapshot is encrypted with; None where it is not encrypted."""
    return described.get("KmsKeyId") if described.get("StorageEncrypted") else None
