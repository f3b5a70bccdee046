"""Commands on notices: notices, notices sync|again|settle, announce."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import click

from dr_orchestrator.cli.output import hang, json_option, print_json, stamp
from dr_orchestrator.cli.terminal.table import print_table
from dr_orchestrator.domain.counted import counted
from dr_orchestrator.errors import Exit, UsageError

if TYPE_CHECKING:
    from dr_orchestrator.domain.notices.notice import Letter
    from dr_orchestrator.wiring.app import App

COLUMNS = ("Message", "Event", "State", "Tries", "Raised", "What", "Why")
_SHOWN = 50


@click.group(invoke_without_command=True)
@click.option("--all", "every", is_flag=True, help=f"List all, not only the newest {_SHOWN}.")
@json_option
@click.pass_context
def notices(context: click.Context, every: bool, as_json: bool) -> None:
    """List the messages of what people were told, or are to be, newest first; or send those that wait.

    The channels are those that `notices` in tiers.yaml declares. Of an unknown message nobody knows whether it arrived:
    you look there, and have it sent anew where it did not.
    """
    if context.invoked_subcommand is not None:
        return
    from dr_orchestrator import wiring

    here = wiring.world()
    found, now = here.ledger.notices.listed(None if every else _SHOWN), here.clock.now()
    if as_json:
        print_json([_as_json(each, here, now) for each in found])
        return
    if found:
        print_table(COLUMNS, [_row(each, here, now) for each in found])
    channels = counted(len(here.notices.channels), "channel")
    click.echo(f"{counted(len(found), 'message')}; {channels} declared.")


@notices.command()
@json_option
@click.pass_context
def sync(context: click.Context, as_json: bool) -> None:
    """Raise what is new: starts, verdicts, leftovers, what is overdue or to come; and send what waits.

    It may be called as often as you like, by several at once, and stopped at any time: each event is told once. It ends
    with 0 where nothing is left, with 3 else.
    """
    from dr_orchestrator import wiring
    from dr_orchestrator.wiring.notifying import sync as synced

    done = synced(wiring.world())
    if as_json:
        left = [{"message": name, "why": why} for name, why in done.left.items()]
        stuck = [each.delivery.id for each in done.stuck]
        waits = [*done.waits]
        whole = {
            "raised": done.raised,
            "sent": done.sent,
            "left": left,
            "waits": waits,
            "stale": [*done.stale],
            "failed_or_unknown": stuck,
        }
        print_json({**whole, "not_looked_at": done.blind or None, "in_line": done.in_line})
    else:
        for name, why in (*done.left.items(), *done.waits.items(), *done.stale.items()):
            hang(f"{name}  ", why)
        click.echo(done.told)
    context.exit(Exit.PASSED if done.in_line else Exit.INCONCLUSIVE)


@notices.command()
@click.argument("message", metavar="ID")
def again(message: str) -> None:
    """Have a message sent anew that failed, or of which nobody knows whether it arrived; you have looked there."""
    from dr_orchestrator import wiring
    from dr_orchestrator.wiring.operator import operator

    wiring.world().ledger.notices.again(message, operator())
    click.echo("The next `dro notices sync` sends it.")


@notices.command()
@click.argument("message", metavar="ID")
def settle(message: str) -> None:
    """Say of a message that failed, or is unknown, that it needs no sending: it arrived, or is no news any more."""
    from dr_orchestrator import wiring
    from dr_orchestrator.wiring.operator import operator

    wiring.world().ledger.notices.settle(message, operator())
    click.echo("It is settled.")


@click.command()
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--window", type=click.DateTime(["%Y-%m-%d"]), help="All drills that are planned for this day.")
@click.option("--note", default="", help="A line of your own.")
@json_option
@click.pass_context
def announce(context: click.Context, names: Sequence[str], window: datetime | None, note: str, as_json: bool) -> None:
    """Tell people of drills that are planned: those NAMEd, at their next times, or all of a day of the calendar.

    The same announcement is made once, however often this is called.
    """
    from dr_orchestrator import wiring
    from dr_orchestrator.wiring.announcing import announce as told

    if bool(names) == (window is not None):
        raise UsageError("name either drills or a --window", "`dro calendar` lists what is planned")
    done = told(wiring.world(), names, window.date() if window else None, note)
    if as_json:
        number = done.notice.number if done.notice else None
        print_json({"notice": number, "drills": [*done.drills], "sent": [*done.sent], "left": [*done.left]})
    else:
        for each in (*done.drills, *done.left):
            hang("- ", each)
        again = "Announced" if done.notice else "It was announced before, and is not again"
        click.echo(f"{again}: {counted(len(done.sent), 'message')} sent, {len(done.left)} left.")
    context.exit(Exit.INCONCLUSIVE if done.left else Exit.PASSED)


def _row(of: Letter, here: App, now: datetime) -> tuple[str, ...]:
    delivery = of.delivery
    raised = f"{of.notice.raised_at:%Y-%m-%d %H:%M} UTC"
    return (
        delivery.id,
        of.notice.event.value,
        delivery.state.value,
        str(delivery.tries),
        raised,
        delivery.title or "-",
        _why(of, here, now) or "-",
    )


def _why(of: Letter, here: App, now: datetime) -> str:
    """Why it is not sent, or who had it sent anew."""
    from dr_orchestrator.domain.notices.notice import State

    delivery = of.delivery
    if delivery.state is State.WAITING and (held := here.notices.held_until(of.notice.event, now)):
        return f"quiet hours: until {held:%Y-%m-%d %H:%M} UTC"
    if delivery.state is State.UNKNOWN:
        return f"{delivery.error}: look there, then `dro notices again {delivery.id}`, or `settle`"
    return delivery.error or (f"by the word of {delivery.person}" if delivery.person else "")


def _as_json(of: Letter, here: App, now: datetime) -> dict[str, object]:
    delivery = of.delivery
    return {
        "message": delivery.id,
        "notice": of.notice.number,
        "event": of.notice.event.value,
        "channel": delivery.channel,
        "state": delivery.state.value,
        "tries": delivery.tries,
        "simulated": of.notice.simulated,
        "raised_at": stamp(of.notice.raised_at),
        "sent_at": stamp(delivery.sent_at),
        "tried_again_at": stamp(delivery.not_before),
        "title": delivery.title or None,
        "body": delivery.body or None,
        "why": _why(of, here, now) or None,
    }
