"""A restored multi-AZ DB cluster, and its failover to one of its readable standbys."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import partial

from dr_orchestrator.aws.clusters import production, proof
from dr_orchestrator.aws.clusters.production import BUSY
from dr_orchestrator.aws.clusters.restoring import STATES as LIVES
from dr_orchestrator.aws.copies import SKEW
from dr_orchestrator.aws.rds import events
from dr_orchestrator.aws.rds.failing_over import UNCHANGED, FailsOver
from dr_orchestrator.aws.rds.objects import CLUSTERS
from dr_orchestrator.aws.watcher import Sighting
from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.domain.evidence import Ready
from dr_orchestrator.domain.failover import Zones
from dr_orchestrator.domain.run import ServerTime
from dr_orchestrator.errors import NotRecoverable
from dr_orchestrator.resources.multi_az_cluster.name import MEMBERS, OVER, USUAL
from dr_orchestrator.resources.multi_az_cluster.points import MultiAzSnapshot

STATES = replace(LIVES, soonest=0.0)


class MultiAzStandby(FailsOver, MultiAzSnapshot):
    """Restores a cluster from a snapshot, and has one of its readable standbys take the writer's place."""

    usual = USUAL
    asks, busy = OVER.operation, BUSY

    def stand_by(self, copy: Copy) -> Ready:
        """Wait until AWS has made all three; NotRecoverable where they do not stand in three zones."""
        seen = self._toolkit.wait_until_ready(self._objects.feed(), copy, STATES, partial(self._whole, copy))
        stand = self._stand(copy)
        if len(set(stand.values()) - {""}) < MEMBERS:
            told = f"the instances of {copy.id} stand in {', '.join(sorted(set(stand.values())))}, not in {MEMBERS}"
            raise NotRecoverable(f"{told} zones", call="rds:DescribeDBInstances")
        return Ready(self._toolkit.seconds_since(seen), words=str(self.zones(copy)))

    def seen(self, copy: Copy) -> tuple[bool, Zones]:
        """Whether it is failing over, and the zones of its writer and of its standbys."""
        live = proof.live(self._toolkit, CLUSTERS, copy)
        return live.get("Status") == "failing-over", production.zones_of(live, self._stand(copy))

    def _settle(self, copy: Copy, before: Zones, served: Callable[[], bool]) -> None:
        """Wait until the cluster and all its instances are available, and it is served."""
        clock, since = self._toolkit.clock, list[float]()

        def settled(sighting: Sighting) -> bool:
            if not self._whole(copy, sighting) or not served():
                return False
            since.append(clock.monotonic())
            moved = production.zones_of(sighting.detail, self._stand(copy)).serving != before.serving
            return moved or since[-1] - since[0] >= UNCHANGED

        self._toolkit.wait_until_ready(self._objects.feed(), copy, STATES, settled)

    def server_times(self, copy: Copy) -> list[ServerTime]:
        """As of each restore, and the failovers."""
        return [*super().server_times(copy), *self._failovers(copy)]

    def told(self, copy: Copy, since: datetime) -> list[ServerTime]:
        """The events of failovers that RDS wrote down of the cluster."""
        return events.failovers(self._api, copy.id, since - SKEW, "db-cluster")

    def _asking(self, copy: Copy, way: str) -> Callable[[], object]:  # noqa: ARG002 - alike, both ways
        """The call that asks for it, without a target: MySQL takes none, and AWS knows which standby is ahead."""
        return partial(self._api.call, "FailoverDBCluster", DBClusterIdentifier=copy.id)

    def _since(self, copy: Copy) -> datetime:
        return self._toolkit.proofs.intended(copy).intended_at

    def _whole(self, copy: Copy, sighting: Sighting) -> bool:
        """Whether it has a writer and all its instances are available, by what AWS says of the instances themselves."""
        if not production.writer_of(sighting.detail) or len(sighting.detail.get("DBClusterMembers") or ()) != MEMBERS:
            return False
        found = list(production.instances_of(self._api, copy.id))
        return len(found) == MEMBERS and all(each.get("DBInstanceStatus") == "available" for each in found)

    def _stand(self, copy: Copy) -> dict[str, str]:
        """The zone of each instance that is in the cluster."""
        found = production.instances_of(self._api, copy.id)
        return {each["DBInstanceIdentifier"]: str(each.get("AvailabilityZone") or "") for each in found}
