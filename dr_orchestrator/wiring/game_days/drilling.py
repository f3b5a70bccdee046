"""Starts drills from a game day: each in a process of its own, which outlives whatever started it.

The id of the run is in the game day's log before there is a process, and the process asks the log before it opens the
run: killed anywhere, a drill is begun once or never, and one that was aborted before it began never begins.
Once its run is opened it asks the log again: what was aborted, or taken for lost, in between ends with nothing made.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import BinaryIO

from dr_orchestrator.domain.findings.tracked import MACHINE
from dr_orchestrator.domain.game_day.acts import BeginRun, LoseDrill, StartDrill
from dr_orchestrator.domain.game_day.record import Record
from dr_orchestrator.domain.game_day.standing import DrillState, Started
from dr_orchestrator.errors import DroError, UsageError
from dr_orchestrator.wiring.app import App
from dr_orchestrator.wiring.game_days.acting import act
from dr_orchestrator.wiring.game_days.following import Following
from dr_orchestrator.wiring.game_days.times import now
from dr_orchestrator.wiring.opening import new_run_id
from dr_orchestrator.wiring.operator import VARIABLE
from dr_orchestrator.wiring.request import asking

Spawn = Callable[[Sequence[str], Path, str], None]


def log_of(here: App, game_day: str, run: str) -> Path:
    """Where the process of a run writes what it has to say, on the machine that started it."""
    return here.settings.state / "game-days" / game_day / f"{run}.log"


def start_drill(here: App, name: str, drill: str, by: str = "", spawn: Spawn | None = None) -> Started:
    """Start a drill of a game day's scope: written first, then begun by a process of its own; UsageError if refused."""
    definition = here.drill(drill).digest
    added = act(here, name, StartDrill(drill, run := new_run_id(here.clock), definition), by)
    record, who = added.record, added.entry.by
    command = [sys.executable, "-m", "dr_orchestrator", "game-day", "perform", record.id, run]
    try:
        (spawn or _spawn)(command, log_of(here, record.id, run), who)
    except OSError as wrong:
        _lose(here, record.id, run, f"its process could not be started: {wrong.strerror}")
        raise
    return next(each for each in added.standing.drills if each.run == run)


def perform(here: App, name: str, run: str, drive: Callable[[str], object]) -> None:
    """In the drill's own process: begin the run that the log asks for, if it still does, and drive it to its end."""
    added = here.ledger.game_days.act(name, BeginRun(run), MACHINE, now(here))
    drill = next(each.drill for each in added.standing.drills if each.run == run)
    try:
        with asking(run=run, unwanted=lambda: _unwanted(here, added.record.id, run)):
            drive(drill)
    except BaseException as error:
        if not here.ledger.game_days.outcomes([run]):
            told = error.message if isinstance(error, DroError) else type(error).__name__
            _lose(here, added.record.id, run, f"its run was not opened: {told}")
        raise


def lose(here: App, record: Record, run: str, why: str) -> bool:
    """Write that there is no run of a drill that was started, by the program itself; False where there is one by now,
    or somebody wrote it before.
    """
    return _lose(here, record.id, run, why)


def _lose(here: App, game_day: str, run: str, why: str) -> bool:
    try:
        here.ledger.game_days.act(game_day, LoseDrill(run, why), MACHINE, now(here))
    except UsageError:
        if any(each.state is DrillState.STARTING for each in _of(here, game_day, run)):
            raise
        return False
    return True


def _unwanted(here: App, game_day: str, run: str) -> str:
    """Why a run is to stop as soon as it is opened, as the log has it by then; empty where it is to go on."""
    following = Following(here, game_day)
    if not following.look().phase.under_way:
        return f"game day {following.record.id}, which is {following.standing().phase}"
    lost = [each.lost for each in following.standing().drills if each.run == run and each.lost]
    return f"game day {following.record.id}, where it was taken for lost" if lost else ""


def _of(here: App, game_day: str, run: str) -> list[Started]:
    return [each for each in Following(here, game_day).look().drills if each.run == run]


def _spawn(command: Sequence[str], log: Path, by: str) -> None:
    """Start a process that no signal to this one's terminal reaches, and that nobody has to wait for."""
    log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _private(log) as out:
        child = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            env={**os.environ, VARIABLE: by},
        )
    threading.Thread(target=child.wait, name=f"drill {child.pid}", daemon=True).start()  # it leaves no zombie


def _private(path: Path) -> BinaryIO:
    return os.fdopen(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600), "ab")
