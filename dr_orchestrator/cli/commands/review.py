"""Commands on reviews of documents: review run|blank|sign|show, reviews."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dr_orchestrator.cli.output import hang, json_option, print_json, stamp
from dr_orchestrator.cli.terminal.notices import warn_of_pace
from dr_orchestrator.cli.terminal.practice import draft, tell_kept, tell_record
from dr_orchestrator.cli.terminal.table import print_table
from dr_orchestrator.domain.counted import counted
from dr_orchestrator.errors import Exit

if TYPE_CHECKING:
    from dr_orchestrator.domain.exercise.agenda import Turn
    from dr_orchestrator.domain.exercise.kept import Sat

COLUMNS = ("Kind", "Name", "Standing", "Until", "Every", "Last that counts", "Newest", "Verdict", "Services")
_FILE = click.Path(path_type=Path, dir_okay=False)
_by = click.option("--by", required=True, metavar="REVIEWER", help="Who reviews: no author, and no champion.")


@click.group()
def review() -> None:
    """Look at documents, sign their reviews, show them.

    They are declared in drills/reviews. A machine checks what it can, and a person who did not write the document
    answers the rest. What is wrong becomes findings; a review never counts as a restore.
    """


@review.command()
@click.argument("name")
@_by
@json_option
def run(name: str, by: str, as_json: bool) -> int:
    """Look, read-only, at the document of the review NAME and at its services, and keep what was seen.

    Exit codes: 0 all that is mandatory holds, 1 some does not, 3 some is not known.
    """
    from dr_orchestrator import wiring
    from dr_orchestrator.domain.review.looking import worst
    from dr_orchestrator.domain.verdict import Outcome
    from dr_orchestrator.wiring.practice import publishing, reviewing

    here = wiring.world()
    warn_of_pace(here)
    seen = reviewing.look(here, name, by)
    plan = reviewing.plans(here)[name]
    if as_json:
        print_json(publishing.look_json(seen))
    else:
        click.echo(f"{seen.id}  {seen.document}{'  SIMULATED' if seen.simulated else ''}")
        for each in seen.results:
            hang(f"  {each.outcome.upper():<12}  ", f"{each.check}: {each.subject}: {each.told}")
        for finding in seen.findings:
            hang("  OPEN          ", finding)
        click.echo(f"Next: dro review blank {name}, then dro review sign FILE --by REVIEWER, within a day.")
    found = worst(seen.of(each) for each in plan.required)
    return {Outcome.PASSED: Exit.PASSED, Outcome.FAILED: Exit.FAILED}.get(found, Exit.INCONCLUSIVE)


@review.command()
@click.argument("name")
@click.option("--out", type=_FILE, help="The file to write; printed where it is left out.")
def blank(name: str, out: Path | None) -> None:
    """Draft the checklist of the review NAME, to the newest look: each gap in it is to be filled in."""
    from dr_orchestrator import wiring
    from dr_orchestrator.wiring.practice import reviewing

    draft(reviewing.blank(wiring.world(), name), out)


@review.command()
@click.argument("file", type=_FILE)
@_by
@json_option
def sign(file: Path, by: str, as_json: bool) -> int:
    """Judge a review by the newest look and the answers in FILE, and keep it, with what is wrong as findings.

    The look has to be less than a day old, and of the document as it is now. Exit codes: 0 passed, 1 failed,
    2 mistakes in the file, 3 inconclusive.
    """
    from dr_orchestrator import wiring
    from dr_orchestrator.wiring.practice import publishing, reviewing

    here = wiring.world()
    kept, reviewed = reviewing.sign(here, file, by)
    return tell_kept(kept, reviewed, publishing.review(here, kept.sat, reviewed), as_json)


@review.command()
@click.argument("name", metavar="ID")
@json_option
def show(name: str, as_json: bool) -> None:
    """Show the review ID, or of the beginning of one, or `latest`; its report is written anew."""
    from dr_orchestrator import wiring
    from dr_orchestrator.wiring.practice import publishing

    here = wiring.world()
    sat, reviewed = here.ledger.practice.review(name)
    tell_record(here, sat, reviewed, lambda: publishing.review(here, sat, reviewed), as_json)


@click.command()
@click.option("--due", "only_due", is_flag=True, help="Only those that are due, or overdue.")
@json_option
def reviews(only_due: bool, as_json: bool) -> None:
    """List tabletops and reviews, and which are due.

    The last that passed, and was no rehearsal, moves the date; one that failed or was inconclusive does not. None of
    them counts as a restore: see `dro due` and `dro coverage` for those.
    """
    from dr_orchestrator import wiring
    from dr_orchestrator.domain.exercise.agenda import Timely
    from dr_orchestrator.wiring.practice.listing import listing

    turns, now = listing(wiring.world())
    shown = [each for each in turns if not only_due or each.standing is not Timely.DONE]
    if as_json:
        print_json([_as_json(each) for each in shown])
        return
    if shown:
        print_table(COLUMNS, [_row(each) for each in shown])
    due, overdue = (sum(each.standing is of for each in turns) for of in (Timely.DUE, Timely.OVERDUE))
    click.echo(f"{counted(len(turns), 'tabletop or review', 'tabletops and reviews')}: {_told(due, overdue, now)}.")


def _told(due: int, overdue: int, now: datetime) -> str:
    return f"{overdue} overdue, {due} due, as of {now:%Y-%m-%d}"


def _row(of: Turn) -> Sequence[str]:
    planned, newest, counting = of.planned, of.newest, of.counting
    return (
        planned.kind.value,
        planned.name,
        of.standing.upper(),
        f"{of.until:%Y-%m-%d}",
        planned.every.value,
        f"{counting.ended:%Y-%m-%d}" if counting else "never",
        newest.id if newest else "-",
        f"{newest.verdict}{_made(newest)}" if newest else "-",
        ", ".join(planned.services),
    )


def _made(of: Sat) -> str:
    if of.seeded:
        return ", SIMULATED (seeded)"
    return ", SIMULATED" if of.simulated else ""


def _as_json(of: Turn) -> dict[str, object]:
    planned, newest, counting = of.planned, of.newest, of.counting
    return {
        "kind": planned.kind.value,
        "name": planned.name,
        "title": planned.title,
        "services": [*planned.services],
        "every": planned.every.value,
        "standing": of.standing.value,
        "until": stamp(of.until),
        "last_that_counts": counting.id if counting else None,
        "last_that_counts_at": stamp(counting.ended) if counting else None,
        "newest": newest.id if newest else None,
        "newest_verdict": newest.verdict.value if newest else None,
        "newest_simulated": newest.simulated if newest else None,
        "newest_seeded": newest.seeded if newest else None,
        "file": planned.file,
    }
