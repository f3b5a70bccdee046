"""How far the outage that a client measures lies from the true one, by the instants of the pair itself."""

from __future__ import annotations

import tempfile
from pathlib import Path

from tests.support.pairs import failed_over, paired

OUTAGES = (0.3, 1.0, 2.0)
TIMES = 3


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
