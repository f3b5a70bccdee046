"""A run's figures as JSON: against their objectives, against the tier's own promise, and how they were reached."""

from __future__ import annotations

from dr_orchestrator.domain.judge.explain import Explanation, Held, Instant, StoreLoss, explain, stores
from dr_orchestrator.domain.objective import Objective
from dr_orchestrator.domain.run import Measures, Run
from dr_orchestrator.reporting.measure.paths import DrilledPath, ServicePaths, TierAnswer, against_tier
from dr_orchestrator.reporting.measure.target import Target, targets
from dr_orchestrator.reporting.records import Json
from dr_orchestrator.reporting.wording import GRADES, iso, seconds


def targets_json(run: Run) -> Json:
    """RTO and RPO of a run, with all that was measured."""
    rto, rpo = targets(run)
    measures = run.closing.measures if run.closing else Measures()
    return {
        "rto": {
            **_target(rto),
            "clock_error_s": seconds(measures.rta_clock_error),
            "net_s": seconds(measures.rta_net),
            "from_disruption_s": seconds(measures.rta_from_disruption),
            "from_declaration_s": seconds(measures.rta_from_declaration),
        },
        "rpo": {
            **_target(rpo),
            "clock_error_s": seconds(measures.rpa_clock_error),
            "grade": measures.rpa_grade or None,
            "source": measures.rpa_source or None,
            "check": measures.rpa_check or None,
            "point": measures.rpa_point or None,
            "reference": iso(measures.rpa_reference),
            "newest_data": iso(measures.newest_data),
            "skew_s": seconds(measures.rpa_skew),
            "stores": [_store(each) for each in stores(run)],
            "worst_case_s": seconds(measures.worst_case),
            "worst_case_gap_s": seconds(measures.worst_case_gap),
            "worst_case_p95_s": seconds(measures.worst_case_p95),
            "worst_case_backup_s": seconds(measures.worst_case_backup),
            "worst_case_source": measures.worst_case_source or None,
            "worst_case_verdict": run.closing.worst_case_verdict.value if run.closing else None,
        },
    }


def hydration_json(run: Run) -> Json:
    """When all blocks of the copy had been read, counted as the RTA is, against the objective."""
    limit, measures = run.header.objective.hydration, run.closing.measures if run.closing else Measures()
    whole = measures.whole_after
    return {
        "objective_s": seconds(limit.value) if limit else None,
        "operator": limit.operator.value if limit else None,
        "actual_s": seconds(whole),
        "kept": limit.kept_by(whole, measures.rta_clock_error) if limit and whole is not None else None,
    }


def tier_json(run: Run) -> Json:
    """The tier's own promise (null where it was not recorded), and whether the run's figures meet it."""
    tier = run.header.tier_objective
    return {"tier_objective": _objective(tier) if tier else None, "meets_tier": _answer(against_tier(run))}


def explanation_json(run: Run) -> Json:
    """How the verdict was reached."""
    told = explain(run)
    return {"rule_version": told.rules or None, "rto": _time(told), "rpo": _loss(told)}


def service_json(service: ServicePaths) -> Json:
    """The drilled paths of a service, and whether one of them meets the tier's objective."""
    return {
        "service": service.service,
        "title": service.title,
        "tier": service.tier,
        "tier_objective": _objective(service.promise) if service.promise else None,
        "meets_tier": bool(service.meeting),
        "line": service.line,
        "paths": [_path(path) for path in service.paths],
    }


def _target(target: Target) -> Json:
    return {
        "objective_s": seconds(target.limit.value) if target.limit else None,
        "operator": target.limit.operator.value if target.limit else None,
        "actual_s": seconds(target.actual),
        "headroom": target.headroom,
        "standing": target.standing.value,
    }


def _store(each: StoreLoss) -> Json:
    return {
        "store": each.store,
        "newest_data": iso(each.newest),
        "actual_s": seconds(each.loss),
        "grade": each.grade or None,
        "source": each.source or None,
        "missing": each.missing or None,
        "worst": each.worst,
    }


def _objective(objective: Objective) -> Json:
    return {
        "rto_s": seconds(objective.rto.value) if objective.rto else None,
        "rto_operator": objective.rto.operator.value if objective.rto else None,
        "rpo_s": seconds(objective.rpo.value) if objective.rpo else None,
        "rpo_operator": objective.rpo.operator.value if objective.rpo else None,
        "source": objective.source,
        "revision": objective.revision,
    }


def _answer(answer: TierAnswer) -> Json:
    return {"rto": answer.rto.value, "rpo": answer.rpo.value, "rpo_worst_case": answer.worst_case.value}


def _path(path: DrilledPath) -> Json:
    head = path.runs[0].header
    return {
        "drill": head.drill,
        "path": head.path.value,
        "runs": [run.header.id for run in path.runs],
        "held_to": _objective(head.objective),
        "verdict": path.verdict.value if path.verdict else None,
        "meets_tier": _answer(path.answer),
    }


def _time(told: Explanation) -> Json:
    rto = told.rto
    return {
        "from": _instant(rto.start),
        "to": _instant(rto.stop),
        "clock": rto.clock,
        "detection_allowance_s": seconds(rto.detection_allowance),
        "decision_allowance_s": seconds(rto.decision_allowance),
        **_held(rto.held),
    }


def _loss(told: Explanation) -> Json:
    rpo = told.rpo
    return {
        "reference": iso(rpo.reference),
        "why": rpo.why,
        "newest_data": iso(rpo.newest),
        "clock": rpo.clock,
        "grade": rpo.grade or None,
        "meaning": GRADES.get(rpo.grade),
        "source": rpo.source or None,
        "check": rpo.check or None,
        "store": rpo.store or None,
        "before_point_s": seconds(rpo.before_point),
        "above_worst_case_s": seconds(rpo.above_worst),
        **_held(rpo.held),
    }


def _instant(instant: Instant) -> Json:
    return {"label": instant.label, "name": instant.name, "at": iso(instant.at)}


def _held(held: Held) -> Json:
    return {
        "actual_s": seconds(held.actual),
        "clock_error_s": seconds(held.error),
        "objective_s": seconds(held.limit.value) if held.limit else None,
        "operator": held.limit.operator.value if held.limit else None,
        "source": held.source,
        "revision": held.revision,
        "kept": held.kept,
    }
