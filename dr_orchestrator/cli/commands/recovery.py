"""Commands for one run that was interrupted: resume, abort."""

from __future__ import annotations

import click

from dr_orchestrator.cli.output import json_option
from dr_orchestrator.cli.terminal.notices import warn_of_pace
from dr_orchestrator.domain.outline import exit_code

ASKED = "Asked the process that drives it to stop; it cleans up first."


@click.command()
@click.argument("name", metavar="RUN")
@json_option
def resume(name: str, as_json: bool) -> int:
    """Go on with a run whose process died: what passed is not done again, restores under way are adopted."""
    from dr_orchestrator import prefect_runner, wiring
    from dr_orchestrator.cli.commands.running import minding_leftovers, print_runs, stopping_on_signals
    from dr_orchestrator.cli.terminal.progress import following

    here = wiring.world()
    warn_of_pace(here)
    recorded = here.ledger.queries.run(name)
    shown = following(here, resumed=recorded.header.id)
    with stopping_on_signals(here), minding_leftovers(here), shown, wiring.resuming(recorded.header.id):
        run = prefect_runner.run_drill(recorded.header.drill)
    done = [here.ledger.queries.run(run)]
    print_runs(here, done, as_json)
    return exit_code(done)


@click.command()
@click.argument("name", metavar="RUN")
@click.option(
    "--wait", type=click.IntRange(0), default=600, show_default=True, help="Real seconds to wait for its end."
)
@click.pass_context
def abort(context: click.Context, name: str, wait: int) -> int:
    """Stop a run, wherever it is driven: nothing more is started, its copies are taken down, the evidence is kept.

    Of a large-incident drill (mass-…) all is stopped: dro mass abort.
    """
    if name.startswith("mass-"):
        from dr_orchestrator.cli.commands import mass

        return int(context.invoke(mass.abort, name=name, wait=wait, as_json=False))
    from dr_orchestrator import wiring
    from dr_orchestrator.cli.commands.running import minding_leftovers
    from dr_orchestrator.wiring.stopping import stop_runs

    here = wiring.world()
    run = here.ledger.queries.run(name)
    if run.closing is not None:
        click.echo(f"Run {run.header.id} is closed already: {run.closing.verdict}, clean-up {run.closing.cleanup}.")
        return exit_code([run])
    with minding_leftovers(here, lambda: [here.ledger.queries.run(run.header.id)]):
        stop_runs(here, [run.header.id], wait, lambda _: click.echo(ASKED, err=True))
    run = here.ledger.queries.run(run.header.id)
    told = f"{run.closing.verdict}, clean-up {run.closing.cleanup}" if run.closing else "not ended yet"
    click.echo(f"Run {run.header.id}: {told}.")
    return exit_code([run])
