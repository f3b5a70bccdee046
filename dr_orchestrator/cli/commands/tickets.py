"""Commands on tickets: tickets, tickets sync|anew."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import click

from dr_orchestrator.cli.output import hang, json_option, print_json
from dr_orchestrator.cli.terminal.table import print_table
from dr_orchestrator.domain.counted import counted
from dr_orchestrator.errors import Exit
from dr_orchestrator.reporting.wording import iso

if TYPE_CHECKING:
    from dr_orchestrator.domain.tickets.ticket import Item, Ticket
    from dr_orchestrator.tracker.sync import Done
    from dr_orchestrator.wiring.ticketing import Planned

COLUMNS = ("Finding", "State", "Ticket", "State there", "Last sync", "What", "To do")


@click.group(invoke_without_command=True)
@json_option
@click.pass_context
def tickets(context: click.Context, as_json: bool) -> None:
    """List the tickets of findings as they stand, or bring them up to date.

    They are in the tracker that `tracker` in tiers.yaml declares: Jira, GitHub, GitLab, or a folder of Markdown files,
    which is the usual one. A ticket that somebody closes there remediates nothing: a passing retest does.
    """
    if context.invoked_subcommand is not None:
        return
    from dr_orchestrator import wiring
    from dr_orchestrator.wiring.tickets import left_out, listing

    here = wiring.world()
    items, now = listing(here)
    if as_json:
        print_json([_as_json(each, now) for each in items])
        return
    if items:
        print_table(COLUMNS, _rows(items, now))
    made = sum(bool(each.ticket and each.ticket.remote) for each in items)
    out = left_out(here)
    simulated = f"; {counted(out, 'simulated finding')} left out" if out else ""
    click.echo(f"{here.tracker.name}: {counted(made, 'ticket')} of {counted(len(items), 'finding')}{simulated}.")


@tickets.command()
@click.option("--dry-run", is_flag=True, help="Look there, and tell what would be done; nothing is written.")
@json_option
@click.pass_context
def sync(context: click.Context, dry_run: bool, as_json: bool) -> None:
    """Make a ticket of each open finding, tell the others what became of theirs, and read how they stand there.

    It may be called as often as you like, by several at once, and stopped at any time: none is made twice, and what
    could not be done is left for the next sync. It ends with 0 where every ticket is as it should be, with 3 else.
    """
    from dr_orchestrator import wiring
    from dr_orchestrator.wiring import ticketing

    here = wiring.world()
    if dry_run:
        planned = ticketing.plan(here)
        if as_json:
            print_json([_planned_json(each) for each in planned])
        else:
            _print_plan(planned)
        return
    done = ticketing.sync(here)
    if as_json:
        print_json(_done_json(done))
    else:
        _print_done(done)
    context.exit(Exit.PASSED if done.in_line else Exit.INCONCLUSIVE)


@tickets.command()
@click.argument("name", metavar="FINGERPRINT")
def anew(name: str) -> None:
    """Let the next sync make a ticket anew that somebody deleted there; your word is kept with the finding."""
    from dr_orchestrator import wiring
    from dr_orchestrator.wiring.tickets import make_anew

    make_anew(wiring.world(), name)
    click.echo("The next `dro tickets sync` makes it.")


def _rows(items: Sequence[Item], now: datetime) -> list[tuple[str, ...]]:
    from dr_orchestrator.domain.findings.tracked import shortened

    short = shortened(each.finding.fingerprint for each in items)
    return [
        (
            short[each.finding.fingerprint],
            each.finding.state_at(now).value,
            _named(each.ticket),
            (each.ticket.status or "-") if each.ticket else "-",
            f"{each.ticket.synced_at:%Y-%m-%d %H:%M} UTC" if each.ticket and each.ticket.synced_at else "never",
            each.finding.title,
            _to_do(each, now) or "-",
        )
        for each in items
    ]


def _named(ticket: Ticket | None) -> str:
    if ticket is None:
        return "none yet"
    if ticket.remote:
        return ticket.url or ticket.ref
    return "deleted there" if ticket.gone_at else "not known to be made" if ticket.unsure else "none yet"


def _to_do(of: Item, now: datetime) -> str:
    """The thing that somebody has to know or do; empty where it is as it should be."""
    ticket, state = of.ticket, of.finding.state_at(now)
    if ticket is None:
        return "`dro tickets sync` makes it"
    if ticket.error:
        return ticket.error
    if ticket.closed_by_hand(state):
        return f"closed there, and {state} here: a passing retest closes it, and nothing that is done there"
    return "`dro tickets sync` tells what became of it since" if ticket.remote and of.news else ""


def _print_plan(planned: Sequence[Planned]) -> None:
    for each in planned:
        hang(f"{each.item.finding.fingerprint}  ", f"{each.item.finding.title}: {', '.join(_steps(each))}")
    click.echo(f"{counted(len(planned), 'ticket')} would be changed; nothing was.")


def _steps(of: Planned) -> list[str]:
    lacks = of.lacks
    make = f"take {of.found}, which is there" if of.found else "make a ticket"
    if of.strange:
        make = f"make none, for {', '.join(of.strange)} wears its label and is not of this ledger by what it says"
    comments = len(lacks.news) + bool(lacks.lapse)
    return [
        *([make] if lacks.make else ()),
        *([f"add {counted(comments, 'comment')}"] if comments else ()),
        *([f"move it, for it is {lacks.move} here"] if lacks.move else ()),
        *([f"assign it, for it is {of.item.finding.owner}'s"] if lacks.assign else ()),
    ]


def _print_done(done: Done) -> None:
    for lines in (done.made, done.found, done.told, done.moved, done.assigned):
        for name, text in lines:
            hang(f"{name}  ", text)
    for name, why in done.left.items():
        hang(f"{name}  ", f"NOT DONE: {why}")
    if done.stopped:
        hang("ENDED EARLY  ", done.stopped)
    click.echo(done.told_short)


def _done_json(done: Done) -> dict[str, object]:
    def told(lines: Sequence[tuple[str, str]]) -> list[dict[str, str]]:
        return [{"finding": name, "told": text} for name, text in lines]

    kinds = {"made": done.made, "found": done.found, "comments": done.told, "moved": done.moved}
    whole = {name: told(lines) for name, lines in {**kinds, "assigned": done.assigned}.items()}
    return {**whole, "left": told([*done.left.items()]), "stopped": done.stopped or None, "in_line": done.in_line}


def _planned_json(of: Planned) -> dict[str, object]:
    return {"finding": of.item.finding.fingerprint, "would": _steps(of)}


def _as_json(of: Item, now: datetime) -> dict[str, object]:
    ticket = of.ticket
    state = of.finding.state_at(now)
    return {
        "finding": of.finding.fingerprint,
        "simulated": of.finding.simulated,
        "state": state.value,
        "title": of.finding.title,
        "tracker": ticket.tracker if ticket else None,
        "ticket": (ticket.ref or None) if ticket else None,
        "url": (ticket.url or None) if ticket else None,
        "state_there": (ticket.status or None) if ticket else None,
        "closed_there": ticket.closed if ticket and ticket.remote else None,
        "closed_by_hand": ticket.closed_by_hand(state) if ticket else False,
        "deleted_at": iso(ticket.gone_at) if ticket else None,
        "synced_at": iso(ticket.synced_at) if ticket else None,
        "error": (ticket.error or None) if ticket else None,
        "to_do": _to_do(of, now) or None,
    }
