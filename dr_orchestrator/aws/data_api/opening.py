"""The two changes by which a copy can be asked by the Data API: its HTTP endpoint, and a secret that opens it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from dr_orchestrator.aws.calls.api import Refused
from dr_orchestrator.aws.logins.door import Door
from dr_orchestrator.aws.rds.objects import Objects
from dr_orchestrator.aws.toolkit import Toolkit
from dr_orchestrator.aws.watcher import Sighting
from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.domain.evidence import Ready
from dr_orchestrator.errors import NotMeasured, Transient, UnsafeToDelete

IN_USE_WITHIN = 1800.0
"""Drill seconds within which a copy that is available must do what it was changed to."""

ENABLED = "HttpEndpointEnabled"
_UNTOUCHED = "nothing was changed"
_BUSY = "InvalidResourceStateFault"


class DataApiOfCopy:
    """Lets a copy be asked by the Data API, once it is proven to be this run's."""

    def __init__(self, door: Door, toolkit: Toolkit) -> None:
        self._door, self._toolkit = door, toolkit
        self._states = replace(door.states, sightings=1, soonest=0.0)  # whether it answers is tried as well
        self._api, self._objects = toolkit.account.api("rds"), Objects(door.shape, toolkit)

    def described(self, copy: Copy) -> Mapping[str, Any]:
        """The copy, as AWS describes it, by the id that AWS gave ours for good; NotMeasured where it is another."""
        live = self._objects.described(copy.id)
        if live is None:
            raise NotMeasured(f"{copy.id} is not to be seen", call=f"rds:{self._door.shape.describe}")
        self._toolkit.proofs.same(copy, self._door.shape.unique_id(live))
        return live

    def enable(self, copy: Copy, answers: Callable[[], bool]) -> Ready:
        """Enable its HTTP endpoint, which no restore brings, and wait until statements are answered there.

        One that another process of the run has enabled is left as it is.
        """
        self._toolkit.wait_until_ready(self._objects.feed(), copy, self._states)
        live = self._proven(copy)
        if not live.get(ENABLED):
            self._change("EnableHttpEndpoint", ResourceArn=str(live[f"{self._door.shape.key}Arn"]))
        return self._await(copy, "answer by the Data API", lambda seen: bool(seen.detail.get(ENABLED)) and answers())

    def manage(self, copy: Copy, opens: Callable[[], bool]) -> Ready:
        """Have RDS give its master user a password and a secret of their own, and wait until that opens it.

        Both go with the copy. Where another process of the run has asked for it, it is awaited alone.
        """
        self._toolkit.wait_until_ready(self._objects.feed(), copy, self._states)
        live = self._proven(copy)
        if not live.get("MasterUserSecret"):
            named = {self._door.shape.name: copy.id}
            told = self._change(
                f"Modify{self._door.shape.key}", **named, ManageMasterUserPassword=True, ApplyImmediately=True
            )
            self._toolkit.proofs.same(copy, str(told[self._door.shape.key][self._door.shape.unique]))
        ready = self._await(copy, "open by a secret of its own", lambda seen: secret_of(seen.detail) != "" and opens())
        return Ready(ready.ago, words=f"{live['MasterUsername']} has a password and a secret that RDS keeps, and drops")

    def _proven(self, copy: Copy) -> Mapping[str, Any]:
        live = self.described(copy)
        try:
            self._toolkit.proofs.prove(copy, self._door.shape.live(live))
        except UnsafeToDelete as fault:
            raise NotMeasured(f"{copy.id} was not changed: {fault.message}", _UNTOUCHED) from fault
        return live

    def _change(self, operation: str, **given: Any) -> Any:
        try:
            return self._api.call(operation, **given)
        except Refused as refused:
            if refused.code not in (self._door.shape.busy, _BUSY):
                raise NotMeasured(refused.message, refused.hint) from refused
            busy = Transient(refused.message, refused.hint)
            busy.answered = True
            raise busy from refused

    def _await(self, copy: Copy, what: str, does: Callable[[Sighting], bool]) -> Ready:
        clock, asked = self._toolkit.clock, self._toolkit.clock.monotonic()

        def done(sighting: Sighting) -> bool:
            if does(sighting):
                return True
            if clock.monotonic() - asked > IN_USE_WITHIN:
                raise NotMeasured(f"{copy.id} did not {what} within {IN_USE_WITHIN / 60:.0f} minutes")
            return False

        seen = self._toolkit.wait_until_ready(self._objects.feed(), copy, self._states, done)
        return Ready(self._toolkit.seconds_since(seen))


def secret_of(described: Mapping[str, Any]) -> str:
    """The secret that RDS keeps of a master user, by its ARN; empty while there is none that can be used."""
    told = described.get("MasterUserSecret") or {}
    return str(told.get("SecretArn") or "") if told.get("SecretStatus", "active") != "creating" else ""
