"""Commands for runs that were interrupted: resume, abort, sweep."""

from __future__ import annotations

import getpass
import socket
import time
from typing import TYPE_CHECKING

import click

from dr_orchestrator.cli.output import cost_json, exit_code, json_option, print_json, say
from dr_orchestrator.cli.terminal.notices import NO_AWS, held, plain, warn_of_pace
from dr_orchestrator.domain.objective import format_duration
from dr_orchestrator.domain.run import SETTLED
from dr_orchestrator.errors import DroError, Exit

if TYPE_CHECKING:
    from dr_orchestrator.wiring.sweeping import Stray, Swept
    from dr_orchestrator.wiring.world import World

LOOK_EVERY_S = 0.5


@click.command()
@click.argument("name", metavar="RUN")
@json_option
def resume(name: str, as_json: bool) -> int:
    """Go on with a run whose process died: what passed is not done again, restores under way are adopted."""
    from dr_orchestrator import prefect_runner, wiring
    from dr_orchestrator.cli.running import minding_leftovers, print_runs, stopping_on_signals
    from dr_orchestrator.cli.terminal.progress import following

    here = wiring.world()
    warn_of_pace(here)
    recorded = here.ledger.queries.run(name)
    shown = following(here, resumed=recorded.header.id)
    with minding_leftovers(here), stopping_on_signals(here), shown, wiring.resuming(recorded.header.id):
        run = prefect_runner.run_drill(recorded.header.drill)
    done = [here.ledger.queries.run(run)]
    print_runs(here, done, as_json)
    return exit_code(done)


@click.command()
@click.argument("name", metavar="RUN")
@click.option(
    "--wait", type=click.IntRange(0), default=600, show_default=True, help="Real seconds to wait for its end."
)
def abort(name: str, wait: int) -> int:
    """Stop a run, wherever it is driven: nothing more is started, its copies are taken down, the evidence is kept."""
    from dr_orchestrator import wiring
    from dr_orchestrator.wiring import sweeping

    here = wiring.world()
    run = here.ledger.queries.run(name)
    if run.closing is not None:
        click.echo(f"Run {run.header.id} is closed already: {run.closing.verdict}, clean-up {run.closing.cleanup}.")
        return exit_code([run])
    who = f"{getpass.getuser()}@{socket.gethostname()}"
    here.ledger.leases.ask_to_abort(run.header.id, who)
    give_up = time.monotonic() + wait
    if sweeping.alive(here, run.header.id):
        click.echo("Asked the process that drives it to stop; it cleans up first.", err=True)
    while sweeping.alive(here, run.header.id) and time.monotonic() < give_up:
        time.sleep(LOOK_EVERY_S)
    run = here.ledger.queries.run(run.header.id)
    if run.closing is None and not sweeping.alive(here, run.header.id):
        sweeping.sweep_run(here, run, "its process is gone, and its copies were taken down by `dro abort`")
        run = here.ledger.queries.run(run.header.id)
    told = f"{run.closing.verdict}, clean-up {run.closing.cleanup}" if run.closing else "not ended yet"
    click.echo(f"Run {run.header.id}: {told}.")
    return exit_code([run])


@click.command()
@click.option("--dry-run", is_flag=True, help="Only tell what would be taken down.")
@json_option
def sweep(dry_run: bool, as_json: bool) -> int:
    """Finish what died: close dead runs, take down what they and others left, report what wears our tag."""
    from dr_orchestrator import wiring
    from dr_orchestrator.wiring import sweeping

    here = wiring.world()
    dead, resistant = sweeping.dead_runs(here), sweeping.resistant_runs(here)
    swept: list[Swept] = []
    for run in [*dead, *resistant]:
        name = run.header.id
        if dry_run:
            rows = [row for row in run.copies if row.state not in SETTLED]
            for row in rows:
                age, cost = here.clock.now() - row.intended_at, sweeping.cost_so_far(here, run, row)
                swept.append(sweeping.Swept(row.copy, row.state, age, cost=cost))
            continue
        step = next((step.name for step in run.steps if step.outcome is None), "between two steps")
        of_run = sweeping.sweep_run(here, run, f"its process died at '{step}'; swept")
        swept += of_run
        if not as_json:
            say(f"Run {name} of {run.header.drill}: {_told(of_run)}.")
    closed = [] if dry_run else sweeping.close_exercises(here)
    strays, unlisted = _strays(here)
    if closed and not as_json:
        click.echo(f"Exercises closed, whose process had died: {', '.join(closed)}.")
    under_lease = _under_lease(here)
    if as_json:
        print_json({**_as_json(len(dead), swept, strays), "strays_unknown": unlisted, "under_lease": under_lease})
    else:
        _print(len(dead), swept, strays, dry_run)
        for run_id, told in under_lease.items():
            say(f"  Run {run_id} is {told}: if that process is dead, sweep again then.")
        if unlisted:
            say(f"  Whether there are strays is not known: {plain(unlisted)}\n  → {NO_AWS}")
    if strays or any(not each.gone for each in swept):
        return Exit.LEFTOVERS
    return Exit.INCONCLUSIVE if unlisted else Exit.PASSED


def _told(swept: list[Swept]) -> str:
    left = [each for each in swept if not each.gone]
    if not left:
        return "swept"
    return (
        f"NOT swept, {len(left)} of {len(swept)} copies may still be there: {plain(left[0].why) or 'not proven gone'}"
    )


def _strays(here: World) -> tuple[list[Stray], str]:
    """The strays, or why they cannot be listed: that must not hide what became of the known copies."""
    from dr_orchestrator.wiring import sweeping

    try:
        return sweeping.strays(here), ""
    except DroError as error:
        return [], error.message


def _under_lease(here: World) -> dict[str, str]:
    """Open runs that no sweep touches yet, for a process drives them or died only just now."""
    from dr_orchestrator.wiring import sweeping

    runs = [run.header.id for run in here.ledger.queries.open_runs() if sweeping.alive(here, run.header.id)]
    leases = {run: here.ledger.leases.lease(run) for run in runs}
    return {run: held(lease) for run, lease in leases.items() if lease is not None}


def _print(dead: int, swept: list[Swept], strays: list[Stray], dry_run: bool) -> None:
    for each in swept:
        told = f", cost so far {plain(str(each.cost))}" if each.cost and not each.gone else ""
        told += f", {plain(each.why)}" if each.why else ""
        say(f"  {each.copy.type} {each.copy.id}: {each.state}, {_age(each)}{told}")
    for stray in strays:
        click.echo(
            f"  {stray.type} {stray.id} wears the tag of run {stray.run}, but the ledger does not ask for its end"
        )
    if strays:
        click.echo("  What the ledger does not hold is never deleted: look at it, and delete it by hand.")
    left = sum(1 for each in swept if not each.gone)
    done = f"would be closed, {left} copies swept" if dry_run else f"closed, {len(swept) - left} copies swept"
    still = "" if dry_run else f", {left} may still be there"
    click.echo(f"{_count(dead, 'dead run')} {done}{still}, {_count(len(strays), 'stray')} seen.")


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _age(each: Swept) -> str:
    """How long after its intent; a lab that was started again has set its clock back."""
    if each.age.total_seconds() < 0:
        return "age unknown: the clock went back"
    return f"{format_duration(each.age)} after its intent"


def _as_json(dead: int, swept: list[Swept], strays: list[Stray]) -> dict[str, object]:
    return {
        "dead_runs": dead,
        "copies": [
            {
                "type": each.copy.type.value,
                "id": each.copy.id,
                "run": each.copy.run,
                "state": each.state.value,
                "age_s": each.age.total_seconds(),
                "why": each.why,
                "cost": cost_json(each.cost) if each.cost else None,
            }
            for each in swept
        ],
        "strays": [{"type": each.type.value, "id": each.id, "run": each.run, "region": each.region} for each in strays],
    }
