"""The verb that holds a game day in the terminal: console."""

from __future__ import annotations

from dr_orchestrator.cli.commands.game_day.group import by_option, game_day, name_argument


@game_day.command()
@name_argument
@by_option
def console(name: str, by: str) -> None:
    """Hold it in this terminal: clocks, next inject, timeline, people, drills, and a key for each verb.

    Several may be open at once, on several machines: each shows what all did. Leaving changes nothing, and opened again
    it shows how it stands. It needs the extra `console`.
    """
    from dr_orchestrator import wiring
    from dr_orchestrator.cli.console.opening import open_console

    open_console(wiring.world(), name, by)
