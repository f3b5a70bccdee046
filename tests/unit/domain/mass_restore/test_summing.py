"""The sum promises that nothing lost is green, and that a drill is compared with its own world alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from dr_orchestrator.domain.mass_restore.items import Item, ItemVerdict
from dr_orchestrator.domain.mass_restore.progress import Lane, expected
from dr_orchestrator.domain.mass_restore.remembered import Compared, Proven, Size, compared
from dr_orchestrator.domain.mass_restore.sites import SiteState
from dr_orchestrator.domain.mass_restore.summing import exit_code, gaps_of, shown_of, site_of, sites_of, verdict_of
from dr_orchestrator.domain.rule import Rule
from dr_orchestrator.domain.verdict import Cleanup, Verdict
from dr_orchestrator.errors import Exit
from tests.support.ledger_samples import START
from tests.support.mass_restores import plan

MINUTE = timedelta(minutes=1)
VERDICTS = st.lists(st.sampled_from(ItemVerdict), min_size=1, max_size=6)
GROWN = Compared(Size(2, 2, 4))


def items(*verdicts: ItemVerdict, site: str = "s") -> list[Item]:
    return [Item(site, f"p{at}", 1, verdict=each) for at, each in enumerate(verdicts)]


@given(VERDICTS)
def test_a_site_passes_only_where_all_that_was_asked_passed(verdicts: list[ItemVerdict]) -> None:
    """Some: PARTIAL, and it is told which it lacks; none: no verdict that is green; all left alone: none at all."""
    found = site_of(items(*verdicts))
    asked = [each for each in verdicts if each is not ItemVerdict.LEFT_ALONE]
    passed = [each for each in asked if each is ItemVerdict.PASSED]
    assert len(found.lacks) == len(asked) - len(passed)
    assert (found.verdict is None) is (not asked)
    assert (found.verdict is Verdict.PASSED) is bool(asked and len(passed) == len(asked))
    assert (found.verdict is Verdict.PARTIAL) is (0 < len(passed) < len(asked))


@given(st.lists(VERDICTS, max_size=5))
def test_the_whole_is_green_only_where_each_site_is(of: list[list[ItemVerdict]]) -> None:
    """And never of nothing; the sites come worst first."""
    sites = sites_of([each for at, some in enumerate(of) for each in items(*some, site=f"s{at}")])
    verdict, reasons = verdict_of(sites)
    told = [each.verdict for each in sites if each.verdict is not None]
    assert verdict.green is bool(told and set(told) == {Verdict.PASSED})
    assert verdict.green is not bool(reasons)
    assert not told or verdict is told[0]


def test_what_was_stopped_is_aborted() -> None:
    """Whatever had passed by then."""
    assert verdict_of(sites_of(items(ItemVerdict.PASSED)), aborted="by Ada")[0] is Verdict.ABORTED


def test_lost_sites_are_one_finding_a_product_and_whole_products_hold() -> None:
    """By the product's name, so that a later drill in which all come back closes it."""
    of = plan()
    them = [replace(each, product="jira") for each in items(ItemVerdict.FAILED, ItemVerdict.REFUSED)]
    them += [replace(each, product="wiki") for each in items(ItemVerdict.PASSED, ItemVerdict.LEFT_ALONE)]
    (gap,) = gaps_of(of, them, GROWN, GROWN)
    assert (gap.rule, gap.subject, gap.about.service) == (Rule.SITES_LOST, "jira", "jira")
    shown = {("wiki", Rule.SITES_LOST, "wiki"), ("jira", Rule.NOT_LARGER, "many-sites")}
    assert shown_of(of, them, GROWN, Verdict.PARTIAL) == shown


def test_one_that_is_not_larger_is_a_finding_and_says_what_was_proven() -> None:
    """Accepted with a reason it weighs less, and stays one."""
    before = [Proven("then", Size(2, 2, 4), simulated=True)]
    same = compared(Size(2, 2, 4), before, simulated=True)
    assert [each.rule for each in gaps_of(plan(), [], same, same)] == [Rule.NOT_LARGER]
    accepted = compared(Size(2, 2, 4), before, simulated=True, accepted="a freeze")
    (gap,) = gaps_of(plan(), [], accepted, same)
    assert "a freeze" in gap.detail and "then" in gap.detail and gap.severity.value == "low"


def test_only_what_came_back_shows_that_it_grew() -> None:
    """A larger plan of which nothing came back raises the finding, and remediates none; nor does one that failed."""
    before = [Proven("then", Size(2, 1, 2), simulated=True)]
    planned, nothing = (compared(each, before, simulated=True) for each in (Size(50, 1, 50), Size(0, 0, 0)))
    assert planned.larger and shown_of(plan(), [], nothing, Verdict.INCONCLUSIVE) == frozenset()
    assert [each.rule for each in gaps_of(plan(), [], planned, nothing)] == [Rule.NOT_LARGER]
    assert gaps_of(plan(), [], planned, planned) == ()
    worth = [each for each in Verdict if shown_of(plan(), [], planned, each)]
    assert {*worth} == {Verdict.PARTIAL, Verdict.PASSED, Verdict.PASSED_WITH_FINDINGS}


def test_larger_is_larger_than_the_most_of_each_that_was_proven() -> None:
    """Not than one of them alone: many sites of one product, then few of many, are two measures to beat."""
    before = [Proven("a", Size(10, 3, 100), simulated=False), Proven("b", Size(90, 1, 90), simulated=False)]
    found = compared(Size(11, 3, 101), before, simulated=False)
    assert not found.larger and "the most of each: 90 sites × 3 products, 100 items" in found.words
    assert compared(Size(90, 3, 101), before, simulated=False).larger


def test_what_is_open_is_under_way_and_no_verdict() -> None:
    """A site whose items wait has none; one that is left alone is no second time told as such."""
    waits = Item("s", "p", 1)
    (found,) = sites_of([waits, replace(waits, product="q", verdict=ItemVerdict.FAILED)])
    assert (found.verdict, found.under_way, [each.product for each in found.lacks]) == (None, True, ["q"])
    gone = sites_of([replace(waits, state=SiteState.SOFT_DELETED)])[0]
    assert (gone.verdict, gone.under_way, gone.lacks) == (None, False, ())
    assert not verdict_of([found])[0].green


@given(*[st.integers(1, 60)] * 3, st.booleans())
def test_larger_is_more_items_of_no_fewer_sites_or_products(sites: int, products: int, best: int, real: bool) -> None:
    """Of the same world: what was simulated is nothing to compare a real one with."""
    before = [Proven("then", Size(best, 3, best * 3), simulated=True)]
    found = compared(Size(sites, products, sites * products), before, simulated=not real)
    grown = sites >= best and products >= 3 and sites * products > best * 3
    assert found.larger is (real or grown)


def test_nothing_is_expected_until_something_is_shown() -> None:
    """Then the span is that of the containers so far, and waves add up, so many at once."""
    waits = [Lane(2), Lane(2), Lane(3)]
    assert expected([Lane(1, START), *waits], 1, START) == {1: None, 2: None, 3: None}
    shown = [Lane(1, START, START + 2 * MINUTE), Lane(1, START, START + 4 * MINUTE)]
    found = expected([*shown, *waits], 1, START)
    spans = {wave: (of.earliest - START, of.likely - START, of.latest - START) for wave, of in found.items() if of}
    assert spans == {
        2: (4 * MINUTE, 6 * MINUTE, 8 * MINUTE),
        3: (6 * MINUTE, 9 * MINUTE, 12 * MINUTE),
    }
    running = expected([*shown, Lane(1, START - 3 * MINUTE)], 2, START)[1]
    assert running is not None
    assert (running.earliest, running.latest, running.shown) == (START, START + MINUTE, 2)


def test_a_copy_that_may_exist_wins_over_the_verdict() -> None:
    """One without an end, too; else the verdict's own exit code; of what is under way nothing is proven."""
    assert exit_code(Verdict.PASSED, [Cleanup.CLEAN, Cleanup.UNPROVEN]) == Exit.LEFTOVERS
    assert exit_code(Verdict.INCONCLUSIVE, [Cleanup.CLEAN, None]) == Exit.LEFTOVERS
    codes = [exit_code(each, [Cleanup.CLEAN]) for each in (*Verdict, None)]
    assert codes == [4, 1, 3, 3, 0, 0, 3]
