"""The command that tells how backups are kept, against what tiers want: posture."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from dr_orchestrator.cli.output import hang, json_option, print_json
from dr_orchestrator.cli.terminal.notices import warn_of_pace
from dr_orchestrator.cli.terminal.table import print_table
from dr_orchestrator.errors import UsageError

if TYPE_CHECKING:
    from dr_orchestrator.domain.posture.ruling import Stood
    from dr_orchestrator.wiring.posture.looking import Posture
    from dr_orchestrator.wiring.posture.publishing import Pages

LEVELS = ("high", "medium", "low", "never")


@click.command()
@click.argument("services", nargs=-1, metavar="[SERVICE...]")
@click.option(
    "--fail-on",
    "least",
    type=click.Choice(LEVELS),
    default="high",
    show_default=True,
    help="End with 1 where something falls short so much, or more.",
)
@click.option("--last", is_flag=True, help="Tell what the newest look saw; AWS is not asked.")
@json_option
def posture(services: tuple[str, ...], least: str, last: bool, as_json: bool) -> int:
    """Look, read-only, how the backups of the services named (or all) are kept: each shortfall is a finding.

    Every declared resource is held to what its tier wants: age of the newest point, a point each day, retention,
    encryption, a copy in another region, immutability, point-in-time recovery, deletion protection, and a restore that
    was proven. Where no service is named, what no service claims or no drill covers is told, too. What could not be
    asked is told as not known, and ends with 3. What is seen is kept in the ledger, and the page of the posture is
    written anew, with a page of its own for the claim of each service.
    """
    from dr_orchestrator import wiring
    from dr_orchestrator.domain.posture.ruling import exit_code
    from dr_orchestrator.wiring.posture import looking, publishing

    here = wiring.world()
    warn_of_pace(here)
    found = looking.newest(here, services) if last else looking.look(here, services)
    if found is None:
        raise UsageError("nobody looked yet", "`dro posture` does")
    pages = publishing.publish(here)
    if as_json:
        print_json(publishing.as_json(here, found))
    else:
        _print(found)
        _print_pages(pages, services)
    return exit_code(found.rows, least)


def _print(found: Posture) -> None:
    from dr_orchestrator.domain.posture.ruling import Standing, of_standing, shortfalls, summary

    look, rows = found.look, found.rows
    where = f"account {look.account}" + (", SIMULATED" if look.simulated else "")
    click.echo(f"Looked at {look.at:%Y-%m-%d %H:%M} UTC, {where}.")
    print_table(("Tier", "Service", "Resource", "Held", "Short", "Not known"), _tally(rows))
    for each in shortfalls(rows):
        severity = (each.ruling.severity or "").upper()
        _tell(each, f"{severity} since {each.since:%Y-%m-%d}" if each.since else severity)
    for each in of_standing(rows, Standing.UNKNOWN):
        _tell(each, "NOT KNOWN")
    click.echo(f"\n{summary(rows)}")


def _print_pages(pages: Pages, services: Sequence[str]) -> None:
    """The page of the posture; the page of the claim of each service that was named, else where all of them are."""
    if pages.posture is None:
        return
    click.echo(f"Report: {pages.posture}")
    for each in services:
        if each in pages.claims:
            click.echo(f"Claim: {pages.claims[each]}")
    if pages.claims and not services:
        click.echo(f"Claims: {next(iter(pages.claims.values())).parent}")


def _tell(row: Stood, how: str) -> None:
    from dr_orchestrator.domain.posture.ruling import TITLES

    told = row.ruling
    click.echo()
    hang(f"{how}  ", f"{row.service}: {TITLES[told.rule]} of {row.resource} ({row.id})")
    hang("  seen  ", told.evidence + (f" ({told.call})" if told.call else ""))
    if told.remedy:
        hang("  →     ", told.remedy)


def _tally(rows: Sequence[Stood]) -> list[tuple[str, ...]]:
    from dr_orchestrator.domain.posture.ruling import NOBODY, Standing

    told: dict[tuple[str, str, str], Counter[Standing]] = {}
    for each in rows:
        tier = "-" if each.service == NOBODY else str(each.tier)
        told.setdefault((tier, each.service, each.resource), Counter())[each.ruling.standing] += 1
    shown = (Standing.HELD, Standing.SHORT, Standing.UNKNOWN)
    return [(*key, *(str(counts[each]) if counts[each] else "-" for each in shown)) for key, counts in told.items()]
