"""The list of an event's sites as CSV: a row a site; each mistake is told by its line, and no row loses the event."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from dr_orchestrator.catalog.shapes.fields import likely
from dr_orchestrator.catalog.source import text_of
from dr_orchestrator.documents.events import Stop
from dr_orchestrator.domain.mass_restore.sites import Site, SiteState, more_careful
from dr_orchestrator.errors import Problem

OWN = ("site", "tier", "state", "deleted_at", "reason")
"""The columns that have a meaning of their own; by others sites are placed."""

NEEDED = ("site", "tier", "state")
"""Those without which nobody knows whether a site may be restored."""

_MOST_BYTES = 20_000_000
_LONGEST = 200
_TOLD = 40
_YEARS = range(1970, 2200)
_UNSEEN = ("Cc", "Zl", "Zp")
"""The categories of characters that end a line, or that a terminal does something on."""


@dataclass(frozen=True)
class Listed:
    """The sites, each once; what is wrong with the list, and what was passed over in it, which is told."""

    sites: tuple[Site, ...] = ()
    problems: tuple[Problem, ...] = ()
    notes: tuple[Problem, ...] = ()


def read(path: Path, file: str, tiers: Collection[int], columns: Collection[str]) -> Listed:
    """The list in a file; `tiers` are those there are, `columns` those that the plan places sites by."""
    try:
        text = text_of(path, most=_MOST_BYTES)
    except Stop as stop:
        return Listed(problems=(Problem(file, stop.line, "", stop.message, stop.fix),))
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        names = [each.strip() for each in next(reader, [])]
        if wrong := tuple(Problem(file, 1, *each) for each in _headers(names, columns)):
            return Listed(problems=wrong)
        rows = list(_rows(reader))
    except csv.Error as wrong_text:
        told = f"is no CSV: {wrong_text}"
        return Listed(problems=(Problem(file, reader.line_num, "", told, "close the quotes"),))
    return _listed(file, names, rows, tiers)


def _headers(names: Sequence[str], columns: Collection[str]) -> Iterator[tuple[str, str, str]]:
    """All that is wrong with the headers: whoever misreads one loses what keeps a site from being restored."""
    known = list(dict.fromkeys((*OWN, *columns)))
    for at, name in enumerate(names):
        if name in names[:at]:
            yield name, "stands twice among the headers", "keep one of the columns"
        elif name not in known and (meant := folded(name)) in known:
            yield short(name), f"is no column, '{meant}' is", f"write {meant}"
        elif name not in known:
            told = "is a column that no drill of the plan places sites by" if name else "a column has no header"
            fix = f"take the column away, or name it as `column` of a drill; known: {', '.join(known)}"
            yield short(name), told, fix
    if missing := [each for each in (*NEEDED, *columns) if each not in names]:
        fix = f"begin with a line of headers: {','.join(known)}"
        yield missing[0], f"has no column '{missing[0]}'", fix


def _rows(reader: Any) -> Iterator[tuple[int, list[str]]]:
    """Each row that is not empty, with the line on which it begins."""
    line = reader.line_num + 1
    for row in reader:
        if any(map(str.strip, row)):
            yield line, [cell.strip(" \t") for cell in row]
        line = reader.line_num + 1


def _listed(file: str, names: list[str], rows: list[tuple[int, list[str]]], tiers: Collection[int]) -> Listed:
    problems: list[Problem] = []
    notes: list[Problem] = []
    found: dict[str, Site] = {}
    for line, cells in rows:
        if len(cells) != len(names):
            told = f"has {len(cells)} columns, the headers are {len(names)}"
            problems.append(Problem(file, line, "", told, "quote what holds a comma"))
            continue
        row = dict(zip(names, cells, strict=True))
        wrong = [Problem(file, line, *each) for each in _mistakes(row, tiers)]
        problems += wrong
        if wrong:
            continue
        site = _site(row, line)
        if (first := found.get(folded(site.name))) is not None:
            as_what = "" if first.name == site.name else f" as '{first.name}'"
            told = f"{site.name} stands on line {first.line} already{as_what}"
            if other := _unlike(first, site):
                fix = "keep the row that is right: nobody knows which of them counts"
                problems.append(Problem(file, line, other, f"{told}, with another {other}", fix))
                continue
            kept = more_careful(first, site)
            notes.append(Problem(file, line, "site", told, f"the row of line {kept.line} counts: {kept.state}"))
            site = kept
        found[folded(site.name)] = site
    if not rows:
        problems.append(Problem(file, 1, "", "lists no site", "add a row a site"))
    return Listed(tuple(found.values()), tuple(problems), tuple(notes))


def _unlike(one: Site, other: Site) -> str:
    """The column by which two rows of a site tell of two; empty where one of them is touched less, and so counts."""
    if one.state is not other.state:
        return ""
    if one.tier != other.tier:
        return "tier"
    return next((name for name, value in one.more.items() if other.more.get(name) != value), "")


def _mistakes(row: Mapping[str, str], tiers: Collection[int]) -> Iterator[tuple[str, str, str]]:
    if unread := [name for name, cell in row.items() if any(unicodedata.category(each) in _UNSEEN for each in cell)]:
        yield (
            unread[0],
            "holds a character that nobody sees, or the end of a line",
            "write it in one line of plain text",
        )
        return
    name, tier, state, deleted = row["site"], row["tier"], row["state"], row.get("deleted_at", "")
    if not name or len(name) > _LONGEST or not name.isprintable():
        yield "site", "has no name that can be read", "write the site's key, as its containers have it"
    if tier not in map(str, tiers):
        yield "tier", f"'{short(tier)}' is no tier of tiers.yaml", f"one of: {', '.join(map(str, sorted(tiers)))}"
    if state and state not in [*SiteState]:
        yield "state", f"'{short(state)}' is not a state", likely(short(state), [*SiteState])
    yield from _of_deletion(state or SiteState.LIVE, deleted)


def _of_deletion(state: str, deleted: str) -> Iterator[tuple[str, str, str]]:
    at = _instant(deleted) if deleted else None
    if deleted and at is None:
        yield "deleted_at", f"'{short(deleted)}' is no instant with a time zone", "such as 2026-11-01T12:00:00Z"
    elif at is not None and at.year not in _YEARS:
        told = f"'{deleted}' is no time at which a site can have been deleted"
        yield "deleted_at", told, f"a year from {_YEARS.start} to {_YEARS.stop - 1}"
    if deleted and state == SiteState.LIVE:
        yield "deleted_at", "tells a deletion, and the site is live", f"write {SiteState.SOFT_DELETED} as its state"
    if state == SiteState.SOFT_DELETED and not deleted:
        yield "deleted_at", "is empty for a deleted site", "write when it was deleted"


def folded(name: str) -> str:
    """A name as people read it: of whatever case, form of Unicode, and width of its blanks."""
    return " ".join(unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold()).split())


def short(text: str) -> str:
    """So much of a text as fits into a line, and can be seen there."""
    seen = "".join(each if each.isprintable() else "?" for each in text[:_TOLD])
    return seen if len(text) <= _TOLD else f"{seen}…"


def _site(row: Mapping[str, str], line: int) -> Site:
    more = {name: value for name, value in row.items() if name not in OWN}
    state = SiteState(row["state"] or SiteState.LIVE)
    deleted = _instant(row.get("deleted_at", ""))
    return Site(row["site"], int(row["tier"]), state, deleted, row.get("reason", ""), line, more)


def _instant(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
        return None if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
