"""The geometry of the charts."""

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from dr_orchestrator.domain.clock import LABELS
from dr_orchestrator.domain.objective import ClockPolicy, ClockStart, Goal, Limit
from dr_orchestrator.domain.run import Run, Segment, SegmentKind
from dr_orchestrator.reporting.chart.axis import Axis
from dr_orchestrator.reporting.chart.bullet import bullet
from dr_orchestrator.reporting.chart.gantt import Gantt, gantt
from dr_orchestrator.reporting.measure.target import Target
from dr_orchestrator.reporting.render import exercise_html, run_html
from tests.support import variants
from tests.support.golden import sample
from tests.support.variants import HOUR


def drawn(run: Run) -> Gantt:
    chart = gantt(run)
    assert chart is not None
    return chart


def share(x: str) -> float:
    return float(x.removesuffix("%"))


@pytest.mark.parametrize("span", [1, 45, 600, 5400, 90_000, 10_000_000])
def test_ticks_are_round_and_few(span: int) -> None:
    """From a second to months an axis has two to six labels, each inside the chart."""
    ticks = Axis(timedelta(), timedelta(seconds=span)).ticks()
    assert 2 <= len(ticks) <= 6
    assert all(0 <= share(tick.x) <= 100 for tick in ticks)


def test_an_rto_far_off_does_not_squash_the_steps() -> None:
    """Six hours against a step of one: no line, but words, and the bullet bar beside them."""
    chart = drawn(sample.passed())
    assert (chart.rto, chart.drawn) == (None, False)
    assert "lies beyond this axis" in chart.note
    assert share(chart.bars[3].width) > 80


def test_a_missed_rto_is_crossed_by_the_steps() -> None:
    """The line stands before the end of the recovery, earlier by the policy's allowances."""
    chart = drawn(sample.failed())
    assert chart.rto is not None
    assert chart.end is not None
    assert share(chart.rto.x) < share(chart.end.x)
    assert "stands 30 m early" in chart.note


def test_a_clock_from_the_declaration_adds_no_allowance() -> None:
    """Judged from T2, the line stands a whole RTO after it."""
    run = sample.failed()
    policy = ClockPolicy(ClockStart.DECLARATION, HOUR, HOUR)
    chart = drawn(replace(run, header=replace(run.header, policy=policy)))
    assert chart.rto is not None
    assert chart.note == ""


def test_no_target_is_told_in_the_chart() -> None:
    """No line is drawn where there is none, and the chart says why."""
    assert drawn(variants.against(None)).note == "No RTO line: no target is set."


def test_events_that_fall_together_share_a_label() -> None:
    """T0 to T3 are one instant in a scheduled drill."""
    labels = [mark.text for mark in drawn(sample.passed()).marks]
    assert labels[0] == "T0–T3"


@pytest.mark.parametrize("run", [sample.passed(), sample.failed(), sample.develop_replica()])
def test_moments_apart_have_labels_of_their_own(run: Run) -> None:
    """Only moments that coincide share a label: T9 never hangs on the line of T6, however near it lies."""
    marks = drawn(run).marks
    zero = run.events[0].offset
    at = {LABELS[event.moment]: event.offset - zero for event in run.events if event.moment in LABELS}
    for mark in marks:
        first, _, last = mark.text.partition("–")
        assert at[last or first] - at[first] < max(at.values()) * 0.006, mark
    assert [mark.text for mark in marks if "T9" in mark.text] in ([], ["T9"])


def test_neighbouring_labels_stand_above_one_another() -> None:
    """Each goes a line up, the later the higher: the pole of one never runs through the flag of another."""
    close = [mark for mark in drawn(sample.passed()).marks if share(mark.x) > 90]
    assert [mark.text for mark in close] == ["T4–T5", "T6–T7", "T9"]
    assert [mark.row for mark in close] == [0, 1, 2]
    assert close[0].y > close[1].y > close[2].y > 15
    assert {mark.anchor for mark in close} == {"end"}


def test_no_upright_line_runs_through_words(templates: tuple[Path, ...]) -> None:
    """Lines are drawn beside the bars only, end above the figures of the axis, and start below the last label."""
    for page in (run_html(sample.failed(), templates), exercise_html(sample.exercise(), sample.runs(), templates)):
        lines = re.findall(r'<line class="([a-z ]+)"[^>]* y1="(\d+)" y2="(\d+)"', page)
        labels = [int(y) for y in re.findall(r'<text class="(?:dim|strong)"[^>]* y="(\d+)"', page)]
        assert len(lines) > 3
        banded = [(int(y1), int(y2)) for kind, y1, y2 in lines if kind.endswith("bands")]
        assert {kind for kind, _, _ in lines if not kind.endswith("bands")} <= {"event"}
        (foot,) = {y2 for _, y2 in banded}
        (top,) = {y1 for y1, _ in banded}
        assert not [y for y in labels if top <= y <= foot]
        rows = {int(y) for y in re.findall(r'<rect class="(?:recover|verify|whole tone-[a-z]+)"[^>]* y="(\d+)"', page)}
        dash, gap = map(int, re.findall(r"\.bands { stroke-dasharray: (\d+) (\d+);", page)[0])
        assert all((y - 1 - top) % (dash + gap) == 0 for y in rows)


def test_the_end_has_room_below_the_axis() -> None:
    """'RTA ends' stands under the figures of the axis, inside the chart."""
    chart = drawn(sample.passed())
    assert chart.height >= chart.foot + 36


def test_an_interruption_is_drawn() -> None:
    """A run that died and was resumed shows the time in between, and what it is."""
    run = sample.passed()
    dead = Segment(SegmentKind.INTERRUPTION, "the process died", run.header.started_at, 5 * HOUR / 60, HOUR / 6)
    chart = drawn(replace(run, segments=(dead,)))
    (wait,) = chart.waits
    assert (wait.name, wait.value) == ("interruption", "10 m")
    assert share(wait.spans[0].width) > 10
    assert "interruption" in chart.desc


def test_an_open_step_reaches_the_end_of_the_axis() -> None:
    """A step without an end is drawn open, and says so."""
    bar = drawn(variants.still_open()).bars[-1]
    assert (bar.kind, bar.value) == ("open", "under way")
    assert share(bar.x) + share(bar.width) == pytest.approx(100, abs=0.01)


def test_the_slowest_step_on_the_clock_is_marked() -> None:
    """A newcomer finds at once where the time went; what lies beside the clock does not count."""
    assert [bar.name for bar in drawn(sample.passed()).bars if "slowest" in bar.value] == ["wait until ready"]


def test_waiting_has_a_line_of_its_own() -> None:
    """Each kind of waiting is drawn below the steps; what lay before the axis is said to."""
    chart = drawn(sample.passed())
    assert [wait.name for wait in chart.waits] == ["queueing", "quota wait"]
    assert chart.waits[0].value == "42 s · before this axis"
    assert chart.waits[1].value == "5 m 12 s"
    assert chart.bars[-1].y < chart.waits[0].y < chart.waits[1].y < chart.foot
    assert all(0 <= share(span.x) <= 100 for wait in chart.waits for span in wait.spans)


def test_waiting_of_one_kind_shares_a_line() -> None:
    """Twenty throttled calls are one line, with their number and their sum."""
    run = sample.develop_replica()
    (segment,) = run.segments
    many = tuple(replace(segment, offset=segment.offset + timedelta(seconds=n)) for n in range(20))
    (wait,) = drawn(replace(run, segments=many)).waits
    assert (wait.value, len(wait.spans)) == ("2 m 02 s · 20 times", 20)


def test_a_run_without_waiting_draws_none() -> None:
    """No empty line, and no legend for what is not there."""
    assert drawn(sample.platform()).waits == ()


@pytest.mark.parametrize("hours", [0, 0.5, 1, 3, 100])
def test_a_bullet_shows_both_actual_and_target(hours: float) -> None:
    """However far they lie apart, both are inside the bar."""
    bar = bullet(Target(Goal.RTO, Limit(HOUR), HOUR * hours))
    assert 0 < share(bar.actual) <= 100
    assert 0 < share(bar.limit) <= 80


def test_a_bullet_of_nothing_is_empty() -> None:
    """Nothing measured draws no bar, no target draws no line."""
    bar = bullet(Target(Goal.RTO, None, None))
    assert (bar.actual, bar.limit, bar.label) == ("", "", None)
