"""How an actual is said to stand against its limit."""

import html
from dataclasses import replace
from datetime import timedelta

import pytest

from dr_orchestrator.domain.judge.against import Standing
from dr_orchestrator.domain.objective import Goal, Limit, Operator
from dr_orchestrator.reporting.export import run_json
from dr_orchestrator.reporting.measure.target import Target
from dr_orchestrator.reporting.render import run_html, run_markdown
from dr_orchestrator.reporting.view.run import run_view
from dr_orchestrator.reporting.view.summary import summary_rows
from tests.support import variants
from tests.support.golden.write import TEMPLATES
from tests.support.records import HEARTBEAT, POINT, ROWS, closed, events, minutes, run_with
from tests.support.variants import HOUR

TICK = timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("actual", "operator", "standing", "margin"),
    [
        (HOUR, Operator.BELOW, Standing.MISSED, "exactly at the limit, and equality misses it"),
        (HOUR, Operator.AT_MOST, Standing.THIN, "0 % headroom"),
        (HOUR + TICK, Operator.AT_MOST, Standing.MISSED, "over by 1 s"),
        (HOUR - TICK, Operator.BELOW, Standing.THIN, "0 % headroom"),
        (HOUR * 0.8, Operator.BELOW, Standing.OK, "20 % headroom"),
        (HOUR * 0.801, Operator.BELOW, Standing.THIN, "19 % headroom"),
        (None, Operator.BELOW, Standing.NOT_MEASURED, "not measured"),
        (timedelta(0), Operator.BELOW, Standing.NOT_CREDIBLE, "not credible"),
        (-TICK, Operator.BELOW, Standing.NOT_CREDIBLE, "not credible"),
    ],
)
def test_standing(actual: timedelta | None, operator: Operator, standing: Standing, margin: str) -> None:
    """The limit's operator decides at equality; headroom is rounded down; what cannot be true is not ok."""
    target = Target(Goal.RTO, Limit(HOUR, operator), actual)
    assert (target.standing, target.margin) == (standing, margin)


def test_no_loss_at_all_is_credible() -> None:
    """Zero data loss can be true; a negative one cannot."""
    assert Target(Goal.RPO, Limit(HOUR), timedelta()).standing is Standing.OK
    assert Target(Goal.RPO, Limit(HOUR), -TICK).standing is Standing.NOT_CREDIBLE


def test_no_target_is_never_ok() -> None:
    """Without a target nothing is met, however fast the recovery was."""
    target = Target(Goal.RTO, None, timedelta(seconds=1))
    assert (target.standing, target.badge.tone, target.headroom) == (Standing.NO_TARGET, "none", None)


def test_a_kept_promise_does_not_look_broken() -> None:
    """Just below the limit the rounded figure equals it, so the exact one is printed too."""
    assert Target(Goal.RTO, Limit(HOUR), HOUR - TICK).figure.text == "1 h (3599.999999 s)"
    assert Target(Goal.RTO, Limit(HOUR), HOUR).figure.text == "1 h"


def test_arithmetic_is_never_ok() -> None:
    """An RPA of grade E looks like no pass, in words, colour and figures, however far below the target it lies."""
    run = variants.guessed(timedelta(seconds=1))
    view, data, (row,) = run_view(run), run_json(run), summary_rows([run])
    assert (view.rpo.badge.word, view.rpo.badge.tone) == ("E: arithmetic, no evidence", "unsure")
    assert (data["rpo"]["standing"], data["rpo"]["headroom"]) == ("no evidence", None)
    assert (row.rpo, row.rpo_tone) == ("1 s (E: arithmetic, no evidence) / <= 25 h", "unsure")
    assert view.why.rows[-1].rpo == "E: arithmetic, no evidence"


def test_equality_reads_the_same_everywhere() -> None:
    """A run exactly at a `<` target is missed on the page, in JSON and in the terminal."""
    run = variants.against(HOUR, rta=HOUR)
    view, data, (row,) = run_view(run), run_json(run), summary_rows([run])
    assert (view.rto.badge.word, view.rto.badge.tone) == ("missed", "fail")
    assert (data["rto"]["standing"], data["rto"]["headroom"]) == ("missed", 0.0)
    assert (row.rto, row.rto_tone) == ("1 h / < 1 h", "fail")
    assert data["explanation"]["rto"]["kept"] is False
    for text in (run_html(run, TEMPLATES), run_markdown(run, TEMPLATES)):
        assert "does not hold: missed (equality misses it)" in html.unescape(text)
        assert "exactly at the limit, and equality misses it" in text


@pytest.mark.parametrize(
    ("rta", "error", "standing", "kept"),
    [
        (HOUR - 2 * TICK, TICK, "thin", True),
        (HOUR - TICK, TICK, "too close to tell", None),
        (HOUR, TICK, "too close to tell", None),
        (HOUR + TICK, TICK, "missed", False),
        (HOUR, None, "missed", False),
    ],
)
def test_what_a_clock_was_off_by_decides_nothing(
    rta: timedelta, error: timedelta | None, standing: str, kept: bool | None
) -> None:
    """Met or missed only if it would be either way; of runs from before it was kept the figure itself decides."""
    run = variants.against(HOUR, rta=rta, rta_clock_error=error)
    view, data, (row,) = run_view(run), run_json(run), summary_rows([run])
    assert (view.rto.badge.word, data["rto"]["standing"]) == (standing, standing)
    assert data["explanation"]["rto"]["kept"] is kept
    assert row.rto_tone == {True: "warn", False: "fail", None: "unsure"}[kept]
    tier = replace(run.header, tier_objective=run.header.objective)
    meets = {True: "yes", False: "no", None: "not proven"}[kept]
    assert run_json(replace(run, header=tier))["meets_tier"]["rto"] == meets
    if kept is None:
        assert view.rto.margin == view.why.rows[-1].rto == standing
        assert view.why.rto.word == standing


def test_a_clocks_error_stands_beside_the_figure_everywhere() -> None:
    """On the page, in Markdown, in the JSON and in the terminal; nothing stands there where the clock was right."""
    run = variants.measured(rpa=HOUR, rpa_clock_error=timedelta(seconds=1.25), rta_clock_error=timedelta())
    view, data, (row,) = run_view(run), run_json(run), summary_rows([run])
    assert (view.rpo.actual.text, view.rpo.actual.exact) == ("1 h ± 2 s", "3600 s ± 1.25 s")
    assert (data["rpo"]["clock_error_s"], data["rto"]["clock_error_s"]) == (1.25, 0)
    assert data["explanation"]["rpo"]["clock_error_s"] == 1.25
    assert row.rpo.startswith("1 h ± 2 s /")
    for text in (run_html(run, TEMPLATES), run_markdown(run, TEMPLATES)):
        assert "1 h ± 2 s" in text
        assert "1 h (3600 s ± 2 s, by how far the clock was off)" in text
    assert "±" not in run_markdown(variants.measured(), TEMPLATES)
    small = variants.measured(rpa=HOUR, rpa_clock_error=timedelta(microseconds=10_400))
    assert run_view(small).rpo.actual.text == "1 h ± 0.011 s"


def test_what_a_bad_clock_told_is_shown_nowhere() -> None:
    """No figure of loss, of any store, on a page or in the JSON, where the wall clock jumped; why stands there."""
    beats = [replace(HEARTBEAT, name=name, store=name) for name in "ab"]
    points = [replace(POINT, id=name, store=name) for name in "ab"]
    hour = timedelta(hours=1)
    late = [replace(each, at=each.at + hour * (each.offset > minutes(30))) for each in events()]
    run = closed(run_with(checks=[ROWS, *beats], points=points, events=late, planned_checks=()))
    data = run_json(run)
    assert data["rpo"]["actual_s"] is data["rpo"]["worst_case_s"] is None
    assert [store["actual_s"] for store in data["rpo"]["stores"]] == [None, None]
    assert (data["rpo"]["standing"], data["rto"]["standing"]) == ("not measured", "ok")
    assert "so that RPA and the worst case cannot be told" in run_markdown(run, TEMPLATES)
    whole = closed(run_with(checks=[ROWS, *beats], points=points, planned_checks=()))
    assert [store["actual_s"] for store in run_json(whole)["rpo"]["stores"]] == [1260, 1260]


def test_a_microsecond_decides() -> None:
    """Just below a `<` target is met, and the comparison is printed to the microsecond."""
    run = variants.against(HOUR, rta=HOUR - TICK)
    assert run_view(run).why.rows[-1].rto == "3599.999999 < 3600 s holds: met"
    assert run_json(run)["explanation"]["rto"]["kept"] is True


def test_the_terminal_row_says_what_is_missing() -> None:
    """Missing figures and targets are words, never 0 or blank."""
    (row,) = summary_rows([variants.against(None, rta=None)])
    assert row.rto == "not measured / no target"
    (row,) = summary_rows([variants.still_open()])
    assert (row.verdict, row.cleanup, row.verdict_tone) == ("UNDER WAY", "NOT KNOWN YET", "open")
