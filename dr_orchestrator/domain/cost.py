"""The cost of a copy while it is there, by the rates that a workspace declares; prices are never looked up."""

from __future__ import annotations

import functools
import operator
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal

_HOUR = timedelta(hours=1) // timedelta(microseconds=1)
HOURS_A_MONTH = 730
"""As AWS counts a month of storage."""

REQUESTS = 1_000
"""So many requests a rate of S3 is for."""

CENT = Decimal("0.01")


@dataclass(frozen=True)
class Rates:
    """The prices of AWS: an hour of each instance class, a GiB of storage for a month, a GiB of a restored table.

    Of a bucket: a GiB for a month, and a thousand requests that write or list objects (`object_writes`), or read them.
    """

    currency: str = ""
    instance_hour: Mapping[str, Decimal] = field(default_factory=dict)
    storage_gib_month: Decimal | None = None
    table_gib: Decimal | None = None
    object_gib_month: Decimal | None = None
    object_writes: Decimal | None = None
    object_reads: Decimal | None = None


@dataclass(frozen=True)
class Objects:
    """The objects of a bucket: what they weigh, and the requests that write, list or read them.

    `least` says why it may be more; empty where it is all, or more than all.
    """

    gib: Decimal = Decimal()
    writes: int = 0
    reads: int = 0
    least: str = ""

    def __add__(self, other: Objects) -> Objects:
        least = "; ".join(dict.fromkeys(filter(None, (self.least, other.least))))
        return Objects(self.gib + other.gib, self.writes + other.writes, self.reads + other.reads, least)


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
    objects: Objects | None = None

    def __add__(self, other: Billed) -> Billed:
        """Both together; only tables and buckets are added up, for a drill makes one instance at most."""
        tables = [each for each in (self.table_gib, other.table_gib) if each is not None]
        buckets = [each for each in (self.objects, other.objects) if each is not None]
        return Billed(
            self.instance_class or other.instance_class,
            self.storage_gib if self.storage_gib is not None else other.storage_gib,
            sum(tables, Decimal()) if tables else None,
            self.besides or other.besides,
            max(self.times, other.times),
            functools.reduce(operator.add, buckets) if buckets else None,
        )


@dataclass(frozen=True)
class Cost:
    """An amount of money, unrounded; None where it is not known, and `why`. What `why` names beside is not in it.

    It may be more where it is what a drill costs at `least`.
    """

    amount: Decimal | None
    currency: str = ""
    why: str = ""
    least: bool = False

    def __str__(self) -> str:
        if self.amount is None:
            return f"not known: {self.why}"
        rounded = f"{max(self.amount, Decimal()).quantize(CENT, 'ROUND_CEILING')} {self.currency}".strip()
        told = f"at least {rounded}" if self.least else rounded
        return f"{told}, {self.why}" if self.why else told


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
    amount, why = amount * billed.times, [billed.besides and f"without {billed.besides}"]
    if billed.objects is not None:
        amount += _of_objects(rates, billed.objects, hours)
        why.append(billed.objects.least)
    least = billed.objects is not None and bool(billed.objects.least)
    return Cost(amount, rates.currency, "; ".join(filter(None, why)), least)


def _of_objects(rates: Rates, objects: Objects, hours: Decimal) -> Decimal:
    stored = (rates.object_gib_month or Decimal()) * objects.gib * hours / HOURS_A_MONTH
    asked = (rates.object_writes or Decimal()) * objects.writes + (rates.object_reads or Decimal()) * objects.reads
    return stored + asked / REQUESTS


def _missing(rates: Rates, billed: Billed) -> str:
    lacking = [
        f"an hour of {billed.instance_class}"
        if billed.instance_class and billed.instance_class not in rates.instance_hour
        else "",
        "a GiB-month of storage" if billed.storage_gib is not None and rates.storage_gib_month is None else "",
        "a GiB of a restored table" if billed.table_gib is not None and rates.table_gib is None else "",
    ]
    if billed.objects is not None:
        lacking += [
            "a GiB-month of a bucket" if rates.object_gib_month is None else "",
            "a thousand requests that write objects" if rates.object_writes is None else "",
            "a thousand requests that read objects" if rates.object_reads is None else "",
        ]
    return ", ".join(filter(None, lacking))
