"""The name of a run that routing controls switch: two failover records, each with a health check of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from dr_orchestrator.aws import endpoints
from dr_orchestrator.aws.drill_name.cluster import Cluster
from dr_orchestrator.aws.drill_name.controls import HealthCheck, RoutingControl
from dr_orchestrator.aws.drill_name.panel import Panel
from dr_orchestrator.aws.drill_name.records import DrillName, Record
from dr_orchestrator.aws.toolkit import Toolkit
from dr_orchestrator.domain.copy import Copy, Identity
from dr_orchestrator.domain.evidence import Asked
from dr_orchestrator.domain.leading import COMING, Controls, Leading, Way
from dr_orchestrator.domain.led import Told, Turned
from dr_orchestrator.domain.ports import Part
from dr_orchestrator.domain.preflight import PreflightCheck
from dr_orchestrator.domain.resource_type import Quota
from dr_orchestrator.errors import NotMeasured, NotRecoverable

_CHANGES = {
    "route53:ChangeResourceRecordSets": (
        "the record of what comes back is given its host, which nobody knows before it is built; the switch itself is"
        " made by the cluster, and needs no control plane"
    ),
}
_ROLES = {Way.BACK: "PRIMARY", Way.THERE: "SECONDARY"}
LOOKS = 3
"""How often each name server is asked at one look: under its address are many, and nobody says of all that they follow
a health check.
"""


class SwitchedName(DrillName):
    """A name whose records stand as they are while the cluster switches it.

    What comes back has a record from the start, of a stand-in: it is given its host once that is known. Its health
    check is off until then, so that nobody is led to the stand-in.
    """

    needs = _CHANGES

    def __init__(
        self,
        toolkit: Toolkit,
        copy: Copy,
        leading: Leading,
        controls: Controls,
        standing: Mapping[Way, tuple[Copy, Copy]],
        host: Callable[[Copy], str],
        enabled: Callable[[], str],
        types: Callable[[], Mapping[str, str]] = dict,
    ) -> None:
        """`standing` are the copies of a routing control and of its health check for each side."""
        super().__init__(toolkit, copy, leading, host, enabled, types)
        self._panel = Panel(toolkit, controls, leading.lost)
        self._cluster = Cluster(toolkit, controls, leading.lost)
        self._controls = {
            way: RoutingControl(toolkit, control, way, controls.cluster, self._panel.look)
            for way, (control, _) in standing.items()
        }
        self._checks = {
            way: HealthCheck(toolkit, check, way, self._controls[way]) for way, (_, check) in standing.items()
        }
        self._begun = False

    @property
    def stands_on(self) -> Sequence[Part]:  # type: ignore[override]
        """Both routing controls, then the health checks that follow them."""
        return (*self._controls.values(), *self._checks.values())

    def preflight_checks(self) -> Sequence[PreflightCheck]:
        """Those of any name, and that the control panel is the drills'."""
        return (*super().preflight_checks(), *self._panel.checks())

    def quotas(self) -> Sequence[tuple[str, Quota]]:
        """Those of the control panel, of its cluster, and of the account's health checks."""
        return self._panel.quotas(self._controls[Way.THERE].copy.type, self._checks[Way.THERE].copy.type)

    def make(self) -> Asked:
        """Switch the lost side on and the other off, and make both records. Made again it is as it was."""
        self._panel.look()
        self._look_at_zone()
        self._own()
        self._cluster.turn(self._states(Way.BACK), is_lost=False)
        self._targets[Way.THERE] = COMING[self._leading.record]
        self._asked = self._change(*(("UPSERT", self._record(each, 0)) for each in Way))
        del self._targets[Way.THERE]
        arn = f"arn:{endpoints.partition(self.copy.region)}:route53:::hostedzone/{self._zone}"
        return Asked(Identity(arn, self.copy.id))

    def lead(self, way: Way, copy: Copy) -> Turned:
        """Switch the routing controls, by an endpoint outside of the lost region while that counts as lost."""
        self._asked, self._begun = "", True
        if way is Way.THERE:
            self._find_host(copy)
            self._look_at_zone()
            self._own()
            self._asked = self._change(("UPSERT", self._record(way, 0)))
        by = self._cluster.turn(self._states(way), is_lost=way is Way.THERE)
        return Turned(self._targets[way], by)

    def told(self, way: Way) -> Told:
        """Ask each name server several times, then the cluster whether its controls are so, and Route 53 whether the
        record that was changed for it is everywhere. Of several looks that one is told which saw it lead elsewhere.
        """
        looks = [self._seen(self._targets[way]) for _ in range(LOOKS)]
        short = [each for each in looks if each.led != each.asked]
        told = min([each for each in short if each.elsewhere] or short or looks, key=lambda each: each.led)
        if short:
            return told
        if self._asked and not (told := self._with_route_53(told)).everywhere:
            return told
        try:
            are = self._cluster.are(self._states(way), is_lost=self._begun and way is Way.THERE)
        except (NotMeasured, NotRecoverable) as fault:  # nobody was seen to be led elsewhere
            return replace(told, everywhere=False, unheard=True, words=f"{told.words}; {fault.message}")
        says = "is" if are else "is not"
        return replace(told, everywhere=are, words=f"{told.words}; the cluster says that it {says} switched so")

    def _states(self, way: Way) -> dict[str, bool]:
        """The states of both routing controls, by ARN, when the name leads that way."""
        return {self._controls[each].unique_id: each is way for each in Way}

    def _record(self, way: Way, weight: int) -> Record:
        made: dict[str, Any] = dict(super()._record(way, weight))
        del made["Weight"]
        return {**made, "Failover": _ROLES[way], "HealthCheckId": self._checks[way].unique_id}
