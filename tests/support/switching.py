"""A drill in memory that fails its copy over, and clients of it that are served in every way but steadily."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, ClassVar

from dr_orchestrator.domain.clock import Moment
from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.domain.evidence import Ready, Seen
from dr_orchestrator.domain.failover import FAILBACK, FAILOVER, REFERENCE, Outage, Switched, Zones, switches
from dr_orchestrator.domain.kind import Kind
from dr_orchestrator.domain.run import ServerTime
from dr_orchestrator.domain.verdict import Verdict
from dr_orchestrator.errors import NotMeasured
from dr_orchestrator.runner import Components, Session
from dr_orchestrator.runner.failing_over import STEADY_WRITES
from tests.support.failovers import ScriptedClient
from tests.support.fakes import FakeClock
from tests.support.records import HEADER
from tests.support.rehearsal import COPY, Drill

ZERO_S = 1000.0
"""What the monotonic clock reads when a run begins: nothing of a run counts from the machine's start."""

A_SERVES, B_SERVES = Zones("us-east-1a", "us-east-1b"), Zones("us-east-1b", "us-east-1a")
NAMED = {FAILOVER: "fail over", FAILBACK: "fail back"}
CLOCK = (
    Moment.DISRUPTION,
    Moment.DETECTED,
    Moment.DECLARED,
    Moment.RECOVERY_STARTED,
    Moment.SERVICE_VERIFIED,
)


@dataclass
class Failing(Drill):
    """A drill that fails its copy over: a standby in one with the rest, and a client of its own for each way."""

    client: Callable[[FakeClock], ScriptedClient] = ScriptedClient
    ways: tuple[str, ...] = (FAILOVER,)
    serving: Zones = A_SERVES
    events: tuple[str, ...] = ()
    passing: list[BaseException] = field(default_factory=list)
    clients: list[ScriptedClient] = field(default_factory=list)
    looked_since: list[datetime] = field(default_factory=list)
    zones_read: int = 0
    asked_ways: list[str] = field(default_factory=list)
    sent: float | None = None

    def __post_init__(self) -> None:
        if not self.ledger.story:
            self.clock.sleep(ZERO_S)

    # A standby.

    usual: ClassVar[tuple[timedelta, timedelta]] = REFERENCE

    def stand_by(self, copy: Copy) -> Ready:
        assert copy == COPY
        self.act("stand by")
        return Ready()

    def zones(self, copy: Copy) -> Zones:
        assert copy == COPY
        self.zones_read += 1
        return self.serving

    def fail_over(self, copy: Copy, before: Zones, way: str) -> Seen:
        assert (copy, before) == (COPY, self.serving)
        self.asked_ways.append(way)
        self.act("ask")
        if self.passing:
            raise self.passing.pop()
        return Seen("asked", sent=self.sent)

    def failed_over(self, copy: Copy, before: Zones, served: Callable[[], bool]) -> Zones:
        assert (copy, before) == (COPY, self.serving)
        self.act("wait")
        while not served():
            self.clock.sleep(10)
        self.serving = Zones(before.standby, before.serving)
        return self.serving

    def told(self, copy: Copy, since: datetime) -> list[ServerTime]:
        assert copy == COPY
        self.looked_since.append(since)
        return [ServerTime(copy.id, state, since, "rds:DescribeEvents") for state in self.events]

    # Its run.

    def connect(self, copy: Copy) -> ScriptedClient:
        assert copy == COPY
        self.clients.append(self.client(self.clock))
        return self.clients[-1]

    def session(self, call: Any = None) -> Session:
        del call
        header = replace(HEADER, kind=Kind.AZ_FAILOVER, started_at=self.clock.now())
        session = Session(header, COPY, self.context())
        session.use(Components(self, standby=self, client=self.connect))
        return session

    def run(self, session: Session | None = None) -> Session:
        with session or self.session() as run:
            for way in self.ways:
                run.fail_over(NAMED[way], way)
        return run

    # What became of it.

    def switched(self, way: str = FAILOVER) -> Switched:
        return switches(self.ledger.checks)[way]

    def verdict(self) -> Verdict:
        assert self.ledger.closing is not None
        return self.ledger.closing.verdict

    def asked(self) -> int:
        return self.ledger.story.count("! ask")

    def moments(self) -> dict[Moment, timedelta]:
        return {each.moment: each.offset for each in self.ledger.events if each.moment in CLOCK}


class Slow(ScriptedClient):
    """A client whose writes come one a second, the first of them at once."""

    opened: float = 0.0

    def begin(self) -> None:
        super().begin()
        self.opened = self.clock.monotonic()

    def acknowledged(self) -> int:
        return int(self.clock.monotonic() - self.opened)


class Late(ScriptedClient):
    """A client whose last write is not answered for the first five minutes of its run."""

    def answered(self) -> bool:
        return self.clock.monotonic() >= ZERO_S + 300


class Idle(ScriptedClient):
    """A client of which hardly a write is taken."""

    def acknowledged(self) -> int:
        return STEADY_WRITES - 1


class Disturbed(ScriptedClient):
    """A client whose writes fail from the first one on."""

    def disturbed(self, since: float = 0.0) -> bool:
        del since
        return True


class Gone(ScriptedClient):
    """A client that ended by itself."""

    def acknowledged(self) -> int:
        raise NotMeasured("its table is gone")


class Refused(ScriptedClient):
    """A client that the copy lets not write."""

    def begin(self) -> None:
        raise NotMeasured("it may not write")


class CutOff(ScriptedClient):
    """A client of which nothing is taken any more once the failover was asked for."""

    def serves_again(self, since: float = 0.0) -> bool:
        self.story.append(f"cut off since {since}")
        return False

    def disturbed(self, since: float = 0.0) -> bool:
        return since > 0


class Blind(ScriptedClient):
    """A client that notices nothing of a failover."""

    def serves_again(self, since: float = 0.0) -> bool:
        del since
        return False


class Early(ScriptedClient):
    """A client whose outage began before anybody asked for the failover."""

    def outage(self) -> Outage | None:
        seen = super().outage()
        return seen and replace(seen, began=timedelta(seconds=ZERO_S + 1))


class Robbed(ScriptedClient):
    """A client that finds three writes of the way before gone."""

    vanished: ClassVar[int] = 3
