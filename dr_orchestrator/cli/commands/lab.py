"""Commands on the simulated AWS: lab, demo."""

from __future__ import annotations

import os
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dr_orchestrator import settings
from dr_orchestrator.cli.output import json_option, print_json
from dr_orchestrator.domain.counted import counted
from dr_orchestrator.errors import DroError, LabError

if TYPE_CHECKING:
    from dr_orchestrator.wiring.app import App

FACTOR = 120.0


def _state() -> Path:
    return settings.load({**os.environ, "DRO_CLOCK_PACE": ""}).state / "lab"


def _estate() -> Path:
    """The workspace's estate file: looked through before anything is started."""
    from dr_orchestrator.wiring.lab import estate_of

    return estate_of(settings.load({**os.environ, "DRO_CLOCK_PACE": ""}).home)


@click.group()
def lab() -> None:
    """The simulated AWS: moto, restores that take time, and real PostgreSQL behind RDS. On loopback only."""


@lab.command()
@click.option("--factor", type=click.FloatRange(1, 600), help=f"Lab seconds a second (default: {FACTOR:g}).")
def start(factor: float | None) -> None:
    """Start the lab, with what the workspace's estate.yaml says (else the sample company); clears what a dead one left.

    One that runs already is left as it is.
    """
    from dr_orchestrator import lab as simulated

    info = simulated.read(_state())
    if info is None:
        info = simulated.start(
            _state(),
            estate=_estate(),
            factor=factor or FACTOR,
            progress=lambda text: click.echo(text, err=True),
        )
        click.echo(f"The lab answers at {info.endpoint}; its time runs {info.factor:g} times as fast.")
    elif factor not in (None, info.factor):
        raise LabError(
            f"a lab is already running at factor {info.factor:g}",
            f"stop it first, with all that is in it: dro lab stop; dro lab start --factor {factor:g}",
        )
    else:
        click.echo(f"The lab is already running at factor {info.factor:g}; it answers at {info.endpoint}.")
    click.echo('Point a shell at it:  eval "$(dro lab env)"')


@lab.command()
def stop() -> None:
    """Stop the lab and everything it started."""
    from dr_orchestrator import lab as simulated

    info = simulated.read(_state())
    stopped = simulated.stop(_state())
    click.echo("The lab is stopped." if stopped else "No lab was running.")
    if info is not None and (orphaned := _open_runs(info.endpoint)):
        went = "run was" if len(orphaned) == 1 else "runs were"
        click.echo(f"{len(orphaned)} {went} not ended; the copies went with the lab: {', '.join(orphaned)}", err=True)
        click.echo("  → dro sweep", err=True)


def _open_runs(endpoint: str) -> list[str]:
    """The runs of the ledger that were not ended, and are at an endpoint."""
    from dr_orchestrator.ledger.ledger import connect

    here = settings.load({**os.environ, "DRO_CLOCK_PACE": ""})
    runs = connect(here.database_url, own=here.own_ledger).queries.open_outlines()
    return [run.header.id for run in runs if run.header.provenance.endpoint.rstrip("/") == endpoint.rstrip("/")]


@lab.command()
@json_option
def env(as_json: bool) -> None:
    """Print the environment that points a shell at the lab."""
    from dr_orchestrator import lab as simulated

    info = simulated.read(_state())
    if info is None:
        raise LabError("no lab is running here", "start one with `dro lab start`")
    if as_json:
        print_json(info.environment())
        return
    for name, value in info.environment().items():
        click.echo(f"export {name}={shlex.quote(value)}")


@click.command()
@click.option(
    "--factor", type=click.FloatRange(1, 600), default=FACTOR, show_default=True, help="Lab seconds a second."
)
@click.option("--at-once", type=click.IntRange(1, 16), help="Drills at a time (default: as tiers.yaml says).")
@json_option
def demo(factor: float, at_once: int | None, as_json: bool) -> int:
    """Run the workspace's quarterly exercise: a lab, a Prefect server, real flows, reports; then stop it all."""
    from dr_orchestrator import lab as simulated
    from dr_orchestrator import prefect_runner
    from dr_orchestrator.cli import server
    from dr_orchestrator.cli.commands import running

    prefect_runner.hush()
    here = settings.load({**os.environ, "DRO_CLOCK_PACE": ""})
    home, estate = here.state / "prefect", _estate()
    _say(f"Starting a simulated AWS (time runs {factor:g} times as fast) and a Prefect server, on loopback")
    with server.starting(home) as api:
        running_before = simulated.read(_state())
        info = simulated.start(_state(), estate=estate, factor=factor)
        try:
            os.environ.update(info.environment(), PREFECT_HOME=str(home), PREFECT_API_URL=api)
            from dr_orchestrator import wiring

            world = wiring.world()
            server.wait(api, home / "server.log")
            most = at_once or world.catalogue.at_once
            _seed(world)
            _say(f"Running the quarterly exercise as Prefect flows, {counted(most, 'drill')} at a time")
            with running.stopping_on_signals(world, once=True), wiring.anew():
                exercise = running.exercise_followed(world, lambda: prefect_runner.run_quarterly(None, at_once))
            _say("")
            code = running.print_exercise(world, exercise, as_json)
            _publish(world)
        finally:
            broken = sys.exception() is not None
            _say("Stopping what was started")
            if running_before is None:
                _stop(broken)
    return code


def _seed(world: App) -> None:
    """Give a company that asks for it its history, once: before anything is in its ledger; and tell why not."""
    from dr_orchestrator.wiring.seeding import seed_before, why_not

    if written := seed_before(world):
        _say(f"Made up a history of {counted(written, 'run')} from its seed: simulated, and told as seeded everywhere")
    elif why := why_not(world):
        _say(f"No history was made up: {why}, and none comes after what took place")


def _publish(world: App) -> None:
    """Write the programme report of the quarter; the exercise stands, whatever becomes of it."""
    from dr_orchestrator.wiring.programme import publish

    try:
        pages = publish(world)
    except (OSError, DroError) as wrong:
        _say(f"The programme's report was not written: {wrong}; mend that, then: dro programme")
        return
    _say(f"The quarter's programme: {pages['html']}")


def _stop(broken: bool) -> None:
    """Stop the lab; a fault of that does not take the place of one that is on its way already."""
    from dr_orchestrator import lab as simulated

    try:
        simulated.stop(_state())
    except LabError as left:
        if not broken:
            raise
        _say(f"Besides, {left.message}" + (f": {left.hint}" if left.hint else ""))


def _say(text: str) -> None:
    click.echo(text, err=True)
