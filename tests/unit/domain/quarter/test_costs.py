"""The cost of a quarter: as far as the ledger knows, and never more than that."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from dr_orchestrator.domain.cost import Rates
from dr_orchestrator.domain.quarter.costs import WITHOUT, Life, cost_of
from dr_orchestrator.domain.quarter.model import programme
from dr_orchestrator.domain.quarter.ran import World
from dr_orchestrator.domain.restore_test import RestoreTest
from dr_orchestrator.domain.service import Exclusion
from tests.support.calendar import drill
from tests.support.programmes import DAY, HOUR, NOW, Q4, facts, ran

RATE = Decimal("0.10")
RATES = Rates("USD", storage_gib_month=RATE)
SINCE = Q4.start("UTC")
LIFE = Life("r-1", "rds-instance", NOW - 10 * HOUR, NOW - 3 * HOUR, 730)


def test_copies_cost_for_as_long_as_they_stood() -> None:
    """One that is still there costs until now; the price is told as the least, with what is not in it."""
    found = cost_of([LIFE, replace(LIFE, run="r-2", gone=None, gib=None)], RATES, SINCE, NOW, World.AWS)
    assert (found.copies, found.sized, found.hours) == (2, 1, 17 * HOUR)
    assert found.stood == {"rds-instance": 17 * HOUR}
    assert found.cost.amount == Decimal("0.7")
    assert str(found.cost) == f"at least 0.70 USD, the size of the data is known of 1 of 2 runs; {WITHOUT}"
    assert str(cost_of([LIFE], RATES, SINCE, NOW, World.AWS).cost) == f"at least 0.70 USD, {WITHOUT}"


def test_without_any_size_there_is_no_amount() -> None:
    """Five copies of unknown size do not cost nothing."""
    found = cost_of([replace(LIFE, run=f"r-{each}", gib=None) for each in range(5)], RATES, SINCE, NOW, World.AWS)
    assert str(found.cost) == "not known: the size of the data is known of none of 5 runs"
    assert cost_of([], RATES, SINCE, NOW, World.AWS).cost.amount == 0


def test_a_copy_that_was_left_is_charged_to_every_quarter_that_it_stands_in() -> None:
    """Cut to the quarter: one that was made before it, and is still there, costs from its beginning until now."""
    old = ran(at=SINCE - 40 * DAY)
    left = replace(LIFE, run=old.id, made=SINCE - 40 * DAY, gone=None)
    made = drill("a")
    found = programme(facts([made.service], [made], [old], lives=[left], rates=RATES)).costs[World.AWS]
    assert (found.copies, found.hours) == (1, NOW - SINCE)
    assert found.cost.amount == Decimal((NOW - SINCE) // HOUR) * RATE


def test_a_run_is_charged_for_its_data_once() -> None:
    """Of several copies of one run the one that stood longest bears its size; no life is shorter than nothing."""
    short = replace(LIFE, type="efs-file-system", made=NOW, gone=NOW - HOUR)
    found = cost_of([LIFE, short], RATES, SINCE, NOW, World.AWS)
    assert found.cost.amount == Decimal("0.7")
    assert found.stood["efs-file-system"] == timedelta()


def test_without_a_rate_the_cost_is_not_known() -> None:
    """Nothing is guessed; what is simulated costs nothing."""
    assert str(cost_of([LIFE], Rates(), SINCE, NOW, World.AWS).cost).startswith("not known: tiers.yaml has no rate")
    assert cost_of([LIFE], RATES, SINCE, NOW, World.SEEDED).cost.amount == 0


def test_each_copy_counts_in_its_own_world_and_quarter() -> None:
    """What no run of the ledger made is in none; imported tests of after the quarter are not, either."""
    made = drill("a")
    service = replace(made.service, exclusions={"db": Exclusion("Dana", "moves", NOW.date() - DAY)})
    runs = [ran(), ran("b", world=World.LAB)]
    lives = [replace(LIFE, run=each.id) for each in runs] + [replace(LIFE, run="unknown")]
    test = RestoreTest("j", "1", "r", "p", "s", "RDS", "p", NOW - DAY, "COMPLETED")
    later = replace(test, job="k", began=NOW + DAY)
    found = programme(facts([service], [made], runs, lives=lives, imported=[test, later], rates=RATES))
    assert {world: each.copies for world, each in found.costs.items()} == {World.AWS: 1, World.LAB: 1, World.SEEDED: 0}
    assert list(found.imported) == [test]
    assert [each.expired for each in found.excluded] == [True]
    assert found.simulated is False
    assert programme(facts([service], [made], [ran(world=World.LAB)])).simulated is True
    assert programme(facts([service], [made])).simulated is False
