"""The words that all of a made-up history of people carries, and when in a quarter it is said to have been."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from dr_orchestrator.domain.quarter.span import Quarter

TITLE = "(seeded history)"
"""Behind each title, so that no page and no list shows one without it."""

_DAY = timedelta(days=1)


def titled(title: str) -> str:
    """A title that says so."""
    return f"{title} {TITLE}"


def wednesday(quarter: Quarter, after: int = 0, hour: int = 9) -> datetime:
    """The second Wednesday of a quarter's second month, or so many weeks after it."""
    day = date(quarter.year, quarter.number * 3 - 1, 8)
    whole = datetime(day.year, day.month, day.day, hour, tzinfo=UTC)
    return whole + _DAY * ((2 - day.weekday()) % 7 + 7 * after)
