"""A restored instance with a standby in another zone, and its failover to that."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

from dr_orchestrator.aws.copies import SKEW
from dr_orchestrator.aws.rds import events, instances, isolation
from dr_orchestrator.aws.rds.failing_over import UNCHANGED, FailsOver
from dr_orchestrator.aws.rds.objects import INSTANCES
from dr_orchestrator.aws.watcher import Sighting
from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.domain.cost import Billed
from dr_orchestrator.domain.evidence import Ready
from dr_orchestrator.domain.failover import REFERENCE, Zones
from dr_orchestrator.domain.preflight import PreflightCheck
from dr_orchestrator.domain.run import ServerTime
from dr_orchestrator.errors import NotMeasured
from dr_orchestrator.resources.rds_instance.points import RdsSnapshot

STATES = replace(instances.STATES, soonest=0.0)


class RdsStandby(FailsOver, RdsSnapshot):
    """Restores an instance from a snapshot, gives it a standby, and has that take its place."""

    usual = REFERENCE
    asks, busy = "rds:RebootDBInstance", frozenset({INSTANCES.busy})

    def preflight_checks(self, copy: Copy) -> list[PreflightCheck]:
        """As of each restore, and whether its subnets lie in two zones."""
        return [*super().preflight_checks(copy), PreflightCheck("zones", self._look_at_zones)]

    def billed(self, name: str = "") -> Billed:
        """Two of what it is, for as long as it is there."""
        return replace(super().billed(name), times=2)

    def stand_by(self, copy: Copy) -> Ready:
        """Give the copy a standby, and wait until it follows. One that it has, or that is being made, is not asked for
        again.
        """
        live = self._live(copy)
        if not live.get("MultiAZ") and not (live.get("PendingModifiedValues") or {}).get("MultiAZ"):
            given = {"MultiAZ": True, "ApplyImmediately": True}
            self._api.call("ModifyDBInstance", DBInstanceIdentifier=copy.id, **given)
        seen = self._toolkit.wait_until_ready(self._objects.feed(), copy, STATES, _has_standby)
        return Ready(self._toolkit.seconds_since(seen), words=str(_zones(seen.detail)))

    def seen(self, copy: Copy) -> tuple[bool, Zones]:
        """Whether it is rebooting, and the zone that serves and that of its standby."""
        live = self._live(copy)
        return live.get("DBInstanceStatus") == "rebooting", _zones(live)

    def _settle(self, copy: Copy, before: Zones, served: Callable[[], bool]) -> None:
        """Wait until it is available with a standby, and served."""
        clock, since = self._toolkit.clock, list[float]()

        def settled(sighting: Sighting) -> bool:
            if not _has_standby(sighting) or not served():
                return False
            since.append(clock.monotonic())
            return _zones(sighting.detail).serving != before.serving or since[-1] - since[0] >= UNCHANGED

        self._toolkit.wait_until_ready(self._objects.feed(), copy, STATES, settled)

    def server_times(self, copy: Copy) -> list[ServerTime]:
        """As of each restore, and the failovers."""
        return [*super().server_times(copy), *self._failovers(copy)]

    def told(self, copy: Copy, since: datetime) -> list[ServerTime]:
        """The events of failovers that RDS wrote down of the copy."""
        return events.failovers(self._api, copy.id, since - SKEW)

    def _asking(self, copy: Copy, way: str) -> Callable[[], object]:  # noqa: ARG002 - alike, both ways
        return partial(self._api.call, "RebootDBInstance", DBInstanceIdentifier=copy.id, ForceFailover=True)

    def _since(self, copy: Copy) -> datetime:
        return self._toolkit.proofs.intended(copy).intended_at

    def _live(self, copy: Copy) -> Mapping[str, Any]:
        live = self._describe(copy.id)
        if live is None:
            raise NotMeasured(f"{copy.id} is not to be seen", call="rds:DescribeDBInstances")
        self._toolkit.proofs.same(copy, live[INSTANCES.unique])
        return live

    def _look_at_zones(self) -> str:
        return isolation.two_zones(self._toolkit.account, isolation.declared(self._resource).subnet_group)


def _has_standby(sighting: Sighting) -> bool:
    return bool(sighting.detail.get("MultiAZ") and sighting.detail.get("SecondaryAvailabilityZone"))


def _zones(described: Mapping[str, Any]) -> Zones:
    keys = ("AvailabilityZone", "SecondaryAvailabilityZone")
    return Zones(*(str(described.get(key) or "") for key in keys))
