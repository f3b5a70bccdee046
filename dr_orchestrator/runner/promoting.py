"""A replica of the run: made to follow production's own before the disruption, and promoted in its place."""

from __future__ import annotations

import math
from functools import partial
from typing import Any

from dr_orchestrator.domain.clock import Moment
from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.domain.evidence import Asked
from dr_orchestrator.domain.ports import Restorer
from dr_orchestrator.domain.recovery_point import RecoveryPoint
from dr_orchestrator.domain.run import PROVE_ISOLATION, Phase, Role
from dr_orchestrator.domain.taking_over import Replica
from dr_orchestrator.runner.components import Born, Components
from dr_orchestrator.runner.entering import LOG_IN, enter
from dr_orchestrator.runner.making import Making
from dr_orchestrator.runner.patience import RECOVERING


class Promoting(Making):
    """The steps of a promotion; all before it is off the recovery clock, for on the day the replica stands there.

    `of` is the store of an environment that is made of the replica; without one it is the drill's own copy.
    """

    @property
    def followed(self) -> tuple[Born, ...]:
        """The stores of the environment that come back by a promotion."""
        return tuple(each for each in self.components.born if each.followed is not None)

    def follow(
        self, name: str = "make a replica of the replica", *, teardown: str = "destroy copy", of: Born | None = None
    ) -> None:
        """Make the run's replica, wait until it follows, prove it isolated, log in to it, and read what it holds.

        That is read last: what it takes on from then on is no part of what is promised. A process that comes after the
        disruption reads nothing more, for it would read too much. That of a store is read by a step of its own
        (`hold`), once all else before the disruption is done.
        """
        copy, parts = self._of(of)
        replica = _replica(self.header.kind, parts)
        self.at_exit(teardown, _restorer(parts).destroy, copy)
        # Hours go by here, with a copy that is charged for: one call without an answer is no reason to end them.
        prepare = partial(self._perform, phase=Phase.PREPARE, patience=RECOVERING)
        if not self._journal.passed_before(name, Phase.PREPARE):
            prepare(name, partial(self._follow, replica, copy))
        wait = f"{name}: wait until it follows"
        if not self._journal.passed_before(wait, Phase.PREPARE):
            prepare(wait, replica.follows, copy)
        if self._journal.has(Moment.DISRUPTION):
            return
        if parts.isolated is not None:
            look = partial(parts.isolated, copy)
            prove = partial(self._perform.confirmed, look, within=math.inf)  # as of every copy
            # The roles are those of what is verified at the end: the replica of a store is on the way to that.
            proven: dict[str, Any] = {} if of else {"role": Role.PROVE_ISOLATION}
            prepare(f"{name}: prove its isolation" if of else PROVE_ISOLATION, prove, **proven)
        log_in, role = (f"{name}: log in to it", Role.STEP) if of else (LOG_IN, Role.LOG_IN)
        enter(parts.entrance, copy, prepare, resets=False, log_in=log_in, role=role)
        if of is None:
            self.hold(f"{name}: see what it holds")

    def hold(self, name: str, *, of: Born | None = None) -> None:
        """Read what the run's replica holds: the last step before the disruption, and no step of any process after."""
        if self._journal.has(Moment.DISRUPTION):
            return
        copy, parts = self._of(of)
        hold = partial(self._perform.confirmed, partial(_replica(self.header.kind, parts).hold, copy))
        self._perform(name, hold, phase=Phase.PREPARE, patience=RECOVERING)

    def promote(
        self,
        name: str,
        point: RecoveryPoint,
        *,
        wait: str = "wait until it serves",
        reaches: Moment | None = Moment.INFRASTRUCTURE_READY,
        of: Born | None = None,
    ) -> None:
        """Promote the run's replica, and wait until it is none any more. Asked for again it changes nothing.

        Of a step that another process of the run began nobody knows whether its call was taken: it may have been.
        """
        copy, parts = self._of(of)
        replica, restorer = _replica(self.header.kind, parts), _restorer(parts)
        if any((step.name, step.phase) == (name, Phase.RECOVER) for step in self._journal.steps):
            replica.asked_before()
        self.step(name, restorer.restore, point, copy)
        self.reached(Moment.ACCEPTED)
        self.await_copy(f"{name}: {wait}" if of else wait, restorer.ready, copy, reaches=None if of else reaches)

    def _of(self, store: Born | None) -> tuple[Copy, Components]:
        """The replica's copy, and what promotes it."""
        if store is None:
            return self.copy, self.components
        if store.followed is None:
            raise TypeError(f"{store.name} comes back by no promotion")
        return store.followed.copy, store.followed.parts

    def _follow(self, replica: Replica, copy: Copy) -> None:
        asked: Asked = self._perform.confirmed(partial(replica.follow, copy))
        self._write_made(copy, asked.identity, asked.job)


def _replica(kind: str, parts: Components) -> Replica:
    if parts.replica is None:
        raise TypeError(f"{kind} promotes no replica")
    return parts.replica


def _restorer(parts: Components) -> Restorer:
    if parts.restorer is None:
        raise TypeError("what promotes a replica is a restorer")
    return parts.restorer
