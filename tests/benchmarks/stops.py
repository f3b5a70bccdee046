"""How long a stop takes to its effect, at each place where the program waits."""

from __future__ import annotations

from dr_orchestrator.runner.lease import BEAT
from tests.support.places import PLACES, stopped_at
from tests.support.postgres_server import running


def main() -> None:
    taken: dict[str, float] = {}
    with running() as server:
        for place in PLACES:
            taken[place.name] = stopped_at(place, server.url).seconds
            print(f"{taken[place.name]:6.2f} s  {place.name}")  # noqa: T201
    longest = max(taken, key=lambda name: taken[name])
    print(f"longest time from a stop to its effect: {taken[longest]:.2f} s, {longest} (wanted: 5 s)")  # noqa: T201
    print(f"by `dro abort`, from another process, at most {BEAT.total_seconds():g} s more: until it is heard")  # noqa: T201
