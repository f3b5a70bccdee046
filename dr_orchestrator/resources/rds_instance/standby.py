"""A restored instance with a standby in another zone, and its failover to that."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from dr_orchestrator.aws.calls.api import Refused
from dr_orchestrator.aws.copies import SKEW
from dr_orchestrator.aws.rds import events, instances, isolation
from dr_orchestrator.aws.rds.objects import INSTANCES
from dr_orchestrator.aws.watcher import Sighting
from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.domain.cost import Billed
from dr_orchestrator.domain.evidence import Ready, Seen
from dr_orchestrator.domain.failover import Zones
from dr_orchestrator.domain.preflight import PreflightCheck
from dr_orchestrator.domain.run import ServerTime
from dr_orchestrator.errors import NotMeasured, Transient
from dr_orchestrator.resources.rds_instance.points import RdsSnapshot

STATES = replace(instances.STATES, soonest=0.0)
UNCHANGED = 300.0
"""Drill seconds for which AWS may go on telling the old zone of an instance that is available, and serves again."""


class RdsStandby(RdsSnapshot):
    """Restores an instance from a snapshot, gives it a standby, and has that take its place."""

    _known: Sequence[ServerTime] | None = None
    """The failovers that AWS told of before it was asked for the one whose answer is missing; None where none is."""

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

    def zones(self, copy: Copy) -> Zones:
        """The zone that serves, and that of the standby."""
        return _zones(self._live(copy))

    def fail_over(self, copy: Copy, before: Zones) -> Seen:
        """Ask for the failover, once: where the answer to that was lost, AWS's own events tell whether it was heard.

        Transient where those tell nothing: what AWS describes may be old, so it is not asked again for that.
        """
        live = self._live(copy)
        if live.get("DBInstanceStatus") == "rebooting" or _zones(live).serving != before.serving:
            self._known = None
            return Seen("asked for before; its answer was lost")
        if self._known is not None:
            return self._heard(copy, self._known)
        self._known = self._failovers(copy)
        try:
            self._api.call("RebootDBInstance", DBInstanceIdentifier=copy.id, ForceFailover=True)
        except Refused as refused:
            self._known = None
            if refused.code == INSTANCES.busy and self._live(copy).get("DBInstanceStatus") == "rebooting":
                return Seen("asked for, and taken, though its answer was lost")
            raise
        self._known = None
        return Seen(f"{before.serving} is to be left, for {before.standby}")

    def _heard(self, copy: Copy, known: Sequence[ServerTime]) -> Seen:
        """The words of AWS's events on a failover that was asked for, beyond those known before."""
        new = [each for each in self._failovers(copy) if each not in known and each.state == events.STARTED]
        if not new:
            told = "the answer was lost, and AWS's events tell of no failover: it is not asked for again"
            raise Transient(told, "run the drill anew", "rds:RebootDBInstance")
        self._known = None
        return Seen(f"asked for before; its answer was lost, and AWS tells of it at {new[0].at.isoformat()}")

    def failed_over(self, copy: Copy, before: Zones, served: Callable[[], bool]) -> Zones:
        """Wait until the copy is available with a standby again; from the zone that it had, if it never left that.

        `served` tells whether the client's writes are acknowledged again.
        """
        clock, since = self._toolkit.clock, list[float]()

        def settled(sighting: Sighting) -> bool:
            if not _has_standby(sighting) or not served():
                return False
            since.append(clock.monotonic())
            return _zones(sighting.detail).serving != before.serving or since[-1] - since[0] >= UNCHANGED

        return _zones(self._toolkit.wait_until_ready(self._objects.feed(), copy, STATES, settled).detail)

    def server_times(self, copy: Copy) -> list[ServerTime]:
        """As of each restore, and the failovers."""
        return [*super().server_times(copy), *self._failovers(copy)]

    def told(self, copy: Copy, since: datetime) -> list[ServerTime]:
        """The events of failovers that RDS wrote down of the copy."""
        return events.failovers(self._api, copy.id, since - SKEW)

    def _failovers(self, copy: Copy) -> list[ServerTime]:
        return self.told(copy, self._toolkit.proofs.intended(copy).intended_at)

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
