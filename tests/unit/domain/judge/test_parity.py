"""A setting in which a copy came back otherwise is a finding, unless the drill gave it or its owner accepts it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dr_orchestrator.domain.finding import Severity
from dr_orchestrator.domain.judge.judgement import judge
from dr_orchestrator.domain.parity import Difference, Standing
from dr_orchestrator.domain.rule import Rule
from dr_orchestrator.domain.verdict import Verdict
from tests.support.records import GOOD


def found(setting: str, standing: Standing, severity: Severity, store: str = "orders-db") -> Difference:
    return Difference(store, setting, "on", "off", standing, severity, f"without {setting} it is worse")


def test_settings_of_one_severity_are_one_finding_of_that_severity() -> None:
    """The promise was kept; each is named with both values, what it means, and the line that accepts it."""
    given = [found(name, Standing.DIFFERS, Severity.MEDIUM) for name in ("stream", "autoscaling")]
    judged = judge(replace(GOOD, differences=[*given, found("tags", Standing.DIFFERS, Severity.LOW)]))
    assert judged.verdict is Verdict.PASSED_WITH_FINDINGS
    medium, low = judged.findings
    assert (medium.rule, medium.severity, low.severity) == (Rule.PARITY, Severity.MEDIUM, Severity.LOW)
    assert medium.title == "orders-db is restored, but not as it was: stream, autoscaling"
    assert "stream: on became off: without stream it is worse; autoscaling: on became off" in medium.detail
    assert "`accept: {NAME: reason}`" in medium.detail


def test_each_store_has_findings_of_its_own() -> None:
    """Whoever owns one need not read of the other."""
    given = [found("tags", Standing.DIFFERS, Severity.LOW, store) for store in ("orders-db", "sessions")]
    first, second = judge(replace(GOOD, differences=given)).findings
    assert first.fingerprint != second.fingerprint


def test_the_next_run_finds_the_same_finding() -> None:
    """Its fingerprint is that of store and severity, whichever settings it names."""
    one, other = (
        judge(replace(GOOD, differences=[found(name, Standing.DIFFERS, Severity.LOW)])).findings[0]
        for name in ("tags", "alarms")
    )
    assert one.fingerprint == other.fingerprint
    assert one.title != other.title


@pytest.mark.parametrize("standing", [Standing.ACCEPTED, Standing.BY_DRILL])
def test_what_is_accepted_or_the_drills_own_is_none(standing: Standing) -> None:
    """The verdict is as good as without it."""
    judged = judge(replace(GOOD, differences=[found("tags", standing, Severity.HIGH)]))
    assert (judged.verdict, judged.findings) == (judge(GOOD).verdict, ())


def test_what_nobody_could_compare_is_a_low_finding_with_the_reason() -> None:
    """However grave it would be: it may be as it was."""
    given = replace(found("stream", Standing.NOT_COMPARED, Severity.HIGH), why="denied; allow dynamodb:DescribeTable")
    (told,) = judge(replace(GOOD, differences=[given])).findings
    assert (told.rule, told.severity) == (Rule.PARITY_UNKNOWN, Severity.LOW)
    assert told.title == "orders-db: not known to be as it was: stream"
    assert told.detail == "denied; allow dynamodb:DescribeTable"
