"""A large-incident drill that is not begun, for programs; and those that were held, in brief."""

from __future__ import annotations

from collections import Counter
from typing import Any

from dr_orchestrator.domain.mass_restore.items import ItemVerdict
from dr_orchestrator.domain.mass_restore.record import MassRecord
from dr_orchestrator.domain.mass_restore.sites import SiteState, undone_until
from dr_orchestrator.reporting.mass_restore.export import SCHEMA_VERSION, compared_json
from dr_orchestrator.reporting.wording import iso
from dr_orchestrator.wiring.mass_restores.planning import Planned


def plan_json(of: Planned) -> dict[str, Any]:
    """All that a drill would do."""
    plan, held = of.plan, Counter((each.product, each.container) for each in of.items)
    return {
        "schema_version": SCHEMA_VERSION,
        "name": plan.name,
        "title": plan.title,
        "event": plan.event,
        "digest": plan.digest,
        "simulated": of.simulated,
        "struck_at": iso(of.struck),
        "compared": compared_json(of.compared),
        "waves": [
            {
                "number": wave.number,
                "tier": wave.tier,
                "team": wave.team.name,
                "handover": wave.team.handover or None,
                "containers": [
                    {"product": product, "drill": drill, "items": held[product, drill]}
                    for product, drill in wave.containers
                ],
            }
            for wave in of.waves
        ],
        "left_alone": [
            {
                "site": each.name,
                "state": each.state.value,
                "reason": each.reason or None,
                "undone_until": iso(until) if (until := undone_until(each.deleted_at, plan.stages)) else None,
            }
            for each in of.declared.sites
            if each.state is not SiteState.LIVE
        ],
        "refused": [
            {"site": each.site, "product": each.product, "reason": each.reason}
            for each in of.items
            if each.verdict is ItemVerdict.REFUSED
        ],
        "notes": [str(each) for each in of.declared.notes],
    }


def brief(of: MassRecord) -> dict[str, Any]:
    """A drill in a line."""
    return {
        "id": of.id,
        "name": of.plan.name,
        "simulated": of.simulated,
        "started_at": iso(of.started_at),
        "ended_at": iso(of.ended_at) if of.ended_at else None,
        "verdict": of.verdict.value if of.verdict else None,
        "back": vars(of.back),
    }
