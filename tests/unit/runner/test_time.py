"""The session's clock: long recoveries, clocks that jump, processes that die, and AWS's own times."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from dr_orchestrator.domain.clock import Moment
from dr_orchestrator.domain.copy import Copy, CopyState
from dr_orchestrator.domain.objective import Limit, Objective, format_duration
from dr_orchestrator.domain.recovery_point import RecoveryPoint
from dr_orchestrator.domain.run import Phase, Segment, SegmentKind, ServerTime
from dr_orchestrator.domain.verdict import Cleanup, Outcome, Verdict
from dr_orchestrator.errors import NotMeasured
from dr_orchestrator.ledger.ledger import SqlLedger, connect
from dr_orchestrator.reporting.export import run_json
from dr_orchestrator.runner import RunContext, Session, plain
from tests.support.records import HEADER, POINT, US
from tests.support.rehearsal import COPY, RUN, Drill, during, measures
from tests.support.resuming import dead_in, resumed

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


class Telling(Drill):
    """A drill whose copy AWS tells a time of."""

    def server_times(self, copy: Copy) -> Sequence[ServerTime]:
        self.act("server times")
        return [ServerTime(copy.id, "available", self.clock.now(), "rds:DescribeEvents")]


# 26 hours.


@pytest.fixture
def ledger(tmp_path: Any) -> Any:
    opened = connect(f"sqlite:///{tmp_path / 'ledger.db'}")
    yield opened
    opened.close()


def test_26_hours_read_26_hours_everywhere(ledger: SqlLedger) -> None:
    """Session, ledger, JSON and words: a recovery of 26 h 00 m 01 s is that in each, under a target of 48 h."""
    drill = Drill(takes={"ready": 26 * 3600.0 - 179})
    header = replace(HEADER, objective=Objective(Limit(2 * DAY), Limit(HOUR), "tier 3"))
    session = Session(header, COPY, RunContext(RUN, drill.clock, ledger))
    session.use(drill.session().components)
    drill.run(session)
    exact = 26 * HOUR + timedelta(seconds=1)
    run = ledger.queries.run(RUN)
    assert run.closing is not None
    assert (run.closing.verdict, run.closing.measures.rta, run.closing.measures.rta_net) == (
        *(Verdict.PASSED, exact, exact),
    )
    assert run.closing.reasons[0] == "RTO met: 26 h 00 m 01 s against < 48 h"
    assert run_json(run)["rto"]["actual_s"] == 93_601
    ready = next(step for step in run.steps if step.name == "ready")
    assert ready.duration == exact - 3 * MINUTE
    assert format_duration(exact) == "26 h 00 m 01 s"


# The wall clock.


@pytest.mark.parametrize("by", [-HOUR, HOUR, -DAY, DAY])
def test_a_wall_clock_that_is_set_is_told_and_changes_no_duration(by: timedelta) -> None:
    """Stepped back or forward in mid-run: RTA is the monotonic clock's, the verdict INCONCLUSIVE with the reason."""
    drill = Drill()
    run = during(drill, "ready", lambda _: drill.clock.step(by))
    assert measures(drill).rta == 4 * MINUTE
    assert run.verdict is Verdict.INCONCLUSIVE
    assert any("the wall clock jumped between" in reason for reason in drill.reasons)


# A run that another process goes on with.


def test_offsets_go_on_in_the_process_that_resumes() -> None:
    """Gross is from the first process's disruption to the second's last check, whatever lies between."""
    clock, ledger, run = dead_in("ready")
    clock.sleep(2 * 3600)
    drill = resumed(clock, ledger, run, None)
    # choose, restore and ready took a minute, a minute and ten; then two hours; then look, ready and checks.
    assert measures(drill).rta == 12 * MINUTE + 2 * HOUR + 3 * MINUTE
    offsets = [step.offset for step in ledger.steps.values()]
    assert offsets == sorted(offsets)
    assert ledger.closing is not None
    assert ledger.closing.verdict is Verdict.PASSED
    assert [step.outcome for step in ledger.steps.values() if step.name == "ready"] == [
        *(Outcome.ABORTED, Outcome.PASSED),
    ]


def test_the_time_between_two_processes_is_an_interruption() -> None:
    """From when the dead one was last seen: in gross, not in net, and labelled as what it is."""
    clock, ledger, run = dead_in("ready")
    seen = clock.now() - 4 * MINUTE  # its last sign of life, six minutes into the step
    clock.sleep(3600)
    drill = resumed(clock, ledger, run, seen)
    (segment,) = ledger.segments
    assert (segment.kind, segment.started_at, segment.duration) == (SegmentKind.INTERRUPTION, seen, HOUR + 4 * MINUTE)
    assert (measures(drill).rta, measures(drill).rta_net) == (HOUR + 15 * MINUTE, 11 * MINUTE)


def test_a_process_lived_as_long_as_it_wrote() -> None:
    """A lease that was last prolonged long ago takes no recorded work out of the net time."""
    clock, ledger, run = dead_in("ready")
    began = next(step.started_at for step in run.steps if step.name == "ready")
    clock.sleep(3600)
    resumed(clock, ledger, run, run.header.started_at - DAY)
    (segment,) = ledger.segments
    assert segment.started_at == began


def test_a_resumed_run_keeps_the_segments_of_the_first_process() -> None:
    """What the dead process waited is still no part of net."""
    clock, ledger, run = dead_in("ready")
    begun = next(event.offset for event in run.events if event.moment is Moment.DISRUPTION)
    old = Segment(SegmentKind.QUOTA, "InstanceQuotaExceeded", run.header.started_at, begun, MINUTE)
    drill = resumed(clock, ledger, replace(run, segments=(old,)), None)
    assert (measures(drill).rta, measures(drill).rta_net) == (15 * MINUTE, 14 * MINUTE)


@pytest.mark.parametrize("at", ["preflight", "choose", "restore", "ready", "checks"])
def test_wherever_the_process_died_gross_is_whole_and_net_is_within_it(at: str) -> None:
    """Every step as the last: 0 < net <= gross, and gross holds the dead time where the clock had started."""
    clock, ledger, run = dead_in(at)
    seen = clock.now()
    clock.sleep(3600)
    drill = resumed(clock, ledger, run, seen)
    rta, net = measures(drill).rta, measures(drill).rta_net
    assert rta is not None
    assert net is not None
    assert timedelta() < net <= rta
    assert (rta - net == HOUR) is (at != "preflight")
    assert (rta > HOUR) is (at != "preflight")


# AWS's own times.


def test_aws_is_asked_for_its_times_before_the_teardown() -> None:
    """While the copy is there, off the recovery clock: a teardown step that adds nothing to RTA."""
    drill = Telling(takes={"server times": 900.0})
    run = drill.run()
    acts = [line for line in drill.ledger.story if line.startswith("!")]
    assert acts[-2:] == ["! server times", "! destroy"]
    assert measures(drill).rta == 4 * MINUTE
    assert [told.copy for told in drill.ledger.server_times] == [COPY.id]
    asked = [step for step in drill.ledger.steps.values() if "own times" in step.name]
    assert [step.phase for step in asked] == [Phase.TEARDOWN]
    assert run.verdict is Verdict.PASSED


@pytest.mark.parametrize("error", [NotMeasured("denied"), KeyError("a defect"), OSError("locked")])
def test_times_that_cannot_be_had_cost_the_run_nothing(error: Exception) -> None:
    """A refusal or a defect there leaves verdict, measures and clean-up as they are, and a step that says so."""
    drill = Telling(failing={"server times": error})
    run = drill.run()
    assert (run.verdict, run.cleanup) == (Verdict.PASSED, Cleanup.CLEAN)
    assert drill.ledger.server_times == []
    assert drill.ledger.rows[COPY.id].state is CopyState.DELETED
    (asked,) = (step for step in drill.ledger.steps.values() if "own times" in step.name)
    assert asked.outcome is not Outcome.PASSED


def test_a_copy_that_was_never_made_is_asked_nothing() -> None:
    """An intended copy has no times; none are asked for."""
    drill = Telling(failing={"restore": NotMeasured("denied")})
    drill.run()
    assert "! server times" not in drill.ledger.story


# The disruption.


@dataclass
class Choosing(Drill):
    """A drill whose choosing is told the disruption late: AWS throttled it."""

    later: dict[str, timedelta] = field(default_factory=dict)
    struck: list[datetime] = field(default_factory=list)
    told: RunContext | None = None

    def context(self, call: Any = plain) -> RunContext:
        self.told = super().context(call)
        return self.told

    def choose(self) -> RecoveryPoint:
        assert self.told is not None
        self.act("choose")
        self.struck.append(self.told.struck)
        return replace(POINT, **{name: self.struck[-1] + by for name, by in self.later.items()})


def test_who_chooses_knows_the_disruption_from_the_first() -> None:
    """An hour of throttling at the moment of choosing moves nothing: disaster struck when the clock started."""
    drill = Choosing(takes={"choose": 3600.0}, later={"data_time": -MINUTE})
    drill.run()
    (disrupted,) = (each.at for each in drill.ledger.events if each.moment is Moment.DISRUPTION)
    assert drill.struck == [disrupted]
    assert drill.clock.now() - disrupted > HOUR


@pytest.mark.parametrize(
    "later", [{"data_time": US}, {"data_time": -HOUR, "reference": US}, {"data_time": 11 * MINUTE}], ids=str
)
def test_a_recovery_point_from_after_the_disruption_is_refused(later: dict[str, timedelta]) -> None:
    """Whoever gives it, and though it were only what loss is counted from: INCONCLUSIVE, and no copy is asked for."""
    drill = Choosing(later=later)
    assert drill.run().verdict is Verdict.INCONCLUSIVE
    assert "after the disruption" in drill.reasons[0]
    assert drill.ledger.points == []
    assert "! restore" not in drill.ledger.story


def test_a_recovery_point_of_the_disruption_itself_is_taken() -> None:
    """Nothing at all was lost then."""
    drill = Choosing(later={"data_time": timedelta()})
    drill.run()
    assert len(drill.ledger.points) == 1
    assert "! restore" in drill.ledger.story
