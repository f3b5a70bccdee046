"""Runs and exercises as JSON: numeric seconds, exact; nothing omitted when it is false or unknown."""

from __future__ import annotations

from collections.abc import Sequence

from dr_orchestrator.domain.customer.looking import FIGURE, stacks_in
from dr_orchestrator.domain.programme import Exercise
from dr_orchestrator.domain.run import SCHEMA_VERSION, Run, RunHeader
from dr_orchestrator.reporting.figures import explanation_json, hydration_json, service_json, targets_json, tier_json
from dr_orchestrator.reporting.measure.paths import paths_by_service
from dr_orchestrator.reporting.measure.server import beside
from dr_orchestrator.reporting.measure.steps import on_the_clock, origin
from dr_orchestrator.reporting.measure.tally import doubts, makespan, tally
from dr_orchestrator.reporting.records import (
    Json,
    check_json,
    copy_json,
    difference_json,
    event_json,
    finding_json,
    observation_json,
    point_json,
    provenance_json,
    segment_json,
    server_time_json,
    step_json,
    template_json,
)
from dr_orchestrator.reporting.view.clock import detection_exercised
from dr_orchestrator.reporting.view.context import not_exercised
from dr_orchestrator.reporting.view.proof import unreached
from dr_orchestrator.reporting.view.standing import NO_STANDINGS, Standings
from dr_orchestrator.reporting.wording import UNDER_WAY, iso, seconds


def run_json(run: Run, standings: Standings = NO_STANDINGS) -> Json:
    """A run: the contract of `dro show RUN --json` and of the report's JSON. Offsets count from the disruption."""
    closing, zero, pace = run.closing, origin(run), run.header.provenance.pace
    return {
        "schema_version": SCHEMA_VERSION,
        **_header(run.header),
        "closed": closing is not None,
        "ended_at": iso(closing.ended_at if closing else None),
        "verdict": closing.verdict.value if closing else None,
        "reasons": list(closing.reasons) if closing else [],
        "reason_rules": [reason.rule.value for reason in closing.grounds] if closing else [],
        "cleanup": closing.cleanup.value if closing else None,
        "cleanup_reasons": list(closing.cleanup_reasons) if closing else [],
        "rule_version": closing.rule_version if closing else None,
        **targets_json(run),
        "hydration": hydration_json(run),
        **tier_json(run),
        "explanation": explanation_json(run),
        "policy": _policy(run),
        "events": [event_json(event, seconds(event.offset - zero)) for event in run.events],
        "segments": [
            segment_json(segment, seconds(segment.offset - zero), on_the_clock(run, segment))
            for segment in run.segments
        ],
        "steps": [step_json(step, seconds(step.offset - zero), pace) for step in run.steps],
        "checks": [check_json(check) for check in run.checks],
        "checks_not_reached": list(unreached(run.header.planned_checks, run.checks)),
        "recovery_points": [point_json(point) for point in run.points],
        "copies": [copy_json(record) for record in run.copies],
        "template": template_json(run.template) if run.template else None,
        "customer_stacks": [each.figures[FIGURE] | {"outcome": each.outcome.value} for each in stacks_in(run.checks)],
        "differences": [difference_json(each) for each in run.differences],
        "observations": [observation_json(seen, seconds(seen.offset - zero)) for seen in run.observations],
        "server_times": [server_time_json(each) for each in beside(run)],
        "findings": _findings(run, standings),
        "not_exercised": list(not_exercised(run)),
        "provenance": provenance_json(run.header.provenance),
    }


def exercise_json(exercise: Exercise, runs: Sequence[Run], standings: Standings = NO_STANDINGS) -> Json:
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
        "services": [service_json(service) for service in paths_by_service(runs)],
        "runs": [_short(run, standings) for run in runs],
    }


def _short(run: Run, standings: Standings) -> Json:
    closing, header = run.closing, run.header
    return {
        "id": header.id,
        "drill": header.drill,
        "kind": header.kind.value,
        "service": header.service,
        "tier": header.tier,
        "path": header.path.value,
        "selection": header.selection,
        "simulated": header.provenance.simulated,
        "started_at": iso(header.started_at),
        "ended_at": iso(closing.ended_at if closing else None),
        "verdict": closing.verdict.value if closing else None,
        "reasons": list(closing.reasons) if closing else [],
        "reason_rules": [reason.rule.value for reason in closing.grounds] if closing else [],
        "cleanup": closing.cleanup.value if closing else None,
        **targets_json(run),
        **tier_json(run),
        "findings": _findings(run, standings),
    }


def _findings(run: Run, standings: Standings) -> list[Json]:
    simulated = run.header.provenance.simulated
    found = run.closing.findings if run.closing else ()
    return [finding_json(each, standings.json(each.fingerprint, simulated)) for each in found]


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


def _policy(run: Run) -> Json:
    policy = run.header.policy
    return {
        "judged_from": policy.judged_from.value,
        "detection_allowance_s": seconds(policy.detection_allowance),
        "decision_allowance_s": seconds(policy.decision_allowance),
        "detection_exercised": detection_exercised(run),
    }
