"""A restored cluster with a secondary in another region, in a global cluster of the run's own, and its switchover."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from dr_orchestrator.aws.clusters import globally, proof
from dr_orchestrator.aws.clusters.globally import GLOBALS, Globals, members
from dr_orchestrator.aws.clusters.restoring import STATES as LIVES
from dr_orchestrator.aws.clusters.restoring import key_of
from dr_orchestrator.aws.copies import SKEW
from dr_orchestrator.aws.preflight import keys
from dr_orchestrator.aws.rds import instances, isolation
from dr_orchestrator.aws.rds.failing_over import UNCHANGED, FailsOver
from dr_orchestrator.aws.rds.objects import CLUSTERS, INSTANCES, Objects
from dr_orchestrator.aws.toolkit import Toolkit
from dr_orchestrator.aws.watcher import Sighting
from dr_orchestrator.domain.copy import Copy, Place
from dr_orchestrator.domain.cost import Billed
from dr_orchestrator.domain.drill import Selection
from dr_orchestrator.domain.evidence import Ready, Seen
from dr_orchestrator.domain.failover import Zones
from dr_orchestrator.domain.ports import Part
from dr_orchestrator.domain.preflight import PreflightCheck
from dr_orchestrator.domain.run import ServerTime
from dr_orchestrator.domain.secondary import Secondary
from dr_orchestrator.domain.service import Resource
from dr_orchestrator.errors import NotMeasured, NotRecoverable, Transient
from dr_orchestrator.resources.aurora_cluster import planned
from dr_orchestrator.resources.aurora_cluster import preflight as of_restore
from dr_orchestrator.resources.aurora_cluster.instance import planned as instance_of
from dr_orchestrator.resources.aurora_cluster.points import ClusterSnapshot
from dr_orchestrator.resources.aurora_cluster.worldwide import preflight
from dr_orchestrator.resources.aurora_cluster.worldwide.parts import (
    GlobalCluster,
    SecondaryCluster,
    SecondaryInstance,
    Wanted,
    billed_there,
    live_cluster,
    put_there,
)

STATES = replace(LIVES, soonest=0.0)
_OF_INSTANCES = replace(instances.STATES, soonest=0.0)
MEMBERS = 2


class GlobalStandby(FailsOver, ClusterSnapshot):
    """Restores a cluster from a snapshot, makes it the primary of a global cluster, and switches that over.

    What serves, and what stands by, are regions here.
    """

    # "A secondary region can be promoted ... in less than 1 minute": aws.amazon.com/rds/aurora/global-database
    usual = timedelta(), timedelta(seconds=60)
    asks, busy = "rds:SwitchoverGlobalCluster", frozenset({GLOBALS.busy, CLUSTERS.busy})

    def __init__(
        self,
        resource: Resource,
        selection: Selection | None,
        toolkit: Toolkit,
        answers: Callable[[Copy], bool] | None = None,
        *,
        secondary: Secondary,
    ) -> None:
        super().__init__(resource, selection, toolkit, answers)
        self._secondary = secondary

    def preflight_checks(self, copy: Copy) -> list[PreflightCheck]:
        """As of each restore, and all that the other region has to have."""
        put = replace(self._resource, to=self._secondary.to, isolation=self._secondary.isolation)
        asked = of_restore.Asked(
            *(put, self._toolkit, self.described, self.key, self.version, self._look_at_name, self.members),
            self._afar,
            self._afar,
        )
        there = preflight.Asked(
            *(self._secondary, self._toolkit, self.described, self._writer, self.version, self.key, asked)
        )
        return [*super().preflight_checks(copy), *preflight.checks(there, self._whole(copy), self._second(copy))]

    def billed(self, name: str = "") -> Billed:
        """As of each restore, twice; what is there is charged for by itself."""
        found = super().billed(name)
        return found if name else billed_there(found)

    def further(self, copy: Copy) -> Sequence[Part]:
        """The instance, the global cluster, the secondary, and the instance in that."""
        second, whole = self._second(copy), self._whole(copy)
        primary = partial(live_cluster, self._toolkit, copy)
        wanted = Wanted(self.described, primary, self._secondary, whole)
        return (
            *super().further(copy),
            GlobalCluster(whole, self._toolkit, primary),
            SecondaryCluster(second, self._resource, self._toolkit, wanted),
            SecondaryInstance(second, self._writer, self._toolkit, self._secondary),
        )

    def stand_by(self, copy: Copy) -> Ready:
        """Wait until the secondary follows; NotRecoverable where the copy does not span the two regions."""
        feed, whole = Globals(self._toolkit).feed(), self._whole(copy)
        seen = self._toolkit.wait_until_ready(feed, whole, globally.STATES, _is_whole)
        self._settled(copy)
        zones = self.zones(copy)
        if (zones.serving, zones.standby) != (copy.region, self._secondary.region):
            raise NotRecoverable(f"{whole.id} should serve from {copy.region}: {zones}", call=f"rds:{GLOBALS.describe}")
        return Ready(self._toolkit.seconds_since(seen), words=str(zones))

    def isolated(self, copy: Copy) -> Seen:
        """Prove of both clusters and of their instances that they stand apart, and that no other is tied to them."""
        second, whole, source = self._second(copy), self._whole(copy), self.described()
        live, both = self._live(copy), [live_cluster(self._toolkit, each) for each in (copy, second)]
        ours = {each["DBClusterArn"] for each in both}
        if strange := {each.arn for each in members(live)} ^ ours:
            held = ", ".join(sorted(strange))
            raise NotRecoverable(f"{whole.id} should hold {copy.id} and {second.id}: {held}", isolation.TAKEN_DOWN)
        put, afar = put_there(self._secondary), self._afar()
        groups, own = isolation.security_groups(afar.account, put), [proof.live(afar, INSTANCES, instance_of(second))]
        at = Place("", self._secondary.region)
        beside = isolation.declared(self._resource), self._network()
        written = globally.writer(live)
        if written is None:
            raise Transient(f"AWS tells of no member of {whole.id} that writes", call=f"rds:{GLOBALS.describe}")
        reads = {each.region: written.arn for each in members(live) if not each.writes}
        tied = proof.Tied(whole.id, reads.get(copy.region, ""))
        here = proof.isolated(self._toolkit, copy, source, self._instances(copy), *beside, tied=tied)
        key = keys.arn(afar.account, self._secondary.key) if key_of(both[0]) else ""
        tied = proof.Tied(whole.id, reads.get(second.region, ""), key)
        return Seen(f"{here}; {proof.isolated(afar, second, source, own, put, groups, at, tied=tied)}")

    def seen(self, copy: Copy) -> tuple[bool, Zones]:
        """Whether it is switched over, and the regions of the cluster that writes and of the other."""
        live = self._live(copy)
        return globally.is_moving(live), _regions(live)

    def server_times(self, copy: Copy) -> list[ServerTime]:
        """As of each restore, and the switchovers."""
        return [*super().server_times(copy), *self._failovers(copy)]

    def told(self, copy: Copy, since: datetime) -> list[ServerTime]:
        """The events of switchovers that RDS wrote down of the copy, where it stands."""
        return globally.moved(self._api, copy.id, since - SKEW)

    def _asking(self, copy: Copy, way: str) -> Callable[[], object]:  # noqa: ARG002 - there is but one other
        """The call that asks for it, where the primary is: AWS takes it there alone."""
        found = members(self._live(copy))
        primary, second = globally.writer(self._live(copy)), next((each for each in found if not each.writes), None)
        if primary is None or second is None:
            raise Transient(f"of {self._whole(copy).id} AWS tells no two members, one of which writes", call=self.asks)
        api = self._toolkit.at(Place("", primary.region)).account.api("rds")
        given = {"GlobalClusterIdentifier": self._whole(copy).id, "TargetDbClusterIdentifier": second.arn}
        return partial(api.call, "SwitchoverGlobalCluster", **given)

    def _settle(self, copy: Copy, before: Zones, served: Callable[[], bool]) -> None:
        """Wait until both clusters are available again, one follows the other, and it is served."""
        clock, since = self._toolkit.clock, list[float]()

        def settled(sighting: Sighting) -> bool:
            if not _is_whole(sighting) or globally.is_moving(sighting.detail) or not served():
                return False
            since.append(clock.monotonic())
            return _regions(sighting.detail).serving != before.serving or since[-1] - since[0] >= UNCHANGED

        self._toolkit.wait_until_ready(Globals(self._toolkit).feed(), self._whole(copy), globally.STATES, settled)
        self._settled(copy)

    def _settled(self, copy: Copy) -> None:
        """Wait until both clusters and their instances are available."""
        for cluster in (copy, self._second(copy)):
            at = self._toolkit.at(cluster.place)
            at.wait_until_ready(Objects(CLUSTERS, at).feed(), cluster, STATES)
            at.wait_until_ready(Objects(INSTANCES, at).feed(), instance_of(cluster), _OF_INSTANCES)

    def _since(self, copy: Copy) -> datetime:
        return self._toolkit.proofs.intended(copy).intended_at

    def _live(self, copy: Copy) -> Mapping[str, Any]:
        whole = self._whole(copy)
        live = Globals(self._toolkit).described(whole.id)
        if live is None:
            raise NotMeasured(f"{whole.id} is not to be seen", call=f"rds:{GLOBALS.describe}")
        self._toolkit.proofs.same(whole, live[GLOBALS.unique])
        return live

    def _whole(self, copy: Copy) -> Copy:
        whole = planned.whole(copy)
        if whole is None:
            raise NotMeasured(f"nobody knows of what {copy.id} is a copy")
        return whole

    def _second(self, copy: Copy) -> Copy:
        return planned.secondary(copy, self._secondary.region)

    def _afar(self) -> Toolkit:
        return self._toolkit.at(Place("", self._secondary.region))


def address(toolkit: Toolkit, copy: Copy) -> tuple[str, int] | None:
    """Host and port by which the primary of a run's global cluster is reached, wherever that is; None before one was
    made. From then on nothing else is it: Transient where AWS does not tell, NotMeasured where it is another's.
    """
    whole = planned.whole(copy)
    row = toolkit.proofs.record(whole) if whole is not None else None
    if whole is None or row is None or row.identity is None:
        return None
    live = Globals(toolkit).described(whole.id)
    if live is not None:
        toolkit.proofs.same(whole, live[GLOBALS.unique])
        found, host = globally.writer(live), live.get("Endpoint")
        there = toolkit.at(Place("", found.region)).account.api("rds") if found is not None and host else None
        cluster = CLUSTERS.described(there, found.name) if there is not None and found is not None else None
        if cluster is not None:
            return str(host), int(cluster["Port"])
    raise Transient(f"AWS tells no endpoint of {whole.id}, or none that writes", call=f"rds:{GLOBALS.describe}")


def _is_whole(sighting: Sighting) -> bool:
    live = sighting.detail
    return len(members(live)) == MEMBERS and globally.writer(live) is not None and globally.follows(live)


def _regions(live: Mapping[str, Any]) -> Zones:
    found = members(live)
    if (written := globally.writer(live)) is None:
        return Zones("")
    return Zones(written.region, next((each.region for each in found if not each.writes), ""))
