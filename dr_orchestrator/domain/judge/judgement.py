"""From what a run recorded to its figures, its verdict with reasons, and its findings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from dr_orchestrator.domain.finding import Finding
from dr_orchestrator.domain.judge.findings import LEFTOVER, THIN, findings_of
from dr_orchestrator.domain.judge.measure import Fault, Record, clocks, measure
from dr_orchestrator.domain.judge.reasons import SKEW, failures, headroom, met, not_reached, stopped, unknowns
from dr_orchestrator.domain.rule import Reason, Rule
from dr_orchestrator.domain.run import Measures
from dr_orchestrator.domain.verdict import Verdict, WorstCaseVerdict

__all__ = ["LEFTOVER", "RULES", "SKEW", "THIN", "Fault", "Judgement", "Record", "headroom", "judge"]

RULES = "8"
"""The version of the rules, kept with every verdict that they gave."""


@dataclass(frozen=True)
class Judgement:
    """The verdict and all that explains it."""

    verdict: Verdict
    grounds: tuple[Reason, ...]
    measures: Measures
    worst_case_verdict: WorstCaseVerdict
    findings: tuple[Finding, ...]

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why the verdict is what it is, in words."""
        return tuple(reason.text for reason in self.grounds)

    @property
    def reason_rules(self) -> tuple[Rule, ...]:
        """The rules behind the reasons, one for each and in their order."""
        return tuple(reason.rule for reason in self.grounds)


def judge(record: Record) -> Judgement:
    """Hold a run against its objective; what could not be measured is never a pass."""
    measures = measure(record)
    worst = _worst_case_verdict(record, measures)
    aborted, failed = stopped(record), failures(record, measures)
    unknown, missing = unknowns(record, measures), not_reached(record)
    findings = findings_of(record, measures, failed, worst)
    told = [Reason(item.rule, item.title) for item in findings]
    ladder = [
        (Verdict.ABORTED, aborted),
        (Verdict.FAILED, failed),
        (Verdict.INCONCLUSIVE, unknown),
        (Verdict.PARTIAL, missing),
        (Verdict.PASSED_WITH_FINDINGS, told),
    ]
    verdict = next((verdict for verdict, why in ladder if why), Verdict.PASSED)
    grounds = [*met(record, measures), *told] if verdict.green else [*aborted, *failed, *unknown, *missing]
    return Judgement(verdict, tuple(dict.fromkeys(grounds)), measures, worst, findings)


def _worst_case_verdict(record: Record, measures: Measures) -> WorstCaseVerdict:
    rpo = record.header.objective.rpo
    if rpo is None:
        return WorstCaseVerdict.NO_TARGET
    if measures.worst_case is None or measures.worst_case < timedelta():
        return WorstCaseVerdict.NOT_MEASURED
    kept = rpo.kept_by(measures.worst_case, clocks(record).moved)
    if kept is False:
        return WorstCaseVerdict.MISSED
    partial = record.histories_unknown or not all(case.whole for case in record.worst_cases)
    return WorstCaseVerdict.MET if kept and not partial else WorstCaseVerdict.NOT_MEASURED
