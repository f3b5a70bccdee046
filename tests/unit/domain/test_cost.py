"""What copies cost: by declared rates, exactly, and never where a rate is missing."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from dr_orchestrator.domain.cost import Billed, Objects, Rates, cost

RATES = Rates("USD", {"db.m6g.large": Decimal("0.159")}, Decimal("0.115"), Decimal("0.15"))
INSTANCE = Billed("db.m6g.large", Decimal(730))
OF_S3 = Rates("USD", {}, Decimal(9), Decimal(9), Decimal("0.023"), Decimal("0.005"), Decimal("0.0004"))
BUCKET = Billed(objects=Objects(Decimal(7300), 2_000_000, 500_000))


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
        (Rates("USD", object_writes=Decimal(1), object_reads=Decimal(1)), BUCKET, "a GiB-month of a bucket"),
        (Rates("USD", object_gib_month=Decimal(1), object_reads=Decimal(1)), BUCKET, "requests that write objects"),
        (Rates("USD", object_gib_month=Decimal(1), object_writes=Decimal(1)), BUCKET, "requests that read objects"),
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


def test_a_bucket_costs_its_requests_and_its_share_of_a_month() -> None:
    """Two million copies at 5 a million, half a million reads at 40 cents, 7,300 GiB for ten of 730 hours."""
    assert cost(OF_S3, BUCKET, timedelta(hours=10)).amount == Decimal("10.00") + Decimal("0.20") + Decimal("2.3")


def test_buckets_are_added_up_and_are_no_part_of_what_stands_side_by_side() -> None:
    """Two of them cost both; a standby doubles the instance alone."""
    both = BUCKET + BUCKET + Billed("db.m6g.large", times=2)
    rates = Rates("USD", RATES.instance_hour, None, None, Decimal(0), Decimal("0.005"), Decimal(0))

    assert both.objects == Objects(Decimal(14_600), 4_000_000, 1_000_000)
    assert cost(rates, both, timedelta(hours=1)).amount == Decimal(20) + 2 * Decimal("0.159")


def test_what_is_counted_in_part_costs_at_least_that() -> None:
    """Each reason stands beside the amount, once; a cost that is known has none."""
    part = Objects(Decimal(), 1_000, 0, "more than was listed")
    told = cost(OF_S3, Billed(besides="KMS", objects=part) + Billed(objects=part), timedelta(hours=1))

    assert told.least
    assert str(told) == "at least 0.01 USD, without KMS; more than was listed"
    assert not cost(OF_S3, BUCKET, timedelta(hours=1)).least
