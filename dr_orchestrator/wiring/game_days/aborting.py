"""Aborts a game day so that it really stops: no drill begins any more, those under way are stopped and waited for."""

from __future__ import annotations

from collections.abc import Callable

from dr_orchestrator.domain.game_day.acts import Abort
from dr_orchestrator.domain.game_day.record import Record
from dr_orchestrator.domain.game_day.standing import DrillState, Phase, Standing
from dr_orchestrator.errors import UsageError
from dr_orchestrator.wiring.app import App
from dr_orchestrator.wiring.game_days.acting import act
from dr_orchestrator.wiring.game_days.drilling import lose
from dr_orchestrator.wiring.game_days.following import Following
from dr_orchestrator.wiring.stopping import LOOK_EVERY_S, ask_to_stop, stop_runs

OPENING_S = 60.0
"""Real seconds for which a process that has begun a run is waited for to open it; then it is told as not known."""

_LATE = "the game day was aborted before its run began"


def abort(
    here: App,
    name: str,
    done: Abort,
    by: str = "",
    wait_s: float = 600.0,
    asked: Callable[[str], None] = lambda _: None,
) -> tuple[Record, Standing]:
    """Abort it, stop its runs and wait for them; called again it goes on with what an abort that died has left.

    `asked` is told each run whose process was asked to stop. A drill whose process has begun and opened no run in time
    is still starting in what is returned: should it open one, that ends at once.
    """
    following = Following(here, meant(here, name))
    _written(here, following, done, by)
    once = _once(asked)
    _opened(here, following, min(wait_s, OPENING_S), once)
    stop_runs(here, _under_way(following.look()), wait_s, once)
    return following.record, following.look()


def meant(here: App, name: str) -> str:
    """The game day that an abort by this name is about: of several of a plan the one with something left to stop."""
    named = [each for each in here.ledger.game_days.listed() if each.plan.name == name]
    for each in named:
        if each.started_at is not None and each.ended_at is None:
            return each.id
    return next((each.id for each in named if Following(here, each.id).look().open_drills), name)


def _written(here: App, following: Following, done: Abort, by: str) -> None:
    """Write the abort, unless somebody has: also in between."""
    if following.look().phase is Phase.ABORTED:
        return
    try:
        act(here, following.record.id, done, by)
    except UsageError:
        if following.look().phase is not Phase.ABORTED:
            raise


def _opened(here: App, following: Following, wait_s: float, asked: Callable[[str], None]) -> None:
    """Ask what is under way to stop, and so what comes while it is waited for each process that has begun its run."""
    give_up, told = here.machine.monotonic() + wait_s, set[str]()
    while True:
        standing = following.look()
        new = [each for each in _under_way(standing) if each not in told]
        told |= {*ask_to_stop(here, new, asked)[0]}
        late = [each for each in standing.drills if each.state is DrillState.STARTING and not each.begun]
        for each in late:
            lose(here, following.record, each.run, _LATE)
        opening = any(each.state is DrillState.STARTING for each in following.look().drills)
        if not opening or here.machine.monotonic() >= give_up:
            return
        here.machine.sleep(LOOK_EVERY_S)


def _under_way(of: Standing) -> list[str]:
    return [each.run for each in of.drills if each.state is DrillState.UNDER_WAY]


def _once(asked: Callable[[str], None]) -> Callable[[str], None]:
    """Tell of each run once."""
    told: set[str] = set()

    def tell(run: str) -> None:
        if run not in told:
            told.add(run)
            asked(run)

    return tell
