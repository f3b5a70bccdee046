"""How an actual is said to stand against its limit."""

import html
from datetime import timedelta

import pytest

from dr_orchestrator.domain.objective import Goal, Limit, Operator
from dr_orchestrator.reporting.export import run_json
from dr_orchestrator.reporting.measure.target import Standing, Target
from dr_orchestrator.reporting.render import run_html, run_markdown
from dr_orchestrator.reporting.view.run import run_view
from dr_orchestrator.reporting.view.summary import summary_rows
from tests.support import variants
from tests.support.golden.write import TEMPLATES
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
