"""Waves promise an order: what is needed comes first, then what is most critical, and each container is in one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dr_orchestrator.domain.mass_restore.items import ItemVerdict
from dr_orchestrator.domain.mass_restore.plan import Rule as Placed
from dr_orchestrator.domain.mass_restore.sites import Site, SiteState
from dr_orchestrator.domain.mass_restore.waves import depths, in_waves, items_of, waves_of
from dr_orchestrator.domain.rule import Rule
from tests.support.mass_restores import plan, planned, product, sites

SHARDS = st.lists(st.tuples(st.integers(0, 3), st.sampled_from("ab")), min_size=1, max_size=12)


def shards(name: str, *needs: str) -> object:
    a, b = f"{name}-a", f"{name}-b"
    rules = {f"{name}_a": Placed("shard", equals="a"), f"{name}_b": Placed("shard", equals="b")}
    return product(name, a, b, needs=needs, **rules)


@given(SHARDS)
def test_what_is_needed_is_in_an_earlier_wave(rows: list[tuple[int, str]]) -> None:
    """Whatever the tiers and the shards of sites are; and each container is in exactly one wave."""
    of = plan(shards("jira"), shards("wiki", "jira"), shards("code", "wiki"))  # type: ignore[arg-type]
    them = [Site(f"s{at}", tier, more={"shard": shard}) for at, (tier, shard) in enumerate(rows)]
    items = items_of(of, them)
    waves = waves_of(of, items)
    number = {container: each.number for each in waves for container in each.containers}
    assert sum(len(each.containers) for each in waves) == len(number)
    by = {each.key: each for each in in_waves(items, waves)}
    for site in them:
        first, second, third = (by[site.name, name].wave for name in ("jira", "wiki", "code"))
        assert 1 <= first < second < third


@given(SHARDS)
def test_no_wave_is_less_critical_than_a_later_one(rows: list[tuple[int, str]]) -> None:
    """Tiers never fall back from one wave to the next; its team is that of its tier."""
    of = plan(shards("jira"), shards("wiki"))  # type: ignore[arg-type]
    items = items_of(of, [Site(f"s{at}", tier, more={"shard": shard}) for at, (tier, shard) in enumerate(rows)])
    tiers = [each.tier for each in waves_of(of, items)]
    assert tiers == sorted(tiers)
    assert all(each.team == of.team(each.tier) for each in waves_of(of, items))


def test_what_a_critical_site_needs_inherits_its_haste() -> None:
    """A container of a lesser site comes before the other that needs it, though that holds a more critical one."""
    of = plan(shards("jira"), product("wiki", "wiki-pitr", needs=("jira",)))  # type: ignore[arg-type]
    them = [Site("one", 1, more={"shard": "a"}), Site("three", 3, more={"shard": "b"})]
    waves = waves_of(of, items_of(of, them))
    assert [each.containers for each in waves] == [(("jira", "jira-a"), ("jira", "jira-b")), (("wiki", "wiki-pitr"),)]


def test_what_is_needed_through_a_product_without_a_drill_comes_before() -> None:
    """Code needs the wiki, which has no drill, which needs jira: jira comes first, though its sites are lesser ones."""
    jira = product("jira", "jira-a", jira_a=Placed("shard", equals="a"))
    code = product("code", "code-pitr", needs=("wiki",))
    of = plan(jira, product("wiki", needs=("jira",)), code)
    them = [Site("three", 3, more={"shard": "a"}), Site("one", 1, more={"shard": "b"})]
    waves = waves_of(of, items_of(of, them))
    assert [each.containers for each in waves] == [(("jira", "jira-a"),), (("code", "code-pitr"),)]
    assert [each.tier for each in waves] == [1, 1]


@given(SHARDS)
def test_a_product_without_a_drill_hides_no_need(rows: list[tuple[int, str]]) -> None:
    """Whatever the tiers are: what it needs is in an earlier wave than what needs it."""
    of = plan(shards("jira"), product("wiki", needs=("jira",)), shards("code", "wiki"))  # type: ignore[arg-type]
    them = [Site(f"s{at}", tier, more={"shard": shard}) for at, (tier, shard) in enumerate(rows)]
    by = {each.key: each for each in planned(of, them)}
    assert all(1 <= by[each.name, "jira"].wave < by[each.name, "code"].wave for each in them)


@pytest.mark.parametrize("state", [SiteState.SOFT_DELETED, SiteState.LEGAL_HOLD])
def test_a_site_that_nobody_restores_makes_no_haste(state: SiteState) -> None:
    """Its container has the tier of its live ones; one without any comes last."""
    of = plan(shards("jira"))  # type: ignore[arg-type]
    them = [Site("gone", 1, state, more={"shard": "a"}), Site("live", 2, more={"shard": "b"})]
    waves = waves_of(of, items_of(of, them))
    assert waves[0].containers == (("jira", "jira-b"),)
    them.append(Site("lesser", 3, more={"shard": "a"}))
    waves = waves_of(of, items_of(of, them))
    assert [(each.tier, each.containers) for each in waves] == [(2, (("jira", "jira-b"),)), (3, (("jira", "jira-a"),))]


def test_what_only_deleted_sites_need_makes_no_haste_either() -> None:
    """And among those that come last whatever is needed comes first."""
    of = plan(shards("jira"), product("wiki", "wiki-pitr", needs=("jira",)))  # type: ignore[arg-type]
    gone = Site("gone", 1, SiteState.SOFT_DELETED, more={"shard": "a"})
    waves = waves_of(of, items_of(of, [gone, Site("live", 2, more={"shard": "b"})]))
    assert [each.containers for each in waves] == [
        (("jira", "jira-b"),),
        (("wiki", "wiki-pitr"),),
        (("jira", "jira-a"),),
    ]
    waves = waves_of(of, items_of(of, [gone, Site("other", 3, SiteState.SOFT_DELETED, more={"shard": "b"})]))
    assert [each.containers for each in waves] == [(("jira", "jira-a"), ("jira", "jira-b")), (("wiki", "wiki-pitr"),)]


def test_products_in_a_circle_are_told() -> None:
    """By the name of one of them."""
    with pytest.raises(ValueError, match="jira"):
        depths([product("jira", needs=("wiki",)), product("wiki", needs=("jira",))])


def test_what_nobody_restores_is_settled_from_the_beginning() -> None:
    """On hold: left alone; in no container, or of a product without a drill: refused; a deletion is looked at."""
    of = plan(product("jira", "jira-a", jira_a=Placed(prefix="site-")), product("wiki"))
    them = [*sites(1), Site("other", 1), Site("held", 1, SiteState.LEGAL_HOLD, reason="case 7")]
    them.append(Site("site-gone", 1, SiteState.SOFT_DELETED))
    found = {each.key: (each.verdict, each.rule, each.wave) for each in planned(of, them)}
    assert found == {
        ("site-1", "jira"): (None, None, 1),
        ("site-1", "wiki"): (ItemVerdict.REFUSED, Rule.NO_DRILL, 0),
        ("other", "jira"): (ItemVerdict.REFUSED, Rule.NO_CONTAINER, 0),
        ("other", "wiki"): (ItemVerdict.REFUSED, Rule.NO_DRILL, 0),
        ("held", "jira"): (ItemVerdict.LEFT_ALONE, Rule.SITE_HELD, 0),
        ("held", "wiki"): (ItemVerdict.LEFT_ALONE, Rule.SITE_HELD, 0),
        ("site-gone", "jira"): (None, None, 1),
        ("site-gone", "wiki"): (ItemVerdict.LEFT_ALONE, Rule.SITE_DELETED, 0),
    }
