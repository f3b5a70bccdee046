"""A program ends with the process that ran it, even where that is killed and can end nothing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

from dr_orchestrator.resources.built_environment import process
from tests.support.machine import Machine

PROGRAM = "import sys, time; told = open(sys.argv[1], 'wb', 0); told.write(b'.'); time.sleep(600)"
RUNNER = f"""
import sys
from pathlib import Path
from dr_orchestrator.checks.deep.command.output import Output
from dr_orchestrator.checks.deep.command.running import run
run((sys.executable, "-c", {PROGRAM!r}, sys.argv[1]), {{}}, Path("/"), 600, Output(()), "a copy", grace=0.1)
"""


def test_a_program_whose_dro_is_killed_does_not_go_on_unseen(tmp_path: Path) -> None:
    """By kill -9 of the process that waits for it: it hears of nothing, and is ended all the same."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with subprocess.Popen((sys.executable, "-c", RUNNER, str(pipe))) as dro, pipe.open("rb", 0) as told:
        assert told.read(1) == b"."
        dro.kill()
        assert told.read(1) == b""  # which comes once nobody has the other end any more


def test_what_is_noted_of_a_program_finds_it_and_nothing_else(machine: Machine) -> None:
    """Another process that goes on with the run ends it first; of another machine, or another process, none is."""
    with subprocess.Popen((sys.executable, "-c", "import time; time.sleep(600)"), start_new_session=True) as program:
        note = process.noted(program.pid)
        assert process.end([note.replace("started ", "started 1"), note.replace(" on ", " on another-"), "else"]) == []
        assert program.poll() is None
        assert process.end([note]) == [program.pid]
        assert program.wait() == -signal.SIGKILL
        assert process.end([note]) == []


def test_nothing_is_noted_of_what_is_gone(tmp_path: Path) -> None:
    """A process that ended is no process to be ended: its number may be another's."""
    gone = subprocess.Popen((sys.executable, "-c", ""), cwd=tmp_path)
    gone.wait()
    assert process.noted(gone.pid) == ""
