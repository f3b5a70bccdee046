"""Standbys in another zone as AWS makes them, and failovers to them; moto has neither."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Any, cast

from moto.core.responses import ActionResult
from moto.rds.exceptions import InvalidParameterCombination
from moto.rds.models import DBInstance
from moto.rds.responses import RDSResponse

from dr_orchestrator.lab.cloud import lifecycle
from dr_orchestrator.lab.cloud.databases.events import Told
from dr_orchestrator.lab.cloud.lifecycle import passing
from dr_orchestrator.lab.cloud.world import world
from dr_orchestrator.resources.rds_instance.lab.models import Instance, wrong_state
from dr_orchestrator.resources.rds_instance.lab.sharing import Sharing

_NOTICED = 8.0
"""Lab seconds after which the state shows that something is being changed."""


class Standbys(Sharing):
    """Of one account's RDS in one region: instances in two zones."""

    def modify_db_instance(self, db_instance_identifier: str, db_kwargs: Any) -> DBInstance:
        """As moto; a standby takes its time to be made, and goes at once."""
        given = dict(db_kwargs.items())
        wanted = given.pop("multi_az", None)
        instance = cast(Instance, super().modify_db_instance(db_instance_identifier, given))
        if wanted is True and not instance.multi_az:
            self._add_standby(instance)
        elif wanted is False:
            instance.multi_az, instance.secondary_availability_zone = False, None
        return instance

    def fail_over(self, identifier: str) -> Instance:
        """Have the standby take its place: what is under way ends at once, and the endpoint leads to it a while later.

        Refused of an instance without one.
        """
        instance = self._rebootable(identifier)
        if not instance.multi_az:
            told = "ForceFailover cannot be specified for an instance that is not configured for Multi-AZ."
            raise InvalidParameterCombination(told)
        name = instance.db_instance_identifier
        stays = world().faults.pretends("same-zone", "rds", name)
        self._down(instance, stays=stays)
        if not stays:
            self._say(instance, world().now(), "Multi-AZ instance failover started.", "failover")
        world().agenda.at(instance.timeline.ends, partial(self._taken, instance, stays))
        return instance

    def restart(self, identifier: str) -> Instance:
        """Restart it where it is."""
        instance = self._rebootable(identifier)
        instance.timeline = passing([("rebooting", lifecycle.MINUTE)], "available")
        return instance

    def _rebootable(self, identifier: str) -> Instance:
        instance = cast(Instance, self.describe_db_instances(identifier)[0])
        if instance.status != "available":
            raise wrong_state(f"Instance {identifier} is {instance.status}.")
        return instance

    def _add_standby(self, instance: Instance) -> None:
        fate = world().faults.fate("rds", "ModifyDBInstance", instance.db_instance_identifier)
        states = [("available", _NOTICED), ("modifying", lifecycle.ADD_STANDBY)]
        instance.timeline, instance.changing = passing(states, "available", fate), "modifying"
        instance.becomes_multi_az = instance.timeline.ends
        if instance.database is not None and not fate:
            slow = world().faults.pretends("asynchronous", "rds", instance.db_instance_identifier)
            instance.database.pair(asynchronous=slow)
        told = "modification to convert to a Multi-AZ DB Instance"
        self._say(instance, world().now(), f"Applying {told}", "configuration change")
        world().agenda.at(instance.timeline.ends, partial(self._added, instance, f"Finished applying {told}"))

    def _added(self, instance: Instance, told: str) -> None:
        if self.databases.get(instance.db_instance_identifier) is instance:
            instance.multi_az = True
            instance.secondary_availability_zone = self._other_zone(instance)
            self._say(instance, world().now(), told, "configuration change")

    def _other_zone(self, instance: Instance) -> str:
        zones = sorted({each["SubnetAvailabilityZone"]["Name"] for each in instance.db_subnet_group.subnets})
        others = [zone for zone in zones if zone != instance.availability_zone]
        return others[0] if others else f"{self.region_name}b"

    def _down(self, instance: Instance, *, stays: bool) -> None:
        """It is not reached from now on, for as long as its state says."""
        fate = world().faults.fate("rds", "RebootDBInstance", instance.db_instance_identifier)
        instance.changing = "rebooting"
        instance.timeline = passing([(instance.changing, lifecycle.FAIL_OVER)], "available", fate)
        seconds = (instance.timeline.ends - instance.timeline.began).total_seconds()
        if instance.database is not None:
            instance.database.fail_over(seconds / world().clock.pace, stays=stays)

    def _taken(self, instance: Instance, stays: bool) -> None:
        if self.databases.get(instance.db_instance_identifier) is not instance:
            return
        self._say(instance, world().now(), "DB instance restarted", "availability")
        if not stays:
            zones = instance.secondary_availability_zone, instance.availability_zone
            instance.availability_zone, instance.secondary_availability_zone = cast("tuple[str, str]", zones)
            self._say(instance, world().now(), "Multi-AZ instance failover completed", "failover")

    def _say(self, instance: Instance, at: datetime, message: str, category: str) -> None:
        self.events.append(Told("db-instance", instance, at, message, category))


def _reboot(self: RDSResponse) -> ActionResult:
    name = str(self.params.get("DBInstanceIdentifier"))
    backend = cast(Standbys, self.backend)
    force = str(self.params.get("ForceFailover")).lower() == "true"
    return ActionResult({"DBInstance": backend.fail_over(name) if force else backend.restart(name)})


def _maintenance(self: RDSResponse) -> ActionResult:  # noqa: ARG001 - of nothing
    """None: the lab's instances are patched by nobody."""
    return ActionResult({"PendingMaintenanceActions": []})


PATCHES = (
    (RDSResponse, "reboot_db_instance", _reboot),
    (RDSResponse, "describe_pending_maintenance_actions", _maintenance),
)
