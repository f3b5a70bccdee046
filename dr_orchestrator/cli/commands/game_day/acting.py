"""The verbs while a game day is under way: join, deliver, met, note, decide, hold, resume."""

from __future__ import annotations

from datetime import datetime

import click

from dr_orchestrator.cli.commands.game_day.group import by_option, do, game_day, name_argument, reason_option
from dr_orchestrator.cli.selecting import instant_of

_inject = click.argument("inject", metavar="INJECT")
_text = click.argument("text", metavar="TEXT")
_occurred = click.option(
    "--occurred", metavar="TIME", help="When that was, with its zone, where it is written down later (default: now)."
)


@game_day.command()
@name_argument
@click.option("--mode", default="", metavar="TEXT", help="How: in the room, remote.")
@by_option
def join(name: str, mode: str, by: str) -> None:
    """Take part: it is kept who did, and how."""
    from dr_orchestrator.domain.game_day.acts import Join

    do(name, Join(mode), by)


@game_day.command()
@name_argument
@_inject
@click.option("--text", default="", metavar="TEXT", help="How it was delivered, or to whom.")
@by_option
def deliver(name: str, inject: str, text: str, by: str) -> None:
    """Say that INJECT was delivered; of one with a trigger, that it has happened."""
    from dr_orchestrator.domain.game_day.acts import Deliver

    do(name, Deliver(inject, text), by)


@game_day.command()
@name_argument
@_inject
@_text
@by_option
def met(name: str, inject: str, text: str, by: str) -> None:
    """Say what the players did on INJECT, where that is what was expected; else its contingency is due in time."""
    from dr_orchestrator.domain.game_day.acts import Respond

    do(name, Respond(inject, text), by)


@game_day.command()
@name_argument
@_text
@_occurred
@by_option
def note(name: str, text: str, occurred: str | None, by: str) -> None:
    """Add a line to the timeline, with its time and author; both times stand where it is written down later."""
    from dr_orchestrator.domain.game_day.acts import Note

    do(name, Note(text, _when(occurred)), by)


@game_day.command()
@name_argument
@_text
@reason_option
@_occurred
@by_option
def decide(name: str, text: str, reason: str, occurred: str | None, by: str) -> None:
    """Keep a decision."""
    from dr_orchestrator.domain.game_day.acts import Decide

    do(name, Decide(text, reason, _when(occurred)), by)


@game_day.command()
@name_argument
@reason_option
@by_option
def hold(name: str, reason: str, by: str) -> None:
    """Let its clock stand still, for a reason; drills that are under way go on."""
    from dr_orchestrator.domain.game_day.acts import Hold

    do(name, Hold(reason), by)


@game_day.command()
@name_argument
@by_option
def resume(name: str, by: str) -> None:
    """Let its clock go on."""
    from dr_orchestrator.domain.game_day.acts import Resume

    do(name, Resume(), by)


def _when(occurred: str | None) -> datetime | None:
    return None if occurred is None else instant_of("--occurred", occurred)
