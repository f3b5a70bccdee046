"""How long `dro --help` and `dro check` of 100 service files take, each as a whole process; `dro run`'s first word."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.support import workspace

RUNS = 7
SERVICES = 100


def timed(arguments: list[str], environment: dict[str, str]) -> list[float]:
    seconds = []
    for _ in range(RUNS + 1):
        began = time.perf_counter()
        subprocess.run([sys.executable, "-m", "dr_orchestrator", *arguments], env=environment, check=True, stdout=-3)
        seconds.append(time.perf_counter() - began)
    return sorted(seconds[1:])


def first_word(arguments: list[str], environment: dict[str, str]) -> list[float]:
    """Seconds until the first line is said; what comes after is not waited for."""
    seconds = []
    for _ in range(RUNS + 1):
        began = time.perf_counter()
        command = [sys.executable, "-m", "dr_orchestrator", *arguments]
        with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, stdout=-3) as said:
            assert said.stderr is not None
            said.stderr.readline()
            seconds.append(time.perf_counter() - began)
            said.kill()
    return sorted(seconds[1:])


def shown(name: str, seconds: list[float], limit: float) -> None:
    print(  # noqa: T201
        f"{name}: median {statistics.median(seconds):.2f} s, "
        f"{seconds[0]:.2f} to {seconds[-1]:.2f} s over {RUNS} runs (wanted: {limit} s)"
    )


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        workspace.write(home)
        text = (home / "drills" / "shop.yaml").read_text()
        (home / "drills" / "shop.yaml").unlink()
        for number in range(SERVICES):
            mine = text
            for word in ("shop", "orders", "sessions"):
                mine = mine.replace(word, f"{word}{number}")
            mine = mine.replace(f"shop{number}.template.yaml", "shop.template.yaml")
            (home / "drills" / f"shop{number}.yaml").write_text(mine)
        environment = {**os.environ, "DRO_HOME": folder}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        shown("dro --help", timed(["--help"], environment), 0.5)
        nowhere = {**environment, "AWS_ENDPOINT_URL": "http://127.0.0.1:9"}  # killed before anything is asked of it
        for command in (["run", "orders0-snapshot"], ["quarterly"]):
            shown(f"first word of dro {command[0]}", first_word(command, nowhere), 1.0)
        shown(f"dro check of {SERVICES} service files", timed(["check"], environment), 1.5)
