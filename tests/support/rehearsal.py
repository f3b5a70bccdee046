"""A drill of one copy that a session runs, in memory: its parts tell the story of what they do, and may fail."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from dr_orchestrator.domain.clock import Moment
from dr_orchestrator.domain.copy import Copy, CopyState, Identity
from dr_orchestrator.domain.evidence import Asked, Ready, Seen
from dr_orchestrator.domain.ports import Part
from dr_orchestrator.domain.recovery_point import RecoveryPoint, WorstCase
from dr_orchestrator.domain.run import CheckResult, Measures
from dr_orchestrator.domain.verdict import Outcome
from dr_orchestrator.errors import Aborted
from dr_orchestrator.runner import Components, RunContext, Session, plain
from tests.support.contexts import Driven
from tests.support.fakes import FakeClock, MemoryLedger
from tests.support.records import HEADER, POINT

RUN = HEADER.id
COPY = Copy("rds-instance", f"dro-{RUN}-orders-prod", "us-east-1", RUN, HEADER.drill, HEADER.service)
IDENTITY = Identity("arn:copy", "db-1")
ROWS = CheckResult("rows", "at least 10 rows", "12 rows", Outcome.PASSED)


@dataclass
class Drill:
    """A drill of one copy, whose parts take time, tell the ledger's story what they do, and may be made to fail."""

    clock: FakeClock = field(default_factory=FakeClock)
    ledger: MemoryLedger = field(default_factory=MemoryLedger)
    failing: dict[str, BaseException] = field(default_factory=dict)
    takes: dict[str, float] = field(default_factory=dict)
    parts: list[Part] = field(default_factory=list)
    stop: bool = False
    elsewhere: Callable[[], bool] = lambda: False
    results: list[CheckResult] | None = None

    def act(self, name: str, result: Any = None) -> Any:
        self.ledger.story.append(f"! {name}")
        self.clock.sleep(self.takes.get(name, 60.0))
        if name in self.failing:
            raise self.failing[name]
        return result

    # A restorer, an environment and checks in one.

    def preflight(self, copy: Copy) -> Seen:
        return self.act("preflight", Seen(f"saw {copy.id}"))

    def choose(self) -> RecoveryPoint:
        disrupted = (each.at for each in self.ledger.events if each.moment is Moment.DISRUPTION)
        struck = next(disrupted, self.clock.now())
        return replace(self.act("choose", POINT), data_time=struck - timedelta(minutes=10))

    def worst_case(self, until: datetime) -> WorstCase | None:
        del until
        return WorstCase(timedelta(minutes=30), "gaps")

    def restore(self, point: RecoveryPoint, copy: Copy) -> Asked:
        del point, copy
        return self.act("restore", Asked(IDENTITY))

    def build(self, copy: Copy) -> Asked:
        return self.act("build", Asked(Identity(f"arn:{copy.id}", copy.id)))

    def ready(self, copy: Copy) -> Ready:
        del copy
        return self.act("ready", Ready())

    def further(self, copy: Copy) -> Sequence[Part]:
        del copy
        return self.parts

    def member(self, logical_id: str, copy: Copy) -> tuple[Copy, Identity]:
        owned = Copy("dynamodb-table", f"{copy.id}-{logical_id}", "r", RUN, "d", "s", parent=copy.id)
        return self.act("member", (owned, Identity("arn:m", "m")))

    def fill(self, interim: Copy, member: Copy) -> int:
        del interim, member
        return int(self.act("fill", 60))

    def destroy(self, copy: Copy) -> CopyState:
        del copy
        return self.act("destroy", CopyState.DELETED)

    def all(self, copy: Copy, points: Sequence[RecoveryPoint], disrupted: datetime) -> Sequence[CheckResult]:
        del copy, points
        self.act("checks")
        beat = CheckResult("heartbeat", "", "", Outcome.PASSED, newest=disrupted - timedelta(minutes=5), canary=True)
        return [ROWS, beat] if self.results is None else self.results

    def session(self, call: Any = plain) -> Session:
        header = replace(HEADER, started_at=self.clock.now())
        session = Session(header, COPY, self.context(call))
        session.use(Components(self, restorer=self))
        return session

    def context(self, call: Any = plain) -> RunContext:
        return RunContext(RUN, self.clock, self.ledger, Driven(self.stopped, self.elsewhere, RUN), call)

    def stopped(self) -> None:
        if self.stop:
            raise Aborted("stopped on request")

    def run(self, session: Session | None = None) -> Session:
        """What flows/snapshot_restore.py does."""
        with session or self.session() as run:
            run.prepare("look", run.restorer.preflight, run.copy)
            point = run.choose("choose", run.restorer)
            run.restore("restore", point, teardown="destroy", wait="ready", reaches=Moment.INFRASTRUCTURE_READY)
            run.verify()
        return run

    @property
    def reasons(self) -> tuple[str, ...]:
        assert self.ledger.closing is not None, "the run is not closed"
        return self.ledger.closing.reasons


def measures(drill: Drill) -> Measures:
    """What its run measured."""
    assert drill.ledger.closing is not None
    return drill.ledger.closing.measures


def during(drill: Drill, name: str, happens: Callable[[Session], None]) -> Session:
    """Run the drill, while something happens in the step that performs `name`."""
    act, session = drill.act, drill.session()

    def eventful(each: str, result: Any = None) -> Any:
        if each == name:
            happens(session)
        return act(each, result)

    drill.act = eventful  # type: ignore[method-assign]
    return drill.run(session)
