"""By when findings are due: written by tier and severity, the usual times else, and mistakes told with their place."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from dr_orchestrator.catalog.load import problems
from dr_orchestrator.domain.deadlines import usual
from dr_orchestrator.domain.finding import Severity
from dr_orchestrator.resources import TYPES
from tests.support import workspace
from tests.support.ledger_samples import START
from tests.support.types import load

DAY = timedelta(days=1)


def test_what_is_written_counts_and_the_rest_is_usual(tmp_path: Path) -> None:
    """Of a tier that is written in part, too; a tier that is not declared has no due dates."""
    workspace.write(tmp_path, tiers=workspace.TIERS + "findings: {due: {1: {high: 3d, medium: 84h}}}\n")
    deadlines = load(tmp_path / "drills").deadlines
    assert deadlines.due(1, Severity.HIGH, START) == START + 3 * DAY
    assert deadlines.due(1, Severity.MEDIUM, START) == START + 3.5 * DAY
    assert deadlines.within[1][Severity.LOW] == usual(1)[Severity.LOW]
    assert deadlines.due(0, Severity.HIGH, START) is None


def test_without_a_word_the_usual_times_hold(tmp_path: Path) -> None:
    """For each declared tier."""
    workspace.write(tmp_path)
    assert load(tmp_path / "drills").deadlines.within == {1: usual(1)}


@pytest.mark.parametrize(
    ("written", "key", "told", "fix"),
    [
        ("{due: {7: {high: 3d}}}", "findings.due.7", "no tier 7 is declared", "one of: 1"),
        ("{due: {1: {high: 60d}}}", "findings.due.1.high", "high may stay open for 60 days", "the graver the sooner"),
        ("{due: {1: {low: 10d}}}", "findings.due.1.low", "and low for 10 days only", "medium no more than low"),
        ("{due: {1: {grave: 3d}}}", "findings.due.1.grave", "'grave' is not a key here", "high"),
        ("{due: {1: {high: soon}}}", "findings.due.1.high", "'soon' is not a duration", "such as"),
        ("{due: {1: {high: 0d}}}", "findings.due.1.high", "'0d' is not a duration above 0", "such as"),
        ("{due: {one: {high: 3d}}}", "findings.due", "'one' is not the number of a tier", "from 0 to 99"),
        ("{overdue: {}}", "findings.overdue", "'overdue' is not a key here", "due"),
    ],
)
def test_a_mistake_is_told_with_its_place(tmp_path: Path, written: str, key: str, told: str, fix: str) -> None:
    """File, line and key, what is wrong and what to write."""
    tiers = f"{workspace.TIERS}findings: {written}\n"
    workspace.write(tmp_path, tiers=tiers)
    found = [str(each) for each in problems(tmp_path / "drills", TYPES)]
    line = tiers.splitlines().index(f"findings: {written}") + 1
    assert len(found) == 1, found
    assert found[0].startswith(f"drills/tiers.yaml:{line}:{key}")
    assert told in found[0]
    assert fix in found[0]
