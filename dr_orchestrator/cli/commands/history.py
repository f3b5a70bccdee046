"""Commands on what was run: runs, show, report."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dr_orchestrator import settings
from dr_orchestrator.cli.output import RUN_COLUMNS, json_option, print_json, print_table, run_rows, say
from dr_orchestrator.cli.terminal.notices import writing
from dr_orchestrator.errors import UsageError

if TYPE_CHECKING:
    from dr_orchestrator.ledger.queries import Queries

NO_RUNS = "No runs yet. `dro demo` makes some on a simulated AWS."


def _queries() -> Queries:
    from dr_orchestrator.ledger.ledger import connect

    here = settings.load()
    return connect(here.database_url, own=here.own_ledger).queries


@click.command()
@click.option("--limit", type=click.IntRange(1), default=20, show_default=True, help="How many, newest first.")
@click.option("--service", help="Only runs of this service.")
@click.option("--drill", help="Only runs of this drill.")
@click.option("--exercise", help="Only runs of this exercise.")
@click.option("--exercises", is_flag=True, help="List exercises instead of runs.")
@json_option
def runs(
    limit: int, service: str | None, drill: str | None, exercise: str | None, exercises: bool, as_json: bool
) -> None:
    """List runs (or exercises), newest first."""
    from dr_orchestrator.reporting.export import exercise_json, run_json

    queries = _queries()
    if exercises:
        found = queries.exercises(limit)
        if as_json:
            print_json([exercise_json(*queries.exercise(each.id)) for each in found])
            return
        told = [
            (each.id, f"{each.started_at:%Y-%m-%d %H:%M}", str(len(each.planned)), str(each.verdict or "under way"))
            for each in found
        ]
        print_table(("Exercise", "Started (UTC)", "Drills", "Verdict"), told)
        return
    listed = queries.runs(limit, service=service, drill=drill, exercise=exercise)
    if not listed:
        _known("service", service)
        _known("drill", drill)
    if as_json:
        print_json([run_json(run) for run in listed])
        return
    if not listed:
        narrowed = " and ".join(f"of {each}" for each in (service, drill, exercise) if each)
        click.echo(f"No runs {narrowed} yet." if narrowed else NO_RUNS, err=True)
        return
    starts = [(run.header.id, f"{run.header.started_at:%Y-%m-%d %H:%M}") for run in listed]
    rows = [(*start, *row) for start, row in zip(starts, run_rows(listed), strict=True)]
    print_table(("Run", "Started (UTC)", *RUN_COLUMNS), rows)


def _known(what: str, name: str | None) -> None:
    """Refuse the name of a service or a drill that is not declared; one that was drilled has runs and is not asked."""
    from dr_orchestrator.catalog.load import load

    if name is None:
        return
    catalogue = load(settings.load().drills)
    declared = sorted(catalogue.services if what == "service" else catalogue.drills)
    if name not in declared:
        near = difflib.get_close_matches(name, declared, 3, 0.4)
        hint = f"did you mean {', '.join(near)}?" if near else f"declared are {', '.join(declared) or 'none'}"
        raise UsageError(f"no {what} '{name}' is declared, nor was it ever drilled", hint)


@click.command()
@click.argument("name", metavar="RUN")
@json_option
def show(name: str, as_json: bool) -> None:
    """Show one run (its id, the beginning of one, or `latest`)."""
    from dr_orchestrator.cli.terminal.run import lines
    from dr_orchestrator.reporting.export import run_json

    run = _queries().run(name)
    if as_json:
        print_json(run_json(run))
    else:
        say("\n".join(lines(run, settings.load().generated / f"{run.header.id}.html")))


@click.command()
@click.argument("name", metavar="RUN|EXERCISE")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), help="The folder to write to.")
def report(name: str, out: Path | None) -> None:
    """Render the report of a run or an exercise anew: HTML, Markdown and JSON."""
    from dr_orchestrator.reporting.render import write_exercise, write_run

    here, queries = settings.load(), _queries()
    folder = out or here.generated
    with writing(f"the report in {folder}", "make the folder writable, or name another: --out FOLDER"):
        try:
            exercise, of_exercise = queries.exercise(name)
        except UsageError:
            paths = write_run(queries.run(name), folder, here.templates)
        else:
            for run in of_exercise:
                write_run(run, folder, here.templates)
            paths = write_exercise(exercise, of_exercise, folder, here.templates)
    for path in paths.values():
        click.echo(str(path))
