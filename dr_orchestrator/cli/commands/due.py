"""The command on what has to be proven: due."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from dr_orchestrator.cli.output import json_option, print_json
from dr_orchestrator.cli.terminal.table import print_table
from dr_orchestrator.domain.counted import counted
from dr_orchestrator.errors import UsageError

if TYPE_CHECKING:
    from dr_orchestrator.domain.programme import DueState


@click.command()
@click.option("--all", "every", is_flag=True, help="List the drills that are not due, too.")
@json_option
def due(every: bool, as_json: bool) -> None:
    """List the drills that are due now, tier 0 first: what `dro quarterly` would run, and why.

    A drill is proven by runs on real AWS, as it is defined today; a simulated run proves nothing.
    """
    found = _states()
    shown = [each for each in found if each.due or every]
    if as_json:
        print_json([_as_json(each) for each in shown])
        return
    if shown:
        print_table(("Tier", "Service", "Drill", "Due", "Last proven", "Why"), map(_row, shown))
    many = sum(each.due for each in found)
    click.echo(f"{many} of {counted(len(found), 'drill')} {'is' if many == 1 else 'are'} due.")


def _states() -> list[DueState]:
    from dr_orchestrator.domain.programme import due_states, proofs_wanted
    from dr_orchestrator.wiring.app import world

    here = world()
    drills = here.catalogue.drills
    if not drills:
        raise UsageError("no drill is declared", f"declare some in {here.settings.drills}")
    queries = here.ledger.queries
    proven, newest = queries.last_green(proofs_wanted(drills.values())), queries.newest_real(drills)
    return due_states(drills.values(), proven, here.clock.now(), newest)


def _row(state: DueState) -> tuple[str, ...]:
    drill = state.drill
    due_on = "now" if state.due else f"{state.until:%Y-%m-%d}"
    proven = f"{state.proven_at:%Y-%m-%d}" if state.proven_at else "never"
    return str(drill.service.tier.number), drill.service.name, drill.name, due_on, proven, state.why


def _as_json(state: DueState) -> dict[str, object]:
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
        "proven_at": state.proven_at.isoformat().replace("+00:00", "Z") if state.proven_at else None,
        "due_again_at": None if state.due else state.until.isoformat().replace("+00:00", "Z"),
    }
