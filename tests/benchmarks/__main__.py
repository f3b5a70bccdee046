"""`python -m tests.benchmarks [NAME...]` prints the figures that the project is held to; nothing is asserted."""

from __future__ import annotations

import sys

from tests.benchmarks import memory, overhead, startup

ALL = {"startup": startup.main, "overhead": overhead.main, "memory": memory.main}

if __name__ == "__main__":
    for name in sys.argv[1:] or ALL:
        print(f"== {name}")  # noqa: T201 - printing is all that a benchmark does
        ALL[name]()
