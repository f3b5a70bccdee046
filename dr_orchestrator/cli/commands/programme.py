"""The command that tells how the programme stands in a quarter: programme."""

from __future__ import annotations

from pathlib import Path

import click

from dr_orchestrator.cli.terminal.notices import writing

FORMATS = ("html", "md", "json")


@click.command()
@click.option(
    "--quarter", default="", metavar="2026-Q3", help="The quarter, by the calendar's zone (default: this one)."
)
@click.option(
    "--format", "formats", type=click.Choice(FORMATS), multiple=True, help="Only these formats; all by default."
)
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), help="The folder to write to.")
def programme(quarter: str, formats: tuple[str, ...], out: Path | None) -> None:
    """Write the quarter's programme report: HTML, Markdown and JSON.

    It tells leadership first whether the promise is proven, what changed and what needs a decision; then coverage,
    results by tier, trends over eight quarters, findings by age, the plan and what became of it, exclusions, cost and
    the next quarter. What is simulated, or imported, is told apart and proves nothing. A quarter that is over is told
    as it ended, by what is declared today.
    """
    from dr_orchestrator import wiring
    from dr_orchestrator.wiring.programme import publish

    here = wiring.world()
    folder = out or here.settings.generated
    with writing(f"the report in {folder}", "make the folder writable, or name another: --out FOLDER"):
        paths = publish(here, quarter, folder, formats or FORMATS)
    for path in paths.values():
        click.echo(str(path))
