"""The log of a game day in words: one line an entry, in which nothing that somebody wrote is obeyed by a terminal."""

from __future__ import annotations

from datetime import timedelta

from dr_orchestrator.cli.output import visible
from dr_orchestrator.domain.game_day.log import Entry, Kind
from dr_orchestrator.domain.game_day.plan import GameDay
from dr_orchestrator.reporting.game_day.timeline import words


def plain(text: object) -> str:
    """A text in one line, with each control character written out."""
    return visible(" ".join(str(text).split()))


def clock(span: timedelta) -> str:
    """A span as a clock shows it: hours, minutes, seconds; days are hours, too."""
    minutes, seconds = divmod(int(span.total_seconds()), 60)
    return f"{minutes // 60:02}:{minutes % 60:02}:{seconds:02}"


def line(plan: GameDay, entry: Entry) -> str:
    """The words of an entry, without its time and its author; of an inject what it was, too."""
    inject = plan.inject(entry.told["inject"]) if entry.kind is Kind.DELIVERED else None
    return plain(words(entry) + (f" · {inject.content}" if inject else ""))
