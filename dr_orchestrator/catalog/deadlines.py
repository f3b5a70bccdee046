"""The policy on findings in tiers.yaml -> the domain's Deadlines, the usual times where it says nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from dr_orchestrator.catalog.shapes.findings import Within
from dr_orchestrator.catalog.shapes.tiers import TiersFile
from dr_orchestrator.domain.deadlines import Deadlines, usual
from dr_orchestrator.domain.finding import Severity


def deadlines(policy: TiersFile) -> Deadlines:
    """The deadlines of each declared tier."""
    due = policy.findings.due
    return Deadlines({each.number: within(each.number, due.get(str(each.number), Within())) for each in policy.tiers})


def within(tier: int, written: Within) -> Mapping[Severity, timedelta]:
    """The times of a tier, by severity."""
    said = {Severity.HIGH: written.high, Severity.MEDIUM: written.medium, Severity.LOW: written.low}
    return {severity: said[severity] or time for severity, time in usual(tier).items()}
