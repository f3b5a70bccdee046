"""The verbs before a game day starts: list, plan, approve, go, start."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from dr_orchestrator.cli.commands.game_day.group import (
    by_option,
    do,
    do_by_plan,
    game_day,
    name_argument,
    reason_option,
)
from dr_orchestrator.cli.output import hang, json_option, print_json
from dr_orchestrator.cli.terminal.table import print_table

if TYPE_CHECKING:
    from dr_orchestrator.domain.game_day.acts import PersonAct
    from dr_orchestrator.domain.game_day.plan import GameDay
    from dr_orchestrator.domain.game_day.record import Record

ANSWERS = ("yes", "no", "waived")
COLUMNS = ("Game day", "Of", "Opened", "Started", "Ended", "Verdict", "Evidence")


@game_day.command("list")
@json_option
def list_(as_json: bool) -> None:
    """List the files of game days, and those that were held, the newest first."""
    from dr_orchestrator import wiring
    from dr_orchestrator.wiring.game_days.declaring import declared

    here = wiring.world()
    files, held = declared(here), here.ledger.game_days.listed()
    if as_json:
        print_json({"files": [str(each) for each in files], "game_days": [_as_json(each) for each in held]})
        return
    for each in files:
        hang("", f"{each.stem}  {each}")
    if held:
        print_table(COLUMNS, [_row(each) for each in held])
    if not files and not held:
        click.echo(f"No game day is planned: put a file into {here.settings.drills / 'game-days'}.")


@game_day.command()
@click.argument("file", metavar="FILE")
@click.option("--take", is_flag=True, help="Put it in place of the one that was taken from the file before.")
@by_option
@json_option
def plan(file: str, take: bool, by: str, as_json: bool) -> None:
    """Show a plan as its file says it, with the digest that an approval binds to. Nothing is written without --take.

    With it somebody in a role puts the plan in place: what was approved and answered for another lapses. An approval
    by somebody in a role does so, too.
    """
    from dr_orchestrator import wiring
    from dr_orchestrator.reporting.game_day.export import plan_json
    from dr_orchestrator.wiring.game_days.acting import open_by_plan
    from dr_orchestrator.wiring.game_days.declaring import plan_of

    here = wiring.world()
    found = plan_of(here, file)
    if take:
        open_by_plan(here, found, by)
    if as_json:
        print_json(plan_json(found))
    else:
        _print(found)


@game_day.command()
@click.argument("file", metavar="FILE")
@click.option("--by", required=True, metavar="NAME", help="The person whose word it is: not the director.")
def approve(file: str, by: str) -> None:
    """Approve a plan as its file says it now.

    The approval binds to the plan's digest: it lapses when the file, or a drill in its scope, is changed, and after 30
    days. It precedes the start, and is given by nobody who directs the game day.
    """
    do_by_plan(file, None, by)


@game_day.command()
@click.argument("file", metavar="FILE")
@click.argument("item", default="", metavar="[ITEM]")
@click.option("--answer", type=click.Choice(ANSWERS), help="The answer to ITEM of the go/no-go list.")
@click.option("--no", "no", is_flag=True, help="The director says no-go, with a reason.")
@reason_option
@by_option
def go(file: str, item: str, answer: str | None, no: bool, reason: str, by: str) -> None:
    """Answer ITEM of the go/no-go list; without ITEM the director says go (or, with --no, no-go)."""
    do_by_plan(file, _going(item, answer, no, reason), by)


@game_day.command()
@name_argument
@by_option
def start(name: str, by: str) -> None:
    """Start it: the director does, once all is answered and they have said go. Its clock runs from now on."""
    from dr_orchestrator import wiring
    from dr_orchestrator.domain.game_day.acts import Start

    record = wiring.world().ledger.game_days.find(name)
    if record.started_at is None:  # the file may have been changed since
        do_by_plan(record.plan.name, Start(), by)
    else:
        do(record.id, Start(), by)


def _going(item: str, answer: str | None, no: bool, reason: str) -> PersonAct:
    from dr_orchestrator.domain.game_day.acts import Go, NoGo, Reply
    from dr_orchestrator.domain.game_day.standing import Answer

    if item and (answer is None or no):
        raise click.UsageError(f"say how {item} is answered: --answer {'|'.join(ANSWERS)}")
    if not item and answer is not None:
        raise click.UsageError("name the ITEM that is answered: `dro game-day plan FILE` lists them")
    if item and answer is not None:
        return Reply(item, Answer(answer), reason)
    return NoGo(reason) if no else Go()


def _print(of: GameDay) -> None:
    from dr_orchestrator.domain.game_day.acts.before import directors
    from dr_orchestrator.domain.objective import format_duration

    hang(f"{of.name}  ", f"{of.title} (plan {of.digest})")
    hang("  to show     ", of.objective)
    hang("  scenario    ", f"{of.disruption}: {of.scenario}")
    hang("  severity    ", of.severity)
    hang("  services    ", ", ".join(each.name for each in of.services))
    hang("  drills      ", ", ".join(each.name for each in of.drills) or "none may be started from it")
    for each in of.exclusions:
        hang("  left out    ", each)
    for role in of.roles:
        hang(f"  {role.value:<11} ", ", ".join(of.acting(role)) or "nobody")
    if of.away:
        hang("  unannounced ", f"away: {', '.join(of.away)}")
    for criterion in of.criteria:
        critical = ", critical" if criterion.critical else ""
        hang("  criterion   ", f"{criterion.name}{critical}: {criterion.success}")
    for item in of.go_no_go:
        hang("  go/no-go    ", f"{item.name}: {item.question}")
    for stop in of.aborts:
        told = f"{stop.name}: {stop.metric} {stop.threshold} for {stop.window}, called by {stop.caller}"
        hang("  abort       ", told)
    hang("  injects     ", f"{len(of.injects)}, in {format_duration(of.planned)}: the director's list alone tells them")
    hang("  next        ", f"`dro game-day approve {of.name} --by NAME`, by nobody of {', '.join(directors(of))}")


def _row(of: Record) -> tuple[str, ...]:
    instants = (of.opened_at, of.started_at, of.ended_at)
    told = (f"{each:%Y-%m-%d %H:%M} UTC" if each else "-" for each in instants)
    verdict = f"{of.verdict}{'' if of.closed_at else ' (not closed)'}" if of.verdict else "-"
    return (of.id, of.plan.name, *told, verdict, _made(of))


def _made(of: Record) -> str:
    if of.seeded:
        return "SIMULATED (seeded)"
    return "SIMULATED" if of.simulated else "real"


def _as_json(of: Record) -> dict[str, Any]:
    from dr_orchestrator.reporting.wording import iso

    return {
        "id": of.id,
        "name": of.plan.name,
        "title": of.plan.title,
        "digest": of.plan.digest,
        "simulated": of.simulated,
        "seeded": of.seeded,
        "opened_at": iso(of.opened_at),
        "started_at": iso(of.started_at),
        "ended_at": iso(of.ended_at),
        "closed_at": iso(of.closed_at),
        "verdict": of.verdict.value if of.verdict else None,
    }
