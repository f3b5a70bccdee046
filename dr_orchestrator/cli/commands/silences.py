"""Commands on silences: silences, silences sync."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from dr_orchestrator.cli.output import hang, json_option, print_json, stamp
from dr_orchestrator.cli.terminal.table import print_table
from dr_orchestrator.domain.counted import counted
from dr_orchestrator.errors import Exit

if TYPE_CHECKING:
    from dr_orchestrator.wiring.silences.syncing import Listed

COLUMNS = ("Copy", "Type", "Region", "Account", "Run", "Since", "Until", "Silence", "Why")


@click.group(invoke_without_command=True)
@json_option
@click.pass_context
def silences(context: click.Context, as_json: bool) -> None:
    """List the copies that stand now, by the ledger, and the silence of the alerts on each; a copy that is gone, too,
    while its silence may stand.

    Until tells when its silence would end by itself if its run were not heard of again: the margin after its last
    heartbeat. `silences` in tiers.yaml declares where they are made.
    """
    if context.invoked_subcommand is not None:
        return
    from dr_orchestrator import wiring
    from dr_orchestrator.wiring.silences.syncing import listing

    found = listing(wiring.world())
    if as_json:
        print_json([_as_json(each) for each in found])
        return
    if found:
        print_table(COLUMNS, [_row(each) for each in found])
    gone = [each for each in found if each.standing.gone]
    silenced = sum(_state(each) == "stands" for each in found if not each.standing.gone)
    of_gone = f"; {_of_gone(len(gone))}" if gone else ""
    click.echo(f"{counted(len(found) - len(gone), 'copy', 'copies')}; {silenced} silenced{of_gone}.")


@silences.command()
@json_option
@click.pass_context
def sync(context: click.Context, as_json: bool) -> None:
    """Make, prolong and end silences of alerts on copies, as the ledger shows them now.

    Each is looked at, whatever its age. It may be called as often as you like, by several at once, and stopped at any
    time. With a drill file that cannot be read it ends silences alone. 0 where nothing is left, 3 else.
    """
    from dr_orchestrator import wiring
    from dr_orchestrator.wiring.silences.syncing import sync as synced

    done = synced(wiring.world(), each=True)
    if as_json:
        left = [{"copy": name, "why": why} for name, why in done.left.items()]
        whole = {"made": done.made, "prolonged": done.prolonged, "ended": done.ended, "left": left}
        print_json({**whole, "in_line": not done.left})
    else:
        for name, why in done.left.items():
            hang(f"{name}  ", why)
        click.echo(done.told)
    context.exit(Exit.INCONCLUSIVE if done.left else Exit.PASSED)


def _row(of: Listed) -> tuple[str, ...]:
    record = of.standing.record
    until = f"{of.until:%Y-%m-%d %H:%M} UTC" if of.until else "-"
    word = "" if _state(of) == "ended" else "until "
    ends = f" {word}{of.ends:%Y-%m-%d %H:%M} UTC" if of.ends else ""
    return (
        record.copy.id,
        record.copy.type,
        record.copy.region,
        of.standing.account or "-",
        record.copy.run,
        f"{record.created_at or record.intended_at:%Y-%m-%d %H:%M} UTC",
        until,
        f"{_state(of)}{ends}",
        of.why or "-",
    )


def _state(of: Listed) -> str:
    """The word of its silence; none where it never had one."""
    return of.state.value if of.state else "none"


def _of_gone(count: int) -> str:
    return "1 silence of a copy that is gone" if count == 1 else f"{count} silences of copies that are gone"


def _as_json(of: Listed) -> dict[str, object]:
    record, known = of.standing.record, of.standing.known
    silence = {
        "state": _state(of),
        "id": known.remote or None,
        "ends_at": stamp(known.ends_at),
        "matchers": dict(of.matchers),
        "tries": known.tries,
        "why": of.why or None,
    }
    return {
        "id": record.copy.id,
        "type": record.copy.type,
        "region": record.copy.region,
        "account": of.standing.account or None,
        "run": record.copy.run,
        "state": record.state.value,
        "simulated": of.standing.simulated,
        "since": stamp(record.created_at or record.intended_at),
        "until": stamp(of.until),
        "silence": silence,
    }
