"""An item promises one verdict, by a rule; nothing that was not seen passes, and nothing left alone is judged."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from dr_orchestrator.domain.mass_restore.items import Asked, Found, Item, ItemVerdict, judged, unasked
from dr_orchestrator.domain.mass_restore.plan import TenantItems
from dr_orchestrator.domain.mass_restore.sites import Site, SiteState, more_careful, stage_at, undone_until
from dr_orchestrator.domain.objective import Limit
from dr_orchestrator.domain.rule import Rule
from tests.support.ledger_samples import START
from tests.support.mass_restores import CHECK, STAGES

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
ITEM = Item("site-1", "jira", 1, container="jira-pitr")
SEEN = Found(CHECK, 3, START - MINUTE)
BY = Asked(START, START + HOUR, START + 2 * HOUR, (SEEN,), MINUTE, START - MINUTE)


def test_what_is_there_in_time_passes_with_its_figures() -> None:
    """Its time runs from the event, net of what held the run; its loss from its newest row."""
    done = judged(ITEM, BY)
    assert (done.verdict, done.rule, done.rta, done.net) == (
        *(ItemVerdict.PASSED, None),
        *(2 * HOUR, 2 * HOUR - MINUTE),
    )
    assert (done.rpa, done.rows, done.newest, done.ended_at) == (MINUTE, 3, START - MINUTE, START + 2 * HOUR)


@pytest.mark.parametrize(
    ("change", "verdict", "rule"),
    [
        ({"found": (Found(CHECK, 1, START),)}, ItemVerdict.FAILED, Rule.TENANT_MISSING),
        ({"found": (SEEN, Found(CHECK, 0))}, ItemVerdict.FAILED, Rule.TENANT_MISSING),
        ({"found": (Found(CHECK, unread="no answer"),)}, ItemVerdict.INCONCLUSIVE, Rule.TENANT_UNREAD),
        ({"found": ()}, ItemVerdict.INCONCLUSIVE, Rule.TENANT_UNREAD),
        ({"found": (Found(CHECK, unread="no answer"), Found(CHECK, 0))}, ItemVerdict.FAILED, Rule.TENANT_MISSING),
        ({"found": (Found(CHECK, 0), Found(CHECK, unread="no answer"))}, ItemVerdict.FAILED, Rule.TENANT_MISSING),
        ({"found": (SEEN, Found(CHECK, unread="no answer"))}, ItemVerdict.INCONCLUSIVE, Rule.TENANT_UNREAD),
        (
            {"found": (Found(CHECK, 0), replace(SEEN, newest=START + MINUTE))},
            *(ItemVerdict.INCONCLUSIVE, Rule.NEWER_THAN_POINT),
        ),
        ({"found": (replace(SEEN, newest=START + MINUTE),)}, ItemVerdict.INCONCLUSIVE, Rule.NEWER_THAN_POINT),
        ({"point": START + MINUTE}, ItemVerdict.INCONCLUSIVE, Rule.POINT_AFTER_EVENT),
        ({"point": None}, ItemVerdict.INCONCLUSIVE, Rule.POINT_AFTER_EVENT),
        ({"rto": Limit(2 * HOUR)}, ItemVerdict.FAILED, Rule.RTO_MISSED),
        ({"rto": Limit(3 * HOUR)}, ItemVerdict.PASSED, None),
        ({"found": (replace(SEEN, check=replace(CHECK, within=MINUTE)),)}, ItemVerdict.PASSED, None),
        (
            {"found": (replace(SEEN, check=replace(CHECK, within=MINUTE), newest=START - HOUR),)},
            *(ItemVerdict.FAILED, Rule.TENANT_TOO_OLD),
        ),
        (
            {"found": (Found(replace(CHECK, within=MINUTE), 3),)},
            *(ItemVerdict.INCONCLUSIVE, Rule.TENANT_UNREAD),
        ),
    ],
)
def test_each_verdict_has_its_rule(change: dict[str, object], verdict: ItemVerdict, rule: Rule | None) -> None:
    """What was not counted, or is of after the event, never passes; an inconclusive one has no figures."""
    done = judged(ITEM, replace(BY, **change))  # type: ignore[arg-type]
    assert (done.verdict, done.rule) == (verdict, rule)
    assert (done.rta is None) is (verdict is ItemVerdict.INCONCLUSIVE)


@pytest.mark.parametrize(
    ("newest", "loss"),
    [((MINUTE, HOUR), HOUR), ((HOUR, MINUTE), HOUR), ((MINUTE, None), None), ((None, None), None)],
)
def test_the_loss_is_that_of_the_check_that_is_worst_off(
    newest: tuple[timedelta | None, ...], loss: timedelta | None
) -> None:
    """Nobody knows it where one of them tells none: that may be the worst."""
    found = tuple(replace(SEEN, newest=None if each is None else START - each) for each in newest)
    done = judged(ITEM, replace(BY, found=found))
    assert (done.verdict, done.rpa) == (ItemVerdict.PASSED, loss)
    assert done.newest == (None if loss is None else START - loss)


def test_no_loss_is_below_nothing_and_no_time_either() -> None:
    """Of rows from after the event no loss is told; where a run was held for longer than all took, none is left."""
    done = judged(ITEM, replace(BY, found=(Found(CHECK, 1, START + MINUTE),)))
    assert (done.verdict, done.rpa) == (ItemVerdict.FAILED, None)
    assert judged(ITEM, replace(BY, held=3 * HOUR)).net == timedelta()


@pytest.mark.parametrize(("after", "passes"), [(timedelta(minutes=5), True), (timedelta(minutes=5, seconds=1), False)])
def test_a_row_that_is_newer_than_the_recovery_point_is_of_another_place(after: timedelta, passes: bool) -> None:
    """Though it is of before the event; clocks may be so far apart as everywhere."""
    by = replace(BY, point=START - HOUR, found=(replace(SEEN, newest=START - HOUR + after),))
    done = judged(ITEM, by)
    assert (done.rule, done.verdict) == (
        (None, ItemVerdict.PASSED) if passes else (Rule.NEWER_THAN_POINT, ItemVerdict.INCONCLUSIVE)
    )


@pytest.mark.parametrize(
    ("found", "proven"),
    [
        ((SEEN,), True),
        ((Found(CHECK, 0),), False),
        ((Found(CHECK, unread="no"),), None),
        ((Found(CHECK, unread="no"), Found(CHECK, 0)), False),
        (
            (replace(SEEN, check=replace(CHECK, within=timedelta(seconds=1))), Found(CHECK, unread="no")),
            None,
        ),
        ((replace(SEEN, check=replace(CHECK, within=timedelta(seconds=1))), Found(CHECK, 0)), False),
        ((replace(SEEN, check=replace(CHECK, within=timedelta(seconds=1))), SEEN), True),
    ],
)
def test_a_deleted_site_is_left_alone_and_only_its_way_back_is_proven(
    found: tuple[Found, ...], proven: bool | None
) -> None:
    """Whatever the copy holds of it: its rows there are the proof, and what was not read proves nothing."""
    done = judged(replace(ITEM, state=SiteState.SOFT_DELETED), replace(BY, found=found))
    assert (done.verdict, done.rule, done.proven, done.rta) == (
        *(ItemVerdict.LEFT_ALONE, Rule.SITE_DELETED),
        *(proven, None),
    )


def test_what_could_not_be_asked_is_inconclusive_with_why() -> None:
    """And a deleted site's stays left alone, unproven."""
    lost = unasked(ITEM, Rule.CONTAINER_LOST, "the copy is gone", START)
    assert (lost.verdict, lost.rule, lost.reason) == (
        *(ItemVerdict.INCONCLUSIVE, Rule.CONTAINER_LOST),
        "the copy is gone",
    )
    gone = unasked(replace(ITEM, state=SiteState.SOFT_DELETED), Rule.CONTAINER_LOST, "gone", START)
    assert (gone.verdict, gone.proven) == (ItemVerdict.LEFT_ALONE, None)


def test_a_deletion_can_be_undone_to_the_end_of_the_stages_that_say_how() -> None:
    """Without an instant nobody knows; nor can what has no way back at all."""
    assert undone_until(START, STAGES) == START + timedelta(days=14)
    assert undone_until(None, STAGES) is None and undone_until(START, STAGES[1:]) is None
    told = [stage_at(START, STAGES, START + timedelta(days=each)) for each in (0, 13, 14, 99)]
    assert [each and each.name for each in told] == ["soft-deleted", "soft-deleted", "gone", "gone"]
    assert stage_at(START, STAGES, START - MINUTE) is None and stage_at(None, STAGES, START) is None


def test_a_deletion_at_the_end_of_time_is_undone_until_then() -> None:
    """Or with a stage that lasts longer than time does: nobody meets a traceback."""
    late = datetime(9999, 12, 31, 23, tzinfo=UTC)
    assert undone_until(late, STAGES) == datetime.max.replace(tzinfo=UTC)
    stage = stage_at(START, (replace(STAGES[0], lasts=timedelta.max), STAGES[1]), START + HOUR)
    assert stage is not None and stage.name == "soft-deleted"


def test_of_two_rows_of_a_site_the_more_careful_counts() -> None:
    """In whichever order they stand; the first of two that say the same."""
    live, again, held = Site("a", 1, line=1), Site("a", 2, line=2), Site("a", 1, SiteState.LEGAL_HOLD, line=3)
    assert more_careful(live, again) is live
    assert more_careful(live, held) is held and more_careful(held, live) is held


def test_an_items_key_in_a_table_is_made_of_the_tenants() -> None:
    """The tenant's key stands in its place."""
    assert TenantItems("x", "pk", "site#:tenant").of("s-1") == "site#s-1"
