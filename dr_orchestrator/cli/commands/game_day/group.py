"""The group `dro game-day`, and what its verbs share: who acts, and the line that tells how it stands now."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from dr_orchestrator.cli.output import hang

if TYPE_CHECKING:
    from dr_orchestrator.domain.game_day.acts import PersonAct
    from dr_orchestrator.domain.game_day.record import Record
    from dr_orchestrator.domain.game_day.standing import Standing
    from dr_orchestrator.ledger.game_days import Added

by_option = click.option("--by", default="", metavar="NAME", help="Who acts (default: DRO_OPERATOR, else the user).")
name_argument = click.argument("name", metavar="NAME")
reason_option = click.option("--reason", default="", metavar="TEXT", help="Why.")


@click.group("game-day")
def game_day() -> None:
    """Hold a game day: plan, approve, go/no-go, start, log, drills, ratings, abort, after-action record.

    FILE is a file of drills/game-days, or its name. NAME is a game day's id, the beginning of one, or the name of its
    file, of which the newest is meant. Who acts is named with --by; roles decide who may do what.
    """


def do(name: str, done: PersonAct, by: str) -> Added:
    """Add what somebody does, and tell how it stands now."""
    from dr_orchestrator import wiring
    from dr_orchestrator.reporting.game_day.timeline import words
    from dr_orchestrator.wiring.game_days.acting import act

    added = act(wiring.world(), name, done, by)
    tell(added.record, added.standing, f"{added.entry.by}: {words(added.entry)}")
    return added


def do_by_plan(file: str, done: PersonAct | None, by: str) -> Added:
    """Add what somebody does (None: approves) by the plan as its file says it now; both or neither is written."""
    from dr_orchestrator import wiring
    from dr_orchestrator.domain.game_day.acts import Approve
    from dr_orchestrator.reporting.game_day.timeline import words
    from dr_orchestrator.wiring.game_days.acting import act_by_plan
    from dr_orchestrator.wiring.game_days.declaring import plan_of

    here = wiring.world()
    plan = plan_of(here, file)
    added = act_by_plan(here, plan, done or Approve(plan.digest), by)
    tell(added.record, added.standing, f"{added.entry.by}: {words(added.entry)}")
    return added


def tell(record: Record, of: Standing, what: str) -> None:
    """Print what was added, the phase and the clock, and what is next."""
    from dr_orchestrator.domain.game_day.schedule import due
    from dr_orchestrator.domain.objective import format_duration

    seeded = " (seeded: it was never held)" if record.seeded else ""
    stamp = f"SIMULATED{seeded}, no evidence: " if record.simulated else ""
    clock = f", {format_duration(of.net)} on its clock" if of.started else ""
    hang(f"{record.id}  ", f"{stamp}{of.phase}{clock}. {what}")
    for each in due(of):
        hang("  due  ", f"{each.inject.name}: {each.inject.content}")
