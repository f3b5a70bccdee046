"""Systems Manager as drills meet it: a command is run where the volumes of its machine are, and takes its time."""

from __future__ import annotations

from importlib import import_module
from typing import Any, cast

from moto.core.exceptions import JsonRESTError
from moto.ec2.models import ec2_backends
from moto.ssm.models import Command, SimpleSystemManagerBackend

from dr_orchestrator.lab.cloud.lifecycle import passing
from dr_orchestrator.lab.cloud.world import world
from dr_orchestrator.lab.machines import disk, first_reads
from dr_orchestrator.lab.machines.disk import disk_of
from dr_orchestrator.lab.machines.shares import mountable

TAKEN, RUNNING = 2.0, 6.0
"""Lab seconds until an agent takes a command, and for which it runs beside what it reads of volumes, however long this
machine took.
"""


class Commands(SimpleSystemManagerBackend):
    """One account's Systems Manager in one region."""

    @property
    def _url_module(self) -> Any:
        return import_module("moto.ssm.urls")

    def send_command(self, *args: Any, **given: Any) -> Command:
        """As moto, for machines that run alone; the script is run at once, and told of when its time has come."""
        machines, parameters = list(given.get("instance_ids") or []), given.get("parameters") or {}
        for each in machines:
            self._machine(each)
        made: Any = super().send_command(*args, **given)
        made.instance_ids = machines  # moto adds all that there are, where no target is named
        script = "\n".join(parameters.get("commands") or ())
        within = float((parameters.get("executionTimeout") or ["3600"])[0])
        made.ran = {each: self._run(script, each, within) for each in machines}
        fate = world().faults.fate("ssm", "SendCommand", str(given.get("comment") or ""))
        made.notification_config, made.output_s3_region = {}, "us-east-1"  # moto's are none that AWS could answer
        runs = RUNNING + max((each.seconds for each in made.ran.values()), default=0.0)
        made.timeline = passing([("Pending", TAKEN), ("InProgress", runs)], "Done", fate)
        return cast(Command, made)

    def get_command_invocation(self, command_id: str, instance_id: str, plugin_name: str | None) -> dict[str, Any]:
        """As moto, with what the script told."""
        told = super().get_command_invocation(command_id, instance_id, plugin_name)
        command: Any = self.get_command_by_id(command_id)
        state, ran = command.timeline.at(world().now()), command.ran[instance_id]
        if state != "Done":
            return {**told, "Status": state, "StatusDetails": state, "ResponseCode": -1}
        status = "TimedOut" if ran.code is None else "Success" if ran.code == 0 else "Failed"
        return {
            **told,
            "Status": status,
            "StatusDetails": "ExecutionTimedOut" if ran.code is None else status,
            "ResponseCode": -1 if ran.code is None else ran.code,
            "StandardOutputContent": ran.output,
            "StandardErrorContent": ran.errors,
        }

    def _run(self, script: str, machine: str, within: float) -> disk.Ran:
        shares = mountable(self.account_id, self.region_name, self._machine(machine))
        ran = disk.run(script, self._held(machine), within, self._mounted(machine), shares)
        for volume, bytes in ran.read.items():
            first_reads.was_read(self._ec2.volumes[volume], bytes)
        return ran

    def _machine(self, id: str) -> Any:
        machines = [each for of in self._ec2.reservations.values() for each in of.instances if each.id == id]
        if not machines or machines[0]._state.name != "running" or machines[0].__dict__.get("without_agent"):
            raise JsonRESTError("InvalidInstanceId", f"Instances not in a valid state for account: {id}")
        return machines[0]

    def _mounted(self, machine: str) -> list[disk.Disk]:
        """The disk that a machine was started from, where that is known, and those that it mounts then."""
        of = self._machine(machine)
        held = {device: self._ec2.volumes.get(each.volume_id) for device, each in of.block_device_mapping.items()}
        if (first := held.get(of.root_device_name)) is None:
            return []
        root = disk_of(first)
        others = [(held.get(device), folder) for device, folder in root.mounts.items()]
        return [root, *(disk_of(volume).below(folder) for volume, folder in others if volume is not None)]

    def _held(self, machine: str) -> list[disk.Held]:
        attached = [each for each in self._ec2.volumes.values() if each.attachment]
        return [
            disk.Held(each.id, int(each.size), disk_of(each), speed=first_reads.speed(each))
            for each in attached
            if each.attachment.instance.id == machine and each.__dict__.get("disk")
        ]

    @property
    def _ec2(self) -> Any:
        return ec2_backends[self.account_id][self.region_name]
