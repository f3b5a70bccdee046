"""Commands on tabletops: tabletop blank|record|show."""

from __future__ import annotations

from pathlib import Path

import click

from dr_orchestrator.cli.output import json_option
from dr_orchestrator.cli.terminal.practice import draft, tell_kept, tell_record

_FILE = click.Path(path_type=Path, dir_okay=False)


@click.group()
def tabletop() -> None:
    """Draft, record and show tabletops: scenarios that people talk through.

    They are planned in drills/tabletops. What one shows to be wrong becomes findings; it counts as a review of what
    people know, and never as a restore.
    """


@tabletop.command()
@click.argument("name")
@click.option("--out", type=_FILE, help="The file to write; printed where it is left out.")
def blank(name: str, out: Path | None) -> None:
    """Draft the record of the tabletop NAME: each gap in it is to be filled in."""
    from dr_orchestrator import wiring
    from dr_orchestrator.wiring.practice import tabletops

    draft(tabletops.blank(wiring.world(), name), out)


@tabletop.command()
@click.argument("file", type=_FILE)
@json_option
def record(file: Path, as_json: bool) -> int:
    """Judge the record in FILE and keep it, with its gaps as findings.

    The same record again changes nothing. One that tells the same sitting otherwise has to say why (`correction`), and
    is kept beside the one that it supersedes. Exit codes: 0 passed, 1 failed, 2 mistakes in the file, 3 inconclusive.
    """
    from dr_orchestrator import wiring
    from dr_orchestrator.wiring.practice import publishing, tabletops

    here = wiring.world()
    kept, conducted = tabletops.record(here, file)
    return tell_kept(kept, conducted, publishing.tabletop(here, kept.sat, conducted), as_json)


@tabletop.command()
@click.argument("name", metavar="ID")
@json_option
def show(name: str, as_json: bool) -> None:
    """Show the record of the tabletop ID, or of the beginning of one, or `latest`; its report is written anew."""
    from dr_orchestrator import wiring
    from dr_orchestrator.wiring.practice import publishing

    here = wiring.world()
    sat, conducted = here.ledger.practice.tabletop(name)
    tell_record(here, sat, conducted, lambda: publishing.tabletop(here, sat, conducted), as_json)
