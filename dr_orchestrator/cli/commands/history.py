"""Commands on what was run: runs, show, report."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dr_orchestrator import settings
from dr_orchestrator.cli.output import RUN_COLUMNS, hang_each, json_option, print_json, run_rows
from dr_orchestrator.cli.terminal.notices import writing
from dr_orchestrator.cli.terminal.table import print_table
from dr_orchestrator.errors import UsageError

if TYPE_CHECKING:
    from dr_orchestrator.domain.outline import Outline
    from dr_orchestrator.domain.programme import Exercise
    from dr_orchestrator.domain.run import Lease, Run
    from dr_orchestrator.ledger.ledger import SqlLedger
    from dr_orchestrator.ledger.queries import Queries
    from dr_orchestrator.reporting.view.standing import Standings

NO_RUNS = "No runs yet. `dro demo` makes some on a simulated AWS."


def _ledger() -> SqlLedger:
    from dr_orchestrator.ledger.ledger import connect

    here = settings.load()
    return connect(here.database_url, own=here.own_ledger)


def _queries() -> Queries:
    return _ledger().queries


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
    from dr_orchestrator.reporting.export import run_json

    queries = _queries()
    if exercises:
        _list_exercises(queries, limit, as_json)
        return
    if as_json:
        whole = queries.runs(limit, service=service, drill=drill, exercise=exercise)
        _known(service, drill, whole)
        told = _standings(queries, whole)
        days = _ledger().game_days.of_runs(run.header.id for run in whole)
        print_json([{**run_json(run, told), "game_day": days.get(run.header.id)} for run in whole])
        return
    listed = queries.outlines(limit, service=service, drill=drill, exercise=exercise)
    _known(service, drill, listed)
    if listed:
        _list_runs(listed)
    else:
        narrowed = " and ".join(f"of {each}" for each in (service, drill, exercise) if each)
        click.echo(f"No runs {narrowed} yet." if narrowed else NO_RUNS, err=True)


def _list_exercises(queries: Queries, limit: int, as_json: bool) -> None:
    from dr_orchestrator.reporting.export import exercise_json

    found = queries.exercises(limit)
    if as_json:
        print_json([exercise_json(*queries.exercise_for_report(each.id, 0)) for each in found])
        return
    told = [
        (each.id, f"{each.started_at:%Y-%m-%d %H:%M}", str(len(each.planned)), str(each.verdict or "under way"))
        for each in found
    ]
    print_table(("Exercise", "Started (UTC)", "Drills", "Verdict"), told)


def _list_runs(listed: list[Outline]) -> None:
    silent = _not_driven(listed)
    starts = [(run.header.id, f"{run.header.started_at:%Y-%m-%d %H:%M}") for run in listed]
    rows = [(*start, *row) for start, row in zip(starts, run_rows(listed, silent), strict=True)]
    print_table(("Run", "Started (UTC)", *RUN_COLUMNS), rows)
    for run, day in _ledger().game_days.of_runs(run.header.id for run in listed).items():
        click.echo(f"{run}: started from game day {day}; `dro game-day show {day}`")
    for name, heard in silent.items():
        click.echo(f"{name}: {heard}; `dro resume {name}` goes on with it, `dro sweep` ends it", err=True)


def _not_driven(runs: list[Outline]) -> dict[str, str]:
    """The open runs that no living process drives, and when one was last heard of."""
    leases = _ledger().leases
    found = {run.header.id: leases.lease(run.header.id) for run in runs if run.closing is None}
    return {name: _heard_of(lease) for name, lease in found.items() if lease is None or not lease.held}


def _heard_of(lease: Lease | None) -> str:
    if lease is None or not lease.holder:
        return "no process took it up"
    if lease.silent is None:
        return "its process ended when this machine was started anew"
    return f"its process was last heard of {int(lease.silent.total_seconds())} s ago"


def _known(service: str | None, drill: str | None, found: Sequence[object]) -> None:
    """Refuse names that are not declared; those of what was drilled have runs, and are not asked."""
    if not found:
        _declared("service", service)
        _declared("drill", drill)


def _declared(what: str, name: str | None) -> None:
    from dr_orchestrator.wiring.app import world

    if name is None:
        return
    catalogue = world().catalogue
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

    queries = _queries()
    try:
        run = queries.run(name)
    except UsageError as unknown:
        exercise = _exercise(queries, name)
        if exercise is None:
            raise
        raise UsageError(f"'{name}' is an exercise", f"dro report {exercise.id}") from unknown
    if as_json:
        print_json({**run_json(run, _standings(queries, [run])), "game_day": _game_day(run.header.id) or None})
    else:
        day = _game_day(run.header.id)
        more = [f"game day    started from {day}: dro game-day show {day}"] if day else []
        hang_each([*lines(run, settings.load().generated / f"{run.header.id}.html"), *more])


def _game_day(run: str) -> str:
    """The game day from which a run was started; empty where it was not."""
    return _ledger().game_days.of_run(run)


@click.command()
@click.argument("name", metavar="RUN|EXERCISE")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), help="The folder to write to.")
@click.option("--every-run", is_flag=True, help="Render every run of a large exercise anew, too.")
def report(name: str, out: Path | None, every_run: bool) -> None:
    """Render the report of a run or an exercise anew: HTML, Markdown and JSON.

    With an exercise come the reports of its runs; of more than 60, of those that its page shows first.
    """
    from dr_orchestrator.ledger.naming import LATEST
    from dr_orchestrator.reporting.render import write_run

    here, queries = settings.load(), _queries()
    folder = out or here.generated
    with writing(f"the report in {folder}", "make the folder writable, or name another: --out FOLDER"):
        exercise = _exercise(queries, name)
        if exercise is None or (name == LATEST and not _is_newest(queries, exercise)):
            run = _run(queries, name)
            paths = write_run(run, folder, here.templates, standings=_standings(queries, [run]))
        else:
            paths = _write_exercise(queries, exercise.id, folder, here.templates, every_run)
    for path in paths.values():
        click.echo(str(path))


def _write_exercise(
    queries: Queries, name: str, folder: Path, templates: Sequence[Path], every_run: bool
) -> dict[str, Path]:
    """Write the report of an exercise; its runs' own first, for it links to those that are there."""
    from dr_orchestrator.reporting.chart.lanes import DRAWN
    from dr_orchestrator.reporting.render import write_exercise, write_run
    from dr_orchestrator.reporting.view.results import looked_at_first

    exercise, runs = queries.exercise_for_report(name, DRAWN)
    for run in [run.header.id for run in runs] if every_run else looked_at_first(runs):
        found = queries.run(run)
        write_run(found, folder, templates, standings=_standings(queries, [found]))
    return write_exercise(exercise, runs, folder, templates, standings=_standings(queries, runs))


def _standings(queries: Queries, runs: Sequence[Run]) -> Standings:
    """How the findings of the runs stand now, by the clock of drills."""
    from dr_orchestrator.domain.clock import PacedClock
    from dr_orchestrator.wiring.findings import standings

    return standings(queries, runs, PacedClock(settings.load().pace).now())


def _exercise(queries: Queries, name: str) -> Exercise | None:
    try:
        return queries.exercise_alone(name)
    except UsageError:
        return None


def _run(queries: Queries, name: str) -> Run:
    try:
        return queries.run(name)
    except UsageError as unknown:
        told = unknown.message.replace("there is no run", "there is no run and no exercise")
        raise UsageError(told, f"{unknown.hint} (exercises: `dro runs --exercises`)") from unknown


def _is_newest(queries: Queries, exercise: Exercise) -> bool:
    """Whether nothing was run since that is no part of it."""
    newest = queries.outlines(1)
    return not newest or newest[0].header.exercise == exercise.id or newest[0].header.started_at < exercise.started_at
