"""A large-incident drill for programs: all of it as JSON, by its rows in the ledger."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from dr_orchestrator.domain.mass_restore.items import Item, ItemVerdict
from dr_orchestrator.domain.mass_restore.progress import Lane, expected
from dr_orchestrator.domain.mass_restore.record import ContainerRecord, Handover, MassRecord, WaveRecord
from dr_orchestrator.domain.mass_restore.remembered import Compared
from dr_orchestrator.domain.mass_restore.sites import SiteState, stage_at
from dr_orchestrator.domain.mass_restore.summing import SiteSum, sites_of
from dr_orchestrator.domain.outline import Outlined
from dr_orchestrator.reporting.wording import iso

SCHEMA_VERSION = 1
SLOWEST = 20
UNDER_WAY = "under way"
Json = dict[str, Any]


@dataclass(frozen=True)
class Held:
    """All rows of a drill, `now`; `runs` are those of its containers, as far as they were opened."""

    record: MassRecord
    waves: Sequence[WaveRecord]
    containers: Sequence[ContainerRecord]
    handovers: Sequence[Handover]
    sites: Sequence[Mapping[str, Any]]
    items: Sequence[Item]
    runs: Mapping[str, Outlined]
    compared: Compared
    now: datetime


def mass_json(of: Held) -> Json:
    """The whole record; while it is under way `verdict` is null, and it stands as it was at `as_of`."""
    record, plan = of.record, of.record.plan
    summed = sites_of(of.items)
    return {
        "schema_version": SCHEMA_VERSION,
        "id": record.id,
        "name": plan.name,
        "title": plan.title,
        "owner": plan.owner,
        "event": plan.event,
        "digest": plan.digest,
        "simulated": record.simulated,
        "operator": record.operator,
        "auto": record.auto,
        "struck_at": iso(record.struck_at),
        "started_at": iso(record.started_at),
        "ended_at": iso(record.ended_at) if record.ended_at else None,
        "as_of": iso(record.ended_at or of.now),
        "verdict": record.verdict.value if record.verdict else None,
        "told": record.told,
        "compared": compared_json(of.compared),
        "counts": _counts(of.items),
        "site_verdicts": dict(Counter(_site_word(each) for each in summed)),
        "waves": _waves(of),
        "handovers": [{**vars(each), "at": iso(each.at)} for each in of.handovers],
        "rta": _distribution(of.items),
        "slowest": [_item(each) for each in _slowest(of.items)],
        "sites": [_site(each) for each in summed],
        "left_alone": left_alone_json(of),
        "safeguards": [
            {"stage": each.name, "lasts_s": _s(each.lasts), "undo": each.undo or None} for each in plan.stages
        ],
        "items": [_item(each) for each in of.items],
    }


def compared_json(of: Compared) -> Json:
    """Whether it is larger than what was proven before."""
    best = {"id": of.best.id, **vars(of.best.size)} if of.best else None
    planned = {"planned": vars(of.planned), "proven": best, "larger": of.larger}
    return {**planned, "accepted": of.accepted or None, "words": of.words}


def left_alone_json(of: Held) -> list[Json]:
    """The sites that nobody restores: why, until when their deletion can be undone, and of what that was proven."""
    proven: dict[str, list[bool | None]] = {}
    for each in of.items:
        proven.setdefault(each.site, []).append(each.proven)
    found = [each for each in of.sites if each["state"] is not SiteState.LIVE]
    return [_left(each, proven.get(each["site"], []), of) for each in found]


def _left(site: Mapping[str, Any], proven: Sequence[bool | None], of: Held) -> Json:
    stage = stage_at(site["deleted_at"], of.record.plan.stages, of.now)
    until = site["undone_until"]
    return {
        "site": site["site"],
        "state": site["state"].value,
        "reason": site["reason"] or None,
        "deleted_at": iso(site["deleted_at"]) if site["deleted_at"] else None,
        "stage": stage.name if stage else None,
        "undo": stage.undo or None if stage else None,
        "undone_until": iso(until) if until else None,
        "still": until is not None and of.now < until,
        "proven_in": sum(each is True for each in proven),
        "missing_in": sum(each is False for each in proven),
        "not_proven_in": sum(each is None for each in proven),
    }


def _waves(of: Held) -> list[Json]:
    lanes = [Lane(each.wave, each.began_at, each.ended_at) for each in of.containers]
    eta = expected(lanes, of.record.at_once, of.now) if of.record.ended_at is None else {}
    return [_wave(each, of, eta.get(each.number)) for each in of.waves]


def _wave(wave: WaveRecord, of: Held, eta: Any) -> Json:
    items = [each for each in of.items if each.wave == wave.number]
    sites, waiting = {each.site for each in items}, {each.site for each in items if each.verdict is None}
    instants = ("released_at", "began_at", "settled_at")
    return {
        "number": wave.number,
        "tier": wave.tier,
        "team": wave.team,
        "handover": wave.handover or None,
        "released_by": wave.released_by or None,
        **{name: iso(at) if (at := getattr(wave, name)) else None for name in instants},
        "sites": len(sites),
        "sites_done": len(sites - waiting),
        "items": len(items),
        "settled": sum(each.verdict is not None for each in items),
        "counts": _counts(items),
        "eta": {"earliest": iso(eta.earliest), "likely": iso(eta.likely), "latest": iso(eta.latest), "shown": eta.shown}
        if eta
        else None,
        "containers": [_container(each, of) for each in of.containers if each.wave == wave.number],
    }


def _container(of: ContainerRecord, held: Held) -> Json:
    run = held.runs.get(of.run)
    closing = run.closing if run else None
    return {
        "drill": of.drill,
        "product": of.product,
        "run": of.run or None,
        "opened": run is not None,
        "began_at": iso(of.began_at) if of.began_at else None,
        "ended_at": iso(of.ended_at) if of.ended_at else None,
        "verdict": closing.verdict.value if closing else None,
        "cleanup": closing.cleanup.value if closing else None,
        "rta_s": _s(closing.measures.rta) if closing else None,
        "rpa_s": _s(closing.measures.rpa) if closing else None,
    }


def _site(of: SiteSum) -> Json:
    lacks = [
        {"product": each.product, "verdict": _word(each), "rule": _rule(each), "reason": each.reason}
        for each in of.lacks
    ]
    return {"site": of.site, "tier": of.tier, "verdict": _site_word(of), "lacks": lacks}


def _site_word(of: SiteSum) -> str:
    if of.under_way:
        return UNDER_WAY
    return of.verdict.value if of.verdict else ItemVerdict.LEFT_ALONE.value


def _item(of: Item) -> Json:
    return {
        "site": of.site,
        "product": of.product,
        "tier": of.tier,
        "state": of.state.value,
        "wave": of.wave or None,
        "container": of.container or None,
        "run": of.run or None,
        "verdict": _word(of),
        "rule": _rule(of),
        "reason": of.reason or None,
        "started_at": iso(of.started_at) if of.started_at else None,
        "ended_at": iso(of.ended_at) if of.ended_at else None,
        "rta_s": _s(of.rta),
        "rta_net_s": _s(of.net),
        "rpa_s": _s(of.rpa),
        "rows": of.rows,
        "newest": iso(of.newest) if of.newest else None,
        "proven": of.proven,
    }


def _counts(items: Sequence[Item]) -> dict[str, int]:
    return dict(Counter(_word(each) or "open" for each in items))


def _distribution(items: Sequence[Item]) -> Json | None:
    """The times from the event of what passed: the least, the median, the 95th percentile and the most."""
    times = sorted(each.rta for each in items if each.rta is not None and each.verdict is ItemVerdict.PASSED)
    if not times:
        return None
    at = [times[0], times[(len(times) - 1) // 2], times[-(-len(times) * 95 // 100) - 1], times[-1]]
    return {"of": len(times), **dict(zip(("least_s", "median_s", "p95_s", "most_s"), map(_s, at), strict=True))}


def _slowest(items: Sequence[Item]) -> list[Item]:
    timed = [each for each in items if each.rta is not None]
    return sorted(timed, key=lambda each: (-(each.rta or timedelta()), each.site))[:SLOWEST]


def _word(of: Item) -> str | None:
    return of.verdict.value if of.verdict else None


def _rule(of: Item) -> str | None:
    return of.rule.value if of.rule else None


def _s(span: timedelta | None) -> float | None:
    return None if span is None else span.total_seconds()
