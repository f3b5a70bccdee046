"""Aborts a game day so that it really stops: no drill begins any more, those under way are stopped and waited for."""

from __future__ import annotations

from collections.abc import Callable, Collection

from dr_orchestrator.domain.game_day.acts import Abort
from dr_orchestrator.domain.game_day.record import Record
from dr_orchestrator.domain.game_day.standing import DrillState, Phase, Standing
from dr_orchestrator.wiring.app import App
from dr_orchestrator.wiring.game_days.acting import act
from dr_orchestrator.wiring.game_days.drilling import lose
from dr_orchestrator.wiring.game_days.following import Following
from dr_orchestrator.wiring.stopping import LOOK_EVERY_S, stop_runs

OPENING_S = 60.0
"""Real seconds within which a process that has begun a run has opened it, or is taken for dead."""

_LATE = "the game day was aborted before its run began"
_SILENT = "the game day was aborted, and its process opened no run"


def abort(
    here: App,
    name: str,
    done: Abort,
    by: str = "",
    wait_s: float = 600.0,
    asked: Callable[[str], None] = lambda _: None,
) -> tuple[Record, Standing]:
    """Abort it, stop its runs and wait for them; called again it goes on with what an abort that died has left.

    `asked` is told each run whose process was asked to stop.
    """
    following = Following(here, name)
    if following.look().phase is not Phase.ABORTED:
        act(here, following.record.id, done, by)
    standing = following.look()
    for each in standing.drills:
        if each.state is DrillState.STARTING and not each.begun:
            lose(here, following.record, each.run, _LATE)
    _opened(here, following, min(wait_s, OPENING_S))
    runs = [each.run for each in following.look().drills if each.state is DrillState.UNDER_WAY]
    stop_runs(here, runs, wait_s, asked)
    return following.record, following.look()


def _opened(here: App, following: Following, wait_s: float) -> None:
    """Wait until each process that has begun its run has opened it; what none opens is lost."""
    give_up = here.machine.monotonic() + wait_s
    while _opening(following.look()) and here.machine.monotonic() < give_up:
        here.machine.sleep(LOOK_EVERY_S)
    for run in _opening(following.look()):
        lose(here, following.record, run, _SILENT)


def _opening(of: Standing) -> Collection[str]:
    return [each.run for each in of.drills if each.state is DrillState.STARTING]
