"""What held a run up is told apart: approvals, queues, a ledger that was away, a process that stood still."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest

from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.domain.evidence import Ready
from dr_orchestrator.domain.run import SegmentKind
from dr_orchestrator.domain.verdict import Verdict
from dr_orchestrator.errors import NotMeasured
from dr_orchestrator.runner import RunContext, Session, plain
from dr_orchestrator.waiting.standstill import Standstill
from tests.support.rehearsal import COPY, Drill, during, measures

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def test_an_approval_counts_in_gross_and_not_in_net() -> None:
    """What a person took to say yes is on the judged clock, and is told apart."""
    drill = Drill()

    def ask(session: Session) -> None:
        with session.held(SegmentKind.APPROVAL, "the owner's yes"):
            drill.clock.sleep(1800)

    during(drill, "restore", ask)
    assert (measures(drill).rta, measures(drill).rta_net) == (34 * MINUTE, 4 * MINUTE)
    (segment,) = drill.ledger.segments
    assert (segment.kind, segment.reason, segment.duration) == (SegmentKind.APPROVAL, "the owner's yes", 30 * MINUTE)
    assert segment.started_at + segment.duration == drill.ledger.steps[3].started_at + 30 * MINUTE


def test_a_hold_makes_no_missed_objective_met() -> None:
    """Gross is judged: an approval that took too long misses the RTO, however short the net time."""
    drill = Drill()

    def ask(session: Session) -> None:
        with session.held(SegmentKind.HOLD, "out of hours"):
            drill.clock.sleep(5 * 3600)

    assert during(drill, "restore", ask).verdict is Verdict.FAILED
    assert measures(drill).rta_net == 4 * MINUTE


def test_a_hold_that_ends_in_an_error_is_kept_and_the_error_passes() -> None:
    """Who interrupts a wait for an approval finds it in the record, and ends the run as ever."""
    drill = Drill()

    def ask(session: Session) -> None:
        with session.held(SegmentKind.APPROVAL, "asked"):
            drill.clock.sleep(60)
            raise NotMeasured("nobody answered")

    assert during(drill, "restore", ask).verdict is Verdict.INCONCLUSIVE
    assert [each.duration for each in drill.ledger.segments] == [MINUTE]
    assert drill.reasons[0] == "nobody answered"


def test_queueing_lies_before_the_clock_starts() -> None:
    """What a run waited for a lane is told, and is neither in gross nor in net."""
    drill = Drill()
    drill.clock.sleep(7200)
    session = drill.session()
    with session as run:
        run.delayed(SegmentKind.QUEUEING, "until its turn in the exercise: 4 drills at a time", 7200)
        point = run.choose("choose", run.restorer)
        run.at_exit("destroy", run.restorer.destroy, run.copy)
        run.create("restore", run.restorer.restore, point, copy=run.copy)
        run.verify()
    (segment,) = drill.ledger.segments
    assert (segment.offset, segment.duration) == (-2 * HOUR, 2 * HOUR)
    assert measures(drill).rta == measures(drill).rta_net == 3 * MINUTE


@pytest.mark.parametrize("seconds", [0.0, -5.0])
def test_no_time_is_no_segment(seconds: float) -> None:
    """A wait that took nothing, or less by a broken clock, is not written down as one."""
    drill = Drill()
    during(drill, "restore", lambda session: session.delayed(SegmentKind.THROTTLING, "", seconds))
    assert drill.ledger.segments == []


@dataclass
class Waiting(Drill):
    """A drill whose ledger takes time (drill seconds) for a line of its story, as a real one tells its listener."""

    ledger_takes: Callable[[str], float] = lambda _: 0.0
    told: RunContext | None = None

    def context(self, call: Any = plain) -> RunContext:
        told = self.told = super().context(call)

        def before(line: str) -> None:
            with told.waiting():
                self.clock.sleep(self.ledger_takes(line))

        self.ledger.before = before
        return told

    @property
    def lost(self) -> timedelta:
        """What the run tells that it waited for its ledger on the recovery clock."""
        gross, net = measures(self).rta, measures(self).rta_net
        assert gross is not None
        assert net is not None
        return gross - net


@pytest.mark.parametrize(("seconds", "held"), [(119.0, []), (121.0, [timedelta(seconds=121)])])
def test_a_ledger_that_does_not_answer_holds_the_run_up(seconds: float, held: list[timedelta]) -> None:
    """More than one real second is no part of net, and the run says what it waited for."""
    drill = Waiting(ledger_takes=lambda line: seconds if line == "start ready" else 0.0)
    drill.run()
    told = [each for each in drill.ledger.segments if "the ledger did not answer" in each.reason]
    assert [each.duration for each in told] == held
    gross, net = measures(drill).rta, measures(drill).rta_net
    assert gross == 4 * MINUTE + timedelta(seconds=seconds)
    assert net == (4 * MINUTE if held else gross)


@pytest.mark.parametrize("takes", [0.5, 5.0, 40.0, 119.0, 121.0, 600.0])
@pytest.mark.parametrize("reads", [True, False])
def test_whatever_the_ledger_takes_adds_up(takes: float, reads: bool) -> None:
    """For each line, or for each that it writes: all but a real second is told, the segments' own writing with it."""
    drill = Waiting(ledger_takes=lambda line: takes if reads or not line.startswith("read") else 0.0)
    drill.run()
    gross, felt = measures(drill).rta, timedelta(seconds=drill.clock.pace)
    assert gross is not None
    true = gross - 4 * MINUTE
    assert true - felt <= drill.lost <= true
    if takes == 40.0:
        assert "waits, the longest 40 s" in drill.ledger.segments[-1].reason


def test_a_wait_that_was_over_before_the_clock_started_is_no_part_of_net() -> None:
    """What the ledger took for the first look was not on the clock: net is not made shorter by it."""
    drill = Waiting(ledger_takes=lambda line: {"start look": 110.0, "start ready": 11.0}.get(line, 0.0))
    drill.run()
    assert (drill.lost, measures(drill).rta) == (timedelta(), 4 * MINUTE + timedelta(seconds=11))


def test_what_the_ledger_takes_while_aws_is_at_work_is_the_watchers_to_tell() -> None:
    """A wait for it costs nothing while the copy was not ready all the same; only what kept the run from seeing it."""
    drill = Waiting(ledger_takes=lambda line: 600.0 if line.startswith("observed") else 0.0)
    session = drill.session()

    def ready(_copy: Copy) -> Ready:
        assert drill.told is not None
        with drill.told.apart():
            drill.told.observe(COPY, "creating")
            drill.told.observe(COPY, "available")
        drill.told.kept(600.0)
        return Ready()

    drill.ready = ready  # type: ignore[method-assign]
    drill.run(session)
    assert (measures(drill).rta, drill.lost) == (23 * MINUTE, 10 * MINUTE)
    (waited,) = (each for each in drill.ledger.steps.values() if each.name == "ready")
    assert waited.detail == "asked again after the ledger did not answer at once, 2 times"


def test_a_ledger_that_answers_no_more_is_not_asked_to_write_that_down() -> None:
    """A wait that ends in a failure is told with the next one, and passes the failure on."""
    drill = Waiting()
    with drill.session() as run:
        assert drill.told is not None
        run.step("first", lambda: drill.clock.sleep(60))
        with pytest.raises(OSError, match="gone"), drill.told.waiting():
            drill.clock.sleep(600)
            raise OSError("gone")
        assert drill.ledger.segments == []
        run.step("next", lambda: None)
    assert [each.duration for each in drill.ledger.segments] == [10 * MINUTE]


def test_a_limit_that_net_meets_is_missed_all_the_same_and_told_so() -> None:
    """Gross is judged; that the recovery itself was in time is said in the reason, in plain words."""
    drill = Waiting(ledger_takes=lambda line: 4 * 3600.0 if line == "start ready" else 0.0)
    assert drill.run().verdict is Verdict.FAILED
    assert drill.reasons[0] == (
        "RTO missed: 4 h 04 m against < 4 h (tier 1); for 4 h of that the run was held up, and net of it 4 m meet it"
    )
    slow = Drill(takes={"ready": 4 * 3600.0})
    assert slow.run().verdict is Verdict.FAILED
    assert "held up" not in slow.reasons[0]


# A process that stood still.


class Stopping(Drill):
    """A drill whose process does not run for a while in one of its acts: an hour of the drill passes without it."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name, self.still = name, Standstill(lambda: 0.0)
        self.still.seconds = lambda: self.lost  # type: ignore[method-assign]
        self.lost = 0.0

    def act(self, name: str, result: Any = None) -> Any:
        if name == self.name:
            self.lost += 3600 / self.clock.pace
            self.clock.sleep(3600)
        return super().act(name, result)

    def context(self, call: Any = plain) -> RunContext:
        return replace(super().context(call), standstill=self.still)


@pytest.mark.parametrize("name", ["choose", "restore", "checks"])
def test_what_a_process_stood_still_is_held_back_by_us(name: str) -> None:
    """Stopped by Ctrl-Z, or its machine asleep, in any step: gross has it, net has not, and a segment says so."""
    drill = Stopping(name)
    drill.run()
    (segment,) = drill.ledger.segments
    assert (segment.kind, segment.duration) == (SegmentKind.HOLD, HOUR)
    assert "this process stood still" in segment.reason
    assert (measures(drill).rta, measures(drill).rta_net) == (HOUR + 4 * MINUTE, 4 * MINUTE)


def test_a_copy_may_have_been_made_while_its_process_stood_still() -> None:
    """In a wait for a copy the watcher knows what was lost of it; the step adds nothing."""
    drill = Stopping("ready")
    drill.run()
    assert drill.ledger.segments == []
