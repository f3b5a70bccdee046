"""The geometry of the charts."""

from dataclasses import replace
from datetime import timedelta

import pytest

from dr_orchestrator.domain.objective import ClockPolicy, ClockStart, Limit
from dr_orchestrator.domain.run import Run
from dr_orchestrator.reporting.chart.axis import Axis
from dr_orchestrator.reporting.chart.bullet import bullet
from dr_orchestrator.reporting.chart.gantt import Gantt, gantt
from dr_orchestrator.reporting.measure.target import Target
from tests.golden import sample
from tests.unit.reporting import variants
from tests.unit.reporting.variants import HOUR


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
    bar = bullet(Target("RTO", Limit(HOUR), HOUR * hours))
    assert 0 < share(bar.actual) <= 100
    assert 0 < share(bar.limit) <= 80


def test_a_bullet_of_nothing_is_empty() -> None:
    """Nothing measured draws no bar, no target draws no line."""
    bar = bullet(Target("RTO", None, None))
    assert (bar.actual, bar.limit, bar.label) == ("", "", None)
