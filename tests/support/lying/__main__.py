"""`python -m tests.support.lying [ANSWERS [SEED]]`: drills of every type in storms of lies."""

from __future__ import annotations

import itertools
import sys
import tempfile
import time
from collections import Counter
from contextlib import ExitStack
from pathlib import Path

from tests.support.lying.drills import weather
from tests.support.lying.grounds import ALL, clicks_ground, shop_ground
from tests.support.lying.storm import BROKEN, WRONG


def main(answers: int, seed: int) -> int:
    """Print what became of the drills, and each that ended wrong; how many did."""
    began, told, ends, wrong = time.monotonic(), Counter[str](), Counter[str](), 0
    with tempfile.TemporaryDirectory() as folder, ExitStack() as within:
        home = Path(folder)
        for number, make in enumerate((shop_ground, clicks_ground)):
            (home / str(number)).mkdir()
            ground = within.enter_context(make(home / str(number)))
            share = answers * len(ground.drills) // len(ALL)
            until = told.total() + share
            for at in itertools.count(seed):
                if told.total() >= until:
                    break
                drill, kinds = ground.drills[at % len(ground.drills)], (BROKEN, WRONG)[at // len(ground.drills) % 2]
                found = weather(ground, drill, kinds, at)
                told += found.storm.told
                ends[f"{drill} {'broken' if kinds is BROKEN else 'wrong'}: {found.verdict}"] += 1
                wrong += bool(found.wrong)
                print(f"{told.total()} answers altered after {time.monotonic() - began:.0f} s", file=sys.stderr)  # noqa: T201
                for each in found.wrong:
                    print(f"WRONG seed {at} {drill}: {each[:600]}", flush=True)  # noqa: T201
            within.pop_all().close()
    for end, times in sorted(ends.items()):
        print(f"{times:6} {end}")  # noqa: T201
    calls = Counter[str]()
    for what, times in told.items():
        calls[what.split()[0]] += times
    took = time.monotonic() - began
    print(f"{told.total()} answers altered, to {len(calls)} calls, in {ends.total()} drills, {took:.0f} s")  # noqa: T201
    print(f"{wrong} drills ended wrong")  # noqa: T201
    return wrong


if __name__ == "__main__":
    sys.exit(bool(main(*(int(each) for each in (*sys.argv[1:], "10000", "0")[:2]))))
