"""The reasons in a run's record for and against its promise, each under the rule that says so."""

from __future__ import annotations

from datetime import timedelta

from dr_orchestrator.domain import leaving
from dr_orchestrator.domain.failover import switches
from dr_orchestrator.domain.judge.measure import CLAIMED, SCHEDULE, Record, clocks, newest
from dr_orchestrator.domain.objective import Limit, format_duration
from dr_orchestrator.domain.recovery_point import RecoveryPoint
from dr_orchestrator.domain.rule import Reason, Rule
from dr_orchestrator.domain.run import SAFETY, CheckResult, Measures, Phase, Step
from dr_orchestrator.domain.verdict import Outcome

SKEW = timedelta(minutes=5)
"""How far the clocks of AWS and of whoever writes a row may lie apart."""


def stopped(record: Record) -> list[Reason]:
    """The person or fault that stopped the drill."""
    return _fault(record, Outcome.ABORTED, Rule.STOPPED)


def failures(record: Record, measures: Measures) -> list[Reason]:
    """The failures, and the limits that were missed."""
    failed = _fault(record, Outcome.FAILED, Rule.FAULT)
    failed += [
        Reason(
            Rule.CHECK_FAILED,
            f"check '{check.name}' failed: expected {check.expected}, observed {check.observed}",
            check.name,
        )
        for check in record.checks
        if check.mandatory and check.outcome is Outcome.FAILED
    ]
    return [*failed, *_missed(record, measures)]


def _fault(record: Record, outcome: Outcome, rule: Rule) -> list[Reason]:
    fault = record.fault
    return [Reason(rule, fault.text, " ".join(fault.cause))] if fault and fault.outcome is outcome else []


Held = tuple[str, Rule, Limit | None, timedelta | None, timedelta | None]
"""A figure by its name: the rule of a miss, its limit, itself, and how far the clock may have put it off."""


def _held(record: Record, measures: Measures) -> tuple[Held, ...]:
    """The figures that decide: the hydration only where the check that measures it is mandatory."""
    objective = record.header.objective
    hydration = objective.hydration if any(check.mandatory for check in whole_reads(record)) else None
    return (
        ("RTO", Rule.RTO_MISSED, objective.rto, measures.rta, measures.rta_clock_error),
        ("RPO", Rule.RPO_MISSED, objective.rpo, proven(measures), measures.rpa_clock_error),
        ("hydration", Rule.HYDRATION_MISSED, hydration, measures.whole_after, measures.rta_clock_error),
    )


def whole_reads(record: Record) -> list[CheckResult]:
    """The checks that were to read every block."""
    return [check for check in record.checks if check.reads_whole]


def _missed(record: Record, measures: Measures) -> list[Reason]:
    source = record.header.objective.source
    but = {Rule.RTO_MISSED: _met_net(record, measures)}
    return [
        Reason(missed, f"{name} missed: {format_duration(actual)} against {limit} ({source}){but.get(missed, '')}")
        for name, missed, limit, actual, error in _held(record, measures)
        if limit is not None and actual is not None and limit.kept_by(actual, error) is False
    ]


def _too_close(record: Record, measures: Measures) -> list[Reason]:
    """The limits that a figure meets or misses only if the clock was right to less than it was."""
    source = record.header.objective.source
    return [
        Reason(
            Rule.TOO_CLOSE,
            f"{name} is too close to tell: {format_duration(actual)} against {limit} ({source}), by a clock that was "
            f"off by up to {format_duration(error)}",
            name,
        )
        for name, _, limit, actual, error in _held(record, measures)
        if limit is not None and actual is not None and error and limit.kept_by(actual, error) is None
    ]


def _met_net(record: Record, measures: Measures) -> str:
    """The words for an RTO that was missed only because the run was held up; it is missed all the same."""
    limit, gross, net = record.header.objective.rto, measures.rta, measures.rta_net
    if limit is None or gross is None or net is None or not limit.kept_by(net, measures.rta_clock_error):
        return ""
    held = format_duration(gross - net)
    return f"; for {held} of that the run was held up, and net of it {format_duration(net)} meet it"


def met(record: Record, measures: Measures) -> list[Reason]:
    """Which limits were met, where one was measured."""
    hydration, whole = record.header.objective.hydration, measures.whole_after
    kept = hydration is not None and whole is not None and hydration.kept_by(whole, measures.rta_clock_error)
    words = f"hydration met: {format_duration(whole)} against {hydration}" if whole is not None else ""
    told = [Reason(Rule.HYDRATION_MET, words)] if kept else []
    return [
        Reason(rule, f"{name} met: {format_duration(actual)} against {limit}" if limit else f"{name}: no target")
        for name, rule, limit, actual in (
            ("RTO", Rule.RTO_MET, record.header.objective.rto, measures.rta),
            ("RPO", Rule.RPO_MET, record.header.objective.rpo, proven(measures)),
        )
        if actual is not None
    ] + told


def not_reached(record: Record) -> list[Reason]:
    """The planned checks that have no result."""
    done = {check.name for check in record.checks}
    return [
        Reason(Rule.CHECK_NOT_REACHED, f"check '{name}' was not reached", name)
        for name in record.header.planned_checks
        if name not in done
    ]


def unknowns(record: Record, measures: Measures) -> list[Reason]:
    """All that could not be measured, or cannot be believed."""
    return [
        *_fault(record, Outcome.INCONCLUSIVE, Rule.FAULT_UNKNOWN),
        *_unproven_checks(record),
        *_no_target(record),
        *_region_not_left(record),
        *_time_unknown(record, measures),
        *_loss_unknown(record, measures),
        *_says_nothing_of_loss(record, measures),
        *_passed_over(record),
        *_contradictions(record),
        *_too_close(record, measures),
        *(Reason(Rule.CLOCK, reason) for reason in clocks(record).reasons),
    ]


def _unproven_checks(record: Record) -> list[Reason]:
    unknown = [
        Reason(Rule.CHECK_UNKNOWN, f"check '{check.name}' could not tell: {check.observed}", check.name)
        for check in record.checks
        if check.mandatory and check.outcome not in (Outcome.PASSED, Outcome.FAILED)
    ]
    if not any(check.mandatory and check.proves_data for check in record.checks):
        unknown.append(Reason(Rule.NO_DATA_CHECK, "no mandatory check of the data ran"))
    return unknown


def _no_target(record: Record) -> list[Reason]:
    objective = record.header.objective
    if objective.rto is not None or objective.rpo is not None:
        return []
    return [Reason(Rule.NO_TARGET, f"no target: {objective.source} promises neither RTO nor RPO")]


def _region_not_left(record: Record) -> list[Reason]:
    """The copy that stood in the region that counts as lost; of a run that ended early nothing is proven anyway."""
    of = record.header
    if record.fault is not None or not leaving.stays(of.disruption, of.kind, elsewhere=record.elsewhere):
        return []
    told = f"{leaving.told(of.provenance.region)}; {leaving.way_out(of.kind)}"
    return [Reason(Rule.REGION_NOT_LEFT, told)]


def _time_unknown(record: Record, measures: Measures) -> list[Reason]:
    if not clocks(record).rta_known:
        return []  # the fault of the clock says so
    lasted = measures.rta, measures.rta_from_disruption, measures.rta_from_declaration
    if measures.rta is None:
        return [Reason(Rule.RTA_UNMEASURED, "RTA was not measured: the service was never verified")]
    if None in lasted:
        told = "RTA was not measured from both disruption and declaration: the record lacks one of them"
        return [Reason(Rule.RTA_UNMEASURED, told)]
    # The judged figure may have an allowance on top, which must not hide a broken clock.
    if any(each is not None and each <= timedelta() for each in lasted):
        return [Reason(Rule.RTA_INCREDIBLE, "RTA is zero or negative")]
    return []


def _loss_unknown(record: Record, measures: Measures) -> list[Reason]:
    unknown: list[Reason] = []
    if not clocks(record).rpa_known:
        return unknown  # the fault of the clock says so
    if measures.rpa is None or measures.rpa_grade == SCHEDULE:
        told = f"RPA was not measured: {newest(record).missing or 'the run has no disruption'}"
        unknown.append(Reason(Rule.RPA_UNMEASURED, told))
    if measures.rpa_grade == SCHEDULE:
        told = f"RPA has grade {SCHEDULE}, from the schedule: arithmetic is no evidence"
        unknown.append(Reason(Rule.RPA_ARITHMETIC, told))
    if measures.rpa_grade in CLAIMED:
        told = f"RPA has grade {measures.rpa_grade}, from {measures.rpa_source}: no canary bears it out"
        unknown.append(Reason(Rule.RPA_UNWITNESSED, told))
    loss = proven(measures)
    if loss is None or loss >= timedelta():
        return [*unknown, *_ahead(record, measures)]
    told = f"RPA is negative: the copy holds data from after {measures.rpa_reference:%Y-%m-%d %H:%M:%S} UTC"
    return [*unknown, Reason(Rule.RPA_NEGATIVE, told)]


def _ahead(record: Record, measures: Measures) -> list[Reason]:
    """Canaries from after the instant that loss is counted from: one of them makes every other figure doubtful."""
    since = measures.rpa_reference
    return [
        Reason(
            Rule.CANARY_AHEAD,
            f"check '{check.name}' found a canary from after {since:%Y-%m-%d %H:%M:%S} UTC, which no copy can hold",
            check.name,
        )
        for check in record.checks
        if check.canary and check.newest is not None and since is not None and check.newest > since
    ]


def _says_nothing_of_loss(record: Record, measures: Measures) -> list[Reason]:
    """Where an RPA was measured, and yet is none of a disaster: no wonder that a snapshot holds its own instant."""
    if proven(measures) is None:
        return []
    if not record.points and not any(each.production for each in switches(record.checks).values()):
        return [Reason(Rule.NO_POINT, "no recovery point was chosen: nothing shows what was restored")]
    if record.header.kind.interrupts:
        return []  # its loss is none of a recovery point's
    itself = [point.id for point in record.points if _as_of_itself(point)]
    if not itself or measures.worst_case is not None:
        return []
    told = f"{itself[0]} was restored for its own sake, and what a disaster would lose was not measured"
    return [Reason(Rule.POINT_OF_ITSELF, told, itself[0])]


def _as_of_itself(point: RecoveryPoint) -> bool:
    return point.reference == point.data_time


def _passed_over(record: Record) -> list[Reason]:
    """Steps that did not pass while the run went on: a script may catch a fault, and that proves nothing.

    One that passed when it was done again later, in the process that resumed the run, is made good.
    """
    if record.fault is not None:
        return []
    passed = {step.key: step.seq for step in record.steps if step.outcome is Outcome.PASSED}
    return [
        Reason(
            Rule.STEP_PASSED_OVER, f"step '{step.name}' did not pass: {step.detail or 'it did not end'}", str(step.seq)
        )
        for step in record.steps
        if _must_pass(step) and step.outcome is not Outcome.PASSED and passed.get(step.key, 0) < step.seq
    ]


def _must_pass(step: Step) -> bool:
    return step.phase in (Phase.PREPARE, Phase.RECOVER) or step.role in SAFETY


def _contradictions(record: Record) -> list[Reason]:
    """The statements of a run on itself that cannot be true together."""
    source, told = record.header.provenance, []
    if source.pace != 1 and not source.simulated:
        fast = f"drill time ran {source.pace:g} times as fast, yet the run claims to be real"
        told.append(Reason(Rule.PACE, fast))
    if len({point.reference for point in record.points}) > 1:
        apart = "the recovery points were chosen for different instants: there is no one loss to tell"
        told.append(Reason(Rule.POINTS_DISAGREE, apart))
    doubts = [Reason(Rule.DOUBT, doubt) for doubt in record.doubts]
    return [*told, *doubts, *_newer_than_restored(record)]


def _newer_than_restored(record: Record) -> list[Reason]:
    """Checks that found data from after the recovery point: they read another place, or a clock is wrong."""
    held = {point.store: point.data_time for point in sorted(record.points, key=lambda point: point.data_time)}
    alone = record.points[0].data_time if len(record.points) == 1 else None
    return [
        Reason(
            Rule.NEWER_THAN_POINT,
            f"check '{check.name}' found data of {check.newest:%Y-%m-%d %H:%M:%S} UTC, newer than the recovery "
            f"point's {limit:%Y-%m-%d %H:%M:%S} UTC",
            check.name,
        )
        for check in record.checks
        if check.newest is not None and (limit := held.get(check.store, alone)) and check.newest > limit + SKEW
    ]


def proven(measures: Measures) -> timedelta | None:
    """The RPA, where it is more than arithmetic: a schedule can neither keep a promise nor break it."""
    return None if measures.rpa_grade == SCHEDULE else measures.rpa


def headroom(limit: Limit, actual: timedelta) -> float:
    """The share of the target that was left: 1 for an instant recovery, 0 or less where it was used up.

    Of a limit that leaves no time, which drill files may not have, there is all of it or nothing.
    """
    if limit.value <= timedelta():
        return float(actual <= timedelta())
    return (limit.value - actual) / limit.value
