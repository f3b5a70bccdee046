"""Two machines whose clocks are wrong share one PostgreSQL ledger: drills are killed at random, the other one sweeps.

`python -m tests.support.two_machines --kills 200` plays it for as long as that takes; `make test` has a short form.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest import mock

from dr_orchestrator import engine, settings, wiring
from dr_orchestrator.domain.clock import PacedClock
from dr_orchestrator.domain.copy import TERMINAL
from dr_orchestrator.runner import sweep as of_runner
from dr_orchestrator.settings import CHECKOUT
from dr_orchestrator.wiring import sweeping
from tests.support.ground import Ground, laid_out
from tests.support.postgres_server import running

DRILL = "dwa-table-pitr"
WRONG_BY_S = 600.0
LEASE_S = 6.0
"""Real seconds; short, so that what was killed is swept while others run."""
SWEEPS = 3
"""So many sweeps somebody starts in the end, should the one before not have been able to prove something."""


@dataclass
class Machine:
    """A machine: its own folder, and a process that forks those which run on it, one at a time."""

    home: Path
    forks: subprocess.Popen[str]
    environment: dict[str, str]

    def run(self, ahead: float, dies_after: float, **what: Any) -> int:
        """Run a process by a clock that is so far ahead; how it ended, negative for a signal."""
        factor, origin = self.environment["DRO_CLOCK_PACE"].split("@")
        # The drill's clock is as wrong as the machine's: by so many seconds of the lab's.
        environment = {**self.environment, "DRO_CLOCK_PACE": f"{factor}@{float(origin) + ahead!r}"}
        machine = {"ahead": ahead, "dies_after": dies_after, "lease": LEASE_S}
        asked = {"environment": environment, "folder": str(self.home), "machine": machine, **what}
        assert self.forks.stdin is not None
        assert self.forks.stdout is not None
        self.forks.stdin.write(json.dumps(asked) + "\n")
        self.forks.stdin.flush()
        return int(self.forks.stdout.readline())


@dataclass
class Figures:
    """The outcome: how processes ended, copies made, living runs that were taken, what is left after the last sweep.

    A `kill` is one of a drill; sweeps that were killed come on top.
    """

    drills: Counter[str] = field(default_factory=Counter)
    sweeps: Counter[str] = field(default_factory=Counter)
    living_taken: list[str] = field(default_factory=list)
    orphans: list[str] = field(default_factory=list)
    copies: int = 0
    lasted_s: float = 0.0

    @property
    def kills(self) -> int:
        """How many drills were killed."""
        return self.drills["killed"]


def play(kills: int, seed: int, told: Callable[[str], object] = lambda _: None) -> Figures:
    """Kill drills, and sweeps, at random instants on two machines until so many were; then sweep what is left."""
    chance, began, done = random.Random(seed), time.monotonic(), Figures()
    with TemporaryDirectory(prefix="dro-two-") as made, running() as server, laid_out() as ground:
        folder = Path(made)
        taken = folder / "taken"
        before = ground.inventory()
        with machine(folder / "a", ground, server.url) as first, machine(folder / "b", ground, server.url) as second:
            lasts = _undisturbed(first)
            while done.kills < kills:
                drills, sweeps = chance.sample([first, second], 2)
                _round(chance, done, drills, sweeps, lasts, taken)
                told(f"{done.kills} of {kills} drills killed after {time.monotonic() - began:.0f} s")
        with ExitStack() as undo:
            time.sleep(LEASE_S)
            done.orphans = list(_left(folder / "b", first.environment, undo))
        done.copies = ground.restores()
        done.orphans += [] if ground.inventory() == before else [f"{before} became {ground.inventory()}"]
        done.living_taken = taken.read_text().splitlines() if taken.exists() else []
    done.lasted_s = time.monotonic() - began
    return done


def _undisturbed(on: Machine) -> float:
    """How long a drill lasts here, once the program was read."""
    for _ in range(2):
        began = time.monotonic()
        assert on.run(0.0, 0.0, drill=DRILL, at=0, when="") == 0
    return time.monotonic() - began


def _round(chance: random.Random, done: Figures, drills: Machine, sweeps: Machine, lasts: float, taken: Path) -> None:
    """A drill is killed at a random instant on one machine while the other sweeps, again and again."""

    def wrong() -> float:
        return chance.uniform(-WRONG_BY_S, WRONG_BY_S)

    with ThreadPoolExecutor(1) as thread:
        drill = thread.submit(drills.run, wrong(), chance.uniform(0.1, lasts * 1.5), drill=DRILL, at=0, when="")
        while True:
            ended = drill.done()
            dies_after = chance.uniform(0.1, 3.0) if chance.random() < 0.2 else 0.0
            done.sweeps[_how(sweeps.run(wrong(), dies_after, sweep=str(taken)))] += 1
            if ended:
                break
        done.drills[_how(drill.result())] += 1


def _how(code: int) -> str:
    return {0: "ended", -signal.SIGKILL: "killed"}.get(code, f"ended with {code}")


def _left(home: Path, environment: dict[str, str], undo: ExitStack) -> Iterator[str]:
    """What the last sweep leaves open, unsettled, or orphaned: one that could prove nothing is started again."""
    undo.enter_context(mock.patch.dict(os.environ, {**environment, "DRO_HOME": str(home)}))
    made = settings.load()
    here = undo.enter_context(wiring.using(wiring.App(made, PacedClock(made.pace))))
    undo.callback(here.ledger.close)
    for _ in range(SWEEPS):
        sweeping.sweep(here, wait=True)
        if all(row.state in TERMINAL for run in here.ledger.queries.runs(100_000) for row in run.copies):
            break
    for run in here.ledger.queries.runs(100_000):
        if run.closing is None:
            yield f"run {run.header.id} is open"
        why = run.closing.cleanup_reasons if run.closing else ()
        yield from (f"{row.copy.id} is {row.state}: {why}" for row in run.copies if row.state not in TERMINAL)
    yield from (f"{each.id} is an orphan" for each in of_runner.find_orphans(sweeping.context(here)))


@contextmanager
def machine(home: Path, ground: Ground, ledger: str) -> Iterator[Machine]:
    """Within: a machine of which the processes see the lab and the ledger."""
    for name in ("drills", "flows", "reports"):
        shutil.copytree(CHECKOUT / name, home / name, ignore=shutil.ignore_patterns("generated", "__pycache__"))
    own = {"DRO_HOME": str(home), "DRO_DATABASE_URL": ledger, "PYTHONPATH": str(CHECKOUT)}
    environment = {**os.environ, **engine.QUIET, **ground.environment, **own}
    command = [sys.executable, "-m", "tests.support.victim"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment, cwd=CHECKOUT
    ) as forks:
        yield Machine(home, forks, environment)
        forks.communicate()


def main() -> int:
    """Play, print the figures; 1 where a living run was taken or anything is left."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--kills", type=int, default=200)
    options.add_argument("--seed", type=int, default=random.randrange(10**6))
    given = options.parse_args()
    done = play(given.kills, given.seed, lambda line: sys.stderr.write(line + "\n"))
    told = f"seed {given.seed}: {done.kills} drills killed in {done.lasted_s:.0f} s"
    told += f"; drills {dict(done.drills)}, sweeps {dict(done.sweeps)}"
    told += f", {done.copies} copies made; {len(done.living_taken)} living runs taken, {len(done.orphans)} orphans"
    sys.stdout.write("\n".join([told, *done.living_taken, *done.orphans, ""]))
    return bool(done.living_taken or done.orphans)


if __name__ == "__main__":
    sys.exit(main())
