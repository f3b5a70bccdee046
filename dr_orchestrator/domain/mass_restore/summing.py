"""The worth of a large-incident drill: of its items each site, of its sites the whole; and what it raises."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from dr_orchestrator.domain.counted import counted
from dr_orchestrator.domain.finding import Severity
from dr_orchestrator.domain.findings.by_exercise import About, Gap, Shown
from dr_orchestrator.domain.mass_restore.items import Item, ItemVerdict
from dr_orchestrator.domain.mass_restore.plan import MassPlan, Product
from dr_orchestrator.domain.mass_restore.remembered import Compared
from dr_orchestrator.domain.mass_restore.sites import SiteState
from dr_orchestrator.domain.rule import Reason, Rule
from dr_orchestrator.domain.verdict import Cleanup, Verdict, worst
from dr_orchestrator.errors import Exit

_NAMED = 5
"""So many sites are named in a sentence; all of them are in the ledger, and in the report."""

_EXITS = {Verdict.FAILED: Exit.FAILED, Verdict.ABORTED: Exit.ABORTED}
_WORTH = {
    ItemVerdict.FAILED: Verdict.FAILED,
    ItemVerdict.INCONCLUSIVE: Verdict.INCONCLUSIVE,
    ItemVerdict.REFUSED: Verdict.INCONCLUSIVE,
    ItemVerdict.PASSED: Verdict.PASSED,
}


@dataclass(frozen=True)
class SiteSum:
    """A site: its verdict, None where it was left alone, or is under way; and which products it lacks, and why."""

    site: str
    tier: int
    verdict: Verdict | None
    lacks: tuple[Item, ...] = ()
    under_way: bool = False


def site_of(items: Sequence[Item]) -> SiteSum:
    """A site by its items: all passed, some (PARTIAL, and which it lacks), or none, then by the worst of them."""
    first = items[0]
    asked = [each for each in items if each.verdict is not ItemVerdict.LEFT_ALONE and not _waits_alone(each)]
    if not asked:
        return SiteSum(first.site, first.tier, None)
    lacks = tuple(each for each in asked if each.verdict not in (ItemVerdict.PASSED, None))
    if any(each.verdict is None for each in asked):
        return SiteSum(first.site, first.tier, None, lacks, under_way=True)
    if not lacks:
        return SiteSum(first.site, first.tier, Verdict.PASSED)
    if len(lacks) < len(asked):
        return SiteSum(first.site, first.tier, Verdict.PARTIAL, lacks)
    worth = [_WORTH[each.verdict] for each in lacks if each.verdict]
    return SiteSum(first.site, first.tier, worst(worth), lacks)


def _waits_alone(of: Item) -> bool:
    """Whether it will be left alone: its rows are looked for, and nothing is asked of them."""
    return of.verdict is None and of.state is not SiteState.LIVE


def sites_of(items: Iterable[Item]) -> list[SiteSum]:
    """All sites, the worst first."""
    grouped: dict[str, list[Item]] = defaultdict(list)
    for each in items:
        grouped[each.site].append(each)
    order = list(Verdict)
    summed = [site_of(each) for each in grouped.values()]
    return sorted(summed, key=lambda of: (len(order) if of.verdict is None else order.index(of.verdict), of.site))


def verdict_of(sites: Iterable[SiteSum], *, aborted: str = "") -> tuple[Verdict, tuple[Reason, ...]]:
    """The whole is worth the worst of its sites; where none was to be restored nothing was proven."""
    judged = [Verdict.INCONCLUSIVE if each.under_way else each.verdict for each in sites]
    counts = Counter(each for each in judged if each is not None)
    if aborted:
        return Verdict.ABORTED, (Reason(Rule.STOPPED, f"stopped: {aborted}"),)
    if not counts:
        return Verdict.INCONCLUSIVE, (Reason(Rule.EMPTY, "no site was to be restored"),)
    told = ", ".join(f"{number:,} {verdict}" for verdict in Verdict if (number := counts[verdict]))
    found = worst(counts)
    lost = Reason(Rule.SITES_LOST, f"of {counted(counts.total(), 'site')}: {told}")
    return found, () if found.green else (lost,)


def exit_code(verdict: Verdict | None, cleanups: Iterable[Cleanup | None]) -> Exit:
    """The exit code of a drill: a copy of a container that may still exist wins over its verdict.

    `cleanups` are those of the runs that were opened; of one without an end it is None: its copy may stand.
    """
    if any(each is not Cleanup.CLEAN for each in cleanups):
        return Exit.LEFTOVERS
    if verdict is not None and verdict.green:
        return Exit.PASSED
    return _EXITS.get(verdict, Exit.INCONCLUSIVE) if verdict else Exit.INCONCLUSIVE


def gaps_of(plan: MassPlan, items: Iterable[Item], planned: Compared, back: Compared) -> tuple[Gap, ...]:
    """The gaps to be remediated: of each product the sites that did not come back, and a drill that grew no more: by
    its plan, or by what came `back` of a larger one.
    """
    lost: dict[str, list[Item]] = defaultdict(list)
    for each in items:
        if each.verdict in (ItemVerdict.FAILED, ItemVerdict.INCONCLUSIVE, ItemVerdict.REFUSED):
            lost[each.product].append(each)
    found = [_lost(plan.product(name), some) for name, some in lost.items()]
    grew = planned.larger and (back.larger or back.best is None)
    return (*found, *(() if grew else (_not_larger(plan, planned if not planned.larger else back),)))


def shown_of(plan: MassPlan, items: Iterable[Item], back: Compared, verdict: Verdict) -> frozenset[Shown]:
    """All that it showed to hold: products of which every site came back; and that it grew, by what came `back` of one
    that passed, or passed in part.
    """
    verdicts: Mapping[str, set[ItemVerdict | None]] = defaultdict(set)
    for each in items:
        if each.verdict is not ItemVerdict.LEFT_ALONE:
            verdicts[each.product].add(each.verdict)
    whole = [name for name, found in verdicts.items() if found == {ItemVerdict.PASSED}]
    shown = {(_about(plan.product(name)).service, Rule.SITES_LOST, name) for name in whole}
    if back.larger and (verdict.green or verdict is Verdict.PARTIAL):
        shown.add((_about(plan.products[0]).service, Rule.NOT_LARGER, plan.name))
    return frozenset(shown)


def _lost(product: Product, items: Sequence[Item]) -> Gap:
    failed = any(each.verdict is ItemVerdict.FAILED for each in items)
    names = ", ".join(each.site for each in items[:_NAMED]) + (", …" if len(items) > _NAMED else "")
    title = f"{counted(len(items), 'site')} did not come back whole in {product.title}"
    rules = ", ".join(sorted({each.rule.value for each in items if each.rule is not None}))
    severity = Severity.HIGH if failed else Severity.MEDIUM
    return Gap(Rule.SITES_LOST, product.name, severity, title, f"{names} ({rules})", _about(product), product.owner)


def _not_larger(plan: MassPlan, compared: Compared) -> Gap:
    accepted = f"; accepted: {compared.accepted}" if compared.accepted else ""
    told, about = f"{compared.words}{accepted}", _about(plan.products[0])
    severity = Severity.LOW if compared.accepted else Severity.MEDIUM
    return Gap(Rule.NOT_LARGER, plan.name, severity, f"{plan.title} is not larger than before", told, about, plan.owner)


def _about(product: Product) -> About:
    return About(product.service or product.name, product.service_title or product.title, product.service_tier)
