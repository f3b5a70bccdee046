"""The findings of a run, to be remediated: its failures, and what a run that passed still has to say."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from dr_orchestrator.domain import lost_region, planes
from dr_orchestrator.domain.drill import RecoveryPath
from dr_orchestrator.domain.failover import FAILBACK, switches
from dr_orchestrator.domain.finding import Finding, Severity, finding, fingerprint
from dr_orchestrator.domain.judge.measure import CLAIMED, Record
from dr_orchestrator.domain.judge.reasons import headroom, proven, whole_reads
from dr_orchestrator.domain.objective import format_duration
from dr_orchestrator.domain.parity import Standing, grouped
from dr_orchestrator.domain.rule import Reason, Rule
from dr_orchestrator.domain.run import Measures, Phase, Role
from dr_orchestrator.domain.verdict import Cleanup, Outcome, WorstCaseVerdict

LEFTOVER = "A copy may still exist"
"""The title of the finding of a run that ends without proof that its copies are gone; a sweep may prove it later."""

THIN = 0.2
"""Headroom under this share of the target is worth a finding."""

_CAUSES: Mapping[Rule, str] = {
    Rule.FAULT: "fault",
    Rule.CHECK_FAILED: "check",
    Rule.OPTIONAL_CHECK: "check",
    Rule.RTO_MISSED: "RTO missed",
    Rule.RPO_MISSED: "RPO missed",
    Rule.RTO_THIN: "RTO",
    Rule.RPO_THIN: "RPO",
    Rule.FAILED_AT_FIRST: "second try,",
    Rule.NOT_PROBED: "not probed",
    Rule.FALLBACK_WITHOUT_TARGET: "fallback",
}
"""The words that fingerprints were made of before rules had ids: they must stay what they were. Others are made of
the id.
"""


@dataclass(frozen=True)
class _Found:
    rule: Rule
    severity: Severity
    title: str
    detail: str
    subject: str = ""


def findings_of(
    record: Record, measures: Measures, failed: Sequence[Reason], worst: WorstCaseVerdict
) -> tuple[Finding, ...]:
    """The findings of a run, each cause once."""
    found = [
        *map(_failure, failed),
        *_leftover(record),
        *_worst_case(record, measures, worst),
        *_thin(record, measures),
        *_optional_checks(record),
        *_planes(record),
        *_lost_region(record),
        *_hydration(record, measures),
        *_failovers(record),
        *_failed_at_first(record, failed),
        *_grade(record, measures),
        *_not_probed(record),
        *_unverified(record),
        *_fallback(record),
        *_empty(record),
        *_not_the_same(record),
        *_not_compared(record),
    ]
    return tuple({item.fingerprint: item for item in _made(record, found)}.values())


def _made(record: Record, found: Iterable[_Found]) -> Iterable[Finding]:
    header = record.header
    for each in found:
        yield finding(
            each.severity,
            each.title,
            each.detail,
            owner=header.owner,
            cause=_cause(header.service, header.drill, each.rule, each.subject),
            rule=each.rule,
        )


def fingerprint_of(service: str, drill: str, rule: Rule, subject: str = "") -> str:
    """The fingerprint of what a rule finds in runs of a drill, on that subject (a check, a store, a way)."""
    return fingerprint(_cause(service, drill, rule, subject))


def _cause(service: str, drill: str, rule: Rule, subject: str) -> tuple[str, ...]:
    return service, drill, " ".join(filter(None, (_CAUSES.get(rule, rule.value), subject)))


def _failure(reason: Reason) -> _Found:
    broken, failed = "The promise was not kept in this run.", "The recovery did not succeed in this run."
    missed = reason.rule in (Rule.RTO_MISSED, Rule.RPO_MISSED, Rule.HYDRATION_MISSED)
    return _Found(reason.rule, Severity.HIGH, reason.text, broken if missed else failed, reason.subject)


def _leftover(record: Record) -> list[_Found]:
    if record.cleanup is Cleanup.CLEAN:
        return []
    detail = "; ".join(record.cleanup_reasons) or "The clean-up was not proven."
    return [_Found(Rule.LEFTOVER, Severity.HIGH, LEFTOVER, detail)]


def _worst_case(record: Record, measures: Measures, worst: WorstCaseVerdict) -> list[_Found]:
    if worst is not WorstCaseVerdict.MISSED or measures.worst_case is None:
        return []
    title = f"Recovery points cannot guarantee RPO {record.header.objective.rpo}"
    detail = f"Worst case {format_duration(measures.worst_case)}: {measures.worst_case_source}."
    return [_Found(Rule.WORST_CASE, Severity.MEDIUM, title, detail)]


def _thin(record: Record, measures: Measures) -> list[_Found]:
    objective = record.header.objective
    return [
        _Found(
            rule,
            Severity.LOW,
            f"{name} headroom is thin: {math.floor(share * 100)} %",
            f"{format_duration(actual)} against {limit}.",
        )
        for name, rule, limit, actual, error in (
            ("RTO", Rule.RTO_THIN, objective.rto, measures.rta, measures.rta_clock_error),
            ("RPO", Rule.RPO_THIN, objective.rpo, proven(measures), measures.rpa_clock_error),
        )
        if limit and actual is not None and limit.kept_by(actual, error) and (share := headroom(limit, actual)) < THIN
    ]


def _optional_checks(record: Record) -> list[_Found]:
    return [
        _Found(
            Rule.OPTIONAL_CHECK,
            Severity.LOW,
            f"Optional check '{check.name}' did not pass",
            check.observed,
            check.name,
        )
        for check in record.checks
        if not check.mandatory
        and check.outcome is not Outcome.PASSED
        and check.name not in (planes.CHECK, lost_region.CHECK)
    ]


def _planes(record: Record) -> list[_Found]:
    """A recovery that needs a control plane of the region that counts as lost: whether it goes without nobody knows."""
    title = "The recovery needs control planes that are in the lost region"
    return [_Found(Rule.CONTROL_PLANE, Severity.HIGH, title, each.observed) for each in planes.told_of(record.checks)]


def _lost_region(record: Record) -> list[_Found]:
    """A recovery that asked the region that counts as lost: whether it goes without nobody knows."""
    asked = "The recovery asked the region that counts as lost"
    unknown = "Whether the recovery asked the region that counts as lost is not known"
    return [
        _Found(Rule.LOST_REGION, Severity.HIGH, asked if each.outcome is Outcome.FAILED else unknown, each.observed)
        for each in lost_region.told_of(record.checks)
    ]


def _hydration(record: Record, measures: Measures) -> list[_Found]:
    """An objective of the hydration that was not kept, or not measured; one of a mandatory check fails the run."""
    limit, readers, whole = record.header.objective.hydration, whole_reads(record), measures.whole_after
    if limit is None or not readers:
        return []
    if whole is None:
        title = "When the copy was whole was not measured"
        return [_Found(Rule.HYDRATION_UNMEASURED, Severity.LOW, title, readers[0].observed)]
    if any(check.mandatory for check in readers) or limit.kept_by(whole, measures.rta_clock_error) is not False:
        return []
    title = f"The copy was whole too late: {format_duration(whole)} against {limit}"
    detail = "Until then its blocks come from the backup as they are first read: the service is slow."
    return [_Found(Rule.HYDRATION_MISSED, Severity.MEDIUM, title, detail)]


def _failovers(record: Record) -> Iterator[_Found]:
    """An outage that is longer than what AWS tells of, and a way back that took longer than is promised."""
    for way, switched in switches(record.checks).items():
        if switched.outage is None:
            continue
        lasted, limit = switched.outage.lasted, record.header.objective.rto
        told = f"{format_duration(lasted)} against {format_duration(switched.usual[1])}"
        if lasted > switched.usual[1]:
            title = f"The {way} took longer than AWS tells of: {told}"
            detail = "Long transactions, a large log to replay and a client's cached addresses make it longer."
            yield _Found(Rule.FAILOVER_SLOW, Severity.LOW, title, detail, way)
        if way == FAILBACK and limit and limit.kept_by(lasted, switched.outage.resolution) is False:
            title = f"The way back took longer than is promised: {format_duration(lasted)} against {limit}"
            yield _Found(Rule.FAILBACK_SLOW, Severity.MEDIUM, title, "It is an outage like the first.", way)


def _failed_at_first(record: Record, failed: Sequence[Reason]) -> list[_Found]:
    """The steps that failed, and passed when the run was resumed."""
    second = {step.phase for step in record.steps if step.outcome is Outcome.FAILED} if not failed else set()
    titles = {Phase.VERIFY: "Checks failed before they passed", Phase.RECOVER: "A step failed at first"}
    detail = "What failed passed when the run was resumed; see the steps. Why not at first?"
    return [
        _Found(Rule.FAILED_AT_FIRST, Severity.MEDIUM, title, detail, phase)
        for phase, title in titles.items()
        if phase in second
    ]


def _grade(record: Record, measures: Measures) -> list[_Found]:
    if measures.rpa_grade not in ("B", *CLAIMED):
        return []
    read = any(check.proves_data and check.newest is not None for check in record.checks)
    where = "all of the restored data" if read else "the restored data"
    told = f"it was not read from {where}" if measures.rpa_grade in CLAIMED else "it was read from rows, of no canary"
    title = f"RPA has grade {measures.rpa_grade}: {told}"
    return [_Found(Rule.RPA_GRADE, Severity.LOW, title, "Add a canary: see drills/README.md.")]


def _not_probed(record: Record) -> list[_Found]:
    """That a real copy was not probed, by its newest try; a lab plays a network only where its machine lets it."""
    tries = [step for step in record.steps if step.role is Role.PROBE and step.outcome is Outcome.PASSED]
    if not tries or tries[-1].tried or record.header.provenance.simulated:
        return []
    title = "That production does not answer the copy was not tried"
    return [_Found(Rule.NOT_PROBED, Severity.MEDIUM, title, tries[-1].detail)]


def _unverified(record: Record) -> list[_Found]:
    """That nobody vouched for the server which a real copy's login was told to, by its newest login."""
    logins = [step for step in record.steps if step.role is Role.LOG_IN and step.outcome is Outcome.PASSED]
    if not logins or logins[-1].tried or record.header.provenance.simulated:
        return []
    title, detail = "TLS did not prove who answered as the copy", "Give drills the CA of RDS: see drills/README.md."
    return [_Found(Rule.TLS_UNVERIFIED, Severity.MEDIUM, title, detail)]


def _empty(record: Record) -> list[_Found]:
    """The parts of a replica that came back without their data, and of which nobody said that they may."""
    parts = [f"{each.resource} ({each.type})" for each in record.empty]
    if not parts:
        return []
    what = f"{len(parts)} parts of the replica that keep data" if len(parts) > 1 else parts[0]
    detail = f"{'; '.join(parts)}. Fill it by `stores`, or say why not: `empty: {{NAME: reason}}` at `rebuild`."
    return [_Found(Rule.EMPTY, Severity.MEDIUM, f"Nothing was restored into {what}", detail)]


def _not_the_same(record: Record) -> Iterator[_Found]:
    """The settings that came back otherwise, of a store and of one severity together."""
    for found in grouped(record.differences, Standing.DIFFERS):
        store, severity = found[0].store, found[0].severity
        title = f"{store} is restored, but not as it was: {', '.join(each.setting for each in found)}"
        told = "; ".join(f"{each.setting}: {each.source} became {each.copy}: {each.why}" for each in found)
        detail = f"{told}. Have the runbook set them, and say so: `accept: {{NAME: reason}}` at the drill."
        yield _Found(Rule.PARITY, severity, title, detail, f"{store} {severity}")


def _not_compared(record: Record) -> Iterator[_Found]:
    """The settings of which nobody knows whether they came back."""
    for found in grouped([replace(each, severity=Severity.LOW) for each in record.differences], Standing.NOT_COMPARED):
        names, reasons = ", ".join(each.setting for each in found), dict.fromkeys(each.why for each in found)
        store = found[0].store
        title = f"{store}: not known to be as it was: {names}"
        yield _Found(Rule.PARITY_UNKNOWN, Severity.LOW, title, "; ".join(reasons), store)


def _fallback(record: Record) -> list[_Found]:
    if record.header.path is not RecoveryPath.FALLBACK or record.header.objective.rpo:
        return []
    title, detail = "A fallback without a target", "Give it an objective."
    return [_Found(Rule.FALLBACK_WITHOUT_TARGET, Severity.LOW, title, detail)]
