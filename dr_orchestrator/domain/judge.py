"""From what a run recorded to its figures, its verdict with reasons, and its findings."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from dr_orchestrator.domain.clock import Event, Moment, span
from dr_orchestrator.domain.drill import Path
from dr_orchestrator.domain.finding import Finding, Severity, finding
from dr_orchestrator.domain.objective import ClockStart, Limit, format_duration
from dr_orchestrator.domain.recovery_point import PointKind, RecoveryPoint, WorstCase
from dr_orchestrator.domain.run import CheckResult, Measures, Phase, RunHeader, Step
from dr_orchestrator.domain.verdict import Cleanup, Outcome, Verdict

RULES = "1"
"""The version of the rules below, kept with every verdict that they gave."""

THIN = 0.2
"""Headroom under this share of the target is worth a finding."""


@dataclass(frozen=True)
class Record:
    """All that a verdict may rest on. `fault` is what ended the recovery early: its outcome, and what was said."""

    header: RunHeader
    events: Sequence[Event]
    steps: Sequence[Step]
    checks: Sequence[CheckResult]
    points: Sequence[RecoveryPoint]
    worst_cases: Sequence[WorstCase]
    cleanup: Cleanup
    cleanup_reasons: Sequence[str] = ()
    fault: tuple[Outcome, str] | None = None


@dataclass(frozen=True)
class Judgement:
    """The verdict and all that explains it."""

    verdict: Verdict
    reasons: tuple[str, ...]
    measures: Measures
    worst_case_verdict: str
    findings: tuple[Finding, ...]


def judge(record: Record) -> Judgement:
    """Hold a run against its objective; what could not be measured is never a pass."""
    measures = measure(record)
    failures = {**_failures(record), **_missed(record, measures)}
    failed = list(failures.values())
    unknown = [*_unknowns(record, measures), *_passed_over(record), *clock_faults(record)]
    not_reached = _not_reached(record)
    worst = _worst_case_verdict(record, measures)
    findings = _findings(record, measures, failures, worst)
    aborted = [said for outcome, said in [record.fault or (None, "")] if outcome is Outcome.ABORTED]
    ladder = [
        (Verdict.ABORTED, aborted),
        (Verdict.FAILED, failed),
        (Verdict.INCONCLUSIVE, unknown),
        (Verdict.PARTIAL, not_reached),
        (Verdict.PASSED_WITH_FINDINGS, [item.title for item in findings]),
    ]
    met = _met(record, measures)
    verdict, _ = next(((verdict, why) for verdict, why in ladder if why), (Verdict.PASSED, met))
    reasons = [*aborted, *failed, *unknown, *not_reached]
    if verdict.green:
        reasons = [*met, *(item.title for item in findings)]
    return Judgement(verdict, tuple(dict.fromkeys(reasons)), measures, worst, findings)


def measure(record: Record) -> Measures:
    """Derive RTA from the events, and RPA from the newest instant that was found in the copy."""
    policy = record.header.policy
    from_disruption = span(record.events, Moment.DISRUPTION, Moment.SERVICE_VERIFIED)
    from_declaration = span(record.events, Moment.DECLARED, Moment.SERVICE_VERIFIED)
    judged = from_declaration
    if policy.judged_from is ClockStart.DISRUPTION:
        allowances = policy.detection_allowance + policy.decision_allowance
        judged = from_disruption + allowances if from_disruption is not None else None
    reference = _reference(record)
    newest, grade, source = _newest(record)
    worst = max(record.worst_cases, key=lambda case: case.loss, default=None)
    return Measures(
        rta=judged,
        rta_from_disruption=from_disruption,
        rta_from_declaration=from_declaration,
        rpa=reference - newest if reference is not None and newest is not None else None,
        rpa_grade=grade,
        rpa_source=source,
        rpa_reference=reference,
        newest_data=newest,
        worst_case=worst.loss if worst else None,
        worst_case_source=worst.source if worst else "",
    )


def clock_faults(record: Record) -> list[str]:
    """What shows that the clocks cannot be trusted: a step or event out of order, a wall clock that jumped."""
    faults = [f"step '{step.name}' took no time or less" for step in record.steps if _timeless(step)]
    timed = sorted((step for step in record.steps if step.duration is not None), key=lambda step: step.offset)
    for before, after in itertools.pairwise(timed):
        if before.duration is not None and before.offset + before.duration > after.offset:
            faults.append(f"steps '{before.name}' and '{after.name}' overlap")
    tolerance = timedelta(seconds=max(1.0, record.header.provenance.pace))
    readings = [(step.offset, step.started_at, f"step '{step.name}'") for step in record.steps]
    readings += [(event.offset, event.at, f"'{event.moment}'") for event in record.events]
    for (offset, at, first), (later, then, second) in itertools.pairwise(sorted(readings, key=lambda each: each[0])):
        if abs((then - at) - (later - offset)) > tolerance:
            faults.append(f"the wall clock jumped between {first} and {second}")
    return faults


def _timeless(step: Step) -> bool:
    on_the_clock = step.phase in (Phase.RECOVER, Phase.VERIFY)
    return on_the_clock and step.duration is not None and step.duration <= timedelta()


def _reference(record: Record) -> datetime | None:
    """The instant that loss is counted from: the one the drill asked for, else the disruption."""
    asked = [point.reference for point in record.points if point.reference is not None]
    disrupted = [event.at for event in record.events if event.moment is Moment.DISRUPTION]
    return min(asked, default=disrupted[0] if disrupted else None)


def _newest(record: Record) -> tuple[datetime | None, str, str]:
    """The newest data, its grade and its source; of several stores the one that lost most speaks for all."""
    for grade, is_canary in (("A", True), ("B", False)):
        rows = [check for check in record.checks if check.proves_data and check.canary is is_canary]
        instants = [(check.newest, check.name) for check in rows if check.newest is not None]
        if is_canary and any(check.newest is None for check in rows):
            return None, "", ""  # a heartbeat that should be there is not: nothing else may stand in for it
        if instants:
            instant, name = min(instants)
            return instant, grade, f"newest instant in the copy, check '{name}'"
    verified = any(event.moment is Moment.DATA_VERIFIED for event in record.events)
    if not record.points or not verified:
        return None, "", ""
    point = min(record.points, key=lambda point: point.data_time)
    grade = "C" if point.kind is PointKind.CONTINUOUS else "D"
    return point.data_time, grade, f"{point.data_time_source} of {point.id}"


def _failures(record: Record) -> dict[str, str]:
    """What failed, each under the rule that says so: the same in every run, whatever names and times the text holds."""
    failed = {}
    if record.fault and record.fault[0] is Outcome.FAILED:
        failed[f"fault {_lasting_words(record.fault[1])}"] = record.fault[1]
    for check in record.checks:
        if check.mandatory and check.outcome is Outcome.FAILED:
            told = f"check '{check.name}' failed: expected {check.expected}, observed {check.observed}"
            failed[f"check {check.name}"] = told
    return failed


def _lasting_words(text: str) -> str:
    """A message without what differs from run to run: names with the run's id, figures, instants, units."""
    return " ".join(word for word in text.split() if len(word) > 1 and not any(map(str.isdigit, word)))


def _missed(record: Record, measures: Measures) -> dict[str, str]:
    objective = record.header.objective
    pairs = (("RTO", objective.rto, measures.rta), ("RPO", objective.rpo, measures.rpa))
    return {
        f"{name} missed": f"{name} missed: {format_duration(actual)} against {limit} ({objective.source})"
        for name, limit, actual in pairs
        if limit is not None and actual is not None and not limit.met_by(actual)
    }


def _unknowns(record: Record, measures: Measures) -> list[str]:
    objective = record.header.objective
    unknown = [record.fault[1]] if record.fault and record.fault[0] is Outcome.INCONCLUSIVE else []
    unknown += [
        f"check '{check.name}' could not tell: {check.observed}"
        for check in record.checks
        if check.mandatory and check.outcome not in (Outcome.PASSED, Outcome.FAILED)
    ]
    if not any(check.mandatory and check.proves_data for check in record.checks):
        unknown.append("no mandatory check of the data ran")
    if objective.rto is None and objective.rpo is None:
        unknown.append(f"no target: {objective.source} promises neither RTO nor RPO")
    if measures.rta is None:
        unknown.append("RTA was not measured: the service was never verified")
    elif any(lasted is not None and lasted <= timedelta() for lasted in _lasted(measures)):
        unknown.append("RTA is zero or negative")
    if measures.rpa is None:
        unknown.append("RPA was not measured: no instant was read from the copy")
    elif measures.rpa < timedelta():
        unknown.append(
            f"RPA is negative: the copy holds data from after {measures.rpa_reference:%Y-%m-%d %H:%M:%S} UTC"
        )
    return unknown


def _lasted(measures: Measures) -> tuple[timedelta | None, ...]:
    """The recovery as measured: the judged figure may have an allowance on top, which must not hide a broken clock."""
    return measures.rta, measures.rta_from_disruption, measures.rta_from_declaration


def _passed_over(record: Record) -> list[str]:
    """Steps that did not pass while the run went on: a script may catch a fault, and that proves nothing.

    One that passed when it was done again, in the process that resumed the run, is made good.
    """
    if record.fault is not None:
        return []
    passed = {(step.name, step.phase) for step in record.steps if step.outcome is Outcome.PASSED}
    return [
        f"step '{step.name}' did not pass: {step.detail or 'it did not end'}"
        for step in record.steps
        if step.phase in (Phase.PREPARE, Phase.RECOVER) and (step.name, step.phase) not in passed
    ]


def _not_reached(record: Record) -> list[str]:
    done = {check.name for check in record.checks}
    return [f"check '{name}' was not reached" for name in record.header.planned_checks if name not in done]


def _met(record: Record, measures: Measures) -> list[str]:
    objective = record.header.objective
    pairs = (("RTO", objective.rto, measures.rta), ("RPO", objective.rpo, measures.rpa))
    return [
        f"{name} met: {format_duration(actual)} against {limit}" if limit else f"{name}: no target"
        for name, limit, actual in pairs
        if actual is not None
    ]


def _worst_case_verdict(record: Record, measures: Measures) -> str:
    if record.header.objective.rpo is None:
        return "no target"
    if measures.worst_case is None or measures.worst_case < timedelta():
        return "not measured"
    return "met" if record.header.objective.rpo.met_by(measures.worst_case) else "missed"


def _findings(record: Record, measures: Measures, failures: Mapping[str, str], worst: str) -> tuple[Finding, ...]:
    header = record.header

    def found(severity: Severity, title: str, detail: str, rule: str) -> Finding:
        return finding(severity, title, detail, owner=header.owner, cause=(header.service, header.drill, rule))

    broken = "The promise was not kept in this run."
    findings = [found(Severity.HIGH, reason, broken, rule) for rule, reason in failures.items()]
    if record.cleanup is not Cleanup.CLEAN:
        detail = "; ".join(record.cleanup_reasons) or "The clean-up was not proven."
        findings.append(found(Severity.HIGH, "A copy may still exist", detail, "leftover"))
    if worst == "missed" and measures.worst_case is not None:
        title = f"Recovery points cannot guarantee RPO {header.objective.rpo}"
        detail = f"Worst case {format_duration(measures.worst_case)}: {measures.worst_case_source}."
        findings.append(found(Severity.MEDIUM, title, detail, "worst-case"))
    findings += [
        found(
            Severity.LOW,
            f"{name} headroom is thin: {math.floor(share * 100)} %",
            f"{format_duration(actual)} against {limit}.",
            name,
        )
        for name, limit, actual in (
            ("RTO", header.objective.rto, measures.rta),
            ("RPO", header.objective.rpo, measures.rpa),
        )
        if limit and actual is not None and limit.met_by(actual) and (share := headroom(limit, actual)) < THIN
    ]
    findings += [
        found(Severity.LOW, f"Optional check '{check.name}' did not pass", check.observed, f"check {check.name}")
        for check in record.checks
        if not check.mandatory and check.outcome is not Outcome.PASSED
    ]
    if measures.rpa_grade in ("C", "D"):
        title = f"RPA has grade {measures.rpa_grade}: it was not read from the restored data"
        findings.append(found(Severity.LOW, title, "Add a canary: see drills/README.md.", "rpa-grade"))
    if header.path is Path.FALLBACK and not header.objective.rpo:
        findings.append(found(Severity.LOW, "A fallback without a target", "Give it an objective.", "fallback"))
    return tuple({item.fingerprint: item for item in findings}.values())


def headroom(limit: Limit, actual: timedelta) -> float:
    """The share of the target that was left: 1 for an instant recovery, 0 or less where it was used up."""
    return (limit.value - actual) / limit.value
