"""An Aurora cluster as the origin of one that an environment's template makes from the newest recovery point."""

from __future__ import annotations

from dr_orchestrator.aws.clusters import production, proof
from dr_orchestrator.aws.clusters.points import FULL_COPY
from dr_orchestrator.aws.clusters.restoring import DOOR
from dr_orchestrator.aws.rds import isolation
from dr_orchestrator.aws.rds.carrying import Lending
from dr_orchestrator.aws.rds.objects import CLUSTER_SNAPSHOTS, CLUSTERS
from dr_orchestrator.aws.toolkit import Toolkit
from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.domain.drill import Selection
from dr_orchestrator.domain.evidence import Seen
from dr_orchestrator.domain.recovery_point import PointKind, RecoveryPoint
from dr_orchestrator.domain.replica import Birth
from dr_orchestrator.domain.service import Resource
from dr_orchestrator.errors import NotMeasured
from dr_orchestrator.resources.aurora_cluster.name import MEMBER, SNAPSHOT
from dr_orchestrator.resources.aurora_cluster.points import ClusterPointInTime, ClusterSnapshot
from dr_orchestrator.resources.origin import DatabaseOrigin, Ways, instant

# AWS::RDS::DBCluster, SnapshotIdentifier: "don't specify the following properties"; StorageEncrypted and the key are
# the point's. What no restore is given (the handler's restoreDbClusterFromSnapshotRequest and
# restoreDbClusterToPointInTimeRequest) is the point's, too. An EngineVersion that is older than the point's is refused.
# docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-rds-dbcluster.html
# github.com/aws-cloudformation/aws-cloudformation-resource-providers-rds
REFUSED = frozenset(
    {
        *("DatabaseName", "EngineVersion", "KmsKeyId", "MasterUsername", "MasterUserPassword", "StorageEncrypted"),
        *("GlobalClusterIdentifier", "MasterUserAuthenticationType", "ReplicationSourceIdentifier", "SourceRegion"),
    }
)
_POINTS = frozenset(
    {
        *("SnapshotIdentifier", "SourceDBClusterIdentifier", "SourceDbClusterResourceId"),
        *("RestoreToTime", "RestoreType", "UseLatestRestorableTime"),
    }
)


class ClusterOrigin(DatabaseOrigin):
    """A cluster whose newest recovery point a template's own is made from; its instances are the template's."""

    def __init__(self, resource: Resource, toolkit: Toolkit, stack: Copy, key: str = "") -> None:
        """`key` is the one of KMS under which snapshots are shared with the account of the `stack`."""
        self._instants = ClusterPointInTime(resource, Selection(), toolkit)
        ways = Ways(self._instants, ClusterSnapshot(resource, Selection(), toolkit))
        super().__init__(toolkit, DOOR, ways, Lending(CLUSTER_SNAPSHOTS, SNAPSHOT, resource, stack, key))

    def birth(self, point: RecoveryPoint) -> Birth:
        """By the snapshot's name; or by the source's id that AWS never uses again, whole and not as a clone."""
        source = self._instants.described()
        if point.kind is PointKind.SNAPSHOT:
            given = {"SnapshotIdentifier": self._named(point)}
        else:
            of, at = str(source[CLUSTERS.unique]), instant(point)
            given = {"SourceDbClusterResourceId": of, "RestoreToTime": at, "RestoreType": FULL_COPY}
        given |= self._by_token()
        return Birth(
            self._resource.name,
            point.id,
            given,
            (REFUSED | _POINTS) - given.keys(),
            agrees={"Engine": str(source["Engine"]), "EngineMode": "provisioned"},
            reached_by=MEMBER,
        )

    def isolated(self, member: Copy) -> Seen:
        """Prove of the live one and of each instance in it that they are where their source is, not public, encrypted
        where that is, and that nothing flows in or out.
        """
        live, theirs = self._live(member), isolation.of_cluster(self._instants.described())
        there, account = self._toolkit.account_at(member.place), member.account
        within = list(production.instances_of(there.api("rds"), member.id))
        if not within:
            raise NotMeasured(f"{member.id} holds no instance: nobody reaches its data", call="rds:DescribeDBInstances")
        told = isolation.as_its_source(isolation.of_cluster(live), theirs, account)
        for each in within:
            isolation.as_its_source(isolation.of_instance(each), theirs, account)
        proof.alone(there, live)
        return Seen(f"{told}; {len(within)} in it likewise; of no global cluster, replica of nothing")
