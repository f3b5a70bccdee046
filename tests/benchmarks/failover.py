"""How far the outage that a client measures lies from the true one, by the instants of the pair itself: of the pair
alone, and through whole drills of a multi-AZ DB cluster.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

from dr_orchestrator.domain.failover import FAILBACK, FAILOVER, switches
from dr_orchestrator.lab.pair import Pair
from tests.support.failovers import ZONES_DRILL, ZONES_FAILS_OVER
from tests.support.pairs import failed_over, paired
from tests.support.real_shop import real_shop
from tests.support.shop import run

OUTAGES = (0.3, 1.0, 2.0)
TIMES = 3
PACE = 60.0
"""So many times as fast as AWS the drills of a cluster are; errors are told in real time, as they would be there."""


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="dro-pairs-") as made, paired(Path(made)) as of:
        errors, lost = [], 0
        for seconds in OUTAGES * TIMES:
            client = failed_over(of, seconds)
            measured = client.outage()
            began, ended = of.pair.switches[-1]
            if measured is None:
                raise SystemExit("the client saw no outage")
            error = 1000 * (measured.lasted.total_seconds() - (ended - began))
            errors.append(abs(error))
            counted = client.count()
            lost += counted.lost
            told = f"{1000 * (ended - began):6.0f} ms true, {error:+6.1f} ms off"
            print(f"{told}, {counted.acknowledged} acknowledged, {counted.lost} lost, {counted.in_doubt} in doubt")  # noqa: T201
    print(f"largest error of a measured outage: {max(errors):.0f} ms of {len(errors)} (wanted: 100 ms)")  # noqa: T201
    print(f"acknowledged writes lost by a synchronous standby: {lost} (wanted: 0)")  # noqa: T201
    of_zones()


def of_zones() -> None:
    """The same of what whole drills of a multi-AZ DB cluster keep in the ledger, there and back."""
    errors: list[float] = []
    with (
        tempfile.TemporaryDirectory(prefix="dro-zones-") as made,
        true_switches() as true,
        real_shop(Path(made), more=ZONES_FAILS_OVER, pace=PACE, zones=True) as shop,
    ):
        for _ in range(TIMES - 1):
            true.clear()
            ways = switches(run(shop.here, ZONES_DRILL).checks)
            for way, (began, ended) in zip((FAILOVER, FAILBACK), true, strict=True):
                outage = ways[way].outage
                if outage is None:
                    raise SystemExit(f"the client saw no outage of the {way}")
                error = 1000 * (outage.lasted.total_seconds() / PACE - (ended - began))
                errors.append(abs(error))
                lost = ways[way].counted.lost
                told = f"{1000 * (ended - began):6.0f} ms true, {error:+6.1f} ms off"
                print(f"{told}, {way} of a multi-AZ cluster, {lost} lost")  # noqa: T201
    print(f"largest error through a multi-AZ cluster's drill: {max(errors):.0f} ms of {len(errors)} (wanted: 100 ms)")  # noqa: T201


@contextmanager
def true_switches() -> Iterator[list[tuple[float, float]]]:
    """Within: when each pair that fails over led nowhere, from and until, by the machine's time."""
    seen: list[tuple[float, float]] = []
    fail_over = Pair.fail_over

    def kept(self: Pair[Any], lasts: float) -> None:
        fail_over(self, lasts)
        seen.append(self.switches[-1])

    with mock.patch.object(Pair, "fail_over", kept):
        yield seen
