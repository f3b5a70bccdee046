"""How long a drill takes and what it costs, from its history and the rates that tiers.yaml declares."""

from __future__ import annotations

import functools
import operator
import statistics
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from dr_orchestrator.domain.cost import Billed, Cost, Rates, cost
from dr_orchestrator.domain.drill import Drill
from dr_orchestrator.domain.objective import format_duration
from dr_orchestrator.errors import DrillFault, UsageError
from dr_orchestrator.runner import Components, RunContext
from dr_orchestrator.wiring.app import App
from dr_orchestrator.wiring.building import build_components, plan_copy, read_only

HISTORY = 8


@dataclass(frozen=True)
class Expected:
    """How long a drill's recovery, and the whole of its run, usually take; None where nobody knows.

    `runs` is how many earlier runs say so; 0 where the RTO stands in for them.
    """

    recovery: timedelta | None
    whole: timedelta | None
    runs: int

    def __str__(self) -> str:
        if self.runs:
            last = "as the last run took" if self.runs == 1 else f"the median of the last {self.runs} runs"
            return f"{format_duration(self.whole or timedelta())}, {last}"
        if self.whole is None:
            return "not known: it never ran, and no RTO tells of it"
        return f"not known: it never ran; its RTO allows {format_duration(self.whole)}"


def expected(here: App, drill: Drill) -> Expected:
    """The medians of the drill's last runs that recovered, else its RTO."""
    done = here.ledger.queries.lasted(drill.name, HISTORY)
    if not done:
        rto = None if drill.kind.interrupts else drill.objective.rto  # of a failover that is no time for all of it
        return Expected(None, rto.value if rto else None, 0)
    return Expected(_median([each.recovery for each in done]), _median([each.whole for each in done]), len(done))


def estimate(here: App, drill: Drill, components: Components) -> Cost:
    """The cost of a drill's copies; DrillFault where the source cannot be seen."""
    if here.catalogue.rates == Rates():
        return Cost(None, why="tiers.yaml declares no `costs`")
    return cost(here.catalogue.rates, billed(components), expected(here, drill).whole)


def billed(components: Components) -> Billed:
    """All that the copies of a drill are charged for."""
    makers = [components.environment or components.restorer, *(store.restorer for store in components.stores)]
    found = [each.billed() for each in makers if each is not None]
    found += [born.origin.billed() for born in components.born]
    found += [store.filler.billed() for store in components.direct]
    return functools.reduce(operator.add, found, Billed())


def refuse_over_budget(here: App, drills: Sequence[Drill]) -> None:
    """UsageError where an exercise would cost more than its budget; what is not known of it does not count."""
    budget = here.catalogue.budget
    if budget is None:
        return
    times = Counter(drill.name for drill in drills)
    once = {drill.name: drill for drill in drills}
    amounts = [amount * times[name] for name, drill in once.items() for amount in _amounts(here, [drill])]
    if sum(amounts) > budget:
        told = Cost(sum(amounts, Decimal()), here.catalogue.rates.currency)
        hint = "name fewer drills, or raise `limits: {budget: ...}` in tiers.yaml; nothing was started"
        raise UsageError(f"the drills would cost {told}, above its budget of {budget}", hint)


def within_budget(here: App, drills: Sequence[Drill]) -> list[Drill]:
    """Those of some drills, in their order, that an exercise may cost; what is not known of it does not count."""
    if (left := here.catalogue.budget) is None:
        return list(drills)
    found: list[Drill] = []
    for drill in drills:
        if (amount := sum(_amounts(here, [drill]), Decimal())) <= left:
            left -= amount
            found.append(drill)
    return found


def _amounts(here: App, drills: Iterable[Drill]) -> Iterable[Decimal]:
    for drill in drills:
        account = read_only(here, drill.resource.region)
        copy = plan_copy(here, drill, drill.resource, "plan")
        components = build_components(here, drill, copy, account, RunContext("plan", here.clock))
        try:
            amount = estimate(here, drill, components).amount
        except DrillFault:  # its own run will tell
            continue
        yield (amount or Decimal()) * drill.selection.runs


def _median(times: Sequence[timedelta]) -> timedelta:
    return timedelta(seconds=statistics.median(each.total_seconds() for each in times))
