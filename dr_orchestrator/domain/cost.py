"""The cost of a copy while it is there, by the rates that a workspace declares; prices are never looked up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal

_HOUR = timedelta(hours=1) // timedelta(microseconds=1)
HOURS_A_MONTH = 730
"""As AWS counts a month of storage."""

CENT = Decimal("0.01")


@dataclass(frozen=True)
class Rates:
    """The prices of AWS: an hour of each instance class, a GiB of storage for a month, a GiB of a restored table."""

    currency: str = ""
    instance_hour: Mapping[str, Decimal] = field(default_factory=dict)
    storage_gib_month: Decimal | None = None
    table_gib: Decimal | None = None


@dataclass(frozen=True)
class Billed:
    """The things that a copy is charged for, where that is known; `besides` names what no rate is declared for.

    `times` is how many of it stand side by side: a standby costs what its primary does.
    """

    instance_class: str = ""
    storage_gib: Decimal | None = None
    table_gib: Decimal | None = None
    besides: str = ""
    times: int = 1

    def __add__(self, other: Billed) -> Billed:
        """Both together; only tables are added up, for a drill makes one instance at most."""
        tables = [each for each in (self.table_gib, other.table_gib) if each is not None]
        return Billed(
            self.instance_class or other.instance_class,
            self.storage_gib if self.storage_gib is not None else other.storage_gib,
            sum(tables, Decimal()) if tables else None,
            self.besides or other.besides,
            max(self.times, other.times),
        )


@dataclass(frozen=True)
class Cost:
    """An amount of money, unrounded; None where it is not known, and `why`. What `why` names beside is not in it."""

    amount: Decimal | None
    currency: str = ""
    why: str = ""

    def __str__(self) -> str:
        if self.amount is None:
            return f"not known: {self.why}"
        least = f"{max(self.amount, Decimal()).quantize(CENT, 'ROUND_CEILING')} {self.currency}".strip()
        return f"{least}, {self.why}" if self.why else least


def cost(rates: Rates, billed: Billed, lasts: timedelta | None) -> Cost:
    """The cost of so long a life."""
    if lasts is None:
        return Cost(None, rates.currency, "nothing tells how long it takes: no history, no RTO")
    missing = _missing(rates, billed)
    if missing:
        return Cost(None, rates.currency, f"tiers.yaml has no rate for {missing}")
    hours = Decimal(lasts // timedelta(microseconds=1)) / _HOUR
    amount = Decimal()
    if billed.instance_class:
        amount += rates.instance_hour[billed.instance_class] * hours
    if billed.storage_gib is not None:
        amount += (rates.storage_gib_month or Decimal()) * billed.storage_gib * hours / HOURS_A_MONTH
    if billed.table_gib is not None:
        amount += (rates.table_gib or Decimal()) * billed.table_gib
    return Cost(amount * billed.times, rates.currency, billed.besides and f"without {billed.besides}")


def _missing(rates: Rates, billed: Billed) -> str:
    lacking = [
        f"an hour of {billed.instance_class}"
        if billed.instance_class and billed.instance_class not in rates.instance_hour
        else "",
        "a GiB-month of storage" if billed.storage_gib is not None and rates.storage_gib_month is None else "",
        "a GiB of a restored table" if billed.table_gib is not None and rates.table_gib is None else "",
    ]
    return ", ".join(filter(None, lacking))
