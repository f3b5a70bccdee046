"""From what a run recorded to its figures, its verdict with reasons, and its findings."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from dr_orchestrator.domain.drill import Path
from dr_orchestrator.domain.finding import Finding, Severity, finding
from dr_orchestrator.domain.judge.measure import SCHEDULE, Record, clock_faults, measure, newest
from dr_orchestrator.domain.objective import Limit, format_duration
from dr_orchestrator.domain.recovery_point import RecoveryPoint
from dr_orchestrator.domain.run import NOT_PROBED, PROBE, PROVE_ISOLATION, Measures, Phase
from dr_orchestrator.domain.verdict import Cleanup, Outcome, Verdict

__all__ = ["LEFTOVER", "RULES", "THIN", "Judgement", "Record", "headroom", "judge"]

RULES = "2"
"""The version of the rules below, kept with every verdict that they gave."""

SKEW = timedelta(minutes=5)
"""How far the clocks of AWS and of whoever writes a row may lie apart."""

NOT_MEASURED = "not measured"

LEFTOVER = "A copy may still exist"
"""The finding of a run that ends without proof that its copies are gone; a sweep may prove it later."""

THIN = 0.2
"""Headroom under this share of the target is worth a finding."""


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
    unknown = [*_unknowns(record, measures), *_passed_over(record), *_contradictions(record), *clock_faults(record)]
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
    pairs = (("RTO", objective.rto, measures.rta), ("RPO", objective.rpo, _proven(measures)))
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
    elif None in _lasted(measures):
        unknown.append("RTA was not measured from both disruption and declaration: the record lacks one of them")
    elif any(lasted is not None and lasted <= timedelta() for lasted in _lasted(measures)):
        unknown.append("RTA is zero or negative")
    if measures.rpa is None or measures.rpa_grade == SCHEDULE:
        unknown.append(f"RPA was not measured: {newest(record).missing or 'the run has no disruption'}")
    if measures.rpa_grade == SCHEDULE:
        unknown.append(f"RPA has grade {SCHEDULE}, from the schedule: arithmetic is no evidence")
    proven = _proven(measures)
    if proven is not None and proven < timedelta():
        unknown.append(
            f"RPA is negative: the copy holds data from after {measures.rpa_reference:%Y-%m-%d %H:%M:%S} UTC"
        )
    else:
        unknown += _ahead(record, measures)
    return [*unknown, *_says_nothing_of_loss(record, measures)]


def _says_nothing_of_loss(record: Record, measures: Measures) -> list[str]:
    """Where an RPA was measured, and yet is none of a disaster: no wonder that a snapshot holds its own instant."""
    if _proven(measures) is None:
        return []
    told = [] if record.points else ["no recovery point was chosen: nothing shows what was restored"]
    itself = [point.id for point in record.points if _as_of_itself(point)]
    if itself and measures.worst_case is None:
        told.append(f"{itself[0]} was restored for its own sake, and what a disaster would lose was not measured")
    return told


def _as_of_itself(point: RecoveryPoint) -> bool:
    return point.reference == point.data_time


def _proven(measures: Measures) -> timedelta | None:
    """The RPA, where it is more than arithmetic: a schedule can neither keep a promise nor break it."""
    return None if measures.rpa_grade == SCHEDULE else measures.rpa


def _ahead(record: Record, measures: Measures) -> list[str]:
    """Canaries from after the instant that loss is counted from: one of them makes every other figure doubtful."""
    since = measures.rpa_reference
    return [
        f"check '{check.name}' found a canary from after {since:%Y-%m-%d %H:%M:%S} UTC, which no copy can hold"
        for check in record.checks
        if check.canary and check.newest is not None and since is not None and check.newest > since
    ]


def _contradictions(record: Record) -> list[str]:
    """What a run says of itself that cannot be true together."""
    source = record.header.provenance
    fast = source.pace != 1 and not source.simulated
    told = [f"drill time ran {source.pace:g} times as fast, yet the run claims to be real"] if fast else []
    if len({point.reference for point in record.points}) > 1:
        told.append("the recovery points were chosen for different instants: there is no one loss to tell")
    return [*told, *record.doubts, *_newer_than_restored(record)]


def _newer_than_restored(record: Record) -> list[str]:
    """Checks that found data from after the recovery point: they read another place, or a clock is wrong."""
    held = {point.store: point.data_time for point in sorted(record.points, key=lambda point: point.data_time)}
    alone = record.points[0].data_time if len(record.points) == 1 else None
    return [
        f"check '{check.name}' found data of {check.newest:%Y-%m-%d %H:%M:%S} UTC, newer than the recovery point's "
        f"{limit:%Y-%m-%d %H:%M:%S} UTC"
        for check in record.checks
        if check.newest is not None and (limit := held.get(check.store, alone)) and check.newest > limit + SKEW
    ]


def _lasted(measures: Measures) -> tuple[timedelta | None, ...]:
    """The recovery as measured: the judged figure may have an allowance on top, which must not hide a broken clock."""
    return measures.rta, measures.rta_from_disruption, measures.rta_from_declaration


def _passed_over(record: Record) -> list[str]:
    """Steps that did not pass while the run went on: a script may catch a fault, and that proves nothing.

    One that passed when it was done again later, in the process that resumed the run, is made good.
    """
    if record.fault is not None:
        return []
    passed = {(step.name, step.phase): step.seq for step in record.steps if step.outcome is Outcome.PASSED}
    return [
        f"step '{step.name}' did not pass: {step.detail or 'it did not end'}"
        for step in record.steps
        if (step.phase in (Phase.PREPARE, Phase.RECOVER) or step.name in (PROBE, PROVE_ISOLATION))
        and step.outcome is not Outcome.PASSED
        and passed.get((step.name, step.phase), 0) < step.seq
    ]


def _not_reached(record: Record) -> list[str]:
    done = {check.name for check in record.checks}
    return [f"check '{name}' was not reached" for name in record.header.planned_checks if name not in done]


def _met(record: Record, measures: Measures) -> list[str]:
    objective = record.header.objective
    pairs = (("RTO", objective.rto, measures.rta), ("RPO", objective.rpo, _proven(measures)))
    return [
        f"{name} met: {format_duration(actual)} against {limit}" if limit else f"{name}: no target"
        for name, limit, actual in pairs
        if actual is not None
    ]


def _worst_case_verdict(record: Record, measures: Measures) -> str:
    if record.header.objective.rpo is None:
        return "no target"
    if measures.worst_case is None or measures.worst_case < timedelta():
        return NOT_MEASURED
    if not record.header.objective.rpo.met_by(measures.worst_case):
        return "missed"
    partial = record.histories_unknown or not all(case.whole for case in record.worst_cases)
    return NOT_MEASURED if partial else "met"


def _findings(record: Record, measures: Measures, failures: Mapping[str, str], worst: str) -> tuple[Finding, ...]:
    header = record.header

    def found(severity: Severity, title: str, detail: str, rule: str) -> Finding:
        return finding(severity, title, detail, owner=header.owner, cause=(header.service, header.drill, rule))

    broken, failed = "The promise was not kept in this run.", "The recovery did not succeed in this run."
    findings = [
        found(Severity.HIGH, reason, broken if rule.endswith(" missed") else failed, rule)
        for rule, reason in failures.items()
    ]
    if record.cleanup is not Cleanup.CLEAN:
        detail = "; ".join(record.cleanup_reasons) or "The clean-up was not proven."
        findings.append(found(Severity.HIGH, LEFTOVER, detail, "leftover"))
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
            ("RPO", header.objective.rpo, _proven(measures)),
        )
        if limit and actual is not None and limit.met_by(actual) and (share := headroom(limit, actual)) < THIN
    ]
    findings += [
        found(Severity.LOW, f"Optional check '{check.name}' did not pass", check.observed, f"check {check.name}")
        for check in record.checks
        if not check.mandatory and check.outcome is not Outcome.PASSED
    ]
    second = {step.phase for step in record.steps if step.outcome is Outcome.FAILED} if not failures else set()
    for phase, title in ((Phase.VERIFY, "Checks failed before they passed"), (Phase.RECOVER, "A step failed at first")):
        if phase in second:
            detail = "What failed passed when the run was resumed; see the steps. Why not at first?"
            findings.append(found(Severity.MEDIUM, title, detail, f"second try, {phase}"))
    if measures.rpa_grade in ("C", "D"):
        read = any(check.proves_data and check.newest is not None for check in record.checks)
        where = "all of the restored data" if read else "the restored data"
        title = f"RPA has grade {measures.rpa_grade}: it was not read from {where}"
        findings.append(found(Severity.LOW, title, "Add a canary: see drills/README.md.", "rpa-grade"))
    if untried := _untried(record):
        title = "That production does not answer the copy was not tried"
        findings.append(found(Severity.MEDIUM, title, untried, "not probed"))
    if header.path is Path.FALLBACK and not header.objective.rpo:
        findings.append(found(Severity.LOW, "A fallback without a target", "Give it an objective.", "fallback"))
    return tuple({item.fingerprint: item for item in findings}.values())


def _untried(record: Record) -> str:
    """Why a real copy was not probed, by its newest try; a lab has no network that could let it through."""
    tries = [step.detail for step in record.steps if step.name == PROBE and step.outcome is Outcome.PASSED]
    untried = bool(tries) and tries[-1].startswith(NOT_PROBED)
    return tries[-1] if untried and not record.header.provenance.simulated else ""


def headroom(limit: Limit, actual: timedelta) -> float:
    """The share of the target that was left: 1 for an instant recovery, 0 or less where it was used up."""
    return (limit.value - actual) / limit.value
