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
    """List the copies that stand now, by the ledger, and the silence of the alerts on each.

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
    silenced = sum(each.standing.known.state.value == "stands" for each in found)
    click.echo(f"{counted(len(found), 'copy', 'copies')}; {silenced} silenced.")


@silences.command()
@json_option
@click.pass_context
def sync(context: click.Context, as_json: bool) -> None:
    """Make, prolong and end silences of alerts on copies, as the ledger shows them now.

    It may be called as often as you like, by several at once, and stopped at any time. It ends with 0 where nothing is
    left, with 3 else.
    """
    from dr_orchestrator import wiring
    from dr_orchestrator.wiring.silences.syncing import sync as synced

    done = synced(wiring.world())
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
    record, known = of.standing.record, of.standing.known
    until = f"{of.until:%Y-%m-%d %H:%M} UTC" if of.until else "-"
    ends = f" until {known.ends_at:%H:%M} UTC" if known.ends_at and known.state.value == "stands" else ""
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
    return of.standing.silence.state.value if of.standing.silence else "none"


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
