"""A restored cluster with a reader in another zone, and its failover to that."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

from dr_orchestrator.aws.clusters import production
from dr_orchestrator.aws.clusters.restoring import STATES as LIVES
from dr_orchestrator.aws.copies import SKEW
from dr_orchestrator.aws.rds import events, instances, isolation
from dr_orchestrator.aws.rds.failing_over import UNCHANGED, FailsOver
from dr_orchestrator.aws.rds.objects import CLUSTERS, INSTANCES, Objects
from dr_orchestrator.aws.watcher import Sighting
from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.domain.cost import Billed
from dr_orchestrator.domain.evidence import Ready
from dr_orchestrator.domain.failover import Zones
from dr_orchestrator.domain.ports import Part
from dr_orchestrator.domain.preflight import PreflightCheck
from dr_orchestrator.domain.run import ServerTime
from dr_orchestrator.errors import NotMeasured, NotRecoverable, Transient
from dr_orchestrator.resources.aurora_cluster.instance import MOST, Reader, planned
from dr_orchestrator.resources.aurora_cluster.name import OVER, USUAL
from dr_orchestrator.resources.aurora_cluster.points import ClusterSnapshot

STATES = replace(LIVES, soonest=0.0)
_OF_INSTANCES = replace(instances.STATES, soonest=0.0)
_DESCRIBED = "rds:DescribeDBClusters"


class ClusterStandby(FailsOver, ClusterSnapshot):
    """Restores a cluster from a snapshot with a reader in another zone, and has that take the writer's place."""

    usual = USUAL
    asks, busy = OVER.operation, production.BUSY

    def preflight_checks(self, copy: Copy) -> list[PreflightCheck]:
        """As of each restore, and whether its subnets lie in two zones."""
        return [*super().preflight_checks(copy), PreflightCheck("zones", self._look_at_zones)]

    def billed(self, name: str = "") -> Billed:
        """As of each restore, with two instances; one that is there is charged for by itself."""
        found = super().billed(name)
        return found if name else replace(found, times=MOST)

    def members(self, copy: Copy) -> Sequence[Copy]:
        """The writer and the reader, as planned."""
        return tuple(planned(copy, number) for number in range(1, MOST + 1))

    def further(self, copy: Copy) -> Sequence[Part]:
        """The instance, then the reader, in another zone than that."""

        others = partial(self._other_zones, copy)
        return (*super().further(copy), Reader(copy, self._writer, self._toolkit, others))

    def stand_by(self, copy: Copy) -> Ready:
        """Wait until the cluster has both instances; NotRecoverable where they stand in one zone."""
        seen = self._toolkit.wait_until_ready(self._objects.feed(), copy, STATES, self._whole)
        zones = self.zones(copy)
        if zones.standby in ("", zones.serving):
            raise NotRecoverable(f"{copy.id} has no reader in another zone: {zones}", call=_DESCRIBED)
        return Ready(self._toolkit.seconds_since(seen), words=str(zones))

    def seen(self, copy: Copy) -> tuple[bool, Zones]:
        """Whether it is failing over, and the zones of its writer and of its reader."""
        live = self._live(copy)
        return live.get("Status") == "failing-over", production.zones_of(live, self._zones_of(copy))

    def _settle(self, copy: Copy, before: Zones, served: Callable[[], bool]) -> None:
        """Wait until the cluster and both its instances are available, and it is served."""
        clock, since, stand = self._toolkit.clock, list[float](), self._zones_of(copy)

        def settled(sighting: Sighting) -> bool:
            if not self._whole(sighting) or not served():
                return False
            since.append(clock.monotonic())
            return (
                production.zones_of(sighting.detail, stand).serving != before.serving
                or since[-1] - since[0] >= UNCHANGED
            )

        self._toolkit.wait_until_ready(self._objects.feed(), copy, STATES, settled)
        feed = Objects(INSTANCES, self._toolkit).feed()
        for each in self.members(copy):
            self._toolkit.wait_until_ready(feed, each, _OF_INSTANCES)

    def server_times(self, copy: Copy) -> list[ServerTime]:
        """As of each restore, and the failovers."""
        return [*super().server_times(copy), *self._failovers(copy)]

    def told(self, copy: Copy, since: datetime) -> list[ServerTime]:
        """The events of failovers that RDS wrote down of the cluster."""
        return events.failovers(self._api, copy.id, since - SKEW, "db-cluster")

    def _asking(self, copy: Copy, way: str) -> Callable[[], object]:  # noqa: ARG002 - alike, both ways
        """The call that asks for it, to the instance that does not write: AWS is not left to choose another."""
        written, made = production.writer_of(self._live(copy)), [each.id for each in self.members(copy)]
        if written not in made:
            told = f"of {copy.id} AWS tells {f'{written} as its writer' if written else 'no writer'}"
            raise Transient(told, "has it failed over by itself?", _DESCRIBED)
        target = next(each for each in made if each != written)
        given = {"DBClusterIdentifier": copy.id, "TargetDBInstanceIdentifier": target}
        return partial(self._api.call, "FailoverDBCluster", **given)

    def _since(self, copy: Copy) -> datetime:
        return self._toolkit.proofs.intended(copy).intended_at

    def _whole(self, sighting: Sighting) -> bool:
        return len(sighting.detail.get("DBClusterMembers") or ()) == MOST and bool(
            production.writer_of(sighting.detail)
        )

    def _live(self, copy: Copy) -> Mapping[str, Any]:
        live = self._objects.described(copy.id)
        if live is None:
            raise NotMeasured(f"{copy.id} is not to be seen", call=_DESCRIBED)
        self._toolkit.proofs.same(copy, live[CLUSTERS.unique])
        return live

    def _zones_of(self, copy: Copy) -> dict[str, str]:
        """The zone of each instance, where that stays: roles change, and places do not."""
        return {each.id: self._zone_of(each) for each in self.members(copy)}

    def _zone_of(self, member: Copy) -> str:
        found = INSTANCES.described(self._api, member.id)
        if found is None:
            raise NotMeasured(f"{member.id} is not to be seen", call="rds:DescribeDBInstances")
        self._toolkit.proofs.same(member, found[INSTANCES.unique])
        return str(found.get("AvailabilityZone") or "")

    def _other_zones(self, copy: Copy) -> Sequence[str]:
        """The zones that the copy's data and its subnets are in, and its first instance is not."""
        taken, there = self._zone_of(planned(copy)), set(self._live(copy).get("AvailabilityZones") or ())
        group = isolation.declared(self._resource).subnet_group
        reached = isolation.zones(self._toolkit.account, group)
        found = [each for each in reached if each != taken and (not there or each in there)]
        if not found:
            told = f"{group} reaches no zone that {copy.id} has its data in, but {taken or 'that of its instance'}"
            raise NotRecoverable(told, "add a subnet in another zone, see `isolation` in tiers.yaml")
        return found

    def _look_at_zones(self) -> str:
        return isolation.two_zones(self._toolkit.account, isolation.declared(self._resource).subnet_group)
