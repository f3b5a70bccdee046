"""The options that ask for a recovery point, the same for every command that chooses one."""

from __future__ import annotations

import functools
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from dr_orchestrator.errors import UsageError

if TYPE_CHECKING:
    from dr_orchestrator.domain.drill import Selection

MANY = 1000
_OPTIONS = (
    click.option("--at", metavar="INSTANT", help="Restore to this instant, such as 2026-11-20T09:00:00Z."),
    click.option("--before", metavar="INSTANT", help="Restore to the last instant before an incident."),
    click.option("--oldest", is_flag=True, help="Restore the oldest recovery point: the edge of the retention."),
    click.option(
        "--random", "draws", type=click.IntRange(1, MANY), help="Restore so many random points, each in a run."
    ),
)


def selecting(command: Callable[..., int]) -> Callable[..., int]:
    """Give a command these options, as its parameter `selection`: None where nothing is asked for."""

    @functools.wraps(command)
    def asked(*args: Any, at: str | None, before: str | None, oldest: bool, draws: int | None, **others: Any) -> int:
        return command(*args, selection=_selection(at, before, oldest, draws), **others)

    for option in reversed(_OPTIONS):
        asked = option(asked)
    return asked


def _selection(at: str | None, before: str | None, oldest: bool, draws: int | None) -> Selection | None:
    """The recovery point that the options ask for; None where they say nothing."""
    from dr_orchestrator.domain.drill import Pick, Selection

    options = {"--at": at, "--before": before, "--oldest": oldest or None, "--random": draws}
    asked = [name for name, given in options.items() if given is not None]  # an empty one is a mistake, not nothing
    if len(asked) > 1:
        raise UsageError(f"{' and '.join(asked)} exclude each other", "keep one of them")
    if at is not None or before is not None:
        return Selection(Pick.BEFORE if at is None else Pick.AT, instant_of(asked[0], at or before or ""))
    if draws:
        return Selection(Pick.RANDOM, runs=draws)
    return Selection(Pick.OLDEST) if oldest else None


def instant_of(option: str, text: str) -> datetime:
    """The instant that an option names, in UTC; UsageError where that is none, or has no time or zone."""
    try:
        instant = datetime.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"{option} {text}: not an instant", "write it like 2026-11-20T09:00:00Z") from error
    if instant.tzinfo is None and len(text) == len("2026-11-20"):
        raise UsageError(f"{option} {text}: has no time of day", f"write it like {text}T09:00:00Z")
    if instant.tzinfo is None:
        raise UsageError(f"{option} {text}: has no time zone", f"write {text}Z for UTC, or {text}+01:00")
    return instant.astimezone(UTC)
