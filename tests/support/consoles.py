"""Consoles of a game day to try with: worlds on a ledger of their own, and a day that stands as far as is wanted."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from textual.pilot import Pilot
from textual.widgets import Static

from dr_orchestrator.cli.console.app import Console
from dr_orchestrator.cli.console.hands import Hands
from dr_orchestrator.domain.game_day.acts import PersonAct
from dr_orchestrator.domain.game_day.log import Entry
from dr_orchestrator.domain.game_day.plan import GameDay
from dr_orchestrator.settings import Pace, Settings
from dr_orchestrator.wiring import App
from tests.support import workspace
from tests.support.fakes import FakeClock
from tests.support.game_days import BEGAN, MINUTE, PLAN, STARTED, replace_plan

GAME_DAY = "gd-1"
SMALL = (80, 24)
TRIES = 3000
Play = Callable[[Console, Pilot[None]], Awaitable[None]]


def world(home: Path, url: str = "", machine: FakeClock | None = None) -> App:
    """A world of a workspace of its own; `url` is its ledger's where it shares one."""
    made = workspace.write(home)
    chosen = Settings(made.home, url or made.database_url, Pace(), made.bundled)
    clock = FakeClock(BEGAN + 10 * MINUTE)
    return App(chosen, clock, machine=machine) if machine else App(chosen, clock)


def played(
    here: App, acts: Sequence[tuple[PersonAct, str]] = STARTED, plan: GameDay = PLAN, simulated: bool = False
) -> App:
    """The same, with a game day in its ledger that stands so."""
    here.ledger.game_days.take_plan(plan, GAME_DAY, acts[0][1], BEGAN, simulated=simulated)
    for minute, (act, by) in enumerate(acts[1:], 1):
        here.ledger.game_days.act(GAME_DAY, replace_plan(act, plan), by, BEGAN + minute * MINUTE)
    return here


def console(here: App, by: str, made: type[Hands] = Hands) -> Console:
    """Its console, for somebody."""
    hands = made(here, GAME_DAY, by)
    return Console(hands, hands.look())


def held(app: Console, play: Play, size: tuple[int, int] = SMALL) -> None:
    """Hold a console, and do as it is played."""

    async def go() -> None:
        async with app.run_test(size=size) as pilot:
            await pilot.pause()
            await play(app, pilot)

    asyncio.run(go())


async def until(pilot: Pilot[None], what: Callable[[], bool]) -> None:
    """Let the console go on until that is so."""
    for _ in range(TRIES):
        if what():
            return
        await pilot.pause(0.01)
    raise AssertionError("it never came so")


async def fill(pilot: Pilot[None], key: str, *lines: str) -> None:
    """Press a key, and fill its form line by line; each `>` at the beginning of a line goes to the next choice."""
    await pilot.press(key)
    await pilot.pause()
    for each in lines:
        text = each.lstrip(">")
        await pilot.press(*["down"] * (len(each) - len(text)), *text, "enter")
        await pilot.pause()


async def closed(app: Console, pilot: Pilot[None]) -> None:
    """Wait until the form is gone, for what it asked for is in the ledger."""
    await until(pilot, lambda: len(app.screen_stack) == 1)


def entries(here: App, after: int = 0) -> list[Entry]:
    """What the ledger holds."""
    return here.ledger.game_days.entries_after(GAME_DAY, after)


def shown(app: Console, *names: str) -> str:
    """What panes show, in words."""
    found = names or ("head", "banner", "next-text", "injects-text", "people-text", "log-text", "keys")
    return "\n".join(str(app.screen_stack[0].query_one(f"#{name}", Static).content) for name in found)


def lines_of(app: Console) -> str:
    """What stands on the terminal, as its letters alone."""
    strips = app.screen._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in strip) for strip in strips)


async def drawn(app: Console, pilot: Pilot[None], word: str) -> None:
    """Wait until that stands on the terminal: a pane may be drawn before another."""
    for _ in range(TRIES):
        if word in lines_of(app):
            return
        await pilot.pause(0.01)
    raise AssertionError(f"{word!r} was never drawn in:\n{lines_of(app)}")
