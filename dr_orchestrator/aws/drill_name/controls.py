"""The copies that a switched name stands on: a routing control for each side, and a health check that follows it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from dr_orchestrator.aws.calls.api import Api, NotFound, Refused
from dr_orchestrator.aws.copies import beginning
from dr_orchestrator.aws.toolkit import Toolkit
from dr_orchestrator.domain.copy import Copy, CopyState, Identity
from dr_orchestrator.domain.cost import Billed
from dr_orchestrator.domain.evidence import Asked, Ready
from dr_orchestrator.domain.leading import CONTROLS_TAG, Way
from dr_orchestrator.errors import NotMeasured, NotRecoverable, UnsafeToDelete

CONFIG = "route53-recovery-control-config"
DEPLOYED, GOING = "DEPLOYED", "PENDING_DELETION"
GIVEN_UP_S, LOOK_S = 900.0, 5.0
"""Drill seconds after which a routing control is given up, and between two looks."""

FOLLOWS = "RECOVERY_CONTROL"
_CONFLICT, _AGAIN_S = "Conflict", 10.0
_FULL = ("ServiceQuotaExceeded", "LimitExceeded", "TooManyHealthChecks")
_RULED = "a safety rule that names it keeps it: take it out of that, then `dro sweep`"

SIDES = {Way.BACK: "the lost side", Way.THERE: "what comes back"}
Found = dict[str, Any]


def panel_and_name(copy: Copy) -> tuple[str, str]:
    """The ARN of a control panel, and a routing control's name in it: its id as a copy is made of both."""
    panel, _, name = copy.id.rpartition("/")
    return panel, name


class _Standing:
    """One copy that a name stands on: found by the name that carries the run, and known by the id that AWS gave it.

    Neither a routing control nor its health check is tagged by the call that makes it: the name is in its place, and
    no word of the ledger's stands for it.
    """

    _service, _make, _delete = "", "", ""

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
        """Delete it, and see it gone. UnsafeToDelete where another stands under its name than this run made, or it
        says of itself that it is no run's; NotMeasured where AWS lets nobody delete it for too long.
        """
        found = self._toolkit.describe_confirmed(self._look)
        if found is None:
            return self._toolkit.never_created(copy)
        known, id = self._toolkit.proofs.intended(copy).identity, self._id_of(found)
        if known is not None and known.unique_id != id:
            raise UnsafeToDelete(f"{copy.id} is {id}, but this run made {known.unique_id}")
        if not self.name.startswith(f"{beginning(copy)}-"):
            raise UnsafeToDelete(f"{copy.id} is not named after run {copy.run}, whatever the ledger says")
        self._prove(found)
        try:
            self._toolkit.retry_while(lambda: self._go(self._vouched(id)), _CONFLICT, within=GIVEN_UP_S)
        except Refused as refused:
            if _CONFLICT not in refused.code:
                raise
            told = f"{copy.id} is not let go for {GIVEN_UP_S / 60:.0f} min: {refused.message}"
            raise NotMeasured(told, _RULED, refused.call) from refused
        self._until(lambda: not self._toolkit.retry_transient(self._look), f"{copy.id} is still to be seen")
        if self._toolkit.absence_confirmed(lambda: [copy.id] if self._look() else []):
            raise NotMeasured(f"{copy.id} is to be seen again", call=f"{self._service}:{self._delete}")
        return CopyState.DELETED

    def _made(self, **given: Any) -> Found:
        """Make it. NotMeasured where AWS has no room left for it: that says nothing of what is drilled."""
        try:
            return dict(self._api.call(self._make, **given))
        except Refused as refused:
            if not any(each in refused.code for each in _FULL):
                raise
            told = f"{self.title} is not made: {refused.message}"
            raise NotMeasured(told, "raise the quota, or remove what is not needed", refused.call) from refused

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

    @property
    def name(self) -> str:
        """The name that it is found by."""
        raise NotImplementedError

    @property
    def title(self) -> str:
        """As its steps call it."""
        raise NotImplementedError

    def _look(self) -> Found | None:
        raise NotImplementedError

    def _prove(self, found: Found) -> None:
        """Raise UnsafeToDelete unless what stands under its name says of itself that it is the run's."""
        raise NotImplementedError

    def _id_of(self, found: Found) -> str:
        raise NotImplementedError

    def _ask_to_go(self, id: str) -> None:
        raise NotImplementedError


class RoutingControl(_Standing):
    """The routing control of one side, in the drills' own control panel."""

    _service, _make, _delete = CONFIG, "CreateRoutingControl", "DeleteRoutingControl"

    def __init__(
        self,
        toolkit: Toolkit,
        copy: Copy,
        way: Way = Way.THERE,
        cluster: str = "",
        look: Callable[[], object] | None = None,
    ) -> None:
        """`look` raises where the panel is not the drills'; None of a sweep, which makes none and knows no drill."""
        super().__init__(toolkit, copy, way)
        self._panel, self._cluster, self._look_at_panel = panel_and_name(copy)[0], cluster, look

    @property
    def name(self) -> str:
        """Its name in the panel."""
        return panel_and_name(self.copy)[1]

    @property
    def title(self) -> str:
        """As its steps call it."""
        return f"routing control of {SIDES[self._way]}"

    def ask(self) -> Asked:
        """Make it, or take what an earlier process of this run made; again and again while somebody else changes the
        same panel or cluster, for AWS takes one change at a time and refuses the other.

        NotMeasured where that does not end, or there is no room for it.
        """
        clock = self._toolkit.clock
        began = clock.monotonic()
        while (found := self._look() or self._created(began)) is None:
            self._toolkit.context.raise_if_stopped()
            clock.sleep(_AGAIN_S)
        if found["Status"] == GOING:
            raise NotRecoverable(f"{self.name} is being deleted", "begin a new run")
        arn = self._id_of(found)
        return Asked(Identity(arn, arn))

    def _created(self, began: float) -> Found | None:
        """Made in the panel, which is looked at right before; None where another change was under way there."""
        if self._look_at_panel is None:
            raise TypeError("a routing control is made in a panel that somebody looks at")
        self._look_at_panel()
        given = {"ClientToken": self.name, "ClusterArn": self._cluster, "ControlPanelArn": self._panel}
        try:
            return dict(self._made(**given, RoutingControlName=self.name)["RoutingControl"])
        except Refused as refused:
            if _CONFLICT not in refused.code:
                raise
            if self._toolkit.clock.monotonic() - began > GIVEN_UP_S:
                told = f"{self.name} is not made for {GIVEN_UP_S / 60:.0f} min: {refused.message}"
                raise NotMeasured(told, "somebody changes the same panel or cluster", refused.call) from refused
            return None

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

    def _prove(self, found: Found) -> None:
        """By the panel: it is the one that the drill declares, or it wears the drills' tag."""
        if self._cluster:
            return
        tags = self._toolkit.retry_transient(
            lambda: self._api.call("ListTagsForResource", ResourceArn=self._panel).get("Tags", {})
        )
        if CONTROLS_TAG not in tags:
            told = f"{self.name} is in {self._panel}, which does not wear the tag {CONTROLS_TAG}"
            raise UnsafeToDelete(f"{told}: nothing says that {self._id_of(found)} is a drill's")

    def _id_of(self, found: Found) -> str:
        return str(found["RoutingControlArn"])

    def _ask_to_go(self, id: str) -> None:
        self._api.call("DeleteRoutingControl", RoutingControlArn=id)


class HealthCheck(_Standing):
    """A health check of Route 53 that is healthy while its routing control is on: it looks at nothing else."""

    _service, _make, _delete = "route53", "CreateHealthCheck", "DeleteHealthCheck"

    def __init__(
        self,
        toolkit: Toolkit,
        copy: Copy,
        way: Way = Way.THERE,
        control: RoutingControl | None = None,
        follows: str = "",
    ) -> None:
        """`follows` is the type of the copy that it follows, where no `control` says so: in a sweep."""
        super().__init__(toolkit, copy, way)
        self._control, self._type = control, control.copy.type if control is not None else follows

    @property
    def name(self) -> str:
        """The reference of its making."""
        return self.copy.id

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
            or self._made(
                CallerReference=self.copy.id,
                HealthCheckConfig={"Type": FOLLOWS, "RoutingControlArn": self._control.unique_id},
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

    def _prove(self, found: Found) -> None:
        """By what it follows: the routing control of the same name, which the ledger says that AWS gave this run."""
        config = found["HealthCheckConfig"]
        follows = str(config.get("RoutingControlArn") or "")
        panel = follows.partition("/routingcontrol/")[0]
        row = self._toolkit.proofs.record(replace(self.copy, type=self._type, id=f"{panel}/{self.name}"))
        own = row.identity.unique_id if row is not None and row.identity is not None else ""
        if config.get("Type") != FOLLOWS or not own or follows != own:
            told = f"{self.name} ({self._id_of(found)}) is a check of type {config.get('Type')}"
            raise UnsafeToDelete(f"{told} that follows {follows or 'nothing'}, and no routing control of this run")

    def _id_of(self, found: Found) -> str:
        return str(found["Id"])

    def _ask_to_go(self, id: str) -> None:
        self._api.call("DeleteHealthCheck", HealthCheckId=id)
