"""An RDS instance as the origin of one that an environment's template makes from the newest recovery point."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Any

from dr_orchestrator.aws.logins import engine
from dr_orchestrator.aws.logins import keys as logins
from dr_orchestrator.aws.preflight import keys
from dr_orchestrator.aws.rds import isolation
from dr_orchestrator.aws.rds.carrying import Way
from dr_orchestrator.aws.rds.objects import INSTANCES, SNAPSHOTS
from dr_orchestrator.aws.toolkit import Toolkit
from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.domain.cost import Billed
from dr_orchestrator.domain.drill import Selection
from dr_orchestrator.domain.evidence import Seen
from dr_orchestrator.domain.ports import Part
from dr_orchestrator.domain.preflight import PreflightCheck
from dr_orchestrator.domain.recovery_point import PointKind, RecoveryPoint, WorstCase
from dr_orchestrator.domain.replica import Birth
from dr_orchestrator.domain.service import Resource
from dr_orchestrator.errors import NotMeasured, NotRecoverable
from dr_orchestrator.resources.inside import Inside, inside
from dr_orchestrator.resources.rds_instance.name import SNAPSHOT
from dr_orchestrator.resources.rds_instance.points import RdsPointInTime, RdsSnapshot
from dr_orchestrator.resources.rds_instance.restore import DOOR

# AWS::RDS::DBInstance, DBSnapshotIdentifier: "don't specify the following properties", and what
# RestoreDBInstanceFromDBSnapshot and RestoreDBInstanceToPointInTime do not take; KmsKeyId and StorageEncrypted "is
# inherited" where SourceDbiResourceId is said, too. A login that Secrets Manager manages is taken by Oracle's alone.
# docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-rds-dbinstance.html
REFUSED = frozenset(
    {
        *("CharacterSetName", "DBName", "KmsKeyId", "MasterUsername", "MasterUserPassword", "PromotionTier"),
        *("SourceDBInstanceIdentifier", "SourceRegion", "StorageEncrypted", "Timezone"),
        *("ManageMasterUserPassword", "MasterUserSecret", "MasterUserAuthenticationType", "NcharCharacterSetName"),
        *("SourceDBClusterIdentifier", "SourceDBInstanceAutomatedBackupsArn", "DBClusterSnapshotIdentifier"),
    }
)
_POINTS = frozenset({"DBSnapshotIdentifier", "SourceDbiResourceId", "RestoreTime", "UseLatestRestorableTime"})
_FOREIGN = {"DBClusterIdentifier": "it is an instance of a cluster, which has the data: make the cluster a store"}


class InstanceOrigin:
    """Chooses the newest recovery point of an instance: an instant of its continuous backup, or a snapshot.

    Into another account snapshots alone can be brought, which AWS restores there: `stack` tells whether it is one.
    """

    def __init__(self, resource: Resource, toolkit: Toolkit, stack: Copy, key: str = "") -> None:
        """`key` is the one of KMS under which snapshots are shared with the stack's account."""
        self._resource, self._toolkit, self._stack = resource, toolkit, stack
        self._way = Way(SNAPSHOTS, SNAPSHOT, resource, stack, key) if stack.account else None
        self._instants = RdsPointInTime(resource, Selection(), toolkit)
        self._snapshots = RdsSnapshot(resource, Selection(), toolkit)

    def preflight_checks(self) -> list[PreflightCheck]:
        """Source, the key of the newest point, its way into another account, the engine that is logged in to, and the
        login.
        """
        database = self._resource.database
        speaks = partial(engine.look, self._toolkit.account, DOOR, self._resource, database, ()) if database else None
        return [
            PreflightCheck("source", self._instants.look_at_source),
            PreflightCheck("key", self._look_at_key, must=False),
            *([PreflightCheck("way of the snapshot", partial(self._look_at_way, self._way))] if self._way else []),
            *([PreflightCheck("engine", speaks)] if speaks else []),
            *logins.looks(self._toolkit.account, DOOR, self._resource),
        ]

    def billed(self) -> Billed:
        """The class and the storage of the source: the template's own may be others."""
        return self._instants.billed()

    def choose(self) -> RecoveryPoint:
        """The newest of all; NotRecoverable, with why there is none of either kind, where there is none at all."""
        return max(self._points().values(), key=lambda point: point.data_time)

    def worst_case(self, until: datetime) -> WorstCase | None:
        """The history of the kind of point that is the newest."""
        found = self._points()
        newest = max(found, key=lambda way: found[way].data_time)
        return newest.worst_case(until)

    def carried(self, point: RecoveryPoint) -> Sequence[Part]:
        """The copies by which a snapshot comes into the stack's account; none where that is its own."""
        return self._way.parts(self._toolkit, point.id, self._snapshots.key_of(point)) if self._way else ()

    def birth(self, point: RecoveryPoint) -> Birth:
        """By the snapshot's name; or by the source's id that AWS never uses again: an instance that is named as a
        source would become a replica of it, were the instant left out.
        """
        source = self._instants.described()
        if point.kind is PointKind.SNAPSHOT:
            given = {"DBSnapshotIdentifier": self._way.there.id if self._way else point.id}
        else:
            instant = point.data_time.astimezone(UTC)
            given = {
                "SourceDbiResourceId": str(source[INSTANCES.unique]),
                "RestoreTime": f"{instant:%Y-%m-%dT%H:%M:%SZ}",
            }
        if logins.by_iam(self._resource):
            given["EnableIAMDatabaseAuthentication"] = "true"  # the drill logs in by a token
        return Birth(
            self._resource.name,
            point.id,
            given,
            (REFUSED | _POINTS) - given.keys(),
            {"AllocatedStorage": point.size_gib} if point.size_gib else {},
            {"Engine": str(source["Engine"])},
            _FOREIGN,
            frozenset({"MasterUserSecret"}),
        )

    def isolated(self, member: Copy) -> Seen:
        """Prove of the live one that it is where its source is, not public, and encrypted where that is."""
        live = INSTANCES.described(self._toolkit.account_at(member.place).api("rds"), member.id)
        if live is None:
            raise NotMeasured(f"{member.id} is not to be seen", call="rds:DescribeDBInstances")
        self._toolkit.proofs.same(member, str(live[INSTANCES.unique]))
        source = self._instants.described()
        standing = isolation.of_instance
        return Seen(isolation.as_its_source(standing(live), standing(source), member.account))

    def inside(self) -> Inside | None:
        """The way into what the stack made of it."""
        return inside(self._resource, self._toolkit, DOOR, self._instants.addresses, self._stack)

    def _points(self) -> dict[RdsPointInTime | RdsSnapshot, RecoveryPoint]:
        """The newest point of each kind, each with the storage that it needs."""
        found: dict[RdsPointInTime | RdsSnapshot, RecoveryPoint] = {}
        missing: list[NotRecoverable] = []
        for way in (self._snapshots,) if self._way else (self._instants, self._snapshots):
            try:
                point = way.choose()
            except NotRecoverable as none:
                missing.append(none)
            else:
                found[way] = replace(point, size_gib=point.size_gib or self._size())
        if not found:
            told = "; ".join(each.message for each in missing)
            raise NotRecoverable(f"no recovery point of {self._resource.id}: {told}", missing[0].hint)
        return found

    def _size(self) -> int | None:
        return self._instants.described().get("AllocatedStorage")

    def _look_at_key(self) -> str:
        source: Mapping[str, Any] = self._instants.described()
        point = self.choose()
        of_snapshot = point.kind is PointKind.SNAPSHOT
        key = self._snapshots.key_of(point) if of_snapshot else self._instants.key()
        return keys.usable(self._toolkit.account, key, source["DBInstanceArn"])

    def _look_at_way(self, way: Way) -> str:
        return way.look(self._toolkit, self._snapshots.key_of(self.choose()))
