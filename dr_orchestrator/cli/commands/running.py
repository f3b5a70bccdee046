"""Commands that run drills: run, quarterly."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

import click

from dr_orchestrator.cli.output import (
    RUN_COLUMNS,
    begin,
    json_option,
    print_json,
    run_rows,
    say,
)
from dr_orchestrator.cli.selecting import selecting
from dr_orchestrator.cli.terminal.notices import held, next_steps, plain, reasons, warn_of_pace
from dr_orchestrator.cli.terminal.table import print_table
from dr_orchestrator.cli.undisturbed import undisturbed
from dr_orchestrator.domain.counted import counted
from dr_orchestrator.domain.outline import exit_code
from dr_orchestrator.errors import CopiesMayRemain, DroError, Exit, UsageError
from dr_orchestrator.runner.stop import by_signal
from dr_orchestrator.waiting import stops
from dr_orchestrator.waiting.told import waits

if TYPE_CHECKING:
    from dr_orchestrator.domain.drill import Selection
    from dr_orchestrator.domain.outline import Outlined
    from dr_orchestrator.domain.run import Run
    from dr_orchestrator.wiring.app import App

UNCLOSED = "not closed, for runs of it did not end: `dro sweep` does both"
STOPPING = "Stopping: no new step is begun, copies are taken down. Again to stop at once."
TAKING_DOWN = "Stopping: copies are being taken down already, which goes on. Again to leave at once."
STOPPING_NOW = "Stopping at once: what is under way is broken off, copies are taken down. Again to leave them."
LEAVING = "Leaving at once: what is left is told, and `dro sweep` takes it down."


@click.command()
@click.argument("names", nargs=-1, required=True, metavar="NAME...")
@selecting
@json_option
def run(names: tuple[str, ...], selection: Selection | None, as_json: bool) -> int:
    """Run drills by name, one after the other; exits with the worst of their verdicts.

    Without an option each takes the recovery point that its drill declares.
    """
    begin(", ".join(names))
    from dr_orchestrator import prefect_runner, wiring
    from dr_orchestrator.cli.terminal.progress import following
    from dr_orchestrator.wiring.planning.costing import refuse_over_budget

    here = wiring.world()
    warn_of_pace(here)
    refuse_driven(here, names)
    with wiring.choosing(selection):
        planned = [name for name in dict.fromkeys(names) for _ in range(wiring.runs_of(name))]
        if len(planned) > 1:
            refuse_over_budget(here, [here.drill(name) for name in planned])
        done: list[Run] = []
        with stopping_on_signals(here), minding_leftovers(here), following(here):
            for name in planned:
                if not here.stop.is_set():
                    done.append(here.ledger.queries.run(prefect_runner.run_drill(name)))
    print_runs(here, done, as_json)
    return exit_code(done, planned=len(planned))


def refuse_driven(here: App, names: Iterable[str]) -> None:
    """Refuse drills that another living process is running: the second would only disturb the first."""
    from dr_orchestrator.wiring.planning.plan import driven

    for name in dict.fromkeys(names):
        for run, lease in driven(here, here.drill(name).name):
            hint = (
                f"let it go on, or stop it: dro abort {run.header.id}; if it is dead, then: dro resume {run.header.id}"
            )
            raise UsageError(f"run {run.header.id} of {name} is {held(lease, here.machine.now())}", hint)


@click.command()
@click.argument("names", nargs=-1, metavar="[NAME...]")
@click.option("--at-once", type=click.IntRange(1, 64), help="How many drills run at a time (default: tiers.yaml).")
@click.option("--again", is_flag=True, help="Begin an exercise of its own, though one of the quarter is under way.")
@click.option("--scheduled", is_flag=True, help="Run only what the calendar says of now: see `dro calendar`.")
@json_option
def quarterly(names: tuple[str, ...], at_once: int | None, again: bool, scheduled: bool, as_json: bool) -> int:
    """Run every drill that is due this quarter (or those named), tier 0 first, as one exercise.

    One exercise of a quarter is under way at a time: a second start says how far it is, and ends with exit code 0. What
    is left of one whose process died is gone on with.
    """
    if scheduled and (names or again):
        raise UsageError("--scheduled runs what the calendar says, and no other", "leave out the names and --again")
    begin("Scheduled drills" if scheduled else "Quarterly exercise")
    from dr_orchestrator import prefect_runner, wiring

    here = wiring.world()
    warn_of_pace(here)
    with stopping_on_signals(here, once=True), minding_leftovers(here), wiring.anew(again):
        exercise = exercise_followed(
            here,
            lambda: (
                prefect_runner.run_scheduled(at_once)
                if scheduled
                else prefect_runner.run_quarterly(list(names) or None, at_once)
            ),
        )
    if not exercise:
        print_nothing_now(here, as_json)
        return Exit.PASSED
    if exercise not in here.driven:
        return print_under_way(here, exercise, as_json)
    return print_exercise(here, exercise, as_json)


def print_nothing_now(here: App, as_json: bool) -> None:
    """Print that nothing was started by the calendar, and why."""
    from dr_orchestrator.wiring.calendar import starting_now

    put_off = starting_now(here).put_off or ("the calendar has nothing to start now",)
    if as_json:
        print_json({"exercise": None, "why": list(put_off)})
    else:
        click.echo(f"Nothing was started: {'; '.join(put_off)}.\n  → what is next: dro calendar")


def exercise_followed(here: App, perform: Any) -> str:
    """Run an exercise while its progress is shown; return its id."""
    from dr_orchestrator.cli.terminal.progress import following

    with following(here):
        return str(perform())


def print_under_way(here: App, name: str, as_json: bool) -> int:
    """Print how far an exercise is that another process performs; one that ended meanwhile as if it were ours."""
    from dr_orchestrator.reporting.export import exercise_json

    exercise, runs = here.ledger.queries.exercise(name)
    if exercise.verdict is not None:
        return print_exercise(here, name, as_json)
    lease, ended = here.ledger.exercise_leases.lease(name), sum(1 for run in runs if run.closing)
    by = plain(lease.holder) if lease else "nobody yet"
    if as_json:
        under_way = {"driven_by": by, "planned": len(exercise.planned), "begun": len(runs), "ended": ended}
        print_json({**exercise_json(exercise, runs), "under_way": under_way})
        return Exit.PASSED
    so_far = f"{ended} of {counted(len(exercise.planned), 'run')} ended, {len(runs) - ended} under way"
    click.echo(f"Exercise {exercise.id} is under way, driven by {by}: {so_far}. Nothing was begun.")
    click.echo("  → its end: `dro runs --exercises`; another one on purpose: dro quarterly --again")
    return Exit.PASSED


def print_exercise(here: App, name: str, as_json: bool = False) -> int:
    """Print an exercise's table, verdict and report; return its exit code."""
    from dr_orchestrator.reporting.export import exercise_json

    if as_json:
        exercise, told = here.ledger.queries.exercise_for_report(name, 0)
        print_json(exercise_json(exercise, told))
        return exit_code(told, planned=len(exercise.planned))
    exercise, runs = here.ledger.queries.exercise_in_outline(name)
    _table(sorted(runs, key=lambda run: (run.header.tier, run.header.service, run.header.drill)))
    click.echo()
    stamp = "SIMULATED, no evidence: " if exercise.simulated else ""
    left_out = f", {len(exercise.left_out)} left out" if exercise.left_out else ""
    made = f"{len(runs)} of {counted(len(exercise.planned), 'run')} made{left_out}"
    click.echo(f"{stamp}exercise {exercise.id}: {exercise.verdict or UNCLOSED} — {made}")
    for step in dict.fromkeys(step for run in runs for step in next_steps(run)):
        click.echo(step)
    say(f"Report: {report_line(here, exercise.id)}")
    return exit_code(runs, planned=len(exercise.planned))


def print_runs(here: App, runs: list[Run], as_json: bool) -> None:
    """Print the table of runs, why those that are not green are not, and where the reports are."""
    from dr_orchestrator.reporting.export import run_json

    if as_json:
        documents = [run_json(run) for run in runs]
        print_json(documents[0] if len(documents) == 1 else documents)
        return
    _table(runs)
    for run in runs:
        click.echo(f"\n{'SIMULATED, no evidence: ' if run.header.provenance.simulated else ''}run {run.header.id}")
        for reason in reasons(run):
            say(f"  {reason}")
        for reason in run.closing.cleanup_reasons if run.closing else ():
            say(f"  clean-up: {reason}")
        for step in next_steps(run):
            click.echo(f"  {step}")
        say(f"  Report: {report_line(here, run.header.id)}")


def _table(runs: Iterable[Outlined]) -> None:
    print_table(RUN_COLUMNS, run_rows(runs))


def report_line(here: App, name: str) -> str:
    """Where the report of a run or an exercise is, or why there is none and what to do."""
    from dr_orchestrator.wiring.publishing import why_not

    path = here.settings.generated / f"{name}.html"
    why = why_not(name) or ("" if path.exists() else f"{path} is not there")
    return f"not written: {why}\n    → dro report {name} --out FOLDER (one that you may write)" if why else str(path)


@contextmanager
def minding_leftovers(here: App, of: Callable[[], Iterable[Outlined]] | None = None) -> Iterator[None]:
    """However this ends, a copy that may still exist decides the exit code: of the runs named, else of those driven."""
    try:
        yield
    except BaseException as error:
        with undisturbed():
            left = _left(here, of)
        if left:
            what = f"run{'s' if len(left) > 1 else ''} {', '.join(left)}"
            raise CopiesMayRemain(f"{what} may have left copies", "take them down: dro sweep") from error
        raise


def _left(here: App, of: Callable[[], Iterable[Outlined]] | None) -> list[str]:
    """The runs whose copies may still exist; of a ledger that does not tell, all that this process has driven."""
    try:
        found = of() if of else here.ledger.queries.named(here.driven)
    except DroError:
        return sorted(here.driven)
    return [run.header.id for run in found if exit_code([run]) is Exit.LEFTOVERS]


@contextmanager
def stopping_on_signals(here: App, told: str = STOPPING, once: bool = False) -> Iterator[None]:
    """First SIGINT, SIGTERM or SIGHUP: stop starting, clean up, keep the evidence. Second: stop now.

    A third stops what the second began, the teardown of a single run say; `once` where that leaves it as it is: drills
    side by side are abandoned, and a sweep takes down what they left.
    """
    left = threading.Event()

    def stop(number: int, _frame: object) -> None:
        if not here.stop.is_set():
            here.stop.set(by_signal(number))
            _tell(TAKING_DOWN if told == STOPPING and stops.all_taken_down() else told)
            return
        if once and left.is_set():
            return
        here.stop_now.set()
        if once or stops.all_taken_down():
            left.set()
            stops.leaving.begin()
        _tell(LEAVING if stops.leaving else STOPPING_NOW)
        raise KeyboardInterrupt(by_signal(number))

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        stops.leaving.forget()


def _tell(words: str) -> None:
    """Tell at once that a request was heard, and what is waited for; nobody may read it: that is no second request."""
    with suppress(OSError, ValueError, RuntimeError):
        click.echo(f"\n{words}", err=True)
        for wait in waits(longer_than=1.0):
            say(f"  {wait}{f' ({wait.drill})' if wait.drill else ''}", err=True)
