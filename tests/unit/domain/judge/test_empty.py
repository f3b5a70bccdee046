"""What of a replica keeps data and came back without any is a finding, unless its owner said that it may."""

from __future__ import annotations

from dataclasses import replace

from dr_orchestrator.domain.judge.judgement import judge
from dr_orchestrator.domain.replica import Empty
from dr_orchestrator.domain.rule import Rule
from dr_orchestrator.domain.verdict import Verdict
from tests.support.records import GOOD

ORDERS, MEDIA = Empty("Orders", "AWS::DynamoDB::Table"), Empty("Data/Media", "AWS::S3::Bucket")


def test_one_that_nobody_speaks_of_is_a_finding() -> None:
    """The promise was kept for what was restored; the finding names the part, and the lines that answer it."""
    judged = judge(replace(GOOD, empty=[ORDERS]))
    assert judged.verdict is Verdict.PASSED_WITH_FINDINGS
    ((rule, severity, title, detail),) = [
        (each.rule, each.severity, each.title, each.detail) for each in judged.findings
    ]
    assert (rule, severity) == (Rule.EMPTY, "medium")
    assert title == "Nothing was restored into Orders (AWS::DynamoDB::Table)"
    assert "`empty: {NAME: reason}`" in detail


def test_several_are_one_finding() -> None:
    """All of them are named in it."""
    (found,) = judge(replace(GOOD, empty=[ORDERS, MEDIA])).findings
    assert found.title == "Nothing was restored into 2 parts of the replica that keep data"
    assert "Orders (AWS::DynamoDB::Table); Data/Media (AWS::S3::Bucket)" in found.detail
