"""Runs that drill an Aurora cluster of the small estate, driven as the runner drives them."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, cast

from moto.rds.models import rds_backends

from dr_orchestrator.domain.copy import Copy, CopyState
from dr_orchestrator.domain.service import Resource
from dr_orchestrator.lab.cloud.databases.clusters.backend import Clusters
from dr_orchestrator.lab.cloud.world import ACCOUNT
from dr_orchestrator.resources import TYPES
from dr_orchestrator.resources.aurora_cluster.name import NAME
from dr_orchestrator.resources.aurora_cluster.restore import AuroraCluster
from tests.support.aurora import ENGINE, add_member
from tests.support.elsewhere import AWAY
from tests.support.estate import ISOLATION, REGION, Estate

TYPE = TYPES[NAME]


CLUSTER = Resource("boards-db", NAME, "boards-prod", REGION, isolation=ISOLATION)


SCALES = replace(CLUSTER, name="status-db", id="status-prod")


MYSQL = replace(CLUSTER, name="books-db", id="books-prod")


OTHER = replace(CLUSTER, name="old-db", id="old-prod")


SNAPSHOT, INSTANT = "RestoreDBClusterFromSnapshot", "RestoreDBClusterToPointInTime"


runs = itertools.count(1)


def make_cluster(
    built: Estate, resource: Resource, kind: str, engine: str = ENGINE, version: str = "16.6", **given: Any
) -> None:
    rds, name = built.client("rds"), resource.id
    family = f"{engine}{version[: 3 if engine.endswith('mysql') else 2]}"
    key = built.client("kms").create_key()["KeyMetadata"]["Arn"]
    for where in (rds, built.client("rds", AWAY)):
        groups_of(where, name, family)
    rds.create_db_cluster(
        DBClusterIdentifier=name,
        Engine=engine,
        EngineVersion=version,
        MasterUsername="boards",
        MasterUserPassword="not-a-secret",
        BackupRetentionPeriod=7,
        DeletionProtection=True,
        StorageEncrypted=True,
        KmsKeyId=key,
        DBClusterParameterGroupName=f"{name}-cluster",
        **given,
    )
    group = {"DBParameterGroupName": f"{name}-instance", "Engine": engine}
    add_member(rds, name, f"{name}-1", DBInstanceClass=kind, **group)
    add_member(rds, name, f"{name}-2", DBInstanceClass="db.r6g.8xlarge", **group)


def groups_of(rds: Any, name: str, family: str) -> None:
    """The parameter groups of a cluster and of its instances, in a region."""
    groups = {"Description": "own", "DBParameterGroupFamily": family}
    rds.create_db_cluster_parameter_group(DBClusterParameterGroupName=f"{name}-cluster", **groups)
    rds.create_db_parameter_group(DBParameterGroupName=f"{name}-instance", **groups)


@dataclass
class Drilled:
    """A run's restore of a cluster, driven as the runner drives it: each copy intended before its call."""

    made: Estate
    restorer: AuroraCluster
    copy: Copy
    heard: int

    def restored(self) -> list[Copy]:
        """Restore, confirm and await the cluster; then its instances."""
        restorer = cast(Any, self.restorer)
        self._confirm(self.copy, restorer.restore(restorer.choose(), self.copy))
        restorer.ready(self.copy)
        for part in restorer.further(self.copy):
            self.made.ledger.intend(part.copy, self.made.clock)
            self._confirm(part.copy, part.ask())
            part.ready()
        return [self.copy, *self.restorer.members(self.copy)]

    def _confirm(self, copy: Copy, asked: Any) -> None:
        rows = self.made.ledger.rows
        rows[copy.id] = replace(rows[copy.id], identity=asked.identity, state=CopyState.CREATED)

    def destroy(self, copy: Copy) -> CopyState:
        """As a sweep does, which knows nothing of the drill."""
        return TYPE.destroyer(copy, CLUSTER, self.made.toolkit, {}).destroy(copy)

    def end(self) -> None:
        """Take all down, last first."""
        for copy in (*reversed(self.restorer.members(self.copy)), self.copy):
            if copy.id in self.made.ledger.rows:
                assert self.destroy(copy) in (CopyState.DELETED, CopyState.NEVER_CREATED)

    def calls(self, *actions: str) -> list[tuple[str, dict[str, Any]]]:
        """The calls of these operations since the run began, in their order."""
        heard = self.made.lab.journal[self.heard :]
        return [(entry.action, entry.params) for entry in heard if entry.action in actions]

    def asked(self, action: str) -> dict[str, Any]:
        """The one call of an operation."""
        ((_, given),) = self.calls(action)
        return given


Begin = Callable[..., Drilled]


def backend() -> Clusters:
    return cast(Clusters, rds_backends[ACCOUNT][REGION])


def group_of(made: Estate) -> str:
    found = made.client("ec2").describe_security_groups(GroupNames=["dro-isolated"])["SecurityGroups"]
    return str(found[0]["GroupId"])
