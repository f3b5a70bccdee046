"""The printing of every command: lines as wide as the terminal, JSON, and the cells of runs."""

from __future__ import annotations

import json
import re
import shutil
import sys
import textwrap
from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from dr_orchestrator.domain.verdict import Cleanup, Verdict

if TYPE_CHECKING:
    from dr_orchestrator.domain.cost import Cost
    from dr_orchestrator.domain.outline import Outlined

WIDE = 1000
"""Columns where nobody sits before a terminal: what reads a pipe reads whole lines."""
_NARROW = 20
"""The fewest columns that a text is broken at."""

NOT_DRIVEN = "NOT DRIVEN"
"""The verdict of an open run whose process is dead, or is taken for dead."""
STYLES: Mapping[str, str] = {
    Verdict.PASSED: "green",
    Verdict.PASSED_WITH_FINDINGS: "green",
    Verdict.FAILED: "bold red",
    Verdict.ABORTED: "magenta",
    Verdict.INCONCLUSIVE: "yellow",
    Verdict.PARTIAL: "yellow",
    Cleanup.CLEAN: "green",
    Cleanup.LEFTOVERS: "bold red",
    Cleanup.UNPROVEN: "yellow",
    NOT_DRIVEN: "bold red",
}

RUN_COLUMNS = (
    *("Service", "Tier", "Drill", "RTO actual / objective", "RPO actual / objective", "Verdict", "Clean-up"),
    "Evidence",
)

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]")
"""The characters that a terminal obeys instead of showing them; a check's output comes from a database or a server,
and may hold it.
"""

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")


def print_json(value: Any) -> None:
    """Print a value as JSON."""
    written = json.dumps(value, indent=2, ensure_ascii=False)
    click.echo(_CONTROL.sub(lambda found: f"\\u{ord(found[0]):04x}", written))


def stamp(instant: datetime | None) -> str | None:
    """An instant for programs, to the second."""
    return instant.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z") if instant else None


def cost_json(cost: Cost) -> dict[str, object]:
    """An amount for programs, unrounded; None where it is not known, and why."""
    amount = float(cost.amount) if cost.amount is not None else None
    return {"amount": amount, "currency": cost.currency, "told": str(cost)}


def visible(text: str) -> str:
    """The text with every control character written out; line breaks and tabs stay."""
    return _CONTROL.sub(lambda found: found[0].encode("unicode_escape").decode("ascii"), text)


def say(text: str, err: bool = False) -> None:
    """Print text that may have come from elsewhere."""
    click.echo(visible(text), err=err)


def width(err: bool = False) -> int:
    """The columns of the terminal; where there is none, as many as any line has."""
    return shutil.get_terminal_size().columns if (sys.stderr if err else sys.stdout).isatty() else WIDE


def hang(lead: str, text: str, err: bool = False) -> None:
    """Print text under a heading of its own, in lines as wide as the terminal: whatever is too long goes on below."""
    indent = " " * len(lead)
    lines = _wrapped(visible(text), width(err) - len(lead))
    click.echo(lead + f"\n{indent}".join(lines or [""]), err=err)


def hang_each(lines: Iterable[str]) -> None:
    """Print lines that may have come from elsewhere; whatever is too long goes on below, a little further in."""
    for line in lines:
        text = line.lstrip(" ")
        lead = line[: len(line) - len(text)]
        first, *others = _folded(text, width() - len(lead))
        click.echo(lead + first)
        for other in others:
            click.echo(f"{lead}    {other}")


def _folded(text: str, most: int) -> list[str]:
    """A text in lines, of which all but the first will stand four letters further in."""
    if len(shown := visible(text)) <= most:
        return [shown]
    first = _wrapped(shown, most)[0]
    return [first, *_wrapped(shown[len(first) :].lstrip(), most - 4)]


def _wrapped(text: str, most: int) -> list[str]:
    return textwrap.wrap(text, max(most, _NARROW), break_on_hyphens=False, break_long_words=False)


def begin(what: str) -> None:
    """Say at once what begins, before all that is imported for it: a silent terminal looks like one that hangs."""
    from dr_orchestrator import settings

    click.echo(f"{what}: reading the drills of {settings.load().home} ...", err=True)


def run_rows(runs: Iterable[Outlined], not_driven: Collection[str] = ()) -> list[tuple[str, ...]]:
    """The cells of runs under RUN_COLUMNS; those of the ids in `not_driven` have no living process."""
    from dr_orchestrator.reporting.view.summary import summary_rows

    listed = list(runs)
    return [
        (
            *(row.service, row.tier, row.drill, row.rto, row.rpo),
            NOT_DRIVEN if row.run in not_driven else row.verdict,
            row.cleanup,
            row.simulated or _evidence(run),
        )
        for run, row in zip(listed, summary_rows(listed), strict=True)
    ]


def _evidence(run: Outlined) -> str:
    """A run that never learned whose credentials it has did not reach AWS, and is evidence of nothing."""
    return "real" if run.header.provenance.account else "none"
