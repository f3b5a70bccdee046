"""A limit that leaves no time is refused in files, and breaks no judgement and no report where a record has one."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from dr_orchestrator.domain.judge.against import Against, Standing
from dr_orchestrator.domain.judge.judgement import headroom
from dr_orchestrator.domain.objective import Goal, Limit, Objective, Operator
from dr_orchestrator.domain.verdict import Verdict
from dr_orchestrator.reporting.chart import trend
from dr_orchestrator.reporting.export import run_json
from tests.support.drill_files import SHOP, changed, write
from tests.support.records import HOUR, US, closed, minutes, run_with
from tests.support.types import problems

NONE = timedelta()


@pytest.mark.parametrize("operator", Operator)
@pytest.mark.parametrize("actual", [NONE, US, minutes(5)])
def test_its_headroom_is_all_or_nothing(operator: Operator, actual: timedelta) -> None:
    """None is left once any time was taken; only `<=` is kept, and by no time at all."""
    limit = Limit(NONE, operator)
    assert headroom(limit, actual) == (1.0 if actual == NONE else 0.0)
    kept = operator is Operator.AT_MOST and actual == NONE
    assert Against(Goal.RPO, limit, actual, "A").standing is (Standing.OK if kept else Standing.MISSED)
    assert Against(Goal.RPO, limit, actual, "A").headroom == headroom(limit, actual)


@pytest.mark.parametrize("operator", Operator)
def test_a_record_with_one_is_judged_and_told(operator: Operator) -> None:
    """Missed by what took any time; a loss of nothing keeps an RPO of at most nothing."""
    limit = Limit(NONE, operator)
    missed = closed(run_with(objective=Objective(limit, limit, "of old")))
    assert missed.closing is not None
    assert missed.closing.verdict is Verdict.FAILED
    assert run_json(missed)["verdict"] == "FAILED"


def test_a_trend_draws_what_was_measured_against_one() -> None:
    """Nothing taken is nothing used, and anything more is all that the chart has room for."""
    limit = Limit(NONE, Operator.AT_MOST)
    drawn = [trend._share(Against(Goal.RPO, limit, each, "A"), HOUR) for each in (NONE, US)]
    assert drawn == [0.0, trend._ROOM]


@pytest.mark.parametrize("text", ["< 0s", "<= 0s", "<= 0.0000001s"])
@pytest.mark.parametrize("key", ["rto", "rpo"])
def test_no_file_has_one(tmp_path: Path, text: str, key: str) -> None:
    """For no clock measures nothing at all: the mistake is told by file, line and key."""
    own = 'objectives: {application: {rto: "< 6h", rpo: "< 1h"}}\nresources:\n'
    wrong = own.replace('"< 6h"' if key == "rto" else '"< 1h"', f'"{text}"')
    found = problems(write(tmp_path, {"shop.yaml": changed(SHOP, "resources:\n", wrong)}))
    assert [(each.file, each.line, each.key, each.message) for each in found] == [
        ("drills/shop.yaml", 7, f"objectives.application.{key}", f"'{text}' is not a limit")
    ]
