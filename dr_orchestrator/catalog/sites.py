"""The list of an event's sites as CSV: a row a site; each mistake is told by its line, and no row loses the event."""

from __future__ import annotations

import csv
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from dr_orchestrator.catalog.shapes.fields import likely
from dr_orchestrator.catalog.source import text_of
from dr_orchestrator.documents.events import Stop
from dr_orchestrator.domain.mass_restore.sites import Site, SiteState, more_careful
from dr_orchestrator.errors import Problem

OWN = ("site", "tier", "state", "deleted_at", "reason")
"""The columns that have a meaning of their own; by others sites are placed."""

_MOST_BYTES = 20_000_000
_LONGEST = 200


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
    reader = csv.reader(text.splitlines(), strict=True)
    try:
        names = [each.strip() for each in next(reader, [])]
        if missing := [each for each in ("site", "tier", *columns) if each not in names]:
            told = f"has no column '{missing[0]}'"
            fix = f"begin with a line of headers: {','.join(dict.fromkeys((*OWN, *columns)))}"
            return Listed(problems=(Problem(file, 1, missing[0], told, fix),))
        rows = [(reader.line_num, [cell.strip() for cell in row]) for row in reader if any(map(str.strip, row))]
    except csv.Error as wrong:
        return Listed(problems=(Problem(file, reader.line_num, "", f"is no CSV: {wrong}", "close the quotes"),))
    return _listed(file, names, rows, tiers)


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
        if (first := found.get(site.name)) is not None:
            told = f"{site.name} stands on line {first.line} already"
            kept = more_careful(first, site)
            notes.append(Problem(file, line, "site", told, f"the row of line {kept.line} counts: {kept.state}"))
            site = kept
        found[site.name] = site
    if not rows:
        problems.append(Problem(file, 1, "", "lists no site", "add a row a site"))
    return Listed(tuple(found.values()), tuple(problems), tuple(notes))


def _mistakes(row: Mapping[str, str], tiers: Collection[int]) -> Iterator[tuple[str, str, str]]:
    name, tier, state = row["site"], row["tier"], row.get("state", "")
    if not name or len(name) > _LONGEST or not name.isprintable():
        yield "site", "has no name that can be read", "write the site's key, as its containers have it"
    if not tier.isascii() or not tier.isdigit() or int(tier) not in tiers:
        yield "tier", f"'{tier}' is no tier of tiers.yaml", f"one of: {', '.join(map(str, sorted(tiers)))}"
    if state and state not in [*SiteState]:
        yield "state", f"'{state}' is not a state", likely(state, [*SiteState])
    deleted = row.get("deleted_at", "")
    if deleted and _instant(deleted) is None:
        yield "deleted_at", f"'{deleted}' is no instant with a time zone", "such as 2026-11-01T12:00:00Z"
    if state == SiteState.SOFT_DELETED and not deleted:
        yield "deleted_at", "is empty for a deleted site", "write when it was deleted"


def _site(row: Mapping[str, str], line: int) -> Site:
    more = {name: value for name, value in row.items() if name not in OWN}
    state = SiteState(row.get("state") or SiteState.LIVE)
    deleted = _instant(row.get("deleted_at", ""))
    return Site(row["site"], int(row["tier"]), state, deleted, row.get("reason", ""), line, more)


def _instant(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return None if found.tzinfo is None else found.astimezone(UTC)
