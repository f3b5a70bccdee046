"""The machine that reads copies: one that the drill declares, of the drills' own, with an agent of Systems Manager."""

from __future__ import annotations

import re
import zlib
from collections.abc import Collection, Mapping
from functools import cached_property
from typing import Any

from dr_orchestrator.aws.accounts import Account
from dr_orchestrator.aws.calls.api import NotFound
from dr_orchestrator.aws.machines import agent
from dr_orchestrator.errors import NotMeasured
from dr_orchestrator.resources.ebs_volume.name import READER

_CALL = "ec2:DescribeInstances"
_DEVICES = tuple(f"/dev/sd{letter}" for letter in "fghijklmnop")
"""The names that EC2 recommends for volumes of data."""


class Reader:
    """A machine by its id."""

    def __init__(self, account: Account, id: str) -> None:
        self.id, self._account = id, account

    @cached_property
    def _described(self) -> Mapping[str, Any]:
        return self._look()

    def _look(self) -> Mapping[str, Any]:
        try:
            found = self._account.api("ec2").call("DescribeInstances", InstanceIds=[self.id])["Reservations"]
        except NotFound as missing:
            raise NotMeasured(f"no machine {self.id} that could read the copy", missing.hint, _CALL) from missing
        machines = [each for of in found for each in of["Instances"] if each["InstanceId"] == self.id]
        if not machines:
            raise NotMeasured(f"no machine {self.id} that could read the copy", "is it in this region?", _CALL)
        machine: Mapping[str, Any] = machines[0]
        return machine

    @property
    def zone(self) -> str:
        """The zone that it stands in, and a copy with it: no volume is attached across zones."""
        return str(self._described["Placement"]["AvailabilityZone"])

    def look(self) -> str:
        """That it runs, is of the drills' own, and that its agent answers; NotMeasured where a copy cannot be read."""
        machine = self._look()
        worn = {each["Key"]: each["Value"] for each in machine.get("Tags") or ()}
        if READER not in worn:
            hint = f"never let production read a copy: give a machine of the drills' own the tag {READER}"
            raise NotMeasured(f"machine {self.id} does not wear the tag {READER}", hint, _CALL)
        if "aws:autoscaling:groupName" in worn:
            raise NotMeasured(f"machine {self.id} is of an Auto Scaling group, which may end it", call=_CALL)
        if (state := machine["State"]["Name"]) != "running":
            raise NotMeasured(f"machine {self.id} is {state}: nothing can read the copy", "start it", _CALL)
        return f"machine {self.id} runs in {self.zone}, {agent.online(self._account, self.id)}"

    def free_device(self, copy: str, refused: Collection[str] = ()) -> str:
        """A name under which a copy can be attached to it, none of the refused; NotMeasured where all are taken.

        Where to begin is drawn from the copy's name: drills that share the machine seldom want the same one.
        """
        taken = {_place(str(each.get("DeviceName"))) for each in self._look().get("BlockDeviceMappings") or ()}
        first = zlib.crc32(copy.encode()) % len(_DEVICES)
        ordered = (*_DEVICES[first:], *_DEVICES[:first])
        free = [each for each in ordered if _place(each) not in taken and each not in refused]
        if not free:
            raise NotMeasured(
                f"machine {self.id} has no place for another volume", "detach some, or use another", _CALL
            )
        return free[0]


def _place(name: str) -> str:
    """The letters that machines take for the same: `/dev/sdf`, `xvdf` and `/dev/xvdf` are all `f`."""
    return re.sub(r"^(/dev/)?(sd|xvd)", "", name)
