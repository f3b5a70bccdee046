"""The calendar of tiers.yaml -> the domain's, with the public holidays of its country."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, time, timedelta

from dr_orchestrator.catalog.shapes.calendar import Calendar as Written
from dr_orchestrator.domain.calendar import Calendar, Freeze, Holidays

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def calendar(written: Written | None, places: Mapping[int, str]) -> Calendar:
    """The calendar that is declared, else the usual one; `places` tell where each freeze is written."""
    if written is None:
        return Calendar()
    window = written.window
    freezes = (
        Freeze(each.since, each.until, each.reason, places.get(index, "")) for index, each in enumerate(written.freezes)
    )
    return Calendar(
        zone=window.timezone,
        weekdays=frozenset(map(_DAYS.index, window.days)),
        opens=time.fromisoformat(window.since),
        closes=closing(window.until),
        country=written.holidays or "",
        holidays=holidays_of(written.holidays) if written.holidays else Calendar().holidays,
        freezes=tuple(freezes),
        spread=written.spread,
        a_day=written.a_day,
        again_after=written.again_after,
        cadence={int(tier): every for tier, every in written.cadence.items()},
    )


def closing(until: str) -> timedelta:
    """How long after a day's midnight a window of that end closes."""
    hour, minute = map(int, until.split(":"))
    return timedelta(hours=hour, minutes=minute)


def unknown(country: str) -> str:
    """The message about a country, or a part of one, whose holidays nobody knows; empty where they are known."""
    import holidays

    code, _, part = country.partition("-")
    known = holidays.list_supported_countries()
    if code not in known:
        return f"the holidays of '{code}' are not known"
    if part and part not in known[code]:
        return f"'{part}' is no part of {code} that has holidays of its own"
    return ""


def holidays_of(country: str) -> Holidays:
    """The public holidays of a country, or of a part of one (`DE-BY`), by their names."""
    import holidays

    code, _, part = country.partition("-")
    known = holidays.country_holidays(code, subdiv=part or None, language="en_US")

    def named(day: date) -> str:
        return str(known.get(day) or "")

    return named
