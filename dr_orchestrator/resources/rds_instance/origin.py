"""An RDS instance as the origin of one that an environment's template makes from the newest recovery point."""

from __future__ import annotations

from dr_orchestrator.aws.rds import isolation
from dr_orchestrator.aws.rds.carrying import Lending
from dr_orchestrator.aws.rds.objects import INSTANCES, SNAPSHOTS
from dr_orchestrator.aws.toolkit import Toolkit
from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.domain.drill import Selection
from dr_orchestrator.domain.evidence import Seen
from dr_orchestrator.domain.recovery_point import PointKind, RecoveryPoint
from dr_orchestrator.domain.replica import Birth
from dr_orchestrator.domain.service import Resource
from dr_orchestrator.resources.origin import DatabaseOrigin, Ways, instant
from dr_orchestrator.resources.rds_instance.name import SNAPSHOT
from dr_orchestrator.resources.rds_instance.points import RdsPointInTime, RdsSnapshot
from dr_orchestrator.resources.rds_instance.restore import DOOR

# AWS::RDS::DBInstance, DBSnapshotIdentifier: "don't specify the following properties", and what
# RestoreDBInstanceFromDBSnapshot and RestoreDBInstanceToPointInTime do not take; KmsKeyId and StorageEncrypted "is
# inherited" where SourceDbiResourceId is said, too.
# docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-rds-dbinstance.html
# ManageMasterUserPassword and MasterUserSecret are not among them: CloudFormation's handler gives them to the restored
# instance by ModifyDBInstance (modifyDbInstanceAfterCreateRequest), and RDS makes it a secret of its own.
# github.com/aws-cloudformation/aws-cloudformation-resource-providers-rds
REFUSED = frozenset(
    {
        *("CharacterSetName", "DBName", "KmsKeyId", "MasterUsername", "MasterUserPassword", "PromotionTier"),
        *("SourceDBInstanceIdentifier", "SourceRegion", "StorageEncrypted", "Timezone"),
        *("MasterUserAuthenticationType", "NcharCharacterSetName"),
        *("SourceDBClusterIdentifier", "SourceDBInstanceAutomatedBackupsArn", "DBClusterSnapshotIdentifier"),
    }
)
_POINTS = frozenset({"DBSnapshotIdentifier", "SourceDbiResourceId", "RestoreTime", "UseLatestRestorableTime"})
_FOREIGN = {"DBClusterIdentifier": "it is an instance of a cluster, which has the data: make the cluster a store"}


class InstanceOrigin(DatabaseOrigin):
    """An instance whose newest recovery point a template's own is made from."""

    def __init__(self, resource: Resource, toolkit: Toolkit, stack: Copy, key: str = "") -> None:
        """`key` is the one of KMS under which snapshots are shared with the account of the `stack`."""
        self._instants = RdsPointInTime(resource, Selection(), toolkit)
        ways = Ways(self._instants, RdsSnapshot(resource, Selection(), toolkit))
        lending = Lending(SNAPSHOTS, SNAPSHOT, resource, stack, key)
        super().__init__(toolkit, DOOR, ways, lending, lambda: self._instants.described().get("AllocatedStorage"))

    def birth(self, point: RecoveryPoint) -> Birth:
        """By the snapshot's name; or by the source's id that AWS never uses again: an instance that is named as a
        source would become a replica of it, were the instant left out.
        """
        source, given = self._instants.described(), self._given(point) | self._by_token()
        return Birth(
            self._resource.name,
            point.id,
            given,
            (REFUSED | _POINTS) - given.keys(),
            {"AllocatedStorage": point.size_gib} if point.size_gib else {},
            {"Engine": str(source["Engine"])},
            _FOREIGN,
        )

    def _given(self, point: RecoveryPoint) -> dict[str, str]:
        """The properties that name the point."""
        if point.kind is PointKind.SNAPSHOT:
            return {"DBSnapshotIdentifier": self._named(point)}
        return {"SourceDbiResourceId": str(self._instants.described()[INSTANCES.unique]), "RestoreTime": instant(point)}

    def isolated(self, member: Copy) -> Seen:
        """Prove of the live one that it is where its source is, not public, and encrypted where that is."""
        live, source = self._live(member), self._instants.described()
        standing = isolation.of_instance
        return Seen(isolation.as_its_source(standing(live), standing(source), member.account))
