"""How long things take in AWS, and the states that they pass meanwhile: size divided by throughput, with jitter."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from dr_orchestrator.lab.cloud.world import world

MINUTE = 60.0
FOR_EVER = timedelta(days=36500)
FLAP = 5.0
"""Lab seconds for which a state that flaps seems final; three times as long it does not."""

# Lab seconds, near what is seen in AWS; a 100 GiB restore takes about 17 minutes.
RESTORE_BASE, RESTORE_PER_GIB = 7 * MINUTE, 6.0
CREATE_INSTANCE = 5 * MINUTE
BACK_UP = 2 * MINUTE
DELETE_INSTANCE = 3 * MINUTE
ADD_STANDBY, FAIL_OVER = 9 * MINUTE, 75.0
PROMOTE = 4 * MINUTE
SNAPSHOT_BASE, SNAPSHOT_PER_GIB = 2 * MINUTE, 1.5
PEND, BRING_BASE, BRING_PER_GIB = 20.0, 3 * MINUTE, 4.0  # from one region to another
CREATE_TABLE, BACK_UP_TABLE, RESTORE_TABLE, DELETE_TABLE = 10.0, 15.0, 10 * MINUTE, 30.0


@dataclass(frozen=True)
class Timeline:
    """A sequence of states by lab time, computed once and read at any instant; nothing has to run for it to pass."""

    began: datetime
    steps: tuple[tuple[datetime, str], ...]
    final: str

    def at(self, now: datetime) -> str:
        """The state at an instant."""
        return next((state for until, state in self.steps if now < until), self.final)

    @property
    def ends(self) -> datetime:
        """When the final state is reached."""
        return self.steps[-1][0] if self.steps else self.began

    def percent(self, now: datetime) -> int:
        """How far along it is."""
        whole = (self.ends - self.began).total_seconds()
        return 100 if whole <= 0 or now >= self.ends else int(100 * (now - self.began).total_seconds() / whole)


def settled(state: str) -> Timeline:
    """A thing that is in its final state already."""
    return Timeline(world().now(), (), state)


def passing(states: list[tuple[str, float]], final: str, fate: str = "") -> Timeline:
    """A thing that passes `states` (each for about so many lab seconds) from now on and ends as `final`.

    `fate` is what a fault has in store for it: "stuck" keeps the first state for ever, "flaps:" and a state goes there
    and back twice, another word is how it ends.
    """
    if world().hurried:
        return settled(final)
    now = until = world().now()
    if fate == "stuck":
        return Timeline(now, ((now + FOR_EVER, states[0][0]),), final)
    steps = []
    flapping = fate.startswith("flaps:")
    states = [*states[:1], *([(final, FLAP), (fate[6:], 3 * FLAP)] * 2)] if flapping else states[:1] if fate else states
    for state, seconds in states:
        until += world().jitter(seconds)
        steps.append((until, state))
    return Timeline(now, tuple(steps), final if flapping else fate or final)
