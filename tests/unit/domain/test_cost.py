"""What copies cost: by declared rates, exactly, and never where a rate is missing."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from dr_orchestrator.domain.cost import Billed, Rates, cost

RATES = Rates("USD", {"db.m6g.large": Decimal("0.159")}, Decimal("0.115"), Decimal("0.15"))
INSTANCE = Billed("db.m6g.large", Decimal(730))


def test_an_instance_costs_its_hours_and_its_share_of_a_month() -> None:
    """Ten hours of an instance and of 730 GiB are ten times the sum of both rates; shown rounded up to the cent."""
    told = cost(RATES, INSTANCE, timedelta(hours=10))

    assert told.amount == Decimal("2.740")
    assert str(cost(RATES, INSTANCE, timedelta(hours=10, seconds=1))) == "2.75 USD"


def test_a_table_costs_its_size_whatever_it_takes() -> None:
    """A restored table is charged by the GiB, not by the hour."""
    table = Billed(table_gib=Decimal(4))

    assert (
        cost(RATES, table, timedelta(hours=1)).amount == cost(RATES, table, timedelta(hours=9)).amount == Decimal("0.6")
    )


@pytest.mark.parametrize(
    ("rates", "billed", "missing"),
    [
        (RATES, Billed("db.r6g.large", Decimal(1)), "an hour of db.r6g.large"),
        (Rates("USD", RATES.instance_hour), INSTANCE, "a GiB-month of storage"),
        (Rates("USD"), Billed(table_gib=Decimal()), "a GiB of a restored table"),
    ],
)
def test_a_missing_rate_is_not_zero(rates: Rates, billed: Billed, missing: str) -> None:
    """Where a rate is not declared the whole is not known, and the rate is named."""
    told = cost(rates, billed, timedelta(hours=1))

    assert told.amount is None
    assert missing in str(told)


def test_a_duration_that_nobody_knows_has_no_cost() -> None:
    """Without history and RTO nothing is guessed."""
    assert cost(RATES, INSTANCE, None).amount is None


def test_what_no_rate_covers_is_told() -> None:
    """A replica's tables are counted, and that its template's resources are not stands beside the amount."""
    both = Billed(besides="what the template makes") + Billed(table_gib=Decimal(2))

    assert str(cost(RATES, both, timedelta(hours=1))) == "0.30 USD, without what the template makes"
