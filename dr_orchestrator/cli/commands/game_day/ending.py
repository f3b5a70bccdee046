"""The verbs of a game day's end: rate, went-well, gap, mended, end, abort, close."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from dr_orchestrator.cli.commands.game_day.group import by_option, do, game_day, name_argument, reason_option, tell
from dr_orchestrator.cli.output import hang
from dr_orchestrator.domain.finding import Severity
from dr_orchestrator.domain.verdict import Verdict
from dr_orchestrator.errors import Exit

if TYPE_CHECKING:
    from dr_orchestrator.domain.game_day.standing import Standing, Started
    from dr_orchestrator.domain.outline import Outline
    from dr_orchestrator.wiring.app import App

RATINGS = ("P", "S", "M", "U")
_CODES = {
    Verdict.ABORTED: Exit.ABORTED,
    Verdict.FAILED: Exit.FAILED,
    Verdict.PASSED: Exit.PASSED,
    Verdict.PASSED_WITH_FINDINGS: Exit.PASSED,
}
_text = click.argument("text", metavar="TEXT")


@game_day.command()
@name_argument
@click.argument("criterion", metavar="CRITERION")
@click.argument("rating", type=click.Choice(RATINGS), metavar="P|S|M|U")
@reason_option
@by_option
def rate(name: str, criterion: str, rating: str, reason: str, by: str) -> None:
    """Rate CRITERION: performed without challenges, with some, with major ones, or unable to be performed.

    An evaluator does, who executed nothing; with all but a P it is said why. The last rating counts.
    """
    from dr_orchestrator.domain.exercise.criteria import Rating
    from dr_orchestrator.domain.game_day.acts import Rate

    do(name, Rate(criterion, Rating(rating), reason), by)


@game_day.command("went-well")
@name_argument
@_text
@by_option
def went_well(name: str, text: str, by: str) -> None:
    """Keep what went well."""
    from dr_orchestrator.domain.game_day.acts import WentWell

    do(name, WentWell(text), by)


@game_day.command()
@name_argument
@click.argument("gap", metavar="GAP")
@_text
@click.option("--owner", required=True, metavar="NAME", help="The person or team who has to see to it.")
@click.option("--severity", type=click.Choice([each.value for each in Severity]), default="medium", show_default=True)
@by_option
def gap(name: str, gap: str, text: str, owner: str, severity: str, by: str) -> None:
    """Keep what went wrong under a short name; at the close it becomes a finding of its owner."""
    from dr_orchestrator.domain.game_day.acts import Gap

    do(name, Gap(gap, text, owner, Severity(severity)), by)


@game_day.command()
@name_argument
@click.argument("gap", metavar="GAP")
@_text
@by_option
def mended(name: str, gap: str, text: str, by: str) -> None:
    """Say by what it was seen that GAP of an earlier game day is mended: an evaluator does, and it is a retest."""
    from dr_orchestrator.domain.game_day.acts import Mend

    do(name, Mend(gap, text), by)


@game_day.command()
@name_argument
@by_option
def end(name: str, by: str) -> None:
    """End the play: the clock stops, and the hot wash begins. Refused while a drill of it is under way."""
    from dr_orchestrator.domain.game_day.acts import End

    added = do(name, End(), by)
    if added.standing.unrated:
        hang("  to rate  ", f"{', '.join(added.standing.unrated)}: INCONCLUSIVE until an evaluator does")


@game_day.command()
@name_argument
@click.option("--reason", required=True, metavar="TEXT", help="Why.")
@click.option("--criterion", default="", metavar="NAME", help="The abort criterion of the plan that was met.")
@click.option("--wait", type=click.IntRange(0), default=600, show_default=True, help="Real seconds to wait for runs.")
@by_option
def abort(name: str, reason: str, criterion: str, wait: int, by: str) -> int:
    """Abort it: no drill begins any more, those under way are stopped and cleaned up, and a finding is raised.

    Anyone in a role may, unless the criterion names who. Called again it goes on with the stopping. Exit codes: 4 where
    all that was started is proven gone, else 5.
    """
    from dr_orchestrator import wiring
    from dr_orchestrator.cli.commands.running import minding_leftovers
    from dr_orchestrator.domain.game_day.acts import Abort
    from dr_orchestrator.wiring.game_days.aborting import abort as aborted

    here = wiring.world()
    with minding_leftovers(here, lambda: _left_open(here, name)):
        record, standing = aborted(here, name, Abort(reason, criterion), by, wait, _asked)
    tell(record, standing, f"aborted: {standing.aborted.text if standing.aborted else reason}")
    _tell_drills(standing)
    _publish(here, record.id)
    return Exit.ABORTED if _all_gone(standing) else Exit.LEFTOVERS


@game_day.command()
@name_argument
@by_option
def close(name: str, by: str) -> int:
    """Close it: the verdict is given, gaps become findings, and nothing is added any more.

    Exit codes: 0 passed (also with findings), 1 failed, 3 inconclusive, 4 aborted.
    """
    from dr_orchestrator import wiring
    from dr_orchestrator.domain.game_day.acts import Close
    from dr_orchestrator.domain.game_day.verdict import judge

    added = do(name, Close(), by)
    verdict, reasons = judge(added.standing)
    hang("  verdict  ", str(verdict))
    for each in reasons:
        hang("    ", each.text)
    _publish(wiring.world(), added.record.id)
    return _CODES.get(verdict, Exit.INCONCLUSIVE)


def _asked(run: str) -> None:
    click.echo(f"Asked the process that drives run {run} to stop; it cleans up first.", err=True)


def _tell_drills(of: Standing) -> None:
    for each in of.drills:
        verdict = each.outcome.verdict if each.outcome else None
        cleanup = each.outcome.cleanup if each.outcome else None
        told = f"{verdict}, clean-up {cleanup}" if verdict else _open_still(each)
        hang(f"  {each.drill}  ", f"run {each.run}: {told}")


def _all_gone(of: Standing) -> bool:
    return all(each.gone for each in of.drills)


def _open_still(of: Started) -> str:
    if of.outcome is not None:
        return "not ended yet: `dro sweep` takes it down"
    silent = "not known: its process has begun, and opened no run yet; one that it opens ends at once"
    return of.lost or f"{silent} (`dro show {of.run}`)"


def _left_open(here: App, name: str) -> list[Outline]:
    """The runs of an aborted game day that nobody has proven gone; none of one whose abort was refused."""
    from dr_orchestrator.domain.game_day.standing import Phase
    from dr_orchestrator.wiring.game_days.aborting import meant
    from dr_orchestrator.wiring.game_days.following import Following

    standing = Following(here, meant(here, name)).look()
    runs = [each.run for each in standing.drills if each.outcome]
    return list(here.ledger.queries.named(runs)) if standing.phase is Phase.ABORTED and runs else []


def _publish(here: App, name: str) -> None:
    from dr_orchestrator.wiring.game_days.publishing import publish_game_day

    written = publish_game_day(here, name)
    if "html" in written:
        hang("  report   ", str(written["html"]))
