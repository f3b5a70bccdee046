"""The session: what is written when, and that a run ends torn down, judged and closed whatever happens in it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from dr_orchestrator.domain.clock import Moment
from dr_orchestrator.domain.recovery_point import RecoveryPoint, WorstCase
from dr_orchestrator.domain.run import CheckResult, Copy, CopyState, CopyType, Identity, Phase
from dr_orchestrator.domain.verdict import Cleanup, Outcome, Verdict
from dr_orchestrator.errors import Aborted, NotMeasured, NotRecoverable, UnsafeToDelete
from dr_orchestrator.runner import Parts, Session, Store, outcome_of, plain
from tests.fakes import FakeClock, MemoryLedger
from tests.unit.domain.records import HEADER, POINT

RUN = HEADER.id
COPY = Copy(CopyType.RDS_INSTANCE, f"dro-{RUN}-orders-prod", "us-east-1", RUN, HEADER.drill, HEADER.service)
IDENTITY = Identity("arn:copy", "db-1")
ROWS = CheckResult("rows", "at least 10 rows", "12 rows", Outcome.PASSED)


class TerminationSignal(BaseException):
    """Stands for what an engine raises to end a run, which is no Exception."""


@dataclass
class Drill:
    """A drill of one copy, whose parts take time, tell the ledger's story what they do, and may be made to fail."""

    clock: FakeClock = field(default_factory=FakeClock)
    ledger: MemoryLedger = field(default_factory=MemoryLedger)
    failing: dict[str, BaseException] = field(default_factory=dict)
    takes: dict[str, float] = field(default_factory=dict)
    stop: bool = False
    results: list[CheckResult] | None = None

    def act(self, name: str, result: Any = None) -> Any:
        self.ledger.story.append(f"! {name}")
        self.clock.sleep(self.takes.get(name, 60.0))
        if name in self.failing:
            raise self.failing[name]
        return result

    # A restorer, an environment and checks in one.

    def preflight(self, copy: Copy) -> str:
        return str(self.act("preflight", f"saw {copy.id}"))

    def choose(self) -> RecoveryPoint:
        return replace(self.act("choose", POINT), data_time=self.clock.now() - timedelta(minutes=10))

    def worst_case(self, until: datetime) -> WorstCase | None:
        del until
        return WorstCase(timedelta(minutes=30), "gaps")

    def restore(self, point: RecoveryPoint, copy: Copy) -> Identity:
        del point, copy
        return self.act("restore", IDENTITY)

    def build(self, copy: Copy) -> Identity:
        return self.act("build", Identity(f"arn:{copy.id}", copy.id))

    def ready(self, copy: Copy) -> None:
        del copy
        self.act("ready")

    def member(self, logical_id: str, copy: Copy) -> tuple[Copy, Identity]:
        owned = Copy(CopyType.DYNAMODB_TABLE, f"{copy.id}-{logical_id}", "r", RUN, "d", "s", parent=copy.id)
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
        session = Session(header, COPY, ledger=self.ledger, clock=self.clock, call=call)
        session.equip(Parts(self, restorer=self), self.heed)
        return session

    def heed(self) -> None:
        if self.stop:
            raise Aborted("stopped on request")

    def run(self, session: Session | None = None) -> Session:
        """What flows/snapshot_restore.py does."""
        with session or self.session() as run:
            run.prepare("look", run.restorer.preflight, run.copy)
            point = run.choose("choose", run.restorer)
            run.at_exit("destroy", run.restorer.destroy, run.copy)
            run.create("restore", run.restorer.restore, point, copy=run.copy)
            run.step("ready", run.restorer.ready, run.copy, reaches=Moment.INFRASTRUCTURE_READY)
            run.verify()
        return run

    @property
    def reasons(self) -> tuple[str, ...]:
        assert self.ledger.closing is not None, "the run is not closed"
        return self.ledger.closing.reasons


def test_a_good_drill_passes_and_its_figures_are_right() -> None:
    """RTA runs from the choice of the recovery point to the last check, whatever preparation and teardown took."""
    drill = Drill(takes={"preflight": 999, "choose": 10, "restore": 20, "ready": 3000, "checks": 30, "destroy": 9999})
    run = drill.run()
    assert (run.verdict, run.cleanup) == (Verdict.PASSED, Cleanup.CLEAN)
    closing = drill.ledger.closing
    assert closing is not None
    assert closing.measures.rta == timedelta(seconds=3060)
    assert closing.measures.rpa == timedelta(minutes=5)
    assert [event.moment for event in drill.ledger.events] == [each for each in Moment if each != "owner accepted"]


def test_everything_is_written_in_its_order() -> None:
    """Intent before the call; each step before its act, and after it before the next; the copy's end last."""
    drill = Drill()
    drill.run()
    told = [line for line in drill.ledger.story if not line.startswith("event")]
    assert told == [
        "open run",
        "start look",
        "! preflight",
        "finish look passed",
        "start choose",
        "! choose",
        "finish choose passed",
        f"point {POINT.id} of {RUN}",
        f"intend {COPY.id}",
        "start restore",
        "! restore",
        f"copy {COPY.id} created",
        "finish restore passed",
        "start ready",
        "! ready",
        "finish ready passed",
        "start verify",
        "! checks",
        f"check rows passed of {RUN}",
        f"check heartbeat passed of {RUN}",
        "finish verify passed",
        "start destroy",
        "! destroy",
        "finish destroy passed",
        f"copy {COPY.id} deleted",
        "start look back at the recovery points",
        "finish look back at the recovery points passed",
        "close PASSED",
    ]


def test_an_intent_that_cannot_be_written_creates_nothing() -> None:
    """Where the ledger does not take the intent, the creating call is never made."""
    drill = Drill()

    def refuse(line: str) -> None:
        if line.startswith("intend"):
            raise OSError("disk full")

    drill.ledger.before = refuse
    with pytest.raises(OSError, match="disk full"):
        drill.run()
    assert "! restore" not in drill.ledger.story
    assert drill.ledger.closing is not None


def test_the_identity_is_in_the_ledger_when_the_creating_step_ends() -> None:
    """What AWS calls the copy is written before the next step begins: a dead process leaves it findable."""
    drill = Drill(failing={"ready": KeyboardInterrupt()})
    with pytest.raises(KeyboardInterrupt):
        drill.run()
    assert drill.ledger.rows[COPY.id].identity == IDENTITY


FAULTS: list[tuple[BaseException, Verdict]] = [
    (NotRecoverable("no snapshot", "", "rds:DescribeDBSnapshots"), Verdict.FAILED),
    (NotMeasured("AccessDenied", "", "rds:DescribeDBSnapshots"), Verdict.INCONCLUSIVE),
    (Aborted("stopped on request"), Verdict.ABORTED),
    (UnsafeToDelete("not ours"), Verdict.INCONCLUSIVE),
    (ZeroDivisionError("a defect"), Verdict.INCONCLUSIVE),
    (KeyboardInterrupt(), Verdict.ABORTED),
    (SystemExit(1), Verdict.ABORTED),
    (TerminationSignal(), Verdict.ABORTED),
]


@pytest.mark.parametrize(("error", "verdict"), FAULTS, ids=[type(error).__name__ for error, _ in FAULTS])
@pytest.mark.parametrize("at", ["preflight", "choose", "restore", "ready", "checks"])
def test_whatever_fails_wherever_the_run_ends_torn_down_judged_and_closed(
    error: BaseException, verdict: Verdict, at: str
) -> None:
    """Every step failing in every way: the copy that was intended is destroyed, the verdict is written, never green."""
    drill = Drill(failing={at: error})
    session = drill.session()
    if isinstance(error, NotRecoverable | NotMeasured | Aborted | UnsafeToDelete):
        drill.run(session)  # a fault of the drill ends in the `with`
    else:
        with pytest.raises(type(error)) as passed_on:
            drill.run(session)
        assert passed_on.value is error
    assert session.verdict is verdict
    assert not verdict.green
    assert ("! destroy" in drill.ledger.story) is (at in ("restore", "ready", "checks"))
    assert session.cleanup is Cleanup.CLEAN
    assert drill.ledger.story[-1] == f"close {verdict}"
    failed = [step for step in drill.ledger.steps.values() if step.outcome is not Outcome.PASSED]
    assert [step.outcome for step in failed] == [outcome_of(error)]
    assert all(step.ended_at is not None for step in drill.ledger.steps.values())


def test_a_defect_is_told_as_one() -> None:
    """A crash of ours says that it is ours: it proves nothing about the service."""
    drill = Drill(failing={"ready": ZeroDivisionError("by zero")})
    with pytest.raises(ZeroDivisionError):
        drill.run()
    assert drill.reasons[0] == "a defect of the program: ZeroDivisionError: by zero"


def test_the_reason_names_the_aws_call() -> None:
    """The first reason of a failed drill is what AWS said, with the call."""
    drill = Drill(failing={"restore": NotRecoverable("InstanceQuotaExceeded", "", "rds:RestoreDBInstance")})
    drill.run()
    assert drill.reasons[0] == "rds:RestoreDBInstance: InstanceQuotaExceeded"


# Checks and the recovery clock.


@pytest.mark.parametrize(
    ("results", "outcome"),
    [
        ([replace(ROWS, outcome=Outcome.FAILED)], Outcome.FAILED),
        ([replace(ROWS, outcome=Outcome.INCONCLUSIVE)], Outcome.INCONCLUSIVE),
        ([replace(ROWS, outcome=Outcome.SKIPPED)], Outcome.INCONCLUSIVE),
        ([ROWS, replace(ROWS, name="b", outcome=Outcome.FAILED)], Outcome.FAILED),
        ([replace(ROWS, mandatory=False)], Outcome.INCONCLUSIVE),
        ([], Outcome.INCONCLUSIVE),
    ],
    ids=["failed", "crashed", "skipped", "one of two", "none mandatory", "none"],
)
def test_the_clock_stops_only_when_the_mandatory_checks_have_passed(
    results: list[CheckResult], outcome: Outcome
) -> None:
    """Otherwise the service was never verified: RTA is not measured, the step says why, the run goes on to teardown."""
    drill = Drill(results=results)
    run = drill.run()
    assert not run.verdict.green
    assert not {Moment.DATA_VERIFIED, Moment.SERVICE_VERIFIED} & {event.moment for event in drill.ledger.events}
    assert drill.ledger.closing is not None
    assert drill.ledger.closing.measures.rta is None
    assert [step.outcome for step in drill.ledger.steps.values() if step.phase is Phase.VERIFY] == [outcome]
    assert len(drill.ledger.checks) == len(results)
    assert run.cleanup is Cleanup.CLEAN


def test_an_optional_check_does_not_keep_the_clock_running() -> None:
    """Optional checks are recorded, and the recovery is complete without them."""
    newest = Drill().clock.now() - timedelta(minutes=9)
    beat = CheckResult("heartbeat", "", "", Outcome.PASSED, canary=True, newest=newest)
    optional = replace(ROWS, name="extra", mandatory=False, outcome=Outcome.FAILED)
    run = Drill(results=[ROWS, beat, optional]).run()
    assert run.verdict is Verdict.PASSED_WITH_FINDINGS


def test_a_drill_that_never_verifies_is_not_green() -> None:
    """A script that forgets to verify, or creates nothing at all, proves nothing."""
    drill = Drill()
    with drill.session() as run:
        run.step("nothing", lambda: drill.clock.sleep(1))
    assert run.verdict is Verdict.INCONCLUSIVE


def test_an_empty_script_is_not_green() -> None:
    """A `with` without a step is INCONCLUSIVE and clean."""
    with Drill().session() as run:
        pass
    assert (run.verdict, run.cleanup) == (Verdict.INCONCLUSIVE, Cleanup.CLEAN)


def test_a_fault_that_a_script_swallows_is_not_green() -> None:
    """A script may catch a fault; the run cannot pass any more."""
    drill = Drill(failing={"ready": NotMeasured("throttled")})
    with drill.session() as run:
        point = run.choose("choose", run.restorer)
        run.at_exit("destroy", run.restorer.destroy, run.copy)
        run.create("restore", run.restorer.restore, point, copy=run.copy)
        with pytest.raises(NotMeasured):
            run.step("ready", run.restorer.ready, run.copy)
        run.verify()
    assert run.verdict is Verdict.INCONCLUSIVE
    assert drill.reasons == ("step 'ready' did not pass: throttled",)


def test_26_hours_are_26_hours() -> None:
    """A recovery of more than a day is measured whole, past its target."""
    drill = Drill(takes={"ready": 26 * 3600.0 - 180})
    run = drill.run()
    assert run.verdict is Verdict.FAILED
    assert drill.reasons == ("RTO missed: 26 h against < 4 h (tier 1)",)


@pytest.mark.parametrize("by", [timedelta(hours=-1), timedelta(hours=1), timedelta(seconds=-150)])
@pytest.mark.parametrize("at", ["preflight", "choose", "restore", "ready"])
def test_a_wall_clock_that_jumps_is_inconclusive(by: timedelta, at: str) -> None:
    """Whenever the wall clock is set during a recovery, no figure that rests on it is believed; RTA stays right."""
    drill = Drill()
    act = drill.act

    def stepping(name: str, result: Any = None) -> Any:
        if name == at:
            drill.clock.step(by)
        return act(name, result)

    drill.act = stepping  # type: ignore[method-assign]
    run = drill.run()
    assert run.verdict is Verdict.INCONCLUSIVE
    assert any("the wall clock jumped" in reason for reason in drill.reasons)
    assert drill.ledger.closing is not None
    assert drill.ledger.closing.measures.rta == timedelta(seconds=240)


# Stops and faults known beforehand.


@pytest.mark.parametrize("after", ["preflight", "choose", "restore", "ready"])
def test_a_stop_ends_the_drill_before_its_next_step(after: str) -> None:
    """Once a stop is asked for no further step acts, but the teardown does; the verdict is ABORTED."""
    drill = Drill()
    act = drill.act

    def stopping(name: str, result: Any = None) -> Any:
        drill.stop = drill.stop or name == after
        return act(name, result)

    drill.act = stopping  # type: ignore[method-assign]
    run = drill.run()
    acts = [line for line in drill.ledger.story if line.startswith("!")]
    assert run.verdict is Verdict.ABORTED
    assert run.cleanup is Cleanup.CLEAN
    assert f"! {after}" == [line for line in acts if line != "! destroy"][-1]
    assert ("! destroy" in acts) is (after in ("restore", "ready") or "intend" in " ".join(drill.ledger.story))


def test_what_was_wrong_before_the_start_is_the_first_steps_failure() -> None:
    """Bad credentials found while opening are recorded and judged like any other failure, and nothing is created."""
    drill = Drill()
    session = Session(HEADER, COPY, ledger=drill.ledger, clock=drill.clock, call=plain)
    session.cannot_start(NotMeasured("no AWS credentials", "set AWS_PROFILE", "sts:GetCallerIdentity"))
    drill.run(session)
    assert session.verdict is Verdict.INCONCLUSIVE
    assert drill.reasons[0] == "sts:GetCallerIdentity: no AWS credentials"
    assert [(step.name, step.outcome) for step in drill.ledger.steps.values()] == [("prepare", Outcome.INCONCLUSIVE)]
    assert drill.ledger.rows == {}


def test_a_session_without_parts_is_a_defect_of_ours() -> None:
    """An unequipped session, or a restorer asked of an environment's drill, fails loudly; the run is closed."""
    drill = Drill()
    bare = Session(HEADER, COPY, ledger=drill.ledger, clock=drill.clock, call=plain)
    with pytest.raises(TypeError, match="not equipped"), bare as run:
        _ = run.restorer
    assert drill.ledger.closing is not None
    other = drill.session()
    other.equip(Parts(drill))
    with pytest.raises(TypeError, match="has no restorer"):
        _ = other.restorer
    with pytest.raises(TypeError, match="has no environment"):
        _ = other.environment


# Teardown.


def copies(*names: str) -> list[Copy]:
    return [replace(COPY, id=f"dro-{RUN}-{name}") for name in names]


def with_copies(drill: Drill, ways: dict[str, Any], error: BaseException | None = None) -> Session:
    """A run of several copies, each created, with its own way of being destroyed: a state, or an exception."""

    def way(state: Any) -> Callable[[Copy], CopyState]:
        def destroy(copy: Copy) -> CopyState:
            drill.act(f"destroy {copy.id.rsplit('-', 1)[-1]}")
            if isinstance(state, BaseException):
                raise state
            return CopyState(state)

        return destroy

    session = drill.session()
    with session as run:
        for copy, state in zip(copies(*ways), ways.values(), strict=True):
            run.at_exit(f"destroy {copy.id}", way(state), copy)
            run.create(f"create {copy.id}", lambda of: Identity(f"arn:{of.id}", of.id), copy=copy)
        if error is not None:
            raise error
    return session


def test_copies_are_destroyed_last_first() -> None:
    """What was made last may rest on what was made before it, so it goes first."""
    drill = Drill()
    with_copies(drill, {"a": CopyState.DELETED, "b": CopyState.DELETED, "c": CopyState.DELETED})
    assert [line for line in drill.ledger.story if line.startswith("!")] == [
        "! destroy c",
        "! destroy b",
        "! destroy a",
    ]


@pytest.mark.parametrize("stubborn", ["a", "b", "c"])
@pytest.mark.parametrize("error", [UnsafeToDelete("not ours"), NotMeasured("denied"), KeyError("defect")])
def test_one_that_resists_does_not_keep_the_others(stubborn: str, error: Exception) -> None:
    """Every copy is attempted whatever another one says; what is left is known, with its reason."""
    drill = Drill()
    ways = {name: error if name == stubborn else CopyState.DELETED for name in "abc"}
    run = with_copies(drill, ways)
    assert len([line for line in drill.ledger.story if line.startswith("!")]) == 3
    assert run.cleanup is Cleanup.LEFTOVERS
    states = {row.copy.id[-1]: row.state for row in drill.ledger.rows.values()}
    assert states == {name: CopyState.LEFTOVER if name == stubborn else CopyState.DELETED for name in "abc"}
    assert drill.ledger.closing is not None
    (why,) = drill.ledger.closing.cleanup_reasons
    assert f"dro-{RUN}-{stubborn} in us-east-1" in why
    assert str(getattr(error, "message", "defect")) in why
    assert Moment.CLEAN not in {event.moment for event in drill.ledger.events}


@pytest.mark.parametrize("error", [NotRecoverable("the first error"), KeyboardInterrupt(), ZeroDivisionError("first")])
def test_a_failing_teardown_does_not_hide_the_first_error(error: BaseException) -> None:
    """Verdict and exception are those of what went wrong first; the teardown's trouble is the clean-up's."""
    drill = Drill()
    ways = {"a": NotMeasured("the second error")}
    if isinstance(error, NotRecoverable):
        run = with_copies(drill, ways, error)
        assert run.verdict is Verdict.FAILED
    else:
        with pytest.raises(type(error)) as passed_on:
            with_copies(drill, ways, error)
        assert passed_on.value is error
    assert "the second error" not in "; ".join(drill.reasons)
    assert drill.ledger.closing is not None
    assert drill.ledger.closing.cleanup is Cleanup.LEFTOVERS


def test_a_ledger_that_fails_in_a_teardown_does_not_keep_the_other_copies() -> None:
    """One write lost to a locked database leaves that copy unproven, and the rest are destroyed all the same."""
    drill = Drill()

    def locked(line: str) -> None:
        if "-c deleted" in line:
            raise OSError("database is locked")

    drill.ledger.before = locked
    run = with_copies(drill, dict.fromkeys("abc", CopyState.DELETED))
    assert len([line for line in drill.ledger.story if line.startswith("!")]) == 3
    assert run.cleanup is Cleanup.UNPROVEN
    assert drill.ledger.closing is not None
    assert "database is locked" in drill.ledger.closing.cleanup_reasons[0]


def test_a_copy_that_was_never_made_is_clean() -> None:
    """NEVER_CREATED is as good as DELETED for the clean-up."""
    drill = Drill()
    run = with_copies(drill, {"a": CopyState.NEVER_CREATED, "b": CopyState.DELETED})
    assert run.cleanup is Cleanup.CLEAN


def test_what_may_never_have_been_made_is_unproven() -> None:
    """An intended copy whose destruction fails may or may not exist: UNPROVEN, which is not CLEAN."""
    drill = Drill(failing={"restore": NotMeasured("connection lost"), "destroy": NotMeasured("denied")})
    run = drill.run()
    assert run.cleanup is Cleanup.UNPROVEN
    assert drill.ledger.rows[COPY.id].state is CopyState.UNPROVEN
    assert drill.reasons[0] == "connection lost"


def test_a_second_interrupt_stops_the_teardown_at_once() -> None:
    """It is not swallowed; the run is closed as aborted, its clean-up as unproven, and the sweep finds its copies."""
    drill = Drill(failing={"ready": KeyboardInterrupt(), "destroy": KeyboardInterrupt()})
    with pytest.raises(KeyboardInterrupt):
        drill.run()
    assert drill.ledger.closing is not None
    assert drill.ledger.closing.verdict is Verdict.ABORTED
    assert drill.ledger.closing.cleanup is Cleanup.UNPROVEN
    assert drill.ledger.rows[COPY.id].state is CopyState.CREATED


def test_a_leftover_is_a_finding_of_a_passed_run() -> None:
    """The recovery passed and the copy stayed: both are told."""
    drill = Drill(failing={"destroy": UnsafeToDelete("not ours")})
    run = drill.run()
    assert (run.verdict, run.cleanup) == (Verdict.PASSED_WITH_FINDINGS, Cleanup.LEFTOVERS)
    assert "A copy may still exist" in drill.reasons


@pytest.mark.parametrize("error", [NotMeasured("denied"), KeyError("a defect"), OSError("database is locked")])
def test_a_look_back_that_fails_loses_neither_verdict_nor_close(error: Exception, monkeypatch: Any) -> None:
    """The worst case is then not measured; the recovery that was proven stays proven, and the run is closed."""
    drill = Drill()

    def broken(_until: datetime) -> None:
        raise error

    monkeypatch.setattr(drill, "worst_case", broken)
    run = drill.run()
    assert run.verdict is Verdict.PASSED
    assert drill.ledger.closing is not None
    assert drill.ledger.closing.worst_case_verdict == "not measured"
    assert drill.ledger.story[-1] == "close PASSED"


# Environments, engines, observations.


@pytest.mark.parametrize(
    ("fails", "state"), [({}, CopyState.DELETED), ({"destroy": NotMeasured("denied")}, CopyState.LEFTOVER)]
)
def test_a_member_is_in_the_ledger_before_it_is_filled_and_shares_its_stacks_end(
    fails: dict[str, BaseException], state: CopyState
) -> None:
    """A store of a rebuilt environment becomes a copy of the run before it is written to, and goes with the stack."""
    drill = Drill(failing=fails)
    session = drill.session()
    store = Store("sessions", "Config", drill, replace(COPY, id=f"dro-{RUN}-interim"))  # type: ignore[arg-type]
    session.equip(Parts(drill, environment=drill, stores=(store,)))  # type: ignore[arg-type]
    with session as run:
        run.at_exit("destroy environment", run.environment.destroy, run.copy)
        run.create("build", run.environment.build, copy=run.copy)
        for each in run.stores:
            run.step("fill", run.fill, each)
    story = drill.ledger.story
    member = f"{COPY.id}-Config"
    assert story.index(f"intend {member}") < story.index(f"copy {member} created") < story.index("! fill")
    assert {row.state for row in drill.ledger.rows.values()} == {state}


def test_every_step_goes_through_the_engine_once() -> None:
    """The engine around steps (a Prefect task, say) sees each under its name, teardown included; none is retried."""
    seen: list[str] = []

    def call(name: str, act: Callable[[], Any]) -> Any:
        seen.append(name)
        return act()

    drill = Drill()
    drill.run(drill.session(call))
    assert seen == [
        *("look", "choose", "restore", "ready", "verify", "destroy"),
        "look back at the recovery points",
    ]


def test_what_a_step_saw_is_kept() -> None:
    """What the preflight reports is the detail of its step."""
    drill = Drill()
    drill.run()
    assert drill.ledger.steps[1].detail == f"saw {COPY.id}"


def test_an_observed_state_is_kept_with_its_time() -> None:
    """States that AWS reports are evidence, with both clocks."""
    drill = Drill()
    with drill.session() as run:
        drill.clock.sleep(90)
        run.observe(COPY, "backing-up")
    (seen,) = drill.ledger.observations
    assert (seen.copy, seen.state, seen.offset) == (COPY.id, "backing-up", timedelta(seconds=90))
