"""Real processes of `dro` beside one another, on a lab of this one: what they import, and who drives an exercise."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from dr_orchestrator.domain.clock import PacedClock
from dr_orchestrator.errors import Exit
from dr_orchestrator.lab import Lab
from dr_orchestrator.ledger.ledger import connect
from dr_orchestrator.settings import CHECKOUT, Pace
from dr_orchestrator.wiring.lab import serve

DRILL = "dwa-table-pitr"
PREFECT_LAST = """
import sys
from dr_orchestrator.cli import main
code = main.run(sys.argv[1:])
print("imported" if "prefect" in sys.modules else "not imported", file=sys.stderr)
sys.exit(code)
"""


@pytest.fixture(scope="module")
def lab() -> Iterator[tuple[Lab, dict[str, str]]]:
    """The sample company, no databases behind it, and the environment that points a process at it."""
    pace = Pace(600.0, time.time())
    with serve(PacedClock(pace), estate=True) as made:
        named = {name: value for name, value in os.environ.items() if not name.startswith(("PREFECT_", "DRO_"))}
        yield made, {**named, **made.environment(), "DRO_CLOCK_PACE": f"{pace.factor!r}@{pace.origin!r}"}


@pytest.fixture
def environment(lab: tuple[Lab, dict[str, str]], tmp_path: Path) -> dict[str, str]:
    """Of a workspace of its own, with a user who has no settings of Prefect."""
    for name in ("drills", "flows"):
        shutil.copytree(CHECKOUT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    return {**lab[1], "DRO_HOME": str(tmp_path), "HOME": str(tmp_path), "PYTHONPATH": str(CHECKOUT)}


def begun(environment: dict[str, str], *arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", PREFECT_LAST, *arguments]
    return subprocess.Popen(
        command,
        env=environment,
        cwd=environment["DRO_HOME"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def restores(lab: Lab) -> int:
    return Counter(call.action for call in lab.journal if call.status == 200)["RestoreTableToPointInTime"]


def test_two_quarterlies_at_once_are_one_exercise(lab: tuple[Lab, dict[str, str]], environment: dict[str, str]) -> None:
    """A scheduler starts it twice in the same moment: each drill is run once, and the other start ends with 0."""
    before = restores(lab[0])
    starts = [begun(environment, "quarterly", DRILL, "--json") for _ in range(2)]
    said = [each.communicate() for each in starts]

    assert [each.returncode for each in starts] == [Exit.PASSED, Exit.PASSED], said
    told = [json.loads(out) for out, _ in said]
    ledger = connect(f"sqlite:///{environment['DRO_HOME']}/.dro/ledger.db")
    (exercise,) = ledger.queries.exercises()
    assert {each["id"] for each in told} == {exercise.id}
    assert exercise.verdict is not None
    assert exercise.verdict.green
    assert restores(lab[0]) - before == len(ledger.queries.runs()) == 1
    ledger.close()


@pytest.mark.parametrize("command", [["run", DRILL], ["plan", DRILL], ["sweep"]], ids=lambda command: command[0])
def test_without_an_api_prefect_is_not_imported(environment: dict[str, str], command: list[str]) -> None:
    """The local engine is all that runs here: nobody waits for what is not used."""
    said = begun(environment, *command)
    out, err = said.communicate()
    assert said.returncode == Exit.PASSED, (out, err)
    assert err.splitlines()[-1] == "not imported"
