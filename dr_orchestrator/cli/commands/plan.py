"""The command that looks before anything is done: plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from dr_orchestrator.cli.output import cost_json, hang, json_option, print_json
from dr_orchestrator.cli.selecting import selecting
from dr_orchestrator.cli.terminal.notices import NO_AWS, plain, warn_of_pace
from dr_orchestrator.cli.terminal.table import print_table
from dr_orchestrator.domain.counted import counted
from dr_orchestrator.errors import Exit, UsageError

if TYPE_CHECKING:
    from dr_orchestrator.domain.drill import Selection
    from dr_orchestrator.wiring.planning.plan import Plan


@click.command()
@click.argument("names", nargs=-1, metavar="[NAME...]")
@selecting
@json_option
def plan(names: tuple[str, ...], selection: Selection | None, as_json: bool) -> int:
    """Look, read-only, what the drills named (or all) would do, and whether they could. Nothing is created.

    Without an option each would take the recovery point that its drill declares.
    """
    from dr_orchestrator import wiring
    from dr_orchestrator.wiring.planning.plan import plan as look

    here = wiring.world()
    warn_of_pace(here)
    chosen = list(dict.fromkeys(names)) or list(here.catalogue.drills)
    if not chosen:
        raise UsageError("no drill is declared", f"declare some in {here.settings.drills}")
    with wiring.choosing(selection):
        plans = [look(here, name) for name in chosen]
    if as_json:
        print_json([_as_json(each) for each in plans])
    else:
        for each in plans:
            _print(each)
        stuck = [each.drill.name for each in plans if each.blockers]
        click.echo(f"{len(plans) - len(stuck)} of {counted(len(plans), 'drill')} could run; nothing was created.")
        if stuck and len(plans) > 1:
            click.echo(f"These could not, for the obstacles above: {', '.join(stuck)}.")
    return Exit.INCONCLUSIVE if any(each.blockers for each in plans) else Exit.PASSED


def _print(plan: Plan) -> None:
    drill = plan.drill
    where = f"{drill.resource.region}, account {plan.account or '?'}"
    hang(f"{drill.name}  ", f"({drill.kind} of {drill.resource.id}, {where})")
    promise = drill.objective
    whole = f", hydration {promise.hydration}" if promise.hydration else ""
    promised = f"RTO {promise.rto or 'no target'}, RPO {promise.rpo or 'no target'}{whole}"
    hang("  held to    ", f"{promised} ({promise.source})")
    if (on := plan.drill.production) is not None:
        back = "and back" if on.returns else "and leaves it there"
        hang(
            "  interrupts ", f"PRODUCTION: fails {plan.drill.resource.id} over {back}; a client writes into {on.table}"
        )
    for line in plan.creates:
        hang("  creates    ", f"{line}, and deletes it")
    for line in plan.looks_at:
        hang("  looks at   ", line)
    hang("  costs      ", str(plan.cost))
    print_table(("  Look", "Outcome", "Seen"), _rows(plan))
    for blocker in plan.preflight.blockers:
        hang("  OBSTACLE   ", plain(blocker.words))
        if blocker.hint:
            hang("             → ", plain(blocker.hint))
    if not plan.account:
        hang("             → ", NO_AWS)
    click.echo()


def _rows(plan: Plan) -> list[tuple[str, str, str]]:
    """Looks that met the same wall say so, and the wall is told once."""
    first: dict[str, str] = {}
    rows = []
    for look in plan.preflight.looks:
        met = first.setdefault(look.words, look.name) if look.stops else look.name
        words = look.words if met == look.name else f"as for {met}"
        rows.append((f"  {look.name}", look.outcome.value, plain(words)))
    return rows


def _as_json(plan: Plan) -> dict[str, object]:
    return {
        "drill": plan.drill.name,
        "kind": plan.drill.kind.value,
        "account": plan.account,
        "region": plan.drill.resource.region,
        "creates": plan.creates,
        "looks_at": plan.looks_at,
        "looks": [
            {
                "name": look.name,
                "outcome": look.outcome.value,
                "stops": look.stops,
                "words": look.words,
                "hint": look.hint,
            }
            for look in plan.preflight.looks
        ],
        "seen": plan.seen,
        "recovery_points": [point.id for point in plan.recovery_points],
        "expected_s": plan.expected.total_seconds() if plan.expected else None,
        "cost": cost_json(plan.cost),
        "obstacles": plan.blockers,
    }
