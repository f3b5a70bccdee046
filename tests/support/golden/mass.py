"""A large-incident drill of the sample company, with figures that never change: under way, and ended."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from dr_orchestrator.domain.mass_restore.items import Asked, Found, Item, ItemVerdict, judged, unasked
from dr_orchestrator.domain.mass_restore.plan import Container, MassPlan, Product, Rule, Team, TenantRows
from dr_orchestrator.domain.mass_restore.record import ContainerRecord, Handover, MassRecord, WaveRecord
from dr_orchestrator.domain.mass_restore.remembered import Proven, Size, compared
from dr_orchestrator.domain.mass_restore.sites import Site, SiteState, Stage, undone_until
from dr_orchestrator.domain.mass_restore.summing import sites_of, verdict_of
from dr_orchestrator.domain.mass_restore.waves import in_waves, items_of, waves_of
from dr_orchestrator.domain.objective import parse_limit
from dr_orchestrator.domain.outline import Outlined
from dr_orchestrator.domain.rule import Rule as Verdicts
from dr_orchestrator.reporting.mass_restore.export import Held, mass_json
from tests.support.golden import sample

ID = "mass-2026q4-5c1a7e"
STRUCK = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
BEGAN = STRUCK + timedelta(minutes=30)
STAGES = (Stage("soft-deleted", timedelta(days=14), "an administrator activates the site again"), Stage("hard-deleted"))
TOOK = {"jira-eu-pitr": 41, "jira-us-pitr": 58, "wiki-pitr": 47, "code-pitr": 36}
"""How many minutes each container takes."""


def _product(name: str, title: str, rows: str, *held: Container, needs: tuple[str, ...] = ()) -> Product:
    check = TenantRows(rows, f"SELECT count(*), max(created_at) FROM {rows} WHERE site = :tenant", 40)
    return Product(name, title, needs, held, (check,), service=name, service_title=title, service_tier=1)


PLAN = MassPlan(
    name="twelve-sites",
    title="Twelve sites are deleted by one script",
    owner="Head of Resilience",
    event="A maintenance script was given the ids of sites, and deleted them all.",
    products=(
        _product(
            "jira",
            "Jira",
            "issues",
            Container("jira-eu-pitr", Rule("shard", "eu")),
            Container("jira-us-pitr", Rule("shard", "us")),
        ),
        _product("wiki", "Confluence", "pages", Container("wiki-pitr"), needs=("jira",)),
        _product("code", "Bitbucket", "commits", Container("code-pitr"), needs=("wiki",)),
    ),
    teams={
        1: Team("Incident response EMEA", "Incident response Americas at 17:00 UTC"),
        3: Team("Site reliability"),
    },
    ago=timedelta(minutes=30),
    stages=STAGES,
    rtos={1: parse_limit("< 6h"), 2: parse_limit("< 12h"), 3: parse_limit("< 24h")},
    digest="sha256:3f1c0d5be2a7",
)
_STATES = {
    "site-05": (SiteState.LEGAL_HOLD, None, "litigation 2026-114"),
    "site-09": (SiteState.SOFT_DELETED, datetime(2026, 11, 20, tzinfo=UTC), "the customer left"),
}
SITES = tuple(
    Site(name, 1 + at // 5, *_STATES.get(name, (SiteState.LIVE, None, "")), at + 2, {"shard": "eu" if at % 2 else "us"})
    for at, name in enumerate(f"site-{number:02}" for number in range(1, 13))
)


def under_way() -> dict[str, Any]:
    """Two hours after it began: its first wave is settled, its second runs."""
    return _told(BEGAN + timedelta(minutes=80), ended=False)


def ended() -> dict[str, Any]:
    """When all of it had ended: a site without rows, one on hold, a container that could not be asked to its end."""
    return _told(BEGAN + timedelta(minutes=175), ended=True)


def _told(now: datetime, *, ended: bool) -> dict[str, Any]:
    placed = items_of(PLAN, SITES)
    waves = waves_of(PLAN, placed)
    containers = list(_containers(waves, now))
    by_name = {each.drill: each for each in containers}
    items = [_item(each, by_name) for each in in_waves(placed, waves)]
    before = [Proven("mass-2026q3-b0d3f2", Size(8, 2, 16), simulated=True)]
    summed = sites_of(items)
    record = MassRecord(ID, PLAN, STRUCK, BEGAN, simulated=True, auto=False, operator="Dana Whitfield", at_once=2)
    if ended:
        verdict, reasons = verdict_of(summed)
        record = replace(record, ended_at=now, verdict=verdict, told="; ".join(each.text for each in reasons))
    live = [each for each in items if each.state is SiteState.LIVE]
    planned = Size(len({each.site for each in live}), len(PLAN.products), len(live))
    handed = Handover(2, BEGAN + timedelta(minutes=59), "Incident response EMEA", "Incident response Americas", "Dana")
    return mass_json(
        Held(
            record,
            [_wave(each.number, each.tier, each.team, by_name, each.containers) for each in waves],
            containers,
            [replace(handed, note="the shift ends")],
            [
                {**vars(each), "site": each.name, "undone_until": undone_until(each.deleted_at, STAGES)}
                for each in SITES
            ],
            items,
            _runs(containers),
            compared(planned, before, simulated=True),
            now,
        )
    )


def _containers(waves: Any, now: datetime) -> Iterator[ContainerRecord]:
    """One wave after the other, each a quarter of an hour after the one before, and its containers side by side."""
    start = BEGAN
    for wave in waves:
        for product, drill in wave.containers:
            ends = start + timedelta(minutes=TOOK[drill])
            began = start if start <= now else None
            run = f"20261124-0930-{drill}" if began else ""
            yield ContainerRecord(ID, drill, product, wave.number, run, began, ends if ends <= now else None)
        start += timedelta(minutes=15 + max(TOOK[drill] for _, drill in wave.containers))


def _wave(number: int, tier: int, team: Team, held: Mapping[str, ContainerRecord], of: Any) -> WaveRecord:
    own = [held[drill] for _, drill in of]
    began, ends = own[0].began_at, [each.ended_at for each in own]
    settled = None if None in ends else max(each for each in ends if each)
    by = "the start" if number == 1 else "Dana Whitfield"
    owner = "Incident response Americas" if number == 2 else team.name
    return WaveRecord(number, tier, owner, team.handover, began, by if began else "", began, settled)


def _item(of: Item, held: Mapping[str, ContainerRecord]) -> Item:
    """An item as it stands once its container was asked; the last wave lost the connection to its copy for good."""
    at = held.get(of.container)
    if of.verdict is not None or at is None or at.ended_at is None or at.began_at is None:
        return of
    began = at.ended_at - timedelta(minutes=6) + timedelta(seconds=len(of.site) + int(of.site[-2:]))
    if of.container == "code-pitr" and of.site > "site-10":
        return unasked(replace(of, run=at.run), Verdicts.TENANT_UNREAD, "the connection is lost", began)
    rows = 0 if of.site == "site-07" else 40 + int(of.site[-2:])
    found = Found(PLAN.product(of.product).checks[0], rows, STRUCK - timedelta(minutes=7) if rows else None)
    over = began + timedelta(seconds=1)
    by = Asked(STRUCK, began, over, (found,), timedelta(), STRUCK - timedelta(minutes=5), PLAN.rtos.get(of.tier))
    done = judged(of, by)
    return replace(done, run=at.run) if done.verdict is not ItemVerdict.REFUSED else done


def _runs(containers: list[ContainerRecord]) -> dict[str, Outlined]:
    whole = sample.passed()
    return {each.run: whole if each.ended_at else replace(whole, closing=None) for each in containers if each.run}
