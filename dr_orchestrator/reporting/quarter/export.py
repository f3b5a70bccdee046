"""The programme in a quarter for programs: exact figures, seconds unrounded, and every row that a page may fold."""

from __future__ import annotations

from collections.abc import Mapping

from dr_orchestrator.domain.coverage import Coverage, Covered
from dr_orchestrator.domain.findings.tracked import State
from dr_orchestrator.domain.objective import Goal
from dr_orchestrator.domain.quarter.ageing import Aged, Ageing
from dr_orchestrator.domain.quarter.costs import CostOfQuarter
from dr_orchestrator.domain.quarter.doing import Doing
from dr_orchestrator.domain.quarter.doing import counted as tally
from dr_orchestrator.domain.quarter.model import Programme
from dr_orchestrator.domain.quarter.ran import Ran, World
from dr_orchestrator.domain.quarter.results import Margin, TierResult
from dr_orchestrator.domain.quarter.trend import RULE, Point, Regression, Series
from dr_orchestrator.domain.restore_test import RestoreTest
from dr_orchestrator.domain.since import Change
from dr_orchestrator.reporting.quarter import leading
from dr_orchestrator.reporting.quarter.large import large_json
from dr_orchestrator.reporting.quarter.people import last_json, people_json
from dr_orchestrator.reporting.records import Json
from dr_orchestrator.reporting.wording import iso, seconds

SCHEMA = 1


def programme_json(of: Programme) -> Json:
    """All that the report tells."""
    return {
        "schema_version": SCHEMA,
        "quarter": str(of.quarter),
        "time_zone": of.zone,
        "starts_at": iso(of.start),
        "ends_at": iso(of.end),
        "as_of": iso(of.now),
        "over": of.over,
        "simulated": of.simulated,
        "revision": of.revision or None,
        "answer": leading.answer(of).word,
        "sentence": leading.sentence(of),
        "changes": [_line(each) for each in leading.changes(of)],
        "decisions": [_line(each) for each in leading.decisions(of)],
        "coverage": _coverage(of),
        "tiers": [_tier(each) for each in of.tiers],
        "runs": {world.value: len(of.of(world)) for world in World},
        "carried": [each.id for each in of.carried],
        "imported": [_imported(each) for each in of.imported],
        "missed": [_margin(each) for each in of.missed],
        "thin": [_margin(each) for each in of.thin],
        "rpo_missed_at_worst": [each.id for each in of.at_worst],
        "quarters": [str(each) for each in of.quarters],
        "regression_rule": RULE,
        "regressions": [_regression(each) for each in of.regressions],
        "trend": [_series(each) for each in of.series],
        "findings": {"real": _ageing(of.findings), "simulated": _ageing(of.simulated_findings)},
        "plan": {
            "counted": {each.value: number for each, number in tally(of.doings).items()},
            "planned": len(of.doings),
            "drills": [_doing(each) for each in of.doings],
            "beside": [each.id for each in of.besides],
        },
        "exclusions": [
            {
                "service": each.service.name,
                "resource": each.resource,
                "approver": each.exclusion.approver,
                "reason": each.exclusion.reason,
                "expires": each.exclusion.expires.isoformat(),
                "expired": each.expired,
            }
            for each in of.excluded
        ],
        "large_incidents": large_json(of.large),
        "people": {**people_json(of.people, of.people_before), "last": last_json(of.services, of.people_last)},
        "cost": {world.value: _cost(each) for world, each in of.costs.items()},
        "next": {
            "quarter": str(of.quarter.moved(1)),
            "drills": [{"drill": each.drill.name, "planned_at": iso(each.at)} for each in of.to_come],
            "no_room": [drill.name for drill, _ in of.no_room],
        },
    }


def _line(of: leading.Point) -> Json:
    return {"about": of.badge.word, "said": of.words, "detail": of.detail or None}


def _coverage(of: Programme) -> Json:
    unknown = {Coverage.UNASSIGNED.value: None} if of.covered.looked_at is None else {}
    return {
        "known": len(of.covered.rows),
        "counted": {**{each.value: of.covered.counted[each] for each in Coverage}, **unknown},
        "unassigned_as_of": iso(of.covered.looked_at),
        "unassigned_simulated": of.simulated_look,
        "not_seen": list(of.covered.not_seen),
        "resources": [_covered(each) for each in of.covered.rows],
    }


def _covered(row: Covered) -> Json:
    return {
        "service": row.service.name if row.service else None,
        "tier": row.service.tier.number if row.service else None,
        "resource": row.resource,
        "type": row.type,
        "id": row.id,
        "region": row.region,
        "coverage": row.standing.value,
        "why": row.why,
        "changed": row.changed,
        "changed_in": list(row.otherwise),
        "since": [_since(each) for each in row.since],
    }


def _since(of: Change) -> Json:
    return {
        "trait": of.trait.value,
        "standing": of.since.value,
        "said": of.words,
        "run": of.run,
        "before": of.before,
        "now": of.now,
        "simulated": of.simulated,
    }


def _tier(of: TierResult) -> Json:
    return {
        "tier": of.number,
        "name": of.name,
        "services": of.services,
        "proven": of.proven,
        "rehearsed": of.rehearsed,
        "resources": {each.value: of.resources[each] for each in Coverage},
        "drills": of.declared,
        "performed": of.performed,
        "passed_at_first": of.at_first,
        "verdicts": {verdict.value: number for verdict, number in of.verdicts.items()},
        "simulated_runs": of.simulated,
        "least_headroom": {goal.value.lower(): of.least.get(goal) for goal in Goal},
    }


def _imported(of: RestoreTest) -> Json:
    return {
        "job": of.job,
        "service": of.service or None,
        "resource": of.resource or None,
        "began_at": iso(of.began),
        "status": of.status,
        "validation": of.validation or None,
        "simulated": of.simulated,
    }


def _run(run: Ran) -> Json:
    return {
        "run": run.id,
        "world": run.world.value,
        "started_at": iso(run.started_at),
        "verdict": run.verdict.value if run.verdict else None,
    }


def _against(run: Ran, goal: Goal) -> Json:
    of = run.against(goal)
    return {
        "objective_s": seconds(of.limit.value) if of.limit else None,
        "operator": of.limit.operator.value if of.limit else None,
        "actual_s": seconds(of.actual),
        "headroom": of.headroom,
        "standing": of.standing.value,
        **({"grade": of.grade or None} if goal is Goal.RPO else {}),
    }


def _margin(of: Margin) -> Json:
    run = of.run
    about = {"service": run.service, "tier": run.tier, "drill": run.drill, "run": run.id, "world": run.world.value}
    return {**about, "goal": of.against.name.value, **_against(run, of.against.name)}


def _series(of: Series) -> Json:
    about = {"service": of.service, "drill": of.drill, "tier": of.tier}
    return {**about, "points": [_point(each) if each else None for each in of.points]}


def _point(of: Point) -> Json:
    return {
        "quarter": str(of.quarter),
        **_run(of.run),
        "rto": _figure(of, Goal.RTO),
        "rpo": _figure(of, Goal.RPO),
        "runs": of.runs,
        "unpassed": of.unpassed,
        "compared_with": {goal.value.lower(): run.id for goal, run in of.before.items()},
        "not_compared_because": of.apart or None,
        "targets_moved": list(of.moved),
        "redefined": of.redefined,
    }


def _figure(of: Point, goal: Goal) -> Json:
    run = of.of(goal)
    return {**_against(run, goal), "measured_by": run.id}


def _regression(of: Regression) -> Json:
    return {
        "service": of.series.service,
        "drill": of.series.drill,
        "world": of.run.world.value,
        "goal": of.goal.value,
        "run": of.run.id,
        "before": of.before.id,
        "actual_s": seconds(of.now.actual),
        "before_s": seconds(of.was.actual),
        "said": of.words,
    }


def _ageing(of: Ageing) -> Json:
    return {
        "states": {state.value: of.states[state] for state in State},
        "opened": of.opened,
        "closed": of.closed,
        "ages": [{"age": name, "live": live, "overdue": late} for name, live, late in of.buckets],
        "not_closed": [_aged(each) for each in of.standing],
    }


def _aged(of: Aged) -> Json:
    one = of.finding
    accepted = {
        "accepted_by": one.accepted_by or None,
        "accepted_reason": one.accepted_reason or None,
        "accepted_until": iso(one.accepted_until),
    }
    return {
        "fingerprint": one.fingerprint,
        "service": one.service,
        "tier": one.tier,
        "severity": one.severity.value,
        "title": one.title,
        "owner": one.owner or None,
        "state": of.state.value,
        "age_s": seconds(of.age),
        "due_at": iso(one.due),
        "overdue": of.overdue,
        **(accepted if of.state is State.ACCEPTED else dict.fromkeys(accepted)),
    }


def _doing(of: Doing) -> Json:
    return {
        "drill": of.drill.name,
        "service": of.drill.service.name,
        "tier": of.drill.service.tier.number,
        "planned_at": iso(of.slot.at) if of.slot else None,
        "state": of.state.value,
        "late": of.late,
        "why": of.why or None,
        "run": of.run.id if of.run else None,
    }


def _cost(of: CostOfQuarter) -> Json:
    stood: Mapping[str, int | float | None] = {type_: seconds(lasted) for type_, lasted in sorted(of.stood.items())}
    return {
        "copies": of.copies,
        "stood_s": dict(stood),
        "sized_runs": of.sized,
        "amount": str(of.cost.amount) if of.cost.amount is not None else None,
        "currency": of.cost.currency or None,
        "at_least": of.cost.least,
        "why": of.cost.why or None,
    }
