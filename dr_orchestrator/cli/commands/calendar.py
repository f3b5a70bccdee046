"""The command on when drills are to start: calendar."""

from __future__ import annotations

import os
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from dr_orchestrator.cli.output import json_option, print_json, stamp
from dr_orchestrator.cli.terminal.table import print_table
from dr_orchestrator.domain.counted import counted
from dr_orchestrator.errors import UsageError

if TYPE_CHECKING:
    from dr_orchestrator.domain.agenda import Entry
    from dr_orchestrator.domain.calendar import Calendar
    from dr_orchestrator.wiring.calendar import Agenda

_QUARTER = 92


@click.command()
@click.option("--days", type=click.IntRange(1, 366), default=_QUARTER, show_default=True, help="How far ahead to look.")
@click.option("--ics", type=click.Path(dir_okay=False, path_type=Path), help="Write an iCalendar feed (- for stdout).")
@json_option
def calendar(days: int, ics: Path | None, as_json: bool) -> None:
    """List when drills are to start: each once in its period, on business days, within their window.

    Tiers, windows, holidays and freezes are those of `calendar` in tiers.yaml. What is planned stays as it is while its
    period lasts; what was missed, or did not pass, is caught up on. `dro quarterly --scheduled` runs what is to start.
    """
    from dr_orchestrator.domain.agenda import entries
    from dr_orchestrator.wiring.app import world
    from dr_orchestrator.wiring.calendar import agenda_of

    found = agenda_of(world())
    until = found.now + timedelta(days=days)
    shown = [
        each
        for each in entries(found.planned, found.appointments, found.now)
        if each.slot.at < until and each.slot.window.end > found.now
    ]
    if ics is not None and as_json:
        raise UsageError("--ics and --json exclude each other", "leave out either")
    if ics is not None:
        _write(ics, shown, found.now)
    elif as_json:
        print_json({**_about(found), "entries": [_as_json(each) for each in shown], "without_day": _without(found)})
    else:
        _print(found, shown, until)
    for each in _without(found):
        told = f"{each['drill']}: no open day is left for it {each['when']}; see `calendar` in tiers.yaml"
        click.echo(told, err=True)


def _write(ics: Path, shown: list[Entry], now: datetime) -> None:
    from dr_orchestrator.reporting.calendar import feed

    written = feed(shown, now)
    if str(ics) == "-":
        click.echo(written, nl=False)
        return
    _replace(ics, written)
    click.echo(f"Wrote {counted(len(shown), 'event')} to {ics}.")


def _replace(file: Path, written: bytes) -> None:
    """Write a file whole, or leave it as it was: whoever subscribes to it reads no half of it."""
    beside = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        beside.write_bytes(written)
        beside.replace(file)
    except OSError as wrong:
        beside.unlink(missing_ok=True)
        raise UsageError(
            f"{file}: cannot be written: {wrong.strerror}", "name a file in a folder that is there"
        ) from None


def _print(found: Agenda, shown: list[Entry], until: datetime) -> None:
    zone = ZoneInfo(found.calendar.zone)
    if shown:
        columns = ("Start", "Tier", "Service", "Drill", "Every", "Status")
        print_table(columns, (_row(each, zone) for each in shown))
    for told in _closed(found.calendar, found.now.astimezone(zone).date(), until.astimezone(zone).date()):
        click.echo(told)
    for each in found.appointments:
        if each.under_way:
            click.echo(f"{each.state.drill.name} is under way.")
        elif each.by_hand:
            click.echo(f"{each.state.drill.name} is due, and on production: a person starts it, by `dro approve`.")
    click.echo(f"{counted(len(shown), 'start')} until {until.astimezone(zone):%Y-%m-%d}, {_hours(found.calendar)}.")


def _row(entry: Entry, zone: ZoneInfo) -> tuple[str, ...]:
    slot, drill = entry.slot, entry.slot.drill
    status = str(entry.status)
    if entry.overdue_since:
        status += f", overdue since {entry.overdue_since:%Y-%m-%d}"
    start = f"{slot.at.astimezone(zone):%a %Y-%m-%d %H:%M}"
    return start, str(drill.service.tier.number), drill.service.name, drill.name, drill.every.value, status


def _hours(calendar: Calendar) -> str:
    closes = f"{calendar.closes // timedelta(hours=1):02}:{calendar.closes // timedelta(minutes=1) % 60:02}"
    of = f", without holidays of {calendar.country}" if calendar.country else ", holidays included: none are declared"
    return f"between {calendar.opens:%H:%M} and {closes} {calendar.zone}{of}"


def _closed(calendar: Calendar, first: date, last: date) -> list[str]:
    """The holidays that fall on days that would be open, and the freezes, of some days."""
    freezes = [
        f"Frozen from {each.first} to {each.last}: {each.reason}"
        for each in calendar.freezes
        if each.first <= last and each.last >= first
    ]
    days = (first + timedelta(days=ahead) for ahead in range((last - first).days + 1))
    open_days = (day for day in days if day.weekday() in calendar.weekdays)
    return freezes + [f"Holiday on {day}: {name}" for day in open_days if (name := calendar.holidays(day))]


def _without(found: Agenda) -> list[dict[str, str]]:
    """The drills that no open day is left for, and in which period."""
    now = [each.state for each in found.appointments if each.slot is None and not (each.under_way or each.by_hand)]
    left = [{"drill": each.drill.name, "when": f"before {each.until:%Y-%m-%d}"} for each in now]
    later = [(drill, began) for drill, began in found.planned.without if began > found.now]
    return left + [
        {"drill": drill.name, "when": f"in the {drill.every} from {began:%Y-%m-%d}"} for drill, began in later
    ]


def _about(found: Agenda) -> dict[str, object]:
    calendar = found.calendar
    return {"now": stamp(found.now), "timezone": calendar.zone, "holidays": calendar.country or None}


def _as_json(entry: Entry) -> dict[str, object]:
    slot, drill = entry.slot, entry.slot.drill
    return {
        "drill": drill.name,
        "service": drill.service.name,
        "tier": drill.service.tier.number,
        "every": drill.every.value,
        "status": entry.status.value,
        "start_at": stamp(slot.at),
        "window": {"opens_at": stamp(slot.window.start), "closes_at": stamp(slot.window.end)},
        "period": {"from": stamp(slot.began), "until": stamp(slot.until)},
        "overdue_since": stamp(entry.overdue_since),
    }
