"""The waves of a large-incident drill: its containers by the most critical site in each, and by what needs what.

A container is restored once, whoever's rows it holds: so a wave is of containers, and within one the most critical
sites are asked for first.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from dr_orchestrator.domain.mass_restore.items import Item, left_alone, refused
from dr_orchestrator.domain.mass_restore.plan import MassPlan, Product, Team
from dr_orchestrator.domain.mass_restore.sites import Site, SiteState
from dr_orchestrator.domain.rule import Rule


@dataclass(frozen=True)
class Wave:
    """One wave: the tier of its most critical site, whose team owns it, and its containers, by product and drill."""

    number: int
    tier: int
    team: Team
    containers: tuple[tuple[str, str], ...]


def depths(products: Iterable[Product]) -> dict[str, int]:
    """How many products come one after the other before each; ValueError, naming one, where they go in a circle."""
    needs = {each.name: each.needs for each in products}
    found: dict[str, int] = {}

    def depth(name: str, within: tuple[str, ...]) -> int:
        if name in within:
            raise ValueError(name)
        if name not in found:
            found[name] = max((depth(each, (*within, name)) + 1 for each in needs[name]), default=0)
        return found[name]

    for name in needs:
        depth(name, ())
    return found


def items_of(plan: MassPlan, sites: Iterable[Site]) -> list[Item]:
    """Every product of every site, in the container that holds it; those that nobody restores are settled already."""
    return [_placed(each, product) for each in sites for product in plan.products]


def _placed(site: Site, product: Product) -> Item:
    of = Item(site.name, product.name, site.tier, site.state, reason=site.reason)
    if site.state is SiteState.LEGAL_HOLD:
        return left_alone(of)
    held = next((each.drill for each in product.containers if each.rule.holds(site)), "")
    if held:
        return replace(of, container=held, reason="" if site.state is SiteState.LIVE else site.reason)
    if site.state is not SiteState.LIVE:
        return left_alone(of)
    if not product.containers:
        return refused(of, Rule.NO_DRILL, f"{product.title} has no drill that restores it")
    return refused(of, Rule.NO_CONTAINER, f"no container of {product.title} holds it")


def waves_of(plan: MassPlan, items: Sequence[Item]) -> list[Wave]:
    """The containers in waves: whatever is needed comes before what needs it, then the most critical first."""
    depth = depths(plan.products)
    grouped: dict[tuple[bool, int, int], list[tuple[str, str]]] = defaultdict(list)
    for container, (last, tier) in _ranks(plan, items, depth).items():
        grouped[last, tier, depth[container[0]]].append(container)
    return [
        Wave(number, key[1], plan.team(key[1]), tuple(grouped[key]))
        for number, key in enumerate(sorted(grouped), start=1)
    ]


def in_waves(items: Iterable[Item], waves: Iterable[Wave]) -> list[Item]:
    """The items with the waves of their containers."""
    number = {container: each.number for each in waves for container in each.containers}
    return [replace(each, wave=number.get((each.product, each.container), 0)) for each in items]


def _ranks(plan: MassPlan, items: Sequence[Item], depth: Mapping[str, int]) -> dict[tuple[str, str], tuple[bool, int]]:
    """The tier of each container: that of its most critical live site, or of what needs it, whichever is the more so.

    Before it stands whether none of its sites is live: nobody waits for such a one, and it comes last.
    """
    of_site: dict[tuple[str, bool], dict[str, str]] = defaultdict(dict)
    found: dict[tuple[str, str], tuple[bool, int]] = {}
    for each in items:
        if each.container:
            gone, key = each.state is not SiteState.LIVE, (each.product, each.container)
            of_site[each.site, gone][each.product] = each.container
            found[key] = min(found.get(key, (gone, each.tier)), (gone, each.tier))
    alike = [{p: name for p, name in held.items() if found[p, name][0] is gone} for (_, gone), held in of_site.items()]
    needed = _needed(plan, alike)
    for container in sorted(found, key=lambda key: -depth[key[0]]):  # what needs the most passes its haste on first
        for before in needed.get(container, ()):
            found[before] = min(found[before], found[container])
    return found


def _needed(plan: MassPlan, of_sites: Iterable[Mapping[str, str]]) -> dict[tuple[str, str], set[tuple[str, str]]]:
    """The containers that each needs, because they hold what a site of it needs."""
    needs = {each.name: each.needs for each in plan.products}
    found: dict[tuple[str, str], set[tuple[str, str]]] = defaultdict(set)
    for held in of_sites:
        for product, container in held.items():
            found[product, container] |= {(each, held[each]) for each in _before(product, needs, held)}
    return found


def _before(product: str, needs: Mapping[str, Sequence[str]], held: Mapping[str, str]) -> set[str]:
    """The products with a container that one needs, also through others that have none."""
    found, ahead, seen = set[str](), [*needs[product]], set[str]()
    while ahead:
        each = ahead.pop()
        if each in held:
            found.add(each)
        elif each not in seen:
            seen.add(each)
            ahead += needs[each]
    return found
