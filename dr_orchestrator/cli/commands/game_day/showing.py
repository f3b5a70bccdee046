"""The verbs that tell of a game day: show, report."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from dr_orchestrator.cli.commands.game_day.group import game_day, name_argument, tell
from dr_orchestrator.cli.output import hang, json_option, print_json
from dr_orchestrator.cli.terminal.notices import writing

if TYPE_CHECKING:
    from dr_orchestrator.domain.game_day.standing import Standing
    from dr_orchestrator.wiring.game_days.following import Following


@game_day.command()
@name_argument
@json_option
def show(name: str, as_json: bool) -> None:
    """Show how it stands: phase, clock, what is next, its drills, its ratings, its timeline."""
    from dr_orchestrator import wiring
    from dr_orchestrator.wiring.game_days.following import Following
    from dr_orchestrator.wiring.game_days.publishing import as_json as document

    here = wiring.world()
    following = Following(here, name)
    standing = following.look()
    if as_json:
        print_json(document(here, following.record.id))
    else:
        _print(following, standing)


@game_day.command()
@name_argument
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), help="The folder to write to.")
def report(name: str, out: Path | None) -> None:
    """Write its after-action record: HTML, Markdown and JSON."""
    from dr_orchestrator import wiring
    from dr_orchestrator.wiring.game_days.publishing import write

    here = wiring.world()
    folder = out or here.settings.generated
    with writing(f"the report in {folder}", "make the folder writable, or name another: --out FOLDER"):
        written = write(here, here.ledger.game_days.find(name).id, folder)
    for path in written.values():
        click.echo(str(path))


def _print(following: Following, of: Standing) -> None:
    from dr_orchestrator.domain.game_day.verdict import judge
    from dr_orchestrator.domain.objective import format_duration
    from dr_orchestrator.reporting.game_day.timeline import lines

    record, plan = following.record, of.plan
    tell(record, of, plan.title)
    hang("  plan       ", f"{plan.digest}, approved by {', '.join(each.by for each in of.approvals) or 'nobody'}")
    if of.phase.before_start:
        hang("  unanswered ", ", ".join(of.unanswered) or "nothing")
    if of.started:
        hang("  clock      ", f"{format_duration(of.net)} net, {format_duration(of.gross)} gross")
    if of.ended or of.aborted:
        verdict, reasons = judge(of)
        hang("  verdict    ", f"{verdict}{'' if of.closed else ', until it is closed'}")
        for each in reasons:
            hang("    ", each.text)
    _next(of)
    for drill in of.drills:
        verdict_of = drill.outcome.verdict if drill.outcome else None
        hang("  drill      ", f"{drill.drill}, run {drill.run}: {verdict_of or drill.state}")
    for criterion in plan.criteria:
        rated = of.ratings.get(criterion.name)
        told = f"{rated.rating} by {rated.by}" if rated else "not rated"
        if criterion.name in of.early:
            told += ", before the last drill was over: to be rated again"
        hang("  criterion  ", f"{criterion.name}: {told}")
    click.echo("  timeline")
    for line in lines(following.entries):
        offset = "" if line.offset is None else f" +{format_duration(line.offset)}"
        hang(f"    {line.at:%Y-%m-%d %H:%M:%S} UTC{offset}  ", f"{line.by}: {line.text}")


def _next(of: Standing) -> None:
    from dr_orchestrator.domain.game_day.schedule import following as next_inject
    from dr_orchestrator.domain.objective import format_duration

    found = next_inject(of) if of.phase.under_way else None
    if found is not None:
        when = f"at {format_duration(found.due)}" if found.due is not None else f"when {found.inject.trigger}"
        hang("  next       ", f"{found.inject.name}, {when} ({found.state})")
