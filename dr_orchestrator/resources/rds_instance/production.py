"""Production's own instance, failed over to the standby that it has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from dr_orchestrator.aws.rds.objects import INSTANCES
from dr_orchestrator.aws.rds.on_production import OwnStandby
from dr_orchestrator.domain.failover import REFERENCE, Zones
from dr_orchestrator.resources.rds_instance.name import OVER


class ProductionInstance(OwnStandby):
    """An instance in two zones of production, whose standby takes its place."""

    usual = REFERENCE
    shape, kind, over = INSTANCES, "db-instance", OVER
    asks, busy = OVER.operation, frozenset({INSTANCES.busy})

    def _unfit(self, live: Mapping[str, Any]) -> Iterator[str]:
        zones = self._zones(live)
        if not live.get("MultiAZ"):
            yield "stands in one zone"
        if zones.standby in ("", zones.serving):
            yield f"has a standby in its own zone: {zones}"

    def _misled(self, live: Mapping[str, Any], *ways: str) -> Iterator[str]:  # noqa: ARG002 - there is one standby
        yield from ()

    def _pieces(self, live: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
        yield "", live

    def _groups(self, live: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
        for each in live.get("DBParameterGroups") or ():
            yield f"the parameter group {each.get('DBParameterGroupName')}", each.get("ParameterApplyStatus")
        for each in live.get("OptionGroupMemberships") or ():
            yield f"the option group {each.get('OptionGroupName')}", each.get("Status")

    def _serves(self, live: Mapping[str, Any]) -> str:
        return self._zones(live).serving

    def _zones(self, live: Mapping[str, Any]) -> Zones:
        keys = ("AvailabilityZone", "SecondaryAvailabilityZone")
        return Zones(*(str(live.get(key) or "") for key in keys))

    def _under_way(self, live: Mapping[str, Any]) -> bool:
        return bool(live.get("DBInstanceStatus") == "rebooting")
