"""The command on what has to be proven: due."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from dr_orchestrator.cli.output import json_option, print_json, stamp
from dr_orchestrator.cli.terminal.table import print_table
from dr_orchestrator.domain.counted import counted

if TYPE_CHECKING:
    from dr_orchestrator.domain.agenda import Appointment
    from dr_orchestrator.domain.programme import DueState
    from dr_orchestrator.wiring.calendar import Agenda


@click.command()
@click.option("--all", "every", is_flag=True, help="List the drills that are not due, too.")
@click.option("--overdue", is_flag=True, help="List only those whose period went by.")
@json_option
def due(every: bool, overdue: bool, as_json: bool) -> None:
    """List the drills that are due now, tier 0 first: what `dro quarterly` would run, why, and when it is planned.

    A drill is proven by runs on real AWS, as it is defined today; a simulated run proves nothing. It is overdue once a
    whole period went by after that in which it last passed, whatever came after that.
    """
    found = _agenda()
    of = {each.state.drill.name: each for each in found.appointments}
    shown = [each for each in found.states if each.due or every]
    shown = [each for each in shown if not overdue or _overdue(of.get(each.drill.name))]
    if as_json:
        print_json([_as_json(each, of.get(each.drill.name)) for each in shown])
        return
    if shown:
        zone = ZoneInfo(found.calendar.zone)
        columns = ("Tier", "Service", "Drill", "Due", "Planned", "Last proven", "Why")
        print_table(columns, (_row(each, of.get(each.drill.name), zone) for each in shown))
    late = sum(1 for each in found.appointments if each.overdue_since)
    many = len(found.appointments)
    told = f", {late} of them overdue" if late else ""
    click.echo(f"{many} of {counted(len(found.states), 'drill')} {'is' if many == 1 else 'are'} due{told}.")


def _agenda() -> Agenda:
    from dr_orchestrator.wiring.app import world
    from dr_orchestrator.wiring.calendar import agenda_of

    return agenda_of(world())


def _overdue(appointment: Appointment | None) -> bool:
    return appointment is not None and appointment.overdue_since is not None


def _row(state: DueState, appointment: Appointment | None, zone: ZoneInfo) -> tuple[str, ...]:
    drill = state.drill
    proof = state.last_proof or state.proven_at
    proven = f"{proof:%Y-%m-%d}" if proof else "never"
    return (
        str(drill.service.tier.number),
        drill.service.name,
        drill.name,
        _due(state, appointment),
        _planned(appointment, zone),
        proven,
        state.excluded or state.why,
    )


def _due(state: DueState, appointment: Appointment | None) -> str:
    if state.excluded:
        return "excluded"
    if not state.due or appointment is None:
        return f"{state.until:%Y-%m-%d}"
    return f"overdue since {appointment.overdue_since:%Y-%m-%d}" if appointment.overdue_since else "now"


def _planned(appointment: Appointment | None, zone: ZoneInfo) -> str:
    if appointment is None:
        return "-"
    if appointment.under_way:
        return "under way"
    if appointment.by_hand:
        return "by hand"
    return f"{appointment.slot.at.astimezone(zone):%Y-%m-%d %H:%M}" if appointment.slot else "no open day is left"


def _as_json(state: DueState, appointment: Appointment | None) -> dict[str, object]:
    drill = state.drill
    return {
        "drill": drill.name,
        "kind": drill.kind.value,
        "service": drill.service.name,
        "tier": drill.service.tier.number,
        "every": drill.every.value,
        "runs": drill.selection.runs,
        "due": state.due,
        "why": state.why,
        "excluded": state.excluded or None,
        "last_passed_at": stamp(state.last_proof),
        "proven_at": state.proven_at.isoformat().replace("+00:00", "Z") if state.proven_at else None,
        "due_again_at": None if state.due else state.until.isoformat().replace("+00:00", "Z"),
        "overdue_since": stamp(appointment.overdue_since if appointment else None),
        "planned_at": stamp(appointment.slot.at if appointment and appointment.slot else None),
    }
