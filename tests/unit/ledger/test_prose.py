"""What rows of before 0008 meant is read from the sentences of then, once, as they are read from the ledger."""

from __future__ import annotations

from typing import Any

import pytest

from dr_orchestrator.domain.finding import Severity
from dr_orchestrator.domain.rule import Rule
from dr_orchestrator.domain.run import Phase, Role
from dr_orchestrator.domain.verdict import Outcome, WorstCaseVerdict
from dr_orchestrator.ledger import prose, rows
from tests.support.ledger_samples import MAXIMAL, START

WRITTEN = {
    "A copy may still exist": Rule.LEFTOVER,
    "Recovery points cannot guarantee RPO < 1 h": Rule.WORST_CASE,
    "RTO headroom is thin: 3 %": Rule.RTO_THIN,
    "RPO headroom is thin: 12 %": Rule.RPO_THIN,
    "Optional check 'every order\nhas a date' did not pass": Rule.OPTIONAL_CHECK,
    "Checks failed before they passed": Rule.FAILED_AT_FIRST,
    "A step failed at first": Rule.FAILED_AT_FIRST,
    "RPA has grade D: it was not read from the restored data": Rule.RPA_GRADE,
    "That production does not answer the copy was not tried": Rule.NOT_PROBED,
    "A fallback without a target": Rule.FALLBACK_WITHOUT_TARGET,
    "RTO missed: 5 h against < 4 h (tier 1)": Rule.RTO_MISSED,
    "RPO missed: 2 h against < 1 h (tier 1)": Rule.RPO_MISSED,
    "RTO met: 1 h against < 4 h": Rule.RTO_MET,
    "RPO: no target": Rule.RPO_MET,
    "check 'rows' failed: expected at least 10 rows, observed 3 rows": Rule.CHECK_FAILED,
    "check 'rows' could not tell: denied": Rule.CHECK_UNKNOWN,
    "check 'it's here' was not reached": Rule.CHECK_NOT_REACHED,
    "check 'c' found a canary from after 2026-11-20 09:00:00 UTC, which no copy can hold": Rule.CANARY_AHEAD,
    "no mandatory check of the data ran": Rule.NO_DATA_CHECK,
    "RTA was not measured: the service was never verified": Rule.RTA_UNMEASURED,
    "RTA is zero or negative": Rule.RTA_INCREDIBLE,
    "RPA was not measured: no instant was read from the copy": Rule.RPA_UNMEASURED,
    "RPA has grade E, from the schedule: arithmetic is no evidence": Rule.RPA_ARITHMETIC,
    "RPA is negative: the copy holds data from after 2026-11-20 09:00:00 UTC": Rule.RPA_NEGATIVE,
    "no target: tier 3 promises neither RTO nor RPO": Rule.NO_TARGET,
    "no recovery point was chosen: nothing shows what was restored": Rule.NO_POINT,
    "rds:x was restored for its own sake, and what a disaster would lose was not measured": Rule.POINT_OF_ITSELF,
    "the recovery points were chosen for different instants: there is no one loss to tell": Rule.POINTS_DISAGREE,
    "drill time ran 60 times as fast, yet the run claims to be real": Rule.PACE,
    "step 'restore' took no time or less": Rule.CLOCK,
    "the wall clock jumped between step 'a' and 'disruption'": Rule.CLOCK,
    "step 'choose snapshot' did not pass: denied": Rule.STEP_PASSED_OVER,
    "steps 'a' and 'b' overlap": Rule.CLOCK,
    "check 'c' found data of 2026-11-20 10:00:00 UTC, newer than the recovery point's 2026-11-20 09:00:00 UTC": (
        Rule.NEWER_THAN_POINT
    ),
    "rds:DescribeDBSnapshots: no available snapshot of orders-prod": Rule.NOT_KEPT,
    "stopped on request": Rule.NOT_KEPT,
}


@pytest.mark.parametrize("sentence", WRITTEN)
def test_a_sentence_of_then_tells_its_rule(sentence: str) -> None:
    """A reason, or a finding's title, as it was written; the words of a fault were nobody's rule."""
    assert prose.rule_of(sentence) is WRITTEN[sentence]


@pytest.mark.parametrize(
    ("name", "phase", "detail", "role", "tried"),
    [
        ("try to reach production from the copy", Phase.TEARDOWN, "not probed: the lab has no network", "probe", False),
        ("try to reach production from the copy", Phase.TEARDOWN, "not probed, for no address: x", "probe", False),
        ("try to reach production from the copy", Phase.TEARDOWN, "db:5432 does not answer the copy", "probe", True),
        ("prove the copy's isolation", Phase.VERIFY, "alone", "prove isolation", True),
        ("look before starting", Phase.PREPARE, "identity: passed", "look", True),
        ("look back at the recovery points", Phase.TEARDOWN, "", "look back", True),
        ("ask AWS for its own times", Phase.TEARDOWN, "", "ask for times", True),
        ("destroy copy", Phase.TEARDOWN, "not probed", "destroy", True),
        ("prove that it is there", Phase.VERIFY, "did not pass: rows", "verify", True),
        ("restore snapshot", Phase.RECOVER, "not probed", "step", True),
    ],
)
def test_a_step_of_then_has_its_role(name: str, phase: Phase, detail: str, role: str, tried: bool) -> None:
    """By the names that the program gave; only the probe could pass without having tried."""
    row = {**_step_row(name, phase, detail), "role": None, "tried": None}
    step = rows.step_of(row)
    assert (step.role, step.tried) == (Role(role), tried)


def _step_row(name: str, phase: Phase, detail: str) -> dict[str, Any]:
    times = {"started_at": START, "offset_us": None, "ended_at": None, "duration_us": None}
    return {"seq": 1, "name": name, "phase": phase, "detail": detail, "outcome": Outcome.PASSED, "attempts": 1, **times}


def test_a_step_of_now_is_what_it_says() -> None:
    """No word of a row that has its role is looked at."""
    row = _step_row("try to reach production from the copy", Phase.TEARDOWN, "not probed: x")
    step = rows.step_of({**row, "role": Role.DESTROY, "tried": True})
    assert (step.role, step.tried) == (Role.DESTROY, True)


def closing_row(**changes: Any) -> dict[str, Any]:
    """A run's end as a row of before 0008, with other words where they are given."""
    assert MAXIMAL.closing is not None
    return rows.closing_row(MAXIMAL.closing) | {"reason_rules": None, "rpa_check": None, "rpa_point": None} | changes


@pytest.mark.parametrize(
    ("source", "check", "point"),
    [
        ("newest instant in the copy, check 'the 'last' one'", "the 'last' one", ""),
        ("SnapshotCreateTime of snap", "", "snap"),
        ("LatestRestorableTime of pitr", "", "pitr"),
        ("LatestRestorableTime of another", "", ""),
        ("arithmetic: largest gap between 91 snapshots", "", ""),
        ("", "", ""),
    ],
)
def test_the_source_of_an_old_rpa_is_known(source: str, check: str, point: str) -> None:
    """The check that read it, or the chosen recovery point that claimed it."""
    closing = rows.closing_of(closing_row(rpa_source=source), (), MAXIMAL.points)
    assert closing is not None
    assert (closing.measures.rpa_check, closing.measures.rpa_point) == (check, point)


def test_an_old_end_has_its_rules() -> None:
    """One for each reason, and the verdict on the worst case; where none was written, none was measured."""
    reasons = ("RTO met: 1 h against < 4 h", "A copy may still exist")
    closing = rows.closing_of(closing_row(reasons=reasons, worst_case_verdict="missed"), ())
    assert closing is not None
    assert closing.reason_rules == (Rule.RTO_MET, Rule.LEFTOVER)
    assert closing.worst_case_verdict is WorstCaseVerdict.MISSED
    assert prose.worst_case_of(None) is prose.worst_case_of("") is WorstCaseVerdict.NOT_MEASURED


def test_an_old_finding_has_its_rule() -> None:
    """By its title, where no rule is kept."""
    row = {"fingerprint": "f", "severity": Severity.HIGH, "title": "A copy may still exist", "detail": "", "owner": ""}
    assert rows.finding_of({**row, "rule": None}).rule is Rule.LEFTOVER
    assert rows.finding_of({**row, "rule": Rule.FAULT}).rule is Rule.FAULT
