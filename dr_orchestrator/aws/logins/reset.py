"""A new master password for a copy that no login opens: random, told to AWS alone, and never kept."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from dr_orchestrator.aws.calls.api import Refused
from dr_orchestrator.aws.logins.door import Door
from dr_orchestrator.aws.logins.secrets import Credentials
from dr_orchestrator.aws.rds.objects import Objects
from dr_orchestrator.aws.toolkit import Toolkit
from dr_orchestrator.aws.watcher import Sighting
from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.domain.evidence import Ready
from dr_orchestrator.errors import NotMeasured, Transient, UnsafeToDelete

IN_USE_WITHIN = 1800.0
"""Drill seconds within which a copy that is available must take its new password."""

_UNTOUCHED = "nothing was changed"


class Reset:
    """Gives the master user of a copy a new password, once the copy is proven to be this run's."""

    def __init__(self, door: Door, toolkit: Toolkit) -> None:
        self._door, self._toolkit = door, toolkit
        self._states = replace(door.states, sightings=1, soonest=0.0)  # whether it opens is tried as well
        self._api, self._objects = toolkit.account.api("rds"), Objects(door.shape, toolkit)

    def __call__(self, copy: Copy, use: Callable[[Credentials], None], opens: Callable[[], bool]) -> Ready:
        """Ask for a new password, hand it over for use, and wait until it opens the copy.

        Each call gives another one, so that whoever was cut off begins anew. Transient while AWS does not take it yet.
        """
        self._toolkit.wait_until_ready(self._objects.feed(), copy, self._states)
        live = self._proven(copy)
        made = Credentials(str(live["MasterUsername"]), _random())
        self._ask(copy, live, made)
        use(made)
        seen = self._toolkit.wait_until_ready(self._objects.feed(), copy, self._states, self._taken(copy, opens))
        return Ready(self._toolkit.seconds_since(seen), words=f"{made.user} has a new password, which is kept nowhere")

    def _proven(self, copy: Copy) -> Mapping[str, Any]:
        """The live copy, by the same proofs as before its deletion; NotMeasured where it is not proven ours."""
        shape = self._door.shape
        live = self._objects.described(copy.id)
        if live is None:
            raise NotMeasured(f"{copy.id} is not to be seen", call=f"rds:{shape.describe}")
        try:
            self._toolkit.proofs.prove(copy, shape.live(live))
        except UnsafeToDelete as fault:
            raise NotMeasured(f"the password of {copy.id} was not reset: {fault.message}", _UNTOUCHED) from fault
        return live

    def _ask(self, copy: Copy, live: Mapping[str, Any], made: Credentials) -> None:
        shape = self._door.shape
        unmanaged = {"ManageMasterUserPassword": False} if live.get("MasterUserSecret") else {}
        try:
            told = self._api.named(
                f"Modify{shape.key}",
                shape.key,
                shape.name,
                copy.id,
                **{shape.name: copy.id},
                MasterUserPassword=made.password,
                ApplyImmediately=True,
                **unmanaged,
            )
        except Refused as refused:
            if refused.code != shape.busy:
                raise
            busy = Transient(refused.message, refused.hint)
            busy.answered = True
            raise busy from refused
        self._toolkit.proofs.same(copy, str(told[shape.unique]))

    def _taken(self, copy: Copy, opens: Callable[[], bool]) -> Callable[[Sighting], bool]:
        """Whether the new password is in use: what AWS calls available may be so still, and not yet."""
        clock, asked = self._toolkit.clock, self._toolkit.clock.monotonic()

        def taken(sighting: Sighting) -> bool:
            pending = sighting.detail.get("PendingModifiedValues") or {}
            if "MasterUserPassword" not in pending and opens():
                return True
            if clock.monotonic() - asked > IN_USE_WITHIN:
                minutes = f"{IN_USE_WITHIN / 60:.0f} minutes"
                raise NotMeasured(f"{copy.id} did not take the new password of its master user within {minutes}")
            return False

        return taken


def _random() -> str:
    """A password of each kind of character, of 30 in all: every engine of RDS takes that, Oracle no longer one."""
    return f"aA1_{secrets.token_urlsafe(19)}"
