"""The words of tabletops and reviews on a terminal, and their exit codes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dr_orchestrator.cli.output import hang
from dr_orchestrator.domain.verdict import Verdict
from dr_orchestrator.errors import Exit, UsageError

if TYPE_CHECKING:
    from dr_orchestrator.domain.exercise.kept import Judgement, Sat
    from dr_orchestrator.ledger.practice import Recorded

_EXITS = {Verdict.FAILED: Exit.FAILED, Verdict.INCONCLUSIVE: Exit.INCONCLUSIVE}


def exit_code(verdict: Verdict) -> Exit:
    """The exit code of a verdict."""
    return Exit.PASSED if verdict.green else _EXITS.get(verdict, Exit.INCONCLUSIVE)


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


def tell(sat: Sat, judgement: Judgement) -> None:
    """Tell a record: its verdict, why, and what it showed to be wrong."""
    seeded = " (seeded: it was never held)" if sat.seeded else ""
    stamp = f"  SIMULATED{seeded}: evidence of nothing" if sat.simulated else ""
    click.echo(f"{sat.id}  {sat.verdict}  {sat.title} ({sat.score}){stamp}")
    for reason in judgement.reasons:
        hang("  because  ", reason)
    for gap in judgement.gaps:
        hang(f"  {gap.severity.upper()}  ", f"{gap.about.service}: {gap.title} (owner: {gap.owner or 'nobody'})")


def tell_recorded(kept: Recorded) -> None:
    """Tell what became of a record: kept, kept before, or kept in place of another."""
    if not kept.new:
        click.echo("It is kept already: nothing changed.")
    elif kept.sat.supersedes:
        click.echo(f"It supersedes {kept.sat.supersedes}, which is kept, too.")


def tell_superseded(of: Sat, by: str) -> None:
    """Tell what a record supersedes and why, and which one supersedes it, where one does."""
    if of.supersedes:
        hang("  supersedes  ", f"{of.supersedes}: {of.correction}")
    if by:
        hang("  superseded by  ", f"{by}, which is what counts")


def tell_pages(pages: Mapping[str, Path], formats: Iterable[str] = ("html",)) -> None:
    """Tell where the report is."""
    for each in formats:
        if each in pages:
            click.echo(f"Report: {pages[each]}")
