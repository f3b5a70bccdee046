"""Tables as wide as the terminal; where their words do not fit side by side, each row is told in lines of its own."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from dr_orchestrator.cli.output import STYLES, visible, width

if TYPE_CHECKING:
    from rich.text import Text

NAMES = ("Run", "Exercise", "Drill", "Finding")
"""The columns that are copied into the next command, and so never broken over two lines."""

_GAP, _INDENT = "  ", "    "
_LONG = 40
"""The letters from which on a word may be broken to keep its row a row: only an ARN or a path is that long."""


def print_table(columns: Sequence[str], rows: Iterable[Sequence[str]], title: str = "") -> None:
    """Print a table as wide as the terminal, or wide enough for a log where there is none."""
    from rich.console import Console
    from rich.text import Text

    cells = [[visible(cell) for cell in row] for row in rows]
    console = Console(width=width())
    if title:
        console.print(Text(title, style="italic"))
    widths = _widths(columns, cells, console.width)
    if widths is None:
        for row in cells:
            console.print(*_record(columns, row, console.width), sep="\n", no_wrap=True, overflow="ignore", crop=False)
        return
    _print(columns, cells, widths)


def _print(columns: Sequence[str], rows: Sequence[Sequence[str]], widths: Sequence[int]) -> None:
    """Print the rows under their columns, each as wide as is told."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(header_style="bold", box=None, pad_edge=False)
    for column, wide in zip(columns, widths, strict=True):
        table.add_column(column, overflow="fold", width=wide)
    for row in rows:
        fitting = (_broken(cell, wide) for cell, wide in zip(row, widths, strict=True))
        table.add_row(*(Text(told, style=STYLES.get(cell, "")) for cell, told in zip(row, fitting, strict=True)))
    Console(width=width()).print(table)


def _widths(columns: Sequence[str], rows: Sequence[Sequence[str]], most: int) -> list[int] | None:
    """How wide each column is: no word is broken, and what is left goes first where the least is wanted; None where
    their words do not fit side by side.
    """
    cells = [[column, *(row[at] for row in rows)] for at, column in enumerate(columns)]
    wanted = [max(map(len, each)) for each in cells]
    widths = [max(_least(cell, column in NAMES) for cell in each) for column, each in zip(columns, cells, strict=True)]
    left = most - sum(widths) - len(_GAP) * (len(columns) - 1)
    if left < 0:
        return None
    by_want = sorted(range(len(columns)), key=lambda at: wanted[at] - widths[at])
    for done, at in enumerate(by_want):
        more = min(wanted[at] - widths[at], left // (len(columns) - done))
        widths[at], left = widths[at] + more, left - more
    return widths


def _least(cell: str, whole: bool) -> int:
    """The columns that a cell needs at least, indented as it is."""
    if whole:
        return len(cell)
    indent = len(cell) - len(cell.lstrip())
    words = _broken(cell, 0).splitlines() if len(cell) <= 2 * _LONG and " / " in cell else cell.split()
    return indent + max((min(len(word), _LONG) for word in words), default=0)


def _broken(cell: str, wide: int) -> str:
    """A cell as it is; an actual against its objective that does not fit is broken between the two."""
    first, apart, then = cell.partition(" / ")
    return f"{first} /\n{then}" if apart and wide < len(cell) <= 2 * _LONG else cell


def _record(columns: Sequence[str], row: Sequence[str], most: int) -> list[Text]:
    """A row in lines of its own: under its name each cell with its column's, as many to a line as fit."""
    from rich.text import Text

    head = next((at for at, column in enumerate(columns) if column in NAMES), 0)
    lines, room = [Text(row[head].strip(), style="bold")], 0
    for at, (column, cell) in enumerate(zip(columns, row, strict=True)):
        if at == head or not cell:
            continue
        first, *others = textwrap.wrap(
            f"{column.strip()}: {cell.strip()}", most - len(_INDENT), break_on_hyphens=False, subsequent_indent=_GAP
        )
        label, _, told = first.partition(": ")
        told_so = Text.assemble((f"{label}: ", "dim"), (told, STYLES.get(cell, "")))
        if len(first) + len(_GAP) <= room and not others:
            lines[-1].append(_GAP).append_text(told_so)
        else:
            lines.append(Text(_INDENT).append_text(told_so))
        lines += [Text(_INDENT + other) for other in others]
        room = 0 if others else most - len(lines[-1])
    return lines
