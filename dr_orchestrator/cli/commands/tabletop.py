"""Commands on tabletops: tabletop blank|record|show."""

from __future__ import annotations

from pathlib import Path

import click

from dr_orchestrator.cli.output import json_option, print_json
from dr_orchestrator.cli.terminal.practice import draft, exit_code, tell, tell_pages, tell_recorded, tell_superseded

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
    pages = publishing.tabletop(here, kept.sat, conducted)
    if as_json:
        print_json(publishing.record_json(kept.sat, conducted))
    else:
        tell(kept.sat, conducted.judgement)
        tell_recorded(kept)
        tell_pages(pages)
    return exit_code(kept.sat.verdict)


@tabletop.command()
@click.argument("name", metavar="ID")
@json_option
def show(name: str, as_json: bool) -> None:
    """Show the record of the tabletop ID, or of the beginning of one, or `latest`; its report is written anew."""
    from dr_orchestrator import wiring
    from dr_orchestrator.wiring.practice import publishing

    here = wiring.world()
    sat, conducted = here.ledger.practice.tabletop(name)
    by = here.ledger.practice.superseded_by(sat.id)
    if as_json:
        print_json({**publishing.record_json(sat, conducted), "superseded_by": by or None})
        return
    tell(sat, conducted.judgement)
    tell_superseded(sat, by)
    tell_pages(publishing.tabletop(here, sat, conducted))
