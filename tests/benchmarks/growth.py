"""What commands cost as the ledger grows: time and peak memory, as whole processes, on SQLite and on PostgreSQL.

A ledger of so many closed runs is held beside an empty one; `sweep`, `plan` and `run` talk to a lab in a process of its
own. Then the report of one exercise of 3,000 runs. `DRO_GROWTH=100,1000` measures other sizes.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import psycopg

from dr_orchestrator import lab
from tests.benchmarks import filling
from tests.support.postgres_server import running

SIZES = [int(size) for size in os.environ.get("DRO_GROWTH", "100,1000,10000").split(",")]
MASS = 3000
RUNS = 3
FACTOR = 600
DRILL = "jira-snapshot"
COMMANDS = (("runs",), ("due",), ("sweep",), ("plan", DRILL), ("run", DRILL))
WANTED = 1.2

MEASURE = """
import json, os, subprocess, sys, time
began = time.perf_counter()
child = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
told = child.stderr.read().decode()
_, status, usage = os.wait4(child.pid, 0)
took = time.perf_counter() - began
code, cpu = os.waitstatus_to_exitcode(status), usage.ru_utime + usage.ru_stime
print(json.dumps([took, cpu, usage.ru_maxrss / 1024, code, told]))
"""
"""A process starts with the peak memory of the one that forked it, so a small one stands in between."""


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="dro") as folder, running() as server:
        home = Path(folder) / "workspace"
        _dro("init", str(home))
        info = lab.start(home / ".dro" / "lab", factor=FACTOR)
        try:
            environment = {**os.environ, **info.environment(), "DRO_HOME": str(home)}
            environment.pop("PYTHONDONTWRITEBYTECODE", None)
            with _postgres(server.url) as database:
                kinds = {"SQLite": lambda: f"sqlite:///{folder}/{uuid4().hex}.db", "PostgreSQL": database}
                for name, fresh in kinds.items():
                    _table(name, [(size, _filled(fresh(), home, size)) for size in (0, *SIZES)], environment)
                    _report(name, _filled(fresh(), home, 0, MASS), environment, Path(folder) / name)
        finally:
            lab.stop(home / ".dro" / "lab")


def _table(name: str, ledgers: list[tuple[int, str]], environment: dict[str, str]) -> None:
    """Each command in turn on all the ledgers, so that what else the machine does meets them all."""
    for command in COMMANDS:
        found: dict[int, list[list[float]]] = {size: [] for size, _ in ledgers}
        for _ in range(RUNS + 1):
            for size, url in ledgers:
                found[size].append(_measured(command, {**environment, "DRO_DATABASE_URL": url}))
        empty = _medians(found[0])
        for size, _ in ledgers:
            _row(f"{name}, {size:>6} runs, dro {' '.join(command)}", _medians(found[size]), empty)


def _row(what: str, found: list[float], empty: list[float]) -> None:
    took, cpu, peak = (value / base for value, base in zip(found, empty, strict=True))
    print(  # noqa: T201
        f"{what:<44} {found[0]:6.2f} s ({found[1]:5.2f} s of CPU), {found[2]:4.0f} MB; "
        f"to empty {took:.2f} ({cpu:.2f}), {peak:.2f} (wanted: {WANTED})"
    )


def _report(name: str, url: str, environment: dict[str, str], out: Path) -> None:
    command = ("report", filling.MASS, "--out", str(out))
    found = [_measured(command, {**environment, "DRO_DATABASE_URL": url}) for _ in range(RUNS + 1)]
    took, cpu, peak = _medians(found)
    size = (out / f"{filling.MASS}.html").stat().st_size / 1e6
    print(  # noqa: T201
        f"{name}, report of an exercise of {MASS} runs: {took:.1f} s ({cpu:.1f} s of CPU), {peak:.0f} MB, "
        f"HTML {size:.2f} MB (wanted: 5 s, 250 MB, 2 MB)"
    )


def _medians(found: list[list[float]]) -> list[float]:
    """The first of the runs warms up what the machine keeps, and is not counted."""
    return [statistics.median(values) for values in zip(*found[1:], strict=True)]


def _measured(command: tuple[str, ...], environment: dict[str, str]) -> list[float]:
    """Seconds, seconds of CPU and megabytes of one process; one that ends as a defect has measured nothing."""
    line = [sys.executable, "-c", MEASURE, sys.executable, "-m", "dr_orchestrator", *command]
    done = subprocess.run(line, env=environment, check=True, capture_output=True, text=True)
    took, cpu, peak, code, told = json.loads(done.stdout)
    if code not in (0, 3):
        raise RuntimeError(f"dro {' '.join(command)} ended with {code}: {told}")
    return [took, cpu, peak]


def _filled(url: str, home: Path, closed: int, mass: int = 0) -> str:
    """A filled ledger, by a process of its own: its memory is nobody else's."""
    arguments = [url, str(home / "drills"), str(closed), str(mass)]
    subprocess.run([sys.executable, "-m", "tests.benchmarks.filling", *arguments], check=True)
    return url


def _dro(*arguments: str) -> None:
    subprocess.run([sys.executable, "-m", "dr_orchestrator", *arguments], check=True, stdout=subprocess.DEVNULL)


@contextmanager
def _postgres(server: str) -> Iterator[Callable[[], str]]:
    """Within: makes an empty database of a running server."""
    with psycopg.connect(server, autocommit=True) as connection:

        def fresh() -> str:
            name = f"t{uuid4().hex}"
            connection.execute(f"CREATE DATABASE {name}")
            return server.removesuffix("postgres") + name

        yield fresh
