"""A game day for programs: the whole after-action record as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from dr_orchestrator.domain.game_day.log import Entry
from dr_orchestrator.domain.game_day.plan import GameDay
from dr_orchestrator.domain.game_day.record import Record
from dr_orchestrator.domain.game_day.schedule import injects_of
from dr_orchestrator.domain.game_day.standing import InjectStanding, Spoken, Standing, Started
from dr_orchestrator.domain.game_day.verdict import judge
from dr_orchestrator.domain.outline import Outlined
from dr_orchestrator.reporting.game_day.timeline import lines
from dr_orchestrator.reporting.wording import iso

SCHEMA_VERSION = 1
Json = dict[str, Any]


def game_day_json(record: Record, entries: Sequence[Entry], of: Standing, runs: Iterable[Outlined] = ()) -> Json:
    """All of a game day; `runs` are those that it started, as far as the ledger has them."""
    verdict, reasons = judge(of)
    over = of.ended is not None or of.aborted is not None
    return {
        "schema_version": SCHEMA_VERSION,
        "id": record.id,
        "simulated": record.simulated,
        "seeded": record.seeded,
        "phase": of.phase.value,
        "closed": of.closed is not None,
        "verdict": verdict.value if over else None,
        "reasons": [{"rule": each.rule.value, "text": each.text, "subject": each.subject} for each in reasons],
        **_clock(record, of),
        **_plan(record.plan),
        "participants": [{"name": name, "mode": mode or None} for name, mode in of.participants.items()],
        "criteria": _criteria(of),
        "approvals": [{"by": each.by, "at": iso(each.at), "digest": each.digest} for each in of.approvals],
        "go_no_go": _answers(of),
        "go": _spoken(of.go),
        "no_go": _spoken(of.no_go),
        "aborted": _spoken(of.aborted),
        "injects": [_inject(each) for each in injects_of(of)],
        "decisions": [_written(each) for each in of.decisions],
        "notes": [_written(each) for each in of.notes],
        "drills": [_drill(each, {run.header.id: run for run in runs}) for each in of.drills],
        "went_well": [_spoken(each) for each in of.went_well],
        "gaps": [
            {"name": each.name, "text": each.text, "owner": each.owner, "severity": each.severity, "by": each.by}
            for each in of.gaps
        ],
        "mended": [{"name": name, **(_spoken(each) or {})} for name, each in of.mended.items()],
        "timeline": [
            {"number": each.number, "at": iso(each.at), "offset_s": seconds(each.offset), "by": each.by}
            | {"kind": each.kind, "text": each.text, "occurred": iso(each.occurred)}
            for each in lines(entries)
        ],
    }


def plan_json(plan: GameDay) -> Json:
    """A plan that is not held yet."""
    return {"digest": plan.digest, **_plan(plan), "criteria": [vars(each) for each in plan.criteria]}


def seconds(span: timedelta | None) -> float | None:
    """A duration for programs."""
    return None if span is None else span.total_seconds()


def _clock(record: Record, of: Standing) -> Json:
    return {
        "digest": record.plan.digest,
        "opened_at": iso(record.opened_at),
        "started_at": iso(record.started_at),
        "ended_at": iso(record.ended_at),
        "closed_at": iso(record.closed_at),
        "gross_s": seconds(of.gross) if of.started else None,
        "net_s": seconds(of.net) if of.started else None,
        "holds": [
            {"began": iso(each.began), "ended": iso(each.ended), "reason": each.reason, "by": each.by}
            | {"resumed_by": each.resumed_by or None, "seconds": seconds(each.until(of.now))}
            for each in of.clock.holds
        ],
    }


def _plan(plan: GameDay) -> Json:
    return {
        "name": plan.name,
        "title": plan.title,
        "objective": plan.objective,
        "scenario": plan.scenario,
        "disruption": plan.disruption,
        "severity": plan.severity,
        "planned_s": seconds(plan.planned),
        "services": [vars(each) for each in plan.services],
        "scope_drills": [vars(each) for each in plan.drills],
        "exclusions": list(plan.exclusions),
        "announced": plan.announced,
        "away": list(plan.away),
        "roles": [
            {"role": role.value, "person": each.person, "deputy": each.deputy or None, "reach": each.reach or None}
            | {"mode": each.mode or None, "away": plan.is_away(each.person)}
            for role, holders in plan.roles.items()
            for each in holders
        ],
        "aborts": [vars(each) for each in plan.aborts],
        "communications": [vars(each) for each in plan.communications],
        "rules": list(plan.rules),
    }


def _criteria(of: Standing) -> list[Json]:
    found = []
    for each in of.plan.criteria:
        rated, early = of.ratings.get(each.name), each.name in of.early
        told: Json = {"rating": rated.rating.value, "words": rated.rating.words} if rated else {}
        told |= {"met": rated.rating.met and not early} if rated else {}
        why = {"reason": rated.reason or None, "by": rated.by, "at": iso(rated.at)} if rated else {}
        none = dict.fromkeys(("rating", "words", "met", "reason", "by", "at"))
        found.append({**vars(each), "early": early, **none, **told, **why})
    return found


def _answers(of: Standing) -> list[Json]:
    found = []
    for each in of.plan.go_no_go:
        said = of.answers.get(each.name)
        told = {"answer": said.answer.value, "reason": said.reason or None, "by": said.by} if said else {}
        at = {"at": iso(said.at)} if said else {}
        found.append({**vars(each), **dict.fromkeys(("answer", "reason", "by", "at")), **told, **at})
    return found


def _inject(of: InjectStanding) -> Json:
    inject, delivered, response = of.inject, of.delivered, of.response
    late = delivered.net - of.due if delivered and of.due is not None else None
    return {
        "name": inject.name,
        "kind": inject.kind.value,
        "state": of.state.value,
        "planned_s": seconds(inject.at),
        "trigger": inject.trigger or None,
        "due_s": seconds(of.due),
        "delivered_s": seconds(delivered.net) if delivered else None,
        "delivered_at": iso(delivered.at) if delivered else None,
        "delivered_by": delivered.by if delivered else None,
        "late_s": seconds(late),
        "sender": inject.sender or None,
        "to": inject.to or None,
        "channel": inject.channel or None,
        "content": inject.content,
        "expected": inject.expected,
        "within_s": seconds(inject.within),
        "response": response.text if response else None,
        "response_s": seconds(response.net - delivered.net) if response and delivered else None,
        "criterion": inject.criterion or None,
        "contingency": inject.contingency or None,
    }


def _drill(of: Started, runs: Mapping[str, Outlined]) -> Json:
    outcome, run = of.outcome, runs.get(of.run)
    measures = run.closing.measures if run and run.closing else None
    return {
        "drill": of.drill,
        "run": of.run,
        "by": of.by,
        "at": iso(of.at),
        "net_s": seconds(of.net),
        "state": of.state.value,
        "lost": of.lost or None,
        "verdict": outcome.verdict.value if outcome and outcome.verdict else None,
        "cleanup": outcome.cleanup.value if outcome and outcome.cleanup else None,
        "rta_s": seconds(measures.rta) if measures else None,
        "rpa_s": seconds(measures.rpa) if measures else None,
    }


def _written(of: Spoken) -> Json:
    return {**(_spoken(of) or {}), "occurred": iso(of.occurred)}


def _spoken(of: Spoken | None) -> Json | None:
    if of is None:
        return None
    return {"text": of.text or None, "by": of.by, "at": iso(of.at), "net_s": seconds(of.net)}
