"""The `dro` command: finds the command asked for, and turns errors into a message, a hint and an exit code."""

from __future__ import annotations

import errno
import importlib
import keyword
import os
import signal
import sys
import traceback
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import click

from dr_orchestrator import __version__
from dr_orchestrator.cli.output import say
from dr_orchestrator.cli.undisturbed import undisturbed
from dr_orchestrator.errors import CopiesMayRemain, DroError, Exit

COMMANDS = {
    "demo": ("lab", "Run the sample company's quarterly exercise on a simulated AWS."),
    "lab": ("lab", "Start, stop and reach the simulated AWS."),
    "init": ("catalogue", "Copy the sample workspace to a folder of your own."),
    "discover": ("discover", "Draft the drill files of what nobody has described yet."),
    "drills": ("catalogue", "List what is declared."),
    "check": ("catalogue", "Check the drill files; nothing is started."),
    "schema": ("catalogue", "Print the JSON Schema of the drill files."),
    "plan": ("plan", "Look, read-only, what drills would do and whether they could."),
    "run": ("running", "Run drills, one after the other."),
    "quarterly": ("running", "Run every drill that is due, as one exercise."),
    "due": ("due", "List the drills that are due, and why."),
    "calendar": ("calendar", "List when drills are to start, or write it as an iCalendar feed."),
    "coverage": ("coverage", "Reconcile all that is known: what is proven of it, and what is not."),
    "posture": ("posture", "Look, read-only, how backups are kept, against what tiers want."),
    "baseline": ("baseline", "Look, read-only, at customers' stacks, and record how they stand."),
    "import": ("importing", "Take in what restore testing plans of AWS Backup restored."),
    "canary": ("canary", "Write the heartbeat of resources into production, where it is declared."),
    "template": ("template", "Tell what a replica would make of a CloudFormation template."),
    "iam": ("iam", "Print the IAM policies that drills need."),
    "approve": ("approving", "Approve, for today, that a drill fails production over."),
    "game-day": ("game_day", "Hold a game day: plan, approve, start, log, drill, rate, abort, report."),
    "mass": ("mass", "Hold a large-incident drill: one event, many sites, restored in waves."),
    "resume": ("recovery", "Go on with a run whose process died."),
    "abort": ("recovery", "Stop a run: clean up, keep the evidence."),
    "sweep": ("sweep", "Finish what died: take down what dead runs left."),
    "runs": ("history", "List runs and exercises."),
    "population": ("population", "List all runs of a span of time, and draw a sample of them."),
    "show": ("history", "Show one run."),
    "report": ("history", "Render the report of a run or an exercise anew."),
    "tabletop": ("tabletop", "Draft, record and show tabletops: scenarios that people talk through."),
    "review": ("review", "Look at documents, sign their reviews, show them."),
    "reviews": ("review", "List tabletops and reviews, and which are due."),
    "programme": ("programme", "Write the quarter's programme report, leadership's page first."),
    "findings": ("findings", "List what is to be remediated, overdue first."),
    "finding": ("findings", "Show a finding, assign it, accept it, add to its history."),
    "tickets": ("tickets", "List the tickets of findings, or bring them up to date in the team's tracker."),
    "notices": ("notices", "List what people were told, or send what waits."),
    "announce": ("notices", "Tell people of drills that are planned."),
    "silences": (
        "silences",
        "List the copies that stand, and the silences of alerts on them; or sync those.",
    ),
    "contacts": ("contacts", "List who is called; export it, signed, and check the export."),
}
"""Each command, the module that holds it, and its line in the help: so that help imports none of them."""

OF_A_WORKSPACE = {"drills", "check", "plan", "run", "quarterly", "due", "canary", "iam", "resume", "abort", "sweep"} | {
    "calendar",
    "coverage",
    "programme",
    "posture",
    "discover",
    "baseline",
    "import",
    "approve",
    "tickets",
    "game-day",
    "tabletop",
    "review",
    "reviews",
    "notices",
    "announce",
    "silences",
    "mass",
}
"""The commands that mean the drills and the ledger of a team: whoever calls them in a wrong folder is told so."""

NOT_WRITABLE = (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOSPC, errno.EDQUOT)
"""The faults that the machine's owner has to mend, wherever it comes up: no defect of the program."""


class Commands(click.Group):
    """Commands that are imported when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The commands, in the order of a DR team's work."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """Import and return a command."""
        if name not in COMMANDS:
            return None
        module = importlib.import_module(f"dr_orchestrator.cli.commands.{COMMANDS[name][0]}")
        plain = name.replace("-", "_")
        command: click.Command = getattr(module, f"{plain}_" if keyword.iskeyword(plain) else plain)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command; a name that is nearly one is answered with it."""
        try:
            found = super().resolve_command(ctx, args)
        except click.UsageError as wrong:
            import difflib

            near = difflib.get_close_matches(args[0], COMMANDS, 1)
            if near:
                raise click.UsageError(f"No such command '{args[0]}'. Did you mean '{near[0]}'?", ctx) from wrong
            raise
        if found[0] in OF_A_WORKSPACE and not {"-h", "--help"} & set(args):
            _tell_of_the_sample()
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands, without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])


@click.command(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="dro")
def dro() -> None:
    """Disaster-recovery drills on AWS: restore beside production, prove RTO and RPO, take down, report.

    \b
    Exit codes: 0 passed (also with findings), 1 failed, 2 wrong usage or drill file, 3 inconclusive or
    partial, 4 aborted, 5 a copy may still exist (wins over the others), 70 a defect of the program.

    \b
    Settings: DRO_HOME (workspace), DRO_DATABASE_URL (ledger), PREFECT_API_URL (else drills run without
    Prefect), DRO_OPERATOR (who acts, else this machine's user), and the standard AWS_* variables.
    """


def _tell_of_the_sample() -> None:
    from dr_orchestrator import settings

    if settings.borrowed():
        told = "No workspace here: this is the sample company that comes with dro. `dro init DIR` makes one of your own"
        click.echo(f"{told}, DRO_HOME names one.", err=True)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run `dro` and end the process with its exit code."""
    code = run(sys.argv[1:] if arguments is None else list(arguments))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # it is at its end, and has said how: nothing is left to interrupt
    engine = sys.modules.get("dr_orchestrator.prefect_runner")
    if engine is not None and (engine.gone.is_set() or engine.abandoned.is_set()):
        _leave_at_once(code)
    sys.exit(code)


def _leave_at_once(code: int) -> None:
    """Without waiting for drills that were left under way, or for a Prefect that is gone with each of its events."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
    os._exit(code)


def run(arguments: list[str]) -> int:
    """Run `dro`; return its exit code. A user's mistake never shows a traceback."""
    try:
        code = dro.main(arguments, prog_name="dro", standalone_mode=False)
        sys.stdout.flush()
        return int(code or 0)
    except click.exceptions.Exit as left:
        return left.exit_code
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # the reader left; say nothing more
        return 0
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - the last net: everything ends as a message
        with undisturbed():
            return _told_or_not(error)


def _told_or_not(error: BaseException) -> Exit:
    """Tell an error; where nobody reads it any more, its exit code still says how it ended."""
    try:
        return _told(error)
    except OSError:
        sys.stderr = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - for what is left of the process
        return _told(error)


def _told(error: BaseException) -> Exit:
    """Tell an error in its own words; what nobody foresaw is a defect of ours, and says so."""
    if isinstance(error, click.Abort | KeyboardInterrupt):
        click.echo("Stopped.", err=True)
        return Exit.ABORTED
    if isinstance(error, click.ClickException):
        error.show()
        return Exit.USAGE
    if isinstance(error, DroError):
        if isinstance(error, CopiesMayRemain) and error.__cause__ is not None:
            _told(error.__cause__)
        say(f"Error: {error.message}", err=True)
        if error.hint:
            say(f"  → {error.hint}", err=True)
        return error.exit_code
    if isinstance(error, OSError) and error.errno in NOT_WRITABLE and error.filename:
        say(f"Error: {error.filename}: {error.strerror}", err=True)
        say("  → make it writable for this user, or name another workspace: DRO_HOME", err=True)
        return Exit.USAGE
    if isinstance(error, OSError) and error.errno in NOT_WRITABLE:
        say(f"Error: the output cannot be written: {error.strerror}", err=True)
        return Exit.USAGE
    traceback.print_exception(error)
    click.echo("Error: this is a defect of dro. The ledger holds what was done; please report it.", err=True)
    return Exit.DEFECT
