"""Commands for runs that were interrupted: resume, abort, sweep."""

from __future__ import annotations

import getpass
import socket
import time
from typing import TYPE_CHECKING

import click

from dr_orchestrator.cli.output import exit_code, json_option, print_json
from dr_orchestrator.domain.objective import format_duration
from dr_orchestrator.errors import Exit

if TYPE_CHECKING:
    from dr_orchestrator.wiring.sweeping import Stray, Swept

LOOK_EVERY_S = 0.5


@click.command()
@click.argument("name", metavar="RUN")
@json_option
def resume(name: str, as_json: bool) -> int:
    """Go on with a run whose process died: what passed is not done again, restores under way are adopted."""
    from dr_orchestrator import prefect_runner, wiring
    from dr_orchestrator.cli.progress import following
    from dr_orchestrator.cli.running import minding_leftovers, print_runs, stopping_on_signals

    here = wiring.world()
    with minding_leftovers(here), stopping_on_signals(here), following(here), wiring.resuming(name) as recorded:
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
            rows = [row for row in run.copies if row.state not in sweeping.SETTLED]
            swept += [sweeping.Swept(row.copy, row.state, here.clock.now() - row.intended_at) for row in rows]
            continue
        step = next((step.name for step in run.steps if step.outcome is None), "between two steps")
        swept += sweeping.sweep_run(here, run, f"its process died at '{step}'; swept")
        if not as_json:
            click.echo(f"Run {name} of {run.header.drill}: swept.")
    strays = sweeping.strays(here)
    if as_json:
        print_json(_as_json(len(dead), swept, strays))
    else:
        _print(len(dead), swept, strays, dry_run)
    return Exit.LEFTOVERS if strays or any(not each.gone for each in swept) else Exit.PASSED


def _print(dead: int, swept: list[Swept], strays: list[Stray], dry_run: bool) -> None:
    for each in swept:
        told = f", {each.why}" if each.why else ""
        click.echo(
            f"  {each.copy.type} {each.copy.id}: {each.state}, {format_duration(each.age)} after its intent{told}"
        )
    for stray in strays:
        click.echo(
            f"  {stray.type} {stray.id} wears the tag of run {stray.run}, but the ledger does not ask for its end"
        )
    if strays:
        click.echo("  What the ledger does not hold is never deleted: look at it, and delete it by hand.")
    left = sum(1 for each in swept if not each.gone)
    verb = "would be swept" if dry_run else "swept"
    click.echo(f"{dead} dead runs and {len(swept)} copies {verb}; {left} still there, {len(strays)} strays.")


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
            }
            for each in swept
        ],
        "strays": [{"type": each.type.value, "id": each.id, "run": each.run, "region": each.region} for each in strays],
    }
