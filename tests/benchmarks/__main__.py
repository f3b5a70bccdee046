"""`python -m tests.benchmarks [NAME...]` prints the figures that the project is held to; nothing is asserted."""

from __future__ import annotations

import sys

from tests.benchmarks import (
    buckets,
    discovery,
    failover,
    filled,
    growth,
    memory,
    overhead,
    posture,
    programme,
    startup,
    stops,
    tickets,
    watcher,
)

ALL = {
    "startup": startup.main,
    "memory": memory.main,
    "growth": growth.main,
    "overhead": overhead.main,
    "watcher": watcher.main,
    "stops": stops.main,
    "failover": failover.main,
    "filled": filled.main,
    "buckets": buckets.main,
    "posture": posture.main,
    "discovery": discovery.main,
    "programme": programme.main,
    "tickets": tickets.main,
}
"""In this order: a process starts with the peak memory of the one that forked it, and `overhead` makes that large."""

if __name__ == "__main__":
    for name in sys.argv[1:] or ALL:
        print(f"== {name}")  # noqa: T201 - printing is all that a benchmark does
        ALL[name]()
