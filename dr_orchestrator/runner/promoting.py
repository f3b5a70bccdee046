"""A replica of the run: made to follow production's own before the disruption, and promoted in its place."""

from __future__ import annotations

import math
from functools import partial

from dr_orchestrator.domain.clock import Moment
from dr_orchestrator.domain.evidence import Asked
from dr_orchestrator.domain.recovery_point import RecoveryPoint
from dr_orchestrator.domain.run import PROVE_ISOLATION, Phase, Role
from dr_orchestrator.domain.taking_over import Replica
from dr_orchestrator.runner.entering import enter
from dr_orchestrator.runner.making import Making
from dr_orchestrator.runner.patience import RECOVERING


class Promoting(Making):
    """The steps of a promotion; all before it is off the recovery clock, for on the day the replica stands there."""

    def follow(self, name: str = "make a replica of the replica", *, teardown: str = "destroy copy") -> None:
        """Make the run's replica, wait until it follows, prove it isolated, log in to it, and read what it holds.

        That is read last: what it takes on from then on is no part of what is promised. A process that comes after the
        disruption reads nothing more, for it would read too much.
        """
        replica = self._replica
        self.at_exit(teardown, self.restorer.destroy, self.copy)
        # Hours go by here, with a copy that is charged for: one call without an answer is no reason to end them.
        prepare = partial(self._perform, phase=Phase.PREPARE, patience=RECOVERING)
        if not self._journal.passed_before(name, Phase.PREPARE):
            prepare(name, partial(self._follow, replica))
        wait = f"{name}: wait until it follows"
        if not self._journal.passed_before(wait, Phase.PREPARE):
            prepare(wait, replica.follows, self.copy)
        if self._journal.has(Moment.DISRUPTION):
            return
        if self.components.isolated is not None:
            look = partial(self.components.isolated, self.copy)
            prove = partial(self._perform.confirmed, look, within=math.inf)  # as of every copy
            prepare(PROVE_ISOLATION, prove, role=Role.PROVE_ISOLATION)
        enter(self.components.entrance, self.copy, prepare, resets=False)
        hold = partial(self._perform.confirmed, partial(replica.hold, self.copy))
        prepare(f"{name}: see what it holds", hold)

    def promote(
        self,
        name: str,
        point: RecoveryPoint,
        *,
        wait: str = "wait until it serves",
        reaches: Moment | None = Moment.INFRASTRUCTURE_READY,
    ) -> None:
        """Promote the run's replica, and wait until it is none any more. Asked for again it changes nothing.

        Of a step that another process of the run began nobody knows whether its call was taken: it may have been.
        """
        if any((step.name, step.phase) == (name, Phase.RECOVER) for step in self._journal.steps):
            self._replica.asked_before()
        self.step(name, self.restorer.restore, point, self.copy)
        self.reached(Moment.ACCEPTED)
        self.await_copy(wait, self.restorer.ready, self.copy, reaches=reaches)

    @property
    def _replica(self) -> Replica:
        if self.components.replica is None:
            raise TypeError(f"{self.header.kind} promotes no replica")
        return self.components.replica

    def _follow(self, replica: Replica) -> None:
        asked: Asked = self._perform.confirmed(partial(replica.follow, self.copy))
        self._write_made(self.copy, asked.identity, asked.job)
