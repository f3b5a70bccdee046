"""The words of tabletops and reviews on a terminal, and their exit codes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dr_orchestrator.cli.output import hang, print_json
from dr_orchestrator.domain.verdict import Verdict
from dr_orchestrator.errors import Exit, UsageError

if TYPE_CHECKING:
    from dr_orchestrator.domain.exercise.kept import Judgement, Sat
    from dr_orchestrator.domain.review.signing import Reviewed
    from dr_orchestrator.domain.tabletop.sitting import Conducted
    from dr_orchestrator.ledger.practice import Recorded
    from dr_orchestrator.wiring.app import App

_EXITS = {Verdict.FAILED: Exit.FAILED, Verdict.INCONCLUSIVE: Exit.INCONCLUSIVE}


def draft(text: str, out: Path | None) -> None:
    """Print a draft, or write it to a file that is not there yet: nothing that somebody filled in is lost."""
    if out is None:
        click.echo(text, nl=False)
        return
    try:
        with out.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError as there:
        raise UsageError(f"{out} is there already", "name a new file: nothing was written") from there
    except OSError as wrong:
        raise UsageError(f"{out} cannot be written: {wrong.strerror}", "name another file") from wrong
    click.echo(str(out))


def tell_kept(kept: Recorded, of: Conducted | Reviewed, pages: Mapping[str, Path], as_json: bool) -> Exit:
    """Tell a record and what became of it; the exit code of its verdict."""
    from dr_orchestrator.wiring.practice.publishing import record_json

    if as_json:
        print_json(record_json(kept.sat, of))
    else:
        _tell(kept.sat, of.judgement)
        _tell_recorded(kept)
        tell_pages(pages)
    return Exit.PASSED if kept.sat.verdict.green else _EXITS.get(kept.sat.verdict, Exit.INCONCLUSIVE)


def tell_record(
    here: App, sat: Sat, of: Conducted | Reviewed, publish: Callable[[], Mapping[str, Path]], as_json: bool
) -> None:
    """Tell a record that was kept before, what it supersedes and by what it is; `publish` writes its pages anew."""
    from dr_orchestrator.wiring.practice.publishing import record_json

    by = here.ledger.practice.superseded_by(sat.id)
    if as_json:
        print_json({**record_json(sat, of), "superseded_by": by or None})
        return
    _tell(sat, of.judgement)
    _tell_superseded(sat, by)
    tell_pages(publish())


def tell_pages(pages: Mapping[str, Path], formats: Iterable[str] = ("html",)) -> None:
    """Tell where the report is."""
    for each in formats:
        if each in pages:
            click.echo(f"Report: {pages[each]}")


def _tell(sat: Sat, judgement: Judgement) -> None:
    """Its verdict, why, and what it showed to be wrong."""
    seeded = " (seeded: it was never held)" if sat.seeded else ""
    stamp = f"  SIMULATED{seeded}: evidence of nothing" if sat.simulated else ""
    click.echo(f"{sat.id}  {sat.verdict}  {sat.title} ({sat.score}){stamp}")
    for reason in judgement.reasons:
        hang("  because  ", reason)
    for gap in judgement.gaps:
        hang(f"  {gap.severity.upper()}  ", f"{gap.about.service}: {gap.title} (owner: {gap.owner or 'nobody'})")


def _tell_recorded(kept: Recorded) -> None:
    """Whether it is kept now, was kept before, or is kept in place of another."""
    if not kept.new:
        click.echo("It is kept already: nothing changed.")
    elif kept.sat.supersedes:
        click.echo(f"It supersedes {kept.sat.supersedes}, which is kept, too.")


def _tell_superseded(of: Sat, by: str) -> None:
    if of.supersedes:
        hang("  supersedes  ", f"{of.supersedes}: {of.correction}")
    if by:
        hang("  superseded by  ", f"{by}, which is what counts")
