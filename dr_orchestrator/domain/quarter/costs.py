"""The cost of a quarter, as far as the ledger knows: how long copies stood, and what their storage is charged."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from dr_orchestrator.domain.cost import HOURS_A_MONTH, Cost, Rates
from dr_orchestrator.domain.counted import counted
from dr_orchestrator.domain.quarter.ran import World

_HOUR = timedelta(hours=1) // timedelta(microseconds=1)
WITHOUT = "without the hours of machines, requests and transfers, which the ledger does not keep: AWS's bill has them"


@dataclass(frozen=True)
class Life:
    """A copy that stood in the quarter, whenever it was made: since when, and until when,
    None where it still stands.

    `gib` is the size of the run's recovery points together, None where AWS told none.
    """

    run: str
    type: str
    made: datetime
    gone: datetime | None
    gib: int | None = None


@dataclass(frozen=True)
class CostOfQuarter:
    """The copies of a world: how many, how long they stood by type, and what is known of their price.

    `sized` are the runs of `runs` whose size is known, which alone the price is of; what is simulated costs nothing.
    """

    copies: int
    stood: Mapping[str, timedelta] = field(default_factory=dict)
    sized: int = 0
    runs: int = 0
    cost: Cost = field(default_factory=lambda: Cost(None))

    @property
    def hours(self) -> timedelta:
        """How long all of them stood together."""
        return sum(self.stood.values(), timedelta())


def cost_of(lives: Iterable[Life], rates: Rates, since: datetime, now: datetime, world: World) -> CostOfQuarter:
    """The cost of the copies of one world since then, as of now; a size counts once a run, for its longest copy's life.

    A copy that outlives its quarter is charged to each by what it stood in it.
    """
    found = list(lives)
    stood: dict[str, timedelta] = {}
    longest: dict[str, tuple[timedelta, int]] = {}
    for each in found:
        lasted = max(timedelta(), min(each.gone or now, now) - max(each.made, since))
        stood[each.type] = stood.get(each.type, timedelta()) + lasted
        if each.gib is not None:
            longest[each.run] = max(longest.get(each.run, (timedelta(), each.gib)), (lasted, each.gib))
    runs = len({each.run for each in found})
    return CostOfQuarter(len(found), stood, len(longest), runs, _price(list(longest.values()), runs, rates, world))


def _price(sized: Sequence[tuple[timedelta, int]], runs: int, rates: Rates, world: World) -> Cost:
    if world is not World.AWS:
        return Cost(Decimal(), rates.currency, "a simulated copy costs nothing")
    if rates.storage_gib_month is None:
        return Cost(None, rates.currency, "tiers.yaml has no rate for a GiB-month of storage")
    if runs and not sized:
        return Cost(None, rates.currency, f"the size of the data is known of none of {counted(runs, 'run')}")
    known = f"the size of the data is known of {len(sized):,} of {runs:,} runs; " if len(sized) < runs else ""
    months = sum(
        (Decimal(lasted // timedelta(microseconds=1)) / _HOUR / HOURS_A_MONTH * gib for lasted, gib in sized), Decimal()
    )
    return Cost(months * rates.storage_gib_month, rates.currency, known + WITHOUT, least=True)
