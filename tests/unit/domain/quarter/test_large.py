"""Large-incident drills in a quarter: what failed or was stopped proves nothing, whatever came back."""

from __future__ import annotations

from dr_orchestrator.domain.mass_restore.remembered import Size
from dr_orchestrator.domain.quarter.large import LargeRow
from dr_orchestrator.domain.verdict import Verdict
from tests.support.ledger_samples import START


def test_what_passed_or_passed_in_part_counts_alone() -> None:
    """As it does for the next drill, which is to be larger."""
    worth = {each for each in Verdict if LargeRow("m", "M", START, each, Size(1, 1, 1), simulated=False).proven}
    assert worth == {Verdict.PASSED, Verdict.PASSED_WITH_FINDINGS, Verdict.PARTIAL}
