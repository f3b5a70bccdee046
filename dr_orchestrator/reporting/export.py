"""Runs and exercises as JSON: numeric seconds, exact; nothing omitted when it is false or unknown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from dr_orchestrator.domain.programme import Exercise
from dr_orchestrator.domain.run import SCHEMA_VERSION, Measures, Run, RunHeader
from dr_orchestrator.reporting.measure.steps import origin
from dr_orchestrator.reporting.measure.tally import doubts, makespan, tally
from dr_orchestrator.reporting.measure.target import Target, targets
from dr_orchestrator.reporting.records import (
    Json,
    check_json,
    copy_json,
    event_json,
    finding_json,
    observation_json,
    point_json,
    step_json,
)
from dr_orchestrator.reporting.view.clock import detection_exercised
from dr_orchestrator.reporting.view.context import not_exercised
from dr_orchestrator.reporting.view.proof import unreached
from dr_orchestrator.reporting.wording import UNDER_WAY, iso, seconds


def run_json(run: Run) -> Json:
    """A run: the contract of `dro show RUN --json` and of the report's JSON. Offsets count from the disruption."""
    closing, zero, pace = run.closing, origin(run), run.header.provenance.pace
    return {
        "schema_version": SCHEMA_VERSION,
        **_header(run.header),
        "closed": closing is not None,
        "ended_at": iso(closing.ended_at if closing else None),
        "verdict": closing.verdict.value if closing else None,
        "reasons": list(closing.reasons) if closing else [],
        "cleanup": closing.cleanup.value if closing else None,
        "cleanup_reasons": list(closing.cleanup_reasons) if closing else [],
        "rule_version": closing.rule_version if closing else None,
        **_targets(run),
        "policy": _policy(run),
        "events": [event_json(event, seconds(event.offset - zero)) for event in run.events],
        "steps": [step_json(step, seconds(step.offset - zero), pace) for step in run.steps],
        "checks": [check_json(check) for check in run.checks],
        "checks_not_reached": list(unreached(run.header.planned_checks, run.checks)),
        "recovery_points": [point_json(point) for point in run.points],
        "copies": [copy_json(record) for record in run.copies],
        "observations": [observation_json(seen, seconds(seen.offset - zero)) for seen in run.observations],
        "findings": [finding_json(found) for found in (closing.findings if closing else ())],
        "not_exercised": list(not_exercised(run)),
        "provenance": asdict(run.header.provenance),
    }


def exercise_json(exercise: Exercise, runs: Sequence[Run]) -> Json:
    """An exercise: its plan, what became of it, and each run in short; the runs' own JSON holds the rest."""
    counted = tally(exercise, runs)
    return {
        "schema_version": SCHEMA_VERSION,
        "id": exercise.id,
        "title": exercise.title,
        "purpose": exercise.purpose,
        "quarter": exercise.quarter,
        "simulated": exercise.simulated or any(run.header.provenance.simulated for run in runs),
        "closed": exercise.verdict is not None,
        "verdict": exercise.verdict.value if exercise.verdict else None,
        "doubts": list(doubts(exercise, runs)),
        "cleanup": counted.cleanup.value if counted.cleanup else None,
        "started_at": iso(exercise.started_at),
        "ended_at": iso(exercise.ended_at),
        "makespan_s": seconds(makespan(exercise, runs)),
        "at_once": exercise.at_once,
        "pace": exercise.pace,
        "engine": exercise.engine,
        "plan": {
            "in_scope": list(counted.scope),
            "planned": list(exercise.planned),
            "ran": list(counted.ran),
            "left_out": [{"drill": name, "reason": why} for name, why in counted.left_out],
            "not_reached": list(counted.not_reached),
            "unplanned": list(counted.unplanned),
        },
        "verdicts": {verdict.value if verdict else UNDER_WAY: number for verdict, number in counted.verdicts},
        "runs": [_short(run) for run in runs],
    }


def _short(run: Run) -> Json:
    closing, header = run.closing, run.header
    return {
        "id": header.id,
        "drill": header.drill,
        "kind": header.kind.value,
        "service": header.service,
        "tier": header.tier,
        "path": header.path.value,
        "simulated": header.provenance.simulated,
        "started_at": iso(header.started_at),
        "ended_at": iso(closing.ended_at if closing else None),
        "verdict": closing.verdict.value if closing else None,
        "reasons": list(closing.reasons) if closing else [],
        "cleanup": closing.cleanup.value if closing else None,
        **_targets(run),
        "findings": [finding_json(found) for found in (closing.findings if closing else ())],
    }


def _header(header: RunHeader) -> Json:
    return {
        "id": header.id,
        "drill": header.drill,
        "kind": header.kind.value,
        "service": header.service,
        "service_title": header.service_title,
        "owner": header.owner,
        "tier": header.tier,
        "resource": header.resource,
        "resource_id": header.resource_id,
        "disruption": header.disruption.value,
        "path": header.path.value,
        "selection": header.selection,
        "exercise": header.exercise,
        "simulated": header.provenance.simulated,
        "started_at": iso(header.started_at),
        "objective": {"source": header.objective.source, "revision": header.objective.revision},
        "planned_checks": list(header.planned_checks),
    }


def _targets(run: Run) -> Json:
    rto, rpo = targets(run)
    measures = run.closing.measures if run.closing else Measures()
    return {
        "rto": {
            **_target(rto),
            "from_disruption_s": seconds(measures.rta_from_disruption),
            "from_declaration_s": seconds(measures.rta_from_declaration),
        },
        "rpo": {
            **_target(rpo),
            "grade": measures.rpa_grade or None,
            "source": measures.rpa_source or None,
            "reference": iso(measures.rpa_reference),
            "newest_data": iso(measures.newest_data),
            "worst_case_s": seconds(measures.worst_case),
            "worst_case_source": measures.worst_case_source or None,
            "worst_case_verdict": run.closing.worst_case_verdict if run.closing else None,
        },
    }


def _target(target: Target) -> Json:
    return {
        "objective_s": seconds(target.limit.value) if target.limit else None,
        "operator": target.limit.operator.value if target.limit else None,
        "actual_s": seconds(target.actual),
        "headroom": target.headroom,
        "standing": target.standing.value,
    }


def _policy(run: Run) -> Json:
    policy = run.header.policy
    return {
        "judged_from": policy.judged_from.value,
        "detection_allowance_s": seconds(policy.detection_allowance),
        "decision_allowance_s": seconds(policy.decision_allowance),
        "detection_exercised": detection_exercised(run),
    }
