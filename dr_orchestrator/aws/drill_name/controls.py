"""The copies that a switched name stands on: a routing control for each side, and a health check that follows it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from dr_orchestrator.aws.calls.api import Api, NotFound
from dr_orchestrator.aws.toolkit import Toolkit
from dr_orchestrator.domain.copy import Copy, CopyState, Identity
from dr_orchestrator.domain.cost import Billed
from dr_orchestrator.domain.evidence import Asked, Ready
from dr_orchestrator.domain.leading import Way
from dr_orchestrator.errors import NotMeasured, NotRecoverable, UnsafeToDelete

CONFIG = "route53-recovery-control-config"
DEPLOYED, GOING = "DEPLOYED", "PENDING_DELETION"
GIVEN_UP_S, LOOK_S = 900.0, 5.0
"""Drill seconds after which a routing control is given up, and between two looks."""

SIDES = {Way.BACK: "the lost side", Way.THERE: "what comes back"}
Found = dict[str, Any]


def panel_and_name(copy: Copy) -> tuple[str, str]:
    """The ARN of a control panel, and a routing control's name in it: its id as a copy is made of both."""
    panel, _, name = copy.id.rpartition("/")
    return panel, name


class _Standing:
    """One copy that a name stands on: found by the name that carries the run, and known by the id that AWS gave it.

    Neither a routing control nor its health check is tagged by the call that makes it: the name is in its place.
    """

    _service, _delete = "", ""

    def __init__(self, toolkit: Toolkit, copy: Copy, way: Way = Way.THERE) -> None:
        self._toolkit, self.copy, self._way = toolkit, copy, way

    @property
    def _api(self) -> Api:
        return self._toolkit.account.api(self._service)

    def billed(self, name: str = "") -> Billed:  # noqa: ARG002
        """Nothing by itself: a cluster is charged for by the hour, whether a drill runs or not, and no drill makes
        one.
        """
        return Billed()

    @property
    def unique_id(self) -> str:
        """The id that AWS gave it, by the ledger: nobody is asked for it; the guard knows it from then on."""
        record = self._toolkit.proofs.record(self.copy)
        if record is None or record.identity is None:
            raise NotMeasured(f"{self.copy.id} was never made", "go on with a run whose name was made")
        return self._vouched(record.identity.unique_id)

    def destroy(self, copy: Copy) -> CopyState:
        """Delete it, and see it gone. UnsafeToDelete where another stands under its name than this run made."""
        found = self._toolkit.describe_confirmed(self._look)
        if found is None:
            return self._toolkit.never_created(copy)
        known = self._toolkit.proofs.intended(copy).identity
        if known is not None and known.unique_id != self._id_of(found):
            raise UnsafeToDelete(f"{copy.id} is {self._id_of(found)}, but this run made {known.unique_id}")
        self._toolkit.retry_while(lambda: self._go(self._vouched(self._id_of(found))), "Conflict")
        self._until(lambda: not self._toolkit.retry_transient(self._look), f"{copy.id} is still to be seen")
        if self._toolkit.absence_confirmed(lambda: [copy.id] if self._look() else []):
            raise NotMeasured(f"{copy.id} is to be seen again", call=f"{self._service}:{self._delete}")
        return CopyState.DELETED

    def _go(self, id: str) -> None:
        try:
            self._ask_to_go(id)
        except NotFound:
            return  # an earlier try did it, whose answer was lost

    def _until(self, done: Callable[[], bool], late: str) -> None:
        clock = self._toolkit.clock
        began = clock.monotonic()
        while not done():
            if clock.monotonic() - began > GIVEN_UP_S:
                raise NotMeasured(late, call=self._service)
            clock.sleep(LOOK_S)

    def _vouched(self, id: str) -> str:
        """The id, told to the guard as that of a copy of the run."""
        self._toolkit.account.guard.vouch(replace(self.copy, id=id, parent=self.copy.id))
        return id

    def _look(self) -> Found | None:
        raise NotImplementedError

    def _id_of(self, found: Found) -> str:
        raise NotImplementedError

    def _ask_to_go(self, id: str) -> None:
        raise NotImplementedError


class RoutingControl(_Standing):
    """The routing control of one side, in the drills' own control panel."""

    _service, _delete = CONFIG, "DeleteRoutingControl"

    def __init__(self, toolkit: Toolkit, copy: Copy, way: Way = Way.THERE, cluster: str = "") -> None:
        super().__init__(toolkit, copy, way)
        self._panel, self.name = panel_and_name(copy)
        self._cluster = cluster

    @property
    def title(self) -> str:
        """As its steps call it."""
        return f"routing control of {SIDES[self._way]}"

    def ask(self) -> Asked:
        """Make it, or take what an earlier process of this run made."""
        found = self._look()
        if found is None:
            found = self._api.call(
                "CreateRoutingControl",
                ClientToken=self.name,
                ClusterArn=self._cluster,
                ControlPanelArn=self._panel,
                RoutingControlName=self.name,
            )["RoutingControl"]
        if found["Status"] == GOING:
            raise NotRecoverable(f"{self.name} is being deleted", "begin a new run")
        arn = self._id_of(found)
        return Asked(Identity(arn, arn))

    def ready(self) -> Ready:
        """Wait until it is in the cluster: before that no endpoint knows it."""
        arn = self.unique_id
        self._until(lambda: self._status(arn) == DEPLOYED, f"{self.name} is still not deployed")
        return Ready()

    def _status(self, arn: str) -> str:
        self._toolkit.context.raise_if_stopped()
        told = self._toolkit.patiently(lambda: self._api.call("DescribeRoutingControl", RoutingControlArn=arn))
        return str(told["RoutingControl"]["Status"])

    def _look(self) -> Found | None:
        try:
            listed = self._api.pages("ListRoutingControls", "RoutingControls", ControlPanelArn=self._panel)
            return next((dict(each) for each in listed if each["Name"] == self.name), None)
        except NotFound:  # the panel itself is gone
            return None

    def _id_of(self, found: Found) -> str:
        return str(found["RoutingControlArn"])

    def _ask_to_go(self, id: str) -> None:
        self._api.call("DeleteRoutingControl", RoutingControlArn=id)


class HealthCheck(_Standing):
    """A health check of Route 53 that is healthy while its routing control is on: it looks at nothing else."""

    _service, _delete = "route53", "DeleteHealthCheck"

    def __init__(
        self, toolkit: Toolkit, copy: Copy, way: Way = Way.THERE, control: RoutingControl | None = None
    ) -> None:
        super().__init__(toolkit, copy, way)
        self._control = control

    @property
    def title(self) -> str:
        """As its steps call it."""
        return f"health check of {SIDES[self._way]}"

    def ask(self) -> Asked:
        """Make it, or take what an earlier process of this run made: Route 53 makes one of a reference."""
        if self._control is None:
            raise TypeError("a health check follows a routing control")
        found = (
            self._look()
            or self._api.call(
                "CreateHealthCheck",
                CallerReference=self.copy.id,
                HealthCheckConfig={"Type": "RECOVERY_CONTROL", "RoutingControlArn": self._control.unique_id},
            )["HealthCheck"]
        )
        if (follows := found["HealthCheckConfig"].get("RoutingControlArn")) != self._control.unique_id:
            raise NotRecoverable(f"the health check {self.copy.id} follows {follows}, and no control of this run")
        id = self._id_of(found)
        return Asked(Identity(f"arn:aws:route53:::healthcheck/{id}", id))

    def ready(self) -> Ready:
        """It is one as soon as it is made."""
        return Ready()

    def _look(self) -> Found | None:
        listed = self._api.pages("ListHealthChecks", "HealthChecks")
        return next((dict(each) for each in listed if each["CallerReference"] == self.copy.id), None)

    def _id_of(self, found: Found) -> str:
        return str(found["Id"])

    def _ask_to_go(self, id: str) -> None:
        self._api.call("DeleteHealthCheck", HealthCheckId=id)
