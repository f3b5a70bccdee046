"""Waits for the network interfaces of functions: Lambda gives them up long after a function is gone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from dr_orchestrator.aws.calls.api import Api
from dr_orchestrator.aws.toolkit import Toolkit
from dr_orchestrator.aws.watcher import ABSENT, VANISHED, Sighting, States
from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.errors import NotRecoverable
from dr_orchestrator.resources.cloudformation_stack.teardown.parts import Part

LONGEST = 45 * 60.0
"""Drill seconds for which Lambda may keep an interface after its function is gone."""

GROUP, SUBNET = "AWS::EC2::SecurityGroup", "AWS::EC2::Subnet"
KEPT_BY_INTERFACES = frozenset({GROUP, SUBNET, "AWS::EC2::VPC"})
"""The types that cannot be deleted while an interface stands in them."""

VALUES = 200
"""How many values EC2 takes for one filter."""

FILTERS = {GROUP: "group-id", SUBNET: "subnet-id"}
IN_USE = "in use by functions' network interfaces"
FREE = States(ready=frozenset({ABSENT}), progress=frozenset({IN_USE}), sightings=VANISHED)


class Interfaces:
    """The network interfaces in the security groups and subnets of one stack."""

    def __init__(self, api: Api, toolkit: Toolkit, copy: Copy) -> None:
        self._api, self._toolkit, self._copy = api, toolkit, copy

    def wait(self, parts: Iterable[Part]) -> str:
        """Wait until no function keeps any of the groups and subnets; what it waited for, empty where for nothing.

        NotRecoverable, with the interfaces' ids, where Lambda still has some after the longest time that it may take.
        """
        networks = [each for each in parts if each.type in FILTERS]
        before = self._toolkit.retry_transient(lambda: self._of_functions(networks))
        if not before:
            return ""
        began, names = self._toolkit.clock.monotonic(), ", ".join(before)
        feed = self._toolkit.watcher.feed(
            (self._api.endpoint, self._api.region, self._toolkit.account.pinned, f"interfaces of {self._copy.id}"),
            lambda wanted: {name: self._sight(networks) for name in wanted},
        )
        try:
            self._toolkit.watcher.wait(
                feed, names, FREE, ceiling=LONGEST, observe=lambda state: self._tell(state, names)
            )
        except NotRecoverable as late:
            left = self._toolkit.retry_transient(lambda: self._of_functions(networks))
            told = f"Lambda still has {', '.join(left) or names} after {LONGEST / 60:.0f} min"
            raise NotRecoverable(told, "it gives them up by itself: `dro sweep` goes on then") from late
        took = (self._toolkit.clock.monotonic() - began) / 60
        return f"waited {took:.0f} min for Lambda to give up {names}"

    def others(self, parts: Iterable[Part]) -> list[str]:
        """Interfaces in the stack's groups and subnets that are no function's: whoever made them has to delete them."""
        found = self._listed([each for each in parts if each.type in FILTERS])
        return sorted(str(each["NetworkInterfaceId"]) for each in found if not _of_function(each))

    def _tell(self, state: str, names: str) -> None:
        self._toolkit.context.observe(self._copy, f"waits for {names}" if state == IN_USE else "its networks are free")

    def _sight(self, networks: list[Part]) -> Sighting:
        return Sighting(IN_USE if self._of_functions(networks) else ABSENT)

    def _of_functions(self, networks: list[Part]) -> list[str]:
        return sorted({str(each["NetworkInterfaceId"]) for each in self._listed(networks) if _of_function(each)})

    def _listed(self, networks: list[Part]) -> list[Mapping[str, Any]]:
        found: list[Mapping[str, Any]] = []
        for kind, name in FILTERS.items():
            ids = [each.name for each in networks if each.type == kind]
            for start in range(0, len(ids), VALUES):
                asked = [{"Name": name, "Values": ids[start : start + VALUES]}]
                found += self._api.pages("DescribeNetworkInterfaces", "NetworkInterfaces", Filters=asked)
        return found


def _of_function(interface: Mapping[str, Any]) -> bool:
    described = str(interface.get("Description", ""))
    return interface.get("InterfaceType") == "lambda" or described.startswith("AWS Lambda VPC ENI")
