"""The number is right for every input: clocks, segments, limits and gaps, as properties."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from fractions import Fraction
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from dr_orchestrator.domain.clock import Event, Moment, span
from dr_orchestrator.domain.judge.judgement import judge
from dr_orchestrator.domain.judge.measure import Fault, Record, clocks, measure
from dr_orchestrator.domain.objective import ClockPolicy, ClockStart, Limit, Objective, Operator, format_duration
from dr_orchestrator.domain.recovery_point import WorstCase, gaps, largest_gap, percentile
from dr_orchestrator.domain.rule import Rule
from dr_orchestrator.domain.run import Segment, SegmentKind
from dr_orchestrator.domain.verdict import Outcome, Verdict, WorstCaseVerdict
from tests.support.records import (
    HEADER,
    HEARTBEAT,
    HOUR,
    MINUTE,
    OPENED,
    POINT,
    ROWS,
    RPO,
    RTO,
    US,
    event,
    events,
    minutes,
    run_with,
)

# The same examples in every run: a property that fails, fails for everybody.
steady = settings(derandomize=True, database=None, deadline=None, max_examples=100)

SECOND = timedelta(seconds=1)
AT_MOST_A_WEEK = st.timedeltas(-timedelta(days=7), timedelta(days=7))
SPANS = st.timedeltas(US, timedelta(days=3))
MOMENTS = st.lists(st.sampled_from(list(Moment)), unique=True)


# Durations are those of the monotonic clock.


@steady
@given(MOMENTS, st.lists(st.tuples(AT_MOST_A_WEEK, AT_MOST_A_WEEK), min_size=11, max_size=11))
def test_a_duration_does_not_know_the_wall_clock(
    moments: list[Moment], times: list[tuple[timedelta, timedelta]]
) -> None:
    """Whatever the wall clock said at each event, and however wrong it was, spans are those of the offsets."""
    reached = [Event(each, OPENED + wall, offset) for each, (wall, offset) in zip(moments, times, strict=False)]
    true = [replace(each, at=OPENED + each.offset) for each in reached]
    for start in Moment:
        for end in Moment:
            assert span(reached, start, end) == span(true, start, end)


@steady
@given(SPANS, AT_MOST_A_WEEK)
def test_rta_does_not_move_with_the_wall_clock(rta: timedelta, shift: timedelta) -> None:
    """A machine whose clock is wrong by a week measures the same recovery."""
    shifted = [replace(each, at=each.at + shift) for each in events(rta)]
    measures = measure(run_with(events=shifted))
    assert (measures.rta, measures.rta_from_disruption, measures.rta_from_declaration) == (rta, rta, rta)


@steady
@given(st.timedeltas(minutes(-9_000), minutes(9_000)), st.integers(0, 3), st.sampled_from([1.0, 120.0]))
def test_a_jump_of_the_wall_clock_is_seen(jump: timedelta, place: int, pace: float) -> None:
    """Forward or back, before whichever reading: more than the tolerance is told, less is not."""
    readings = [event(each, minutes(9 * number)) for number, each in enumerate(list(Moment)[:5])]
    after = [replace(each, at=each.at + jump) if number > place else each for number, each in enumerate(readings)]
    simulated = replace(HEADER.provenance, pace=pace, simulated=pace != 1)
    kept = clocks(run_with(events=after, steps=[], provenance=simulated))
    assert bool(kept.faults) is (abs(jump) > timedelta(seconds=pace))
    assert all("the wall clock jumped between" in reason for reason in kept.reasons)
    assert kept.moved == (abs(jump) if abs(jump) > timedelta(seconds=pace / 100) else timedelta())


def moved(record: Record, by: timedelta, from_offset: timedelta) -> Record:
    """The record as a wall clock tells it that is set by so much, from an offset on."""
    return replace(
        record,
        events=[replace(each, at=each.at + by * (each.offset >= from_offset)) for each in record.events],
        steps=[replace(each, started_at=each.started_at + by * (each.offset >= from_offset)) for each in record.steps],
    )


JUMPS = st.one_of(
    st.timedeltas(timedelta(seconds=1) + US, timedelta(days=9)), st.timedeltas(-timedelta(days=9), -SECOND - US)
)
LOST_BY = [minutes(1), RPO - SECOND, RPO, RPO + SECOND, minutes(125 * 60)]


@steady
@given(JUMPS, st.integers(1, 60), st.sampled_from(LOST_BY), st.booleans())
def test_no_loss_is_told_by_a_wall_clock_that_jumped(
    jump: timedelta, place: int, lost: timedelta, resumed: bool
) -> None:
    """Neither met nor missed, wherever it jumped: INCONCLUSIVE, with what cannot be told; RTA holds unless resumed."""
    beat = replace(HEARTBEAT, newest=OPENED + MINUTE - lost)
    dead = Segment(SegmentKind.INTERRUPTION, "", OPENED + minutes(20), minutes(20), minutes(5))
    held = replace(POINT, data_time=OPENED + MINUTE - lost)
    record = run_with(checks=[ROWS, beat], points=[held], segments=[dead] if resumed else [])
    judged = judge(moved(record, jump, minutes(place) + US))
    assert judged.verdict is Verdict.INCONCLUSIVE
    assert judged.measures.rpa is judged.measures.worst_case is None
    assert judged.worst_case_verdict is WorstCaseVerdict.NOT_MEASURED
    assert judged.measures.rta == (None if resumed else judge(record).measures.rta)
    assert set(judged.reason_rules) == {Rule.CLOCK}
    names = "RTA, RPA and the worst case" if resumed else "RPA and the worst case"
    assert all(reason.endswith(f", so that {names} cannot be told") for reason in judged.reasons)
    assert not judged.findings


@steady
@given(JUMPS, st.sampled_from(list(Outcome)))
def test_what_failed_without_any_clock_has_failed(jump: timedelta, outcome: Outcome) -> None:
    """A wrong clock hides no failed check, no fault, and no RTO that the monotonic clock saw missed."""
    broken = moved(run_with(checks=[replace(ROWS, outcome=Outcome.FAILED), HEARTBEAT]), jump, minutes(30))
    assert judge(broken).verdict is Verdict.FAILED
    late = moved(run_with(events=events(5 * HOUR)), jump, minutes(30))
    assert judge(late).verdict is Verdict.FAILED
    fault = moved(run_with(fault=Fault(outcome, "it broke")), jump, minutes(30))
    same = {Outcome.FAILED: Verdict.FAILED, Outcome.ABORTED: Verdict.ABORTED}
    assert judge(fault).verdict is same.get(outcome, Verdict.INCONCLUSIVE)


def test_an_asked_instant_is_no_reading_of_our_clock() -> None:
    """Loss that is counted from an instant which the drill asked for is as far from the data as ever."""
    asked = replace(POINT, reference=OPENED - minutes(5))
    judged = judge(moved(run_with(points=[asked]), HOUR, minutes(30)))
    assert (judged.measures.rpa, judged.measures.worst_case) == (minutes(15), None)
    assert judged.verdict is Verdict.INCONCLUSIVE
    missed = run_with(points=[replace(POINT, reference=OPENED + HOUR * 2, data_time=OPENED)])
    assert judge(moved(missed, HOUR, minutes(30))).verdict is Verdict.FAILED


@steady
@given(st.integers(-(10**6), 10**6), st.integers(-2_000_001, 2_000_001), st.sampled_from(Operator))
def test_a_small_jump_is_the_error_of_the_figure(jump: int, apart: int, operator: Operator) -> None:
    """RPO is met or missed only if it would be however far the clock was off; else it is too close to tell."""
    objective = Objective(None, Limit(RPO, operator), "t")
    lost = RPO + apart * US
    good = run_with(checks=[ROWS, replace(HEARTBEAT, newest=OPENED + MINUTE - lost)], objective=objective)
    judged = judge(moved(good, jump * US, minutes(30)))
    error = abs(jump) * US if abs(jump) > 10_000 else timedelta()
    assert (judged.measures.rpa, judged.measures.rpa_clock_error) == (lost, error)
    assert judged.measures.rta_clock_error == timedelta()
    could_be = {Limit(RPO, operator).met_by(lost + off) for off in (-error, timedelta(), error)}
    wanted = {(True,): Rule.RPO_MET, (False,): Rule.RPO_MISSED}.get(tuple(could_be), Rule.TOO_CLOSE)
    assert {each for each in judged.reason_rules if "rpo" in each or each == "too-close"} - {Rule.RPO_THIN} == {wanted}
    assert (judged.verdict is Verdict.INCONCLUSIVE) is (wanted is Rule.TOO_CLOSE)


def test_a_resumed_run_has_an_error_in_its_recovery_time() -> None:
    """What bridged two processes was the wall clock: as far as that was off, so may RTA be, and RTO is judged so."""
    dead = Segment(SegmentKind.INTERRUPTION, "", OPENED + minutes(20), minutes(20), minutes(5))
    close = run_with(events=events(RTO - SECOND / 4), segments=[dead])
    judged = judge(moved(close, SECOND / 2, minutes(30)))
    assert judged.measures.rta_clock_error == judged.measures.rpa_clock_error == SECOND / 2
    assert judged.reasons == (
        "RTO is too close to tell: 4 h against < 4 h (tier 1), by a clock that was off by up to 1 s",
    )
    assert judge(moved(run_with(events=close.events), SECOND / 2, minutes(30))).verdict.green
    before = replace(dead, started_at=OPENED - minutes(9), offset=-minutes(9))
    assert judge(moved(run_with(events=close.events, segments=[before]), SECOND / 2, minutes(30))).verdict.green


def test_a_worst_case_within_the_error_is_neither_met_nor_missed() -> None:
    """It is counted up to now: as far as now is off, so is it."""
    for case, verdict in (
        (RPO - SECOND, WorstCaseVerdict.MET),
        (RPO - SECOND / 4, WorstCaseVerdict.NOT_MEASURED),
        (RPO + SECOND / 4, WorstCaseVerdict.NOT_MEASURED),
        (RPO + SECOND, WorstCaseVerdict.MISSED),
    ):
        record = run_with(worst_cases=[WorstCase(case, "gaps")])
        assert judge(moved(record, SECOND / 2, minutes(30))).worst_case_verdict is verdict


# Gross and net.


def seconds_in(segments: list[Segment], start: int, end: int) -> int:
    """How many of the seconds from start to end lie in any segment, counted one by one."""
    inside = [(each.offset // SECOND, (each.offset + each.duration) // SECOND) for each in segments]
    return sum(any(begins <= second < ends for begins, ends in inside) for second in range(start, end))


@st.composite
def segments(draw: Any) -> list[Segment]:
    """Segments that overlap, touch, lie before the opening, around the recovery or after it."""
    made = draw(st.lists(st.tuples(st.integers(-90, 200), st.integers(1, 120)), max_size=8))
    return [
        Segment(SegmentKind.HOLD, "", OPENED + begins * SECOND, begins * SECOND, lasts * SECOND)
        for begins, lasts in made
    ]


@steady
@given(segments(), st.integers(0, 60), st.integers(1, 100), st.integers(0, 30))
def test_net_is_gross_without_the_labelled_seconds(
    waited: list[Segment], start: int, rta: int, declared_after: int
) -> None:
    """Net is gross less the union of the segments on the judged clock: from 0 to gross, each second counted once."""
    declared = min(declared_after, rta - 1)
    reached = [
        event(Moment.DISRUPTION, start * SECOND),
        event(Moment.DECLARED, (start + declared) * SECOND),
        event(Moment.SERVICE_VERIFIED, (start + rta) * SECOND),
    ]
    allowed = ClockPolicy(ClockStart.DISRUPTION, minutes(5), minutes(7))
    for policy, begins in ((allowed, start), (ClockPolicy(ClockStart.DECLARATION), start + declared)):
        measures = measure(run_with(events=reached, segments=waited, policy=policy))
        assert measures.rta is not None
        assert measures.rta_net == measures.rta - seconds_in(waited, begins, start + rta) * SECOND
        assert timedelta() <= measures.rta_net <= measures.rta


@steady
@given(segments())
def test_segments_change_no_judged_figure(waited: list[Segment]) -> None:
    """Waiting is explained, never subtracted from what is judged."""
    plain, explained = judge(run_with()), judge(run_with(segments=waited))
    assert (explained.verdict, explained.reasons) == (plain.verdict, plain.reasons)
    assert explained.measures.rta == plain.measures.rta


def test_a_recovery_that_did_not_end_has_no_net() -> None:
    """What has no gross figure has no net one."""
    hold = Segment(SegmentKind.HOLD, "", OPENED, minutes(2), minutes(9))
    assert measure(run_with(events=events()[:4], segments=[hold])).rta_net is None


# Limits.


@steady
@given(st.integers(1, 10**13), st.integers(-3, 3))
def test_a_limit_is_exact_to_the_microsecond(limit: int, apart: int) -> None:
    """`<` fails equality, `<=` keeps it, and one microsecond decides."""
    value, actual = limit * US, (limit + apart) * US
    assert Limit(value, Operator.BELOW).met_by(actual) is (limit + apart < limit)
    assert Limit(value, Operator.AT_MOST).met_by(actual) is (limit + apart <= limit)


@steady
@given(st.integers(1, 10**6), st.integers(-(10**6) + 1, 10**6), st.sampled_from(Operator))
def test_a_miss_never_reads_as_met(limit: int, apart: int, operator: Operator) -> None:
    """What is shown of a missed limit, rounded as it is, is not below the limit as it is shown."""
    value = Limit(limit * SECOND, operator)
    actual = value.value + apart * US
    if actual >= timedelta() and not value.met_by(actual):
        shown = judge(run_with(events=events(actual), objective=Objective(value, None, "t"))).reasons
        assert shown[0] == f"RTO missed: {format_duration(actual)} against {value} (t)"
        assert seconds_of(format_duration(actual)) >= seconds_of(format_duration(value.value))


def seconds_of(shown: str) -> int:
    """The seconds that a shown duration says, read in the plainest way."""
    parts = shown.split()
    return sum(
        int(number) * {"h": 3600, "m": 60, "s": 1}[unit] for number, unit in zip(parts[::2], parts[1::2], strict=True)
    )


@steady
@given(st.integers(0, 10**12))
def test_a_duration_is_rounded_up_to_the_second(microseconds: int) -> None:
    """Shown is the next whole second, never an earlier one, whatever its size: nothing wraps at a day."""
    assert seconds_of(format_duration(microseconds * US)) == -(-microseconds // 10**6)


# The history of recovery points.

TIMES = st.lists(st.integers(0, 500).map(lambda number: OPENED + number * US), max_size=30)


@steady
@given(TIMES, st.integers(500, 600))
def test_the_largest_gap_is_what_the_worst_instant_would_lose(times: list[datetime], until: int) -> None:
    """No instant of the history has lost more, and one lost as much: tried at every microsecond."""
    end = OPENED + until * US
    if not times:
        assert largest_gap(times, end) is None
        return
    instants = [min(times) + each * US for each in range((end - min(times)) // US + 1)]
    lost = [at - max(each for each in times if each < at or each == min(times)) for at in instants]
    assert largest_gap(times, end) == max(lost)
    assert sum(gaps(times, end), timedelta()) == end - min(times)


@steady
@given(st.lists(st.integers(-50, 50).map(lambda number: number * US), max_size=40), st.integers(1, 100))
def test_a_percentile_is_the_least_span_that_enough_are_within(spans: list[timedelta], share: int) -> None:
    """It is one of the spans; as large a share is within it, and of no smaller one."""
    found = percentile(spans, share / 100)
    if not spans:
        assert found is None
        return
    enough = [each for each in spans if Fraction(sum(e <= each for e in spans), len(spans)) >= Fraction(share, 100)]
    assert found == min(enough)


def test_instants_of_any_zone_are_one_clock() -> None:
    """An event told in another zone is no jump."""
    told = [replace(each, at=each.at.astimezone(timezone(timedelta(hours=14)))) for each in events()]
    assert clocks(run_with(events=told)).faults == ()


def test_a_wall_clock_that_stood_behind_a_dead_process_tells_nothing() -> None:
    """It bridged the two processes, and is known to be wrong: neither figure, however good or bad it looks."""
    judged = judge(run_with(events=events(9 * RTO), clock_doubts=["the wall clock stands 10 m behind"]))
    assert judged.verdict is Verdict.INCONCLUSIVE
    assert judged.measures.rta is judged.measures.rta_net is judged.measures.rpa is None
    assert judged.reasons == ("the wall clock stands 10 m behind, so that RTA, RPA and the worst case cannot be told",)
