"""A machine that reads copies: one that the drill declares, of the drills' own, with an agent of Systems Manager."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from dr_orchestrator.aws.accounts import Account
from dr_orchestrator.aws.calls.api import NotFound
from dr_orchestrator.aws.machines import agent
from dr_orchestrator.domain.tag_keys import READER
from dr_orchestrator.errors import NotMeasured

CALL = "ec2:DescribeInstances"


class Lent:
    """A machine by its id."""

    def __init__(self, account: Account, id: str) -> None:
        self.id, self._account = id, account

    @cached_property
    def described(self) -> Mapping[str, Any]:
        """The machine as EC2 described it first; NotMeasured where there is none."""
        return self.seen()

    def seen(self) -> Mapping[str, Any]:
        """The machine as EC2 describes it now; NotMeasured where there is none."""
        try:
            found = self._account.api("ec2").call("DescribeInstances", InstanceIds=[self.id])["Reservations"]
        except NotFound as missing:
            raise NotMeasured(f"no machine {self.id} that could read the copy", missing.hint, CALL) from missing
        machines = [each for of in found for each in of["Instances"] if each["InstanceId"] == self.id]
        if not machines:
            raise NotMeasured(f"no machine {self.id} that could read the copy", "is it in this region?", CALL)
        machine: Mapping[str, Any] = machines[0]
        return machine

    @property
    def zone(self) -> str:
        """The zone that it stands in."""
        return str(self.described["Placement"]["AvailabilityZone"])

    def look(self) -> str:
        """That it runs, is of the drills' own, and that its agent answers; NotMeasured where a copy cannot be read."""
        machine = self.seen()
        worn = {each["Key"]: each["Value"] for each in machine.get("Tags") or ()}
        if READER not in worn:
            hint = f"never let production read a copy: give a machine of the drills' own the tag {READER}"
            raise NotMeasured(f"machine {self.id} does not wear the tag {READER}", hint, CALL)
        if "aws:autoscaling:groupName" in worn:
            raise NotMeasured(f"machine {self.id} is of an Auto Scaling group, which may end it", call=CALL)
        if (state := machine["State"]["Name"]) != "running":
            raise NotMeasured(f"machine {self.id} is {state}: nothing can read the copy", "start it", CALL)
        return f"machine {self.id} runs in {self.zone}, {agent.online(self._account, self.id)}"
