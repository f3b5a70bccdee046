"""Remediation: a passing retest of the same kind, on real AWS, which looked at the very thing and did not find it."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import ge

from dr_orchestrator.domain import lost_region, planes
from dr_orchestrator.domain.failover import FAILBACK, switches
from dr_orchestrator.domain.finding import Severity
from dr_orchestrator.domain.findings.sighting import source_of
from dr_orchestrator.domain.findings.tracked import MACHINE, Act, Change, Entry, RaisedBy, State, TrackedFinding, anew
from dr_orchestrator.domain.judge.findings import THIN, fingerprint_of
from dr_orchestrator.domain.judge.reasons import headroom, proven
from dr_orchestrator.domain.objective import ClockPolicy, ClockStart, Limit
from dr_orchestrator.domain.parity import Standing as Alike
from dr_orchestrator.domain.posture.ruling import NOBODY, Look, Standing, Stood
from dr_orchestrator.domain.rule import Rule
from dr_orchestrator.domain.run import Closing, Measures, Role, Run, RunHeader
from dr_orchestrator.domain.verdict import Cleanup, Outcome, WorstCaseVerdict

_INSTANT = re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d")


@dataclass(frozen=True)
class Proof:
    """A retest that a finding passed: the run or the look that it was, when, and the words for its history."""

    source: str
    at: datetime
    words: str


def remediated(of: TrackedFinding, proof: Proof) -> Change | None:
    """The finding that passed its retest; None of one that is closed already."""
    if of.state.closed:
        return None
    after = anew(of, State.REMEDIATED, retest=proof.source, closed_at=proof.at)
    return Change(after, Entry(proof.at, MACHINE, Act.REMEDIATED, proof.words, proof.source))


def is_evidence(header: RunHeader, closing: Closing | None) -> bool:
    """Whether a run can remediate anything: it passed on real AWS, by credentials of an account that is known."""
    made = header.provenance
    return closing is not None and closing.verdict.green and not made.simulated and bool(made.account)


def by_run(run: Run, of: TrackedFinding, saw: Run | None, left: bool = False) -> Proof | None:
    """The proof that a run gives, of the same drill, service, kind and account; None where it gives none.

    `saw` is the run that saw the finding last: the retest is of the same resource, lost in the same way, recovered by
    the same path from points that are chosen alike, and asks for no less. None where nothing is known of it: nothing
    can be compared then.

    It began after the finding was seen last (what a rehearsal saw a real run settles whenever it was), and measured
    what the finding is about. `left` is whether copies of the runs that saw it may still exist.
    """
    header, closing = run.header, run.closing
    if closing is None or not is_evidence(header, closing) or of.raised_by is not RaisedBy.RUN:
        return None
    if (header.drill, header.service, header.kind.value) != (of.drill, of.service, of.kind):
        return None
    if _elsewhere(of, header.provenance.account) or (not of.simulated and header.started_at <= of.last_seen):
        return None
    if saw is None or _scope(header) != _scope(saw.header):
        return None
    if of.fingerprint in {each.fingerprint for each in closing.findings} or not _retested(run, of, saw, left):
        return None
    return Proof(header.id, closing.ended_at, f"run {header.id} of the same drill passed on AWS without it")


def _scope(of: RunHeader) -> tuple[str, ...]:
    """The things that a drill of that name was of as a run began: it may be another one by now."""
    return of.resource_id, of.disruption, of.path, of.selection


def _elsewhere(of: TrackedFinding, account: str) -> bool:
    """Whether an account is another than the one where it was seen last; a rehearsal's is none of anybody's."""
    return bool(of.account) and not of.simulated and account != of.account


def _retested(run: Run, of: TrackedFinding, saw: Run, left: bool) -> bool:
    if of.rule is Rule.LEFTOVER:
        return not left and run.closing is not None and run.closing.cleanup is Cleanup.CLEAN
    looked = LOOKED_AT.get(of.rule)
    return looked is not None and looked(run, of) and _kept(run, of, saw)


def _kept(run: Run, of: TrackedFinding, saw: Run) -> bool:
    """Whether a run keeps what was promised and asked for when the finding was seen: what is looser mends nothing."""
    judged, asked = JUDGED_BY.get(of.rule), ASKED_BY.get(of.rule)
    return (judged is None or judged(run, saw.header)) and (asked is None or asked(run, of, saw))


def _whenever(_run: Run, _of: TrackedFinding) -> bool:
    """Of what a run cannot pass without having met it."""
    return True


def _rto(run: Run, _of: TrackedFinding) -> bool:
    return run.header.objective.rto is not None and run.closing is not None and run.closing.measures.rta is not None


def _rpo(run: Run, _of: TrackedFinding) -> bool:
    return run.header.objective.rpo is not None and run.closing is not None and run.closing.measures.rpa is not None


def _worst_case(run: Run, _of: TrackedFinding) -> bool:
    return run.closing is not None and run.closing.worst_case_verdict is WorstCaseVerdict.MET


def _hydration(run: Run, _of: TrackedFinding) -> bool:
    limit = run.header.objective.hydration
    return limit is not None and run.closing is not None and run.closing.measures.whole_after is not None


def _grade(run: Run, _of: TrackedFinding) -> bool:
    return run.closing is not None and run.closing.measures.rpa_grade == "A"


def _target(run: Run, _of: TrackedFinding) -> bool:
    return run.header.objective.rpo is not None


def _check(run: Run, of: TrackedFinding) -> bool:
    passed = [each.name for each in run.checks if each.outcome is Outcome.PASSED]
    return _is_one_of(run, of, passed)


def _named(name: str) -> Callable[[Run, TrackedFinding], bool]:
    def passed(run: Run, _of: TrackedFinding) -> bool:
        return any(each.name == name and each.outcome is Outcome.PASSED for each in run.checks)

    return passed


def _way(run: Run, of: TrackedFinding) -> bool:
    return _is_one_of(run, of, [way for way, each in switches(run.checks).items() if each.outage is not None])


def _step(role: Role) -> Callable[[Run, TrackedFinding], bool]:
    def passed(run: Run, _of: TrackedFinding) -> bool:
        tries = [each for each in run.steps if each.role is role and each.outcome is Outcome.PASSED]
        return bool(tries) and tries[-1].tried

    return passed


def _filled(run: Run, _of: TrackedFinding) -> bool:
    """All parts came back with their data; that one may be empty by its owner's word is no reason to call it mended."""
    return run.template is not None and not run.template.empty


def _compared(run: Run, of: TrackedFinding) -> bool:
    """All was compared, of that store, too; and what the team accepts by now is no reason to call it mended."""
    if not _step(Role.COMPARE)(run, of):
        return False
    stores = {run.header.resource, *(each.store for each in run.points)}
    subjects = [f"{store} {severity}" for store in stores for severity in Severity]
    if any(each.standing is Alike.NOT_COMPARED for each in run.differences) or not _is_one_of(
        run, of, [*stores, *subjects]
    ):
        return False
    accepted = [each for each in run.differences if each.standing is Alike.ACCEPTED]
    return not _is_one_of(run, of, [*(f"{each.store} {each.severity}" for each in accepted)])


def _measures(run: Run) -> Measures:
    return run.closing.measures if run.closing is not None else Measures()


def _within(limit: Limit | None, actual: timedelta | None, error: timedelta | None = None) -> bool:
    return limit is None or (actual is not None and limit.kept_by(actual, error) is True)


def _ample(limit: Limit | None, actual: timedelta | None) -> bool:
    return limit is None or (actual is not None and headroom(limit, actual) >= THIN)


def _as_strict(policy: ClockPolicy, before: ClockPolicy) -> bool:
    """Whether no recovery time comes out shorter by one policy than by the other."""
    if policy.judged_from is not before.judged_from and policy.judged_from is not ClockStart.DISRUPTION:
        return False
    allowed = policy.detection_allowance, policy.decision_allowance
    return all(map(ge, allowed, (before.detection_allowance, before.decision_allowance)))


def _rto_kept(run: Run, saw: RunHeader) -> bool:
    told = _measures(run)
    return _as_strict(run.header.policy, saw.policy) and _within(saw.objective.rto, told.rta, told.rta_clock_error)


def _rto_ample(run: Run, saw: RunHeader) -> bool:
    return _rto_kept(run, saw) and _ample(saw.objective.rto, _measures(run).rta)


def _rpo_kept(run: Run, saw: RunHeader) -> bool:
    told = _measures(run)
    return _within(saw.objective.rpo, proven(told), told.rpa_clock_error)


def _rpo_ample(run: Run, saw: RunHeader) -> bool:
    return _rpo_kept(run, saw) and _ample(saw.objective.rpo, proven(_measures(run)))


def _worst_case_kept(run: Run, saw: RunHeader) -> bool:
    return _within(saw.objective.rpo, _measures(run).worst_case)


def _whole_in_time(run: Run, saw: RunHeader) -> bool:
    told, limit = _measures(run), saw.objective.hydration
    return _as_strict(run.header.policy, saw.policy) and _within(limit, told.whole_after, told.rta_clock_error)


def _back_in_time(run: Run, saw: RunHeader) -> bool:
    outages = [each.outage for way, each in switches(run.checks).items() if way == FAILBACK]
    return all(each is None or _within(saw.objective.rto, each.lasted, each.resolution) for each in outages)


def _claims(run: Run, of: TrackedFinding) -> set[str]:
    """The claims of the check that a finding is about, without the instants that are those of the run alone."""
    return {_INSTANT.sub("", each.expected) for each in run.checks if _is_one_of(run, of, [each.name])}


def _same_claim(run: Run, of: TrackedFinding, saw: Run) -> bool:
    before = _claims(saw, of)
    return not before or _claims(run, of) == before


def _still_there(run: Run, _of: TrackedFinding, saw: Run) -> bool:
    """Whether the parts that came back empty are in the replica still, and were not left out of it since."""
    out = {each.resource for each in run.template.left_out if not each.property} if run.template else set()
    return out.isdisjoint(each.resource for each in (saw.template.empty if saw.template else ()))


def _is_one_of(run: Run, of: TrackedFinding, subjects: Iterable[str]) -> bool:
    header = run.header
    return of.fingerprint in {fingerprint_of(header.service, header.drill, of.rule, each) for each in subjects}


LOOKED_AT: Mapping[Rule, Callable[[Run, TrackedFinding], bool]] = {
    Rule.FAULT: _whenever,
    Rule.FAILED_AT_FIRST: _whenever,
    Rule.CHECK_FAILED: _check,
    Rule.OPTIONAL_CHECK: _check,
    Rule.RTO_MISSED: _rto,
    Rule.RTO_THIN: _rto,
    Rule.RPO_MISSED: _rpo,
    Rule.RPO_THIN: _rpo,
    Rule.WORST_CASE: _worst_case,
    Rule.HYDRATION_MISSED: _hydration,
    Rule.HYDRATION_UNMEASURED: _hydration,
    Rule.RPA_GRADE: _grade,
    Rule.FALLBACK_WITHOUT_TARGET: _target,
    Rule.CONTROL_PLANE: _named(planes.CHECK),
    Rule.LOST_REGION: _named(lost_region.CHECK),
    Rule.FAILOVER_SLOW: _way,
    Rule.FAILBACK_SLOW: _way,
    Rule.NOT_PROBED: _step(Role.PROBE),
    Rule.TLS_UNVERIFIED: _step(Role.LOG_IN),
    Rule.EMPTY: _filled,
    Rule.PARITY: _compared,
    Rule.PARITY_UNKNOWN: _compared,
}
"""Whether a run looked at what a rule is about; one that is not here (a record kept no rule, say) no run settles."""


JUDGED_BY: Mapping[Rule, Callable[[Run, RunHeader], bool]] = {
    Rule.RTO_MISSED: _rto_kept,
    Rule.RTO_THIN: _rto_ample,
    Rule.RPO_MISSED: _rpo_kept,
    Rule.RPO_THIN: _rpo_ample,
    Rule.WORST_CASE: _worst_case_kept,
    Rule.HYDRATION_MISSED: _whole_in_time,
    Rule.FAILBACK_SLOW: _back_in_time,
}
"""Whether a run keeps what the run that saw the finding had promised, by the rules that hold a figure to a promise."""

ASKED_BY: Mapping[Rule, Callable[[Run, TrackedFinding, Run], bool]] = {
    Rule.CHECK_FAILED: _same_claim,
    Rule.OPTIONAL_CHECK: _same_claim,
    Rule.EMPTY: _still_there,
}
"""Whether a run asked for no less than the run that saw the finding, by the rules whose question a team can change."""


def by_look(look: Look, rows: Collection[Stood], found: Iterable[TrackedFinding]) -> list[tuple[TrackedFinding, Proof]]:
    """The shortfalls that a later look on real AWS proves gone, with the proof.

    Its rule is held there now, in the account in which it fell short, and it began after that was seen last.
    What is told of an account, and not of what is
    declared, is gone where a look at all saw everything and told it no more. What could not be asked, does not apply
    any more, or is not declared any more is gone for nobody.
    """
    if look.simulated:
        return []
    held = {each.finding.fingerprint for each in rows if each.ruling.standing is Standing.HELD}
    short = {each.finding.fingerprint for each in rows if each.ruling.standing is Standing.SHORT}
    began = look.began or look.at
    whole = NOBODY in look.services and not any(_unseen(each) for each in rows)
    gone = [
        each
        for each in found
        if each.raised_by is RaisedBy.POSTURE
        and not _elsewhere(each, look.account)
        and (each.simulated or each.last_seen < began)
        and each.fingerprint not in short
        and (each.fingerprint in held or (whole and each.rule in _OF_ACCOUNTS))
    ]
    return [(each, Proof(source_of(look), look.at, _told(each, held))) for each in gone]


_OF_ACCOUNTS = (Rule.UNCLAIMED, Rule.UNDRILLED)


def _unseen(row: Stood) -> bool:
    return row.ruling.rule is Rule.UNCLAIMED and row.ruling.standing is Standing.UNKNOWN


def _told(of: TrackedFinding, held: Collection[str]) -> str:
    return "a later look saw it held" if of.fingerprint in held else "a later look at all saw it no more"
