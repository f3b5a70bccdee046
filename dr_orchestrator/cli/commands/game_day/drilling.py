"""The verbs on the drills of a game day: drill, lost, and perform, which the drill's own process is."""

from __future__ import annotations

import click

from dr_orchestrator.cli.commands.game_day.group import by_option, do, game_day, name_argument
from dr_orchestrator.cli.output import begin, hang
from dr_orchestrator.domain.outline import exit_code


@game_day.command()
@name_argument
@click.argument("drill", metavar="DRILL")
@by_option
def drill(name: str, drill: str, by: str) -> None:
    """Start DRILL, which is in its scope: an executor does.

    It runs in a process of its own, which goes on whatever becomes of this one; `dro runs` and `dro show` tell of it.
    """
    from dr_orchestrator import wiring
    from dr_orchestrator.wiring.game_days.drilling import log_of, start_drill

    here = wiring.world()
    started = start_drill(here, name, drill, by)
    game = here.ledger.game_days.of_run(started.run)
    hang(f"{started.run}  ", f"{drill} is started by {started.by}: `dro show {started.run}`, once it has begun")
    hang("  says  ", str(log_of(here, game, started.run)))


@game_day.command()
@name_argument
@click.argument("run", metavar="RUN")
@click.option("--reason", required=True, metavar="TEXT", help="How that is known.")
@by_option
def lost(name: str, run: str, reason: str, by: str) -> None:
    """Say that a drill that was started never began: nothing waits for it then."""
    from dr_orchestrator.domain.game_day.acts import LoseDrill

    do(name, LoseDrill(run, reason), by)


@game_day.command(hidden=True)
@name_argument
@click.argument("run", metavar="RUN")
def perform(name: str, run: str) -> int:
    """Perform a drill that a game day asked for; it is started by `dro game-day drill`, and by nobody else."""
    begin(f"Run {run} of {name}")
    from dr_orchestrator import prefect_runner, wiring
    from dr_orchestrator.cli.commands.running import minding_leftovers, print_runs, stopping_on_signals
    from dr_orchestrator.wiring.game_days import drilling

    here = wiring.world()
    with stopping_on_signals(here), minding_leftovers(here):
        drilling.perform(here, name, run, prefect_runner.run_drill)
    done = [here.ledger.queries.run(run)]
    print_runs(here, done, as_json=False)
    return exit_code(done)
