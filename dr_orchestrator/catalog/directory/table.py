"""A table of services as CSV: a row a service, or several; each mistake is told by its line."""

from __future__ import annotations

import csv
import difflib
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

from dr_orchestrator.catalog.source import text_of
from dr_orchestrator.documents.events import Stop
from dr_orchestrator.domain.discovery.directory import Claim, Directory, Entry, Person, directory
from dr_orchestrator.errors import CatalogError, Problem

COLUMNS = {
    "service": "the service, as tags call it (the one column that is needed)",
    "title": "what people call it",
    "tier": "its tier, by number or name",
    "owner": "the team or person that owns it",
    "dr_champion": "who sees to its disaster recovery",
    "runbook": "the address of its runbook",
    "runbook_reviewed": "the day on which that was reviewed last, as 2026-10-06",
    "contact": "whom to reach",
    "contact_role": "in which role",
    "contact_reach": "how",
    "resource": "the AWS identifier or ARN of a resource that is its, whatever its tags say",
}
"""The columns that are read, in any order; further rows of a service add contacts and resources."""

_SEPARATORS = (",", ";", "\t", "|")
_LEAD = {"\xff\xfe": "UTF-16", "\xfe\xff": "UTF-16"}


def read(path: Path) -> Directory:
    """The directory that a table makes; CatalogError with the line of each row that is wrong."""
    file = str(path)
    try:
        text = text_of(path, most=10_000_000)
    except Stop as stop:
        raise CatalogError((Problem(file, stop.line, "", stop.message, _encoding(path, stop.fix)),)) from stop
    rows, problems = _rows(file, text)
    entries: list[Entry] = []
    claims: list[tuple[str, Claim]] = []
    for line, row in rows:
        source = f"{file}:{line}"
        problems += _mistakes(file, line, row)
        entry = _entry(row, source)
        entries.append(entry)
        if row["resource"]:
            claims.append((row["resource"], Claim(entry.name, source)))
    if problems:
        raise CatalogError(tuple(sorted(problems, key=lambda each: each.line)))
    return directory(entries, claims)


def _encoding(path: Path, fix: str) -> str:
    try:
        lead = path.open("rb").read(2).decode("latin-1")
    except OSError:
        return fix
    return f"it is {_LEAD[lead]}: save it as CSV UTF-8" if lead in _LEAD else fix


def _rows(file: str, text: str) -> tuple[list[tuple[int, Mapping[str, str]]], list[Problem]]:
    lines = text.splitlines()
    head = next((number for number, each in enumerate(lines) if each.strip()), None)
    if head is None:
        raise CatalogError((Problem(file, 1, "", "is empty", f"begin with a line of headers: {_some()}"),))
    by = next((each for each in _SEPARATORS if "service" in _names(lines[head], each)), "")
    if not by:
        told = "no column is called service" if len(lines[head]) < 200 else "its first line is no line of headers"
        fix = f"begin with {_some()}; columns are parted by a comma, a semicolon, a tab or a bar"
        raise CatalogError((Problem(file, head + 1, "service", told, fix),))
    names = _names(lines[head], by)
    problems = [*_headers(file, head + 1, names)]
    found: list[tuple[int, Mapping[str, str]]] = []
    reader = csv.reader(lines[head + 1 :], delimiter=by, strict=True)
    before = 0
    try:
        for cells in reader:
            line, before = head + 2 + before, reader.line_num
            if not any(each.strip() for each in cells):
                continue
            if len(cells) != len(names):
                told = f"has {len(cells)} columns, the headers are {len(names)}"
                problems.append(Problem(file, line, "", told, f"part them by '{by}', and quote what holds one"))
                continue
            row = dict.fromkeys(COLUMNS, "") | dict(zip(names, (each.strip() for each in cells), strict=True))
            found.append((line, row))
    except csv.Error as wrong:
        line = head + 1 + reader.line_num
        problems.append(Problem(file, line, "", f"is no CSV: {wrong}", "close the quotes, double those within"))
    return found, problems


def _names(line: str, by: str) -> list[str]:
    try:
        cells = next(csv.reader([line], delimiter=by, strict=True), [])
    except csv.Error:
        return []
    return [each.strip().casefold().replace(" ", "_").replace("-", "_") for each in cells]


def _headers(file: str, line: int, names: list[str]) -> Iterator[Problem]:
    for name in dict.fromkeys(names):
        if names.count(name) > 1 and name in COLUMNS:
            yield Problem(file, line, name, "two columns are called so", "keep one of them")
        near = difflib.get_close_matches(name, COLUMNS, 1, 0.8)
        if name not in COLUMNS and near:
            yield Problem(file, line, name, "is no column that is read", f"did you mean {near[0]}?")


def _mistakes(file: str, line: int, row: Mapping[str, str]) -> Iterator[Problem]:
    if not row["service"]:
        yield Problem(file, line, "service", "is empty", "name the service, or remove the row")
    if row["runbook_reviewed"] and not _is_day(row["runbook_reviewed"]):
        yield Problem(file, line, "runbook_reviewed", f"'{row['runbook_reviewed']}' is no day", "such as 2026-10-06")
    if row["runbook"] and not row["runbook"].startswith(("https://", "http://")):
        yield Problem(
            file, line, "runbook", f"'{row['runbook'][:60]}' is no address", "such as https://wiki.example.com"
        )
    if row["contact_reach"] and not row["contact"]:
        yield Problem(file, line, "contact", "is empty, though it is said how to reach it", "say who")
    if row["contact"] and not row["contact_reach"]:
        yield Problem(file, line, "contact_reach", f"nothing says how to reach {row['contact']}", "say how")


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return len(text) == len("2026-10-06")


def _entry(row: Mapping[str, str], source: str) -> Entry:
    told = {key: row[key] for key in ("title", "tier", "owner", "dr_champion", "runbook")}
    person = Person(row["contact"], row["contact_role"] or "contact", row["contact_reach"])
    contacts = (person,) if row["contact"] and row["contact_reach"] else ()
    return Entry(row["service"], source, **told, reviewed=row["runbook_reviewed"], contacts=contacts)


def _some() -> str:
    return "service,title,tier,owner"
