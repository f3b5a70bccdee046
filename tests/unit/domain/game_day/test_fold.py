"""The fold of a game day's log: at every prefix a state that is its way, a clock that adds up, injects in time."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from dr_orchestrator.domain.exercise.criteria import Rating
from dr_orchestrator.domain.findings.persons import same
from dr_orchestrator.domain.game_day import fold
from dr_orchestrator.domain.game_day.acts import (
    Deliver,
    End,
    Gap,
    Hold,
    Join,
    Note,
    PersonAct,
    Rate,
    Respond,
    Resume,
)
from dr_orchestrator.domain.game_day.fold import state_of
from dr_orchestrator.domain.game_day.log import Kind
from dr_orchestrator.domain.game_day.plan import as_json, from_json
from dr_orchestrator.domain.game_day.schedule import due, following, injects_of
from dr_orchestrator.domain.game_day.standing import InjectState, Phase, RunOutcome
from dr_orchestrator.domain.game_day.verdict import judge
from dr_orchestrator.domain.verdict import Cleanup, Verdict
from dr_orchestrator.errors import UsageError
from tests.support.game_days import (
    ALL,
    DIRECTOR,
    DRILL,
    EVALUATOR,
    EXECUTOR,
    MINUTE,
    PLAN,
    PLAYED,
    SCRIBE,
    Played,
    started,
)

WAYS = {
    Phase.PLANNED: {Phase.APPROVED},
    Phase.APPROVED: {Phase.GO_NO_GO, Phase.PLANNED},
    Phase.GO_NO_GO: {Phase.RUNNING, Phase.PLANNED},
    Phase.RUNNING: {Phase.HELD, Phase.ENDED, Phase.ABORTED},
    Phase.HELD: {Phase.RUNNING, Phase.ENDED, Phase.ABORTED},
    Phase.ENDED: set[Phase](),
    Phase.ABORTED: set[Phase](),
}
MORE: list[tuple[PersonAct, str]] = [
    *ALL,
    *((act, by) for act, by in ALL for _ in range(2) if isinstance(act, Hold | Resume | Note)),
]


@given(st.lists(st.tuples(st.sampled_from([*range(len(MORE))]), st.integers(0, 3600)), max_size=60), st.booleans())
def test_no_log_leads_to_a_state_by_another_way(acts: list[tuple[int, int]], begun: bool) -> None:
    """Whatever is tried in whatever order: phases follow one another as they may, and no clock runs back."""
    day = started() if begun else Played()
    for number, seconds in acts:
        act, by = MORE[number]
        try:
            day.do(act, by, timedelta(seconds=seconds))
        except UsageError:
            continue
    before = state_of(PLAN, [], day.now)
    for count in range(1, len(day.entries) + 1):
        now = state_of(PLAN, day.entries[:count], day.entries[count - 1].at)
        assert now.phase == before.phase or now.phase in WAYS[before.phase]
        assert (now.started is None) == now.phase.before_start
        assert (now.phase in (Phase.ENDED, Phase.ABORTED)) == bool(now.ended or now.aborted)
        assert not (now.ended and now.aborted) and now.number == count
        assert timedelta() <= now.net <= now.gross and before.gross <= now.gross and before.net <= now.net
        assert [each.ended is None for each in now.clock.holds].count(True) == (now.phase is Phase.HELD)
        if now.started:
            assert any(not same(each.by, DIRECTOR) for each in now.approvals) and not now.unanswered
        if before.closed:
            raise AssertionError("something was added to a closed game day")
        before = now


@given(st.lists(st.tuples(st.integers(1, 5000), st.integers(1, 5000)), max_size=6), st.integers(0, 9000))
def test_the_net_clock_is_the_gross_one_without_the_holds(spans: list[tuple[int, int]], rest: int) -> None:
    """To the microsecond, while it is held and after."""
    day = started()
    began = day.now
    for runs, holds in spans:
        day.do(Hold("a hold"), DIRECTOR, timedelta(microseconds=runs))
        day.do(Resume(), DIRECTOR, timedelta(microseconds=holds))
    day.now += timedelta(microseconds=rest)
    held = timedelta(microseconds=sum(each for _, each in spans))
    assert day.standing.gross == day.now - began
    assert day.standing.net == day.now - began - held


def test_a_clock_stands_still_from_the_end_on() -> None:
    """A hold that lasts ends with it."""
    day = started()
    day.do(Hold("lunch"), DIRECTOR, 10 * MINUTE)
    day.do(End(), DIRECTOR, 5 * MINUTE)
    day.now += 60 * MINUTE
    assert (day.standing.gross, day.standing.net) == (15 * MINUTE, 10 * MINUTE)
    assert day.standing.clock.holds[0].ended == day.entries[-1].at


def states(of: Played) -> dict[str, InjectState]:
    return {each.inject.name: each.state for each in injects_of(of.standing)}


def test_injects_are_due_by_the_clock_that_stands_still_in_a_hold() -> None:
    """What has a time is due by it, what has a trigger never by itself; the next is what is due for longest."""
    day = started()
    day.now += 4 * MINUTE
    assert due(day.standing) == [] and following(day.standing).inject.name == "alarm"  # type: ignore[union-attr]
    day.do(Hold("lunch"), DIRECTOR, timedelta())
    day.now += 30 * MINUTE
    assert states(day)["alarm"] is InjectState.WAITING
    day.do(Resume(), DIRECTOR, timedelta())
    day.now += MINUTE
    assert [each.inject.name for each in due(day.standing)] == ["alarm"]
    assert states(day) == {
        "alarm": InjectState.DUE,
        "late": InjectState.WAITING,
        "page": InjectState.WAITING,
        "press": InjectState.WAITING,
    }


def test_a_missed_expectation_calls_for_its_contingency() -> None:
    """Once its time has run out on the exercise's clock, and not where it was done in time."""
    day, done = started(), started()
    for each in (day, done):
        each.do(Deliver("alarm"), SCRIBE, 5 * MINUTE)
    done.do(Respond("alarm", "the call is open"), SCRIBE, 10 * MINUTE)
    day.now += 10 * MINUTE
    assert states(day)["alarm"] is InjectState.DELIVERED and states(day)["page"] is InjectState.WAITING
    day.now += timedelta(microseconds=1)
    done.now += 60 * MINUTE
    assert states(day)["alarm"] is InjectState.MISSED and states(day)["page"] is InjectState.DUE
    assert states(done)["alarm"] is InjectState.MET and states(done)["page"] is InjectState.WAITING
    day.do(Respond("alarm", "late"), SCRIBE)
    assert states(day)["alarm"] is InjectState.MISSED


def test_who_took_part_is_known_by_one_name() -> None:
    """However it is spelled; the program is nobody."""
    day = started()
    day.do(Join("remote"), "roe, sam")
    day.do(Note("x"), SCRIBE)
    assert day.standing.participants[SCRIBE] == "remote" and "roe, sam" not in day.standing.participants


def test_a_plan_comes_back_from_json_with_its_digest() -> None:
    """And any change of it gives another."""
    assert from_json(as_json(PLAN)) == PLAN and from_json(as_json(PLAN)).digest == PLAN.digest
    for changed in (replace(PLAN, away=(SCRIBE,)), replace(PLAN, drills=(replace(PLAN.drills[0], definition="x"),))):
        assert changed.digest != PLAN.digest


def test_the_verdict_is_green_only_where_all_was_rated_and_met() -> None:
    """Failed by a critical criterion, even where another is not rated; inconclusive where one is not, or none is."""
    ended = started().standing
    ended = replace(ended, phase=Phase.ENDED, ended=ended.started)
    day = started()
    day.all(PLAYED)
    day.do(DRILL, EXECUTOR)
    day.runs["r-1"] = RunOutcome(Verdict.PASSED, Cleanup.CLEAN)
    day.do(End(), DIRECTOR)
    assert judge(day.standing)[0] is Verdict.INCONCLUSIVE
    day.do(Rate("restored", Rating.PERFORMED), EVALUATOR)
    assert judge(day.standing)[0] is Verdict.INCONCLUSIVE
    day.do(Rate("told", Rating.PERFORMED), EVALUATOR)
    assert judge(day.standing)[0] is Verdict.PASSED
    day.do(Rate("told", Rating.UNABLE, "nobody was told"), EVALUATOR)
    assert judge(day.standing)[0] is Verdict.PASSED_WITH_FINDINGS
    day.do(Rate("told", Rating.PERFORMED), EVALUATOR)
    day.do(Gap("a-gap", "x", "team"), SCRIBE)
    assert judge(day.standing)[0] is Verdict.PASSED_WITH_FINDINGS
    day.do(Rate("restored", Rating.MAJOR_CHALLENGES, "by hand"), EVALUATOR)
    assert judge(day.standing)[0] is Verdict.FAILED
    assert judge(replace(ended, plan=replace(PLAN, criteria=())))[0] is Verdict.INCONCLUSIVE


def test_every_kind_of_entry_has_an_act_that_adds_it() -> None:
    """And each act of the list adds another."""
    assert {*fold._CHANGES} == {*Kind}
