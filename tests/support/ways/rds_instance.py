"""The ways to make a copy of an RDS instance."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any, cast
from unittest import mock

from moto.rds.models import rds_backends

from dr_orchestrator.aws import toolkit
from dr_orchestrator.domain.copy import Copy, Identity
from dr_orchestrator.domain.destination import Destination
from dr_orchestrator.domain.evidence import Asked, Ready
from dr_orchestrator.domain.kind import Kind
from dr_orchestrator.domain.preflight import PreflightCheck
from dr_orchestrator.domain.recovery_point import PointKind, RecoveryPoint
from dr_orchestrator.errors import NotMeasured
from dr_orchestrator.lab.cloud.world import ACCOUNT
from dr_orchestrator.resources.rds_instance.lab.vaulted import back_up
from dr_orchestrator.resources.rds_instance.points import RdsPointInTime, RdsSnapshot
from dr_orchestrator.resources.rds_instance.promotion import RdsPromotion
from dr_orchestrator.resources.rds_instance.standby import RdsStandby
from dr_orchestrator.resources.rds_instance.vaulted import RdsFromVault
from tests.support.clusters import aurora, member, zones
from tests.support.elsewhere import ALIAS, AWAY, copied_points
from tests.support.estate import INSTANCE, REGION, VAULT, Estate
from tests.support.ways import Spec, Way
from tests.support.ways.troubles import OF_A_SETTING, POINT, SOURCE, Never, out_of_vault, switched_off, without


def _copied(made: Estate) -> None:
    """Three points of the instance in the vault of the other region, as a plan of AWS Backup copies them there."""
    copied_points(made, lambda at: back_up(VAULT.name, INSTANCE.id, at, "own", AWAY, timedelta(minutes=2)))


def _foreign(way: Way, tags: list[dict[str, str]]) -> None:
    way.client("rds").create_db_instance(
        DBInstanceIdentifier=way.copy.id,
        DBInstanceClass="db.t3.micro",
        Engine="postgres",
        AllocatedStorage=20,
        MasterUsername="somebody",
        MasterUserPassword="not-a-secret",
        Tags=tags,
    )


def _remove(way: Way) -> None:
    way.client("rds").delete_db_instance(DBInstanceIdentifier=way.copy.id, SkipFinalSnapshot=True)


def _described(made: Estate) -> dict[str, Any]:
    rds = made.client("rds")
    found = rds.describe_db_instances(DBInstanceIdentifier=INSTANCE.id)["DBInstances"][0]
    found["Snapshots"] = sorted(each["DBSnapshotIdentifier"] for each in rds.describe_db_snapshots()["DBSnapshots"])
    found.pop("LatestRestorableTime", None)
    return dict(found)


def instance_of(way: Way) -> Any:
    """The lab's own instance behind a copy."""
    return rds_backends[ACCOUNT][way.copy.region].databases[way.copy.id]


def _backend(region: str = REGION) -> Any:
    return rds_backends[ACCOUNT][region]


_GONE = {SOURCE: lambda _: without(_backend().databases, INSTANCE.id)}
_FULL = ("InstanceQuotaExceeded", "StorageQuotaExceeded", "InsufficientDBInstanceCapacity")

SNAPSHOT = Spec(
    name="rds-snapshot",
    type=INSTANCE.type,
    kind=Kind.SNAPSHOT_RESTORE,
    source=INSTANCE,
    restorer=lambda way: RdsSnapshot(way.resource, way.selection, way.made.toolkit),
    ask="RestoreDBInstanceFromDBSnapshot",
    delete="DeleteDBInstance",
    foreign=_foreign,
    remove=_remove,
    described=_described,
    identity=lambda live: Identity("arn", str(live["DbiResourceId"])),
    proving=("DescribeDBInstances",),
    dies=("incompatible-restore", "ended as 'incompatible-restore'"),
    hangs="was still 'creating'",
    pointless=({"kind": "no-snapshot"}, "no available snapshot of orders-prod"),
    paged={"rds.DescribeDBSnapshots": ("MaxRecords", 1), "rds.DescribeDBInstances": ("MaxRecords", 1)},
    vanishes={**_GONE, POINT: lambda point: without(_backend().database_snapshots, point.id)},
    full={"RestoreDBInstanceFromDBSnapshot": _FULL},
    refuses=OF_A_SETTING,
    mistaken={
        "a member of Aurora": (lambda made: member(made, aurora(made)), "is an instance of of-aurora"),
        "a cluster": (aurora, "no RDS instance of-aurora in us-east-1"),
        "a member of a multi-AZ cluster": (lambda made: member(made, zones(made)), "is an instance of in-zones"),
    },
)
PITR = replace(
    SNAPSHOT,
    name="rds-pitr",
    kind=Kind.PITR_RESTORE,
    restorer=lambda way: RdsPointInTime(way.resource, way.selection, way.made.toolkit),
    ask="RestoreDBInstanceToPointInTime",
    dies=("storage-full", "ended as 'storage-full'"),
    pointless=({"kind": "pitr-off"}, "orders-prod"),
    paged={"rds.DescribeDBInstances": ("MaxRecords", 1)},
    vanishes={**_GONE, POINT: lambda _: switched_off("rds", INSTANCE.id)},
    full={"RestoreDBInstanceToPointInTime": _FULL},
)
VAULTED = replace(
    SNAPSHOT,
    name="rds-vault",
    restorer=lambda way: RdsFromVault(way.resource, way.selection, way.made.toolkit, vault=VAULT),
    ask="StartRestoreJob",
    dies=("FAILED", "ended as 'FAILED': asked for by a fault"),
    hangs="was still 'PENDING'",
    pointless=(
        {"kind": "no-snapshot", "service": "backup"},
        "no available recovery point of orders-db in vault nightly",
    ),
    paged={"backup.ListRecoveryPointsByBackupVault": ("MaxResults", 1), "rds.DescribeDBInstances": ("MaxRecords", 1)},
    changes=frozenset({"AddTagsToResource"}),
    vault=VAULT,
    vanishes={**_GONE, POINT: lambda point: out_of_vault(point, REGION)},
    full={"StartRestoreJob": ("LimitExceededException",)},
)
FAILOVER = replace(
    SNAPSHOT,
    name="rds-failover",
    kind=Kind.AZ_FAILOVER,
    restorer=lambda way: RdsStandby(way.resource, way.selection, way.made.toolkit),
)
ELSEWHERE = replace(
    SNAPSHOT,
    name="rds-elsewhere",
    source=replace(INSTANCE, to=Destination(AWAY, key=ALIAS)),
    paged={**SNAPSHOT.paged},
    changes=frozenset({"CopyDBSnapshot"}),
    full={**SNAPSHOT.full, "CopyDBSnapshot": ("SnapshotQuotaExceeded",)},
)


class Promoted(RdsPromotion):
    """A promotion under the verbs that all ways share: to restore is to have a replica made, to wait to promote it.

    What it is made of stands for the standing one, though it replicates nothing: that is looked at in tests/flows.
    """

    def __init__(self, way: Way) -> None:
        super().__init__(way.resource, way.selection, way.made.toolkit)
        self._way = way

    def preflight_checks(self, copy: Copy) -> list[PreflightCheck]:
        of_the_standing = {"what it replicates", "replication", "lag"}
        return [each for each in super().preflight_checks(copy) if each.name not in of_the_standing]

    def choose(self) -> RecoveryPoint:
        now = self._toolkit.clock.now()
        return RecoveryPoint(f"{self._resource.id}@now", PointKind.CONTINUOUS, now, "newest heartbeat")

    def restore(self, point: RecoveryPoint, copy: Copy) -> Asked:
        del point
        return self.follow(copy)

    def ready(self, copy: Copy) -> Ready:
        if self._way.calls("PromoteReadReplica"):  # in a run these are two steps, and the journal tells
            self.asked_before()
        else:
            with mock.patch.object(toolkit, "UNHURRIED", self._toolkit.ceiling):
                self.follows(copy)
        super().restore(self.choose(), copy)
        return super().ready(copy)


def _without_replicas(made: Estate) -> None:
    """What earlier tests left is gone: RDS makes no more than so many replicas of one."""
    backend = cast(Any, rds_backends[ACCOUNT][REGION])
    for each in [one for one in backend.databases.values() if one.is_replica]:
        backend._remove(each, True)


PROMOTION = replace(
    SNAPSHOT,
    name="rds-promotion",
    kind=Kind.REPLICA_PROMOTION,
    restorer=Promoted,
    ask="CreateDBInstanceReadReplica",
    dies=("storage-full", "ended as 'storage-full'"),
    late=NotMeasured,
    paged={"rds.DescribeDBInstances": ("MaxRecords", 1)},
    changes=frozenset({"PromoteReadReplica"}),
    before=_without_replicas,
    vanishes={**_GONE, POINT: Never("a promotion chooses none: it is the newest that the replica has")},
    full={"CreateDBInstanceReadReplica": _FULL},
)
AWAY_VAULTED = replace(
    VAULTED,
    name="rds-vault-elsewhere",
    source=replace(INSTANCE, to=Destination(AWAY, standing=True)),
    before=_copied,
    paged={},
    vanishes={**_GONE, POINT: lambda point: out_of_vault(point, AWAY)},
)
CHOSEN = (SNAPSHOT, PITR, VAULTED, FAILOVER, ELSEWHERE, AWAY_VAULTED)
"""The ways that begin with a recovery point which is chosen."""
WAYS = (*CHOSEN, PROMOTION)
