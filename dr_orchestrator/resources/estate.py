"""The shape of what an estate file says of resources: what every type's entries share, and those of databases."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from random import Random
from typing import Annotated, Any

from boto3 import Session
from pydantic import Field

from dr_orchestrator.catalog.shapes.fields import (
    Duration,
    Reads,
    Shape,
    Span,
    StackName,
    Text,
    Truth,
    likely,
    quoted,
    scalar,
    shaped,
    text,
    whole,
    wrong,
)
from dr_orchestrator.domain.objective import format_duration
from dr_orchestrator.lab.cloud.world import REGION
from dr_orchestrator.lab.estate.company import HEARTBEAT, BusinessTable, CompanyDatabase
from dr_orchestrator.lab.estate.speech import WIDTH
from dr_orchestrator.lab.estate.words import AT, DATE, DIGEST, NUMBER, Words, read

LOCAL = shaped(r"[a-z][a-z0-9_]{0,62}", "a name in a database", "lower-case letters, digits and underscores")
Local = Annotated[str, LOCAL]
_OWN = ("id", "created_at")
"""The columns that every table has."""
_SYSTEM = frozenset({"postgres", "template0", "template1", "rdsadmin", "mysql", "sys", "information_schema"}) | {
    "performance_schema"
}
_ADMINS = frozenset({"root", "postgres", "mysql", "rdsadmin"})
"""The names of what the servers themselves have."""
OFTEN, FAR = timedelta(minutes=10), timedelta(days=20 * 365)
"""How close snapshots may be, and how far back rows may reach."""
Vaulted = Annotated[str, shaped(r"[A-Za-z0-9_-]{2,50}", "a vault of AWS Backup", "its name")]
Gib = Annotated[int, whole(1, 65_536)]
_LIST = {"type": "array", "items": {"type": "string"}, "minItems": 1}


def _words(places: Sequence[str], value: Any) -> Words:
    if isinstance(value, list):
        if not value:
            raise wrong("is empty", "list at least one")
        return read([scalar(each) for each in value])
    written = text(value)
    try:
        return read(written, places)
    except ValueError as unknown:
        legal = ", ".join(places)
        raise wrong(
            f"{quoted(unknown)} stands for nothing", f"write {legal}, or {{1..40}}, or text without braces"
        ) from None


def words(*places: str) -> Reads:
    """Text with places in it, or a list of texts in turn."""
    return Reads(partial(_words, places), {"oneOf": [{"type": "string"}, _LIST]})


InRow = Annotated[Words, words(NUMBER, DIGEST)]
"""A value in a row of a database, whose own words they become."""
InItem = Annotated[Words, words(NUMBER, DIGEST, AT, DATE)]
"""A value of an item, or the key of an object."""


Mistake = tuple[tuple[str, ...], str, str]
"""The key within an entry, what is wrong there, and what mends it."""
Found = Mapping[str, Mapping[str, Any]]


class Entry(Shape):
    """One resource of an estate file; what a type has more is its own."""

    def behind(self, id: str) -> CompanyDatabase | None:  # noqa: ARG002
        """The database that a real server stands behind it for, None where it is none."""
        return None

    def mistakes(self, found: Found, home: Path) -> Sequence[Mistake]:  # noqa: ARG002
        """The mistakes in it beside the others, by type and id; `home` is the folder that files are named from."""
        return ()


def too_often(key: tuple[str, ...], every: timedelta | None) -> Sequence[Mistake]:
    """Where backups are closer than any schedule has them: a lab would make nothing else."""
    if every is None or every >= OFTEN:
        return ()
    return [(key, f"{format_duration(every)} is too often", f"at least {format_duration(OFTEN)}")]


def too_long(tables: Mapping[str, Table], engine: str) -> Sequence[Mistake]:
    """Texts that are longer than the columns of MariaDB and MySQL bear; those of PostgreSQL bear any."""
    told: list[Mistake] = []
    for name, table in tables.items() if engine != "postgres" else ():
        for column, words in table.columns.items():
            if (size := words.longest(table.rows)) > WIDTH:
                where = ("tables", name, "columns", column)
                told.append((where, f"it is {size} characters long", f"at most {WIDTH} in {engine}"))
    return told


def file_and_folder(files: Iterable[str]) -> Sequence[Mistake]:
    """Where a file is named that would have to be the folder of another, too."""
    known = list(files)
    within = {path: next((each for each in known if each.startswith(f"{path}/")), "") for path in known}
    return [
        (("files", path), f"it is a file, and the folder of {each}", "rename one")
        for path, each in within.items()
        if each
    ]


def other_region(key: tuple[str, ...], region: str) -> Sequence[Mistake]:
    """Where it is none that RDS has, or the one that the lab's company is in itself."""
    if region == REGION:
        return [(key, f"the company itself is in {region}", "name another region")]
    known = Session().get_available_regions("rds")
    return [] if region in known else [(key, f"'{region}' is no region", likely(region, known))]


def least_to_most(key: str, least: float, most: float) -> Sequence[Mistake]:
    """Where the least is above the most."""
    return [((key, "least"), f"{least:g} is more than {most:g}, the most", "turn them round")] if least > most else ()


class Table(Shape):
    """A table with its rows."""

    rows: Annotated[int, whole(1, 100_000)]
    columns: Annotated[dict[Local, InRow], Field(min_length=1)]
    every: Span = timedelta(minutes=37)
    """How far apart its rows were created."""

    def mistakes(self, name: str) -> Iterator[Mistake]:
        """A name that the lab has for its own, and rows from before there were any."""
        if name == HEARTBEAT:
            yield (), f"'{name}' is the table that each database has beside these", "name it otherwise"
        for column in self.columns:
            if column in _OWN:
                yield ("columns", column), f"each table has '{column}' already", "leave it out, or name it otherwise"
        if self.every > FAR / self.rows:
            told = f"{self.rows} rows, {format_duration(self.every)} apart, reach back further than 20 years"
            yield ("every",), told, "fewer, or closer"


class Snapshots(Shape):
    """How RDS takes snapshots by itself."""

    every: Span = timedelta(days=1)
    newest: Duration = timedelta(hours=5)


class OfDatabase(Entry):
    """A database behind RDS, be it an instance or a cluster."""

    database: Local
    user: Local | None = None
    secret: Text | None = None
    gib: Gib
    tables: dict[Local, Table] = Field(default_factory=dict)
    snapshots: Snapshots = Snapshots()
    rotates: Span | None = None
    protected: Truth = True

    def mistakes(self, found: Found, home: Path) -> Sequence[Mistake]:  # noqa: ARG002
        """Names that the server has for its own, and backups too close."""
        told = [*too_often(("snapshots", "every"), self.snapshots.every), *too_often(("rotates",), self.rotates)]
        if self.database in _SYSTEM:
            told.append((("database",), f"'{self.database}' is a database of the server itself", "name another"))
        if self.user in _ADMINS:
            told.append((("user",), f"'{self.user}' is a user of the server itself", "name another"))
        for name, table in self.tables.items():
            told += [(("tables", name, *key), words, fix) for key, words, fix in table.mistakes(name)]
        return told

    def company(self, id: str, engine: str) -> CompanyDatabase:
        """The database that it is of an engine."""
        return CompanyDatabase(
            id,
            engine,
            self.database,
            self.user or f"{self.database}_admin",
            self.secret or f"prod/{self.database}-db",
            self.gib,
            tuple(BusinessTable(name, each.rows, each.columns, each.every) for name, each in self.tables.items()),
            self.snapshots.every,
            self.snapshots.newest,
            self.rotates,
            self.protected,
        )


class OfStack(Entry):
    """One that a stack may make: the one of a `stack` is only filled."""

    stack: StackName | None = None

    def mistakes(self, found: Found, home: Path) -> Sequence[Mistake]:  # noqa: ARG002
        """Its stack is one of the file's."""
        stacks = found.get("cloudformation-stack", {})
        if self.stack is None or self.stack in stacks:
            return ()
        return [(("stack",), f"no stack '{self.stack}' is in this file", likely(self.stack, stacks))]


_SOON = timedelta(minutes=8)
"""How recent the last change is, at most."""


class Of(Shape):
    """The number of something, and how they came and went.

    The first is of `since` ago, and each next `every` later. One in `again` was put anew within the last `within`, and
    one in `deleted` was taken away.
    """

    number: Annotated[int, whole(1, 20_000)]
    since: Span = timedelta(days=60)
    every: Duration = timedelta(minutes=1)
    again: Annotated[int, whole(2, 1000)] | None = None
    deleted: Annotated[int, whole(2, 1000)] | None = None
    within: Span = timedelta(days=2)

    def mistakes(self, key: str) -> Sequence[Mistake]:
        """Mistakes: things made after the lab began, or changed before they were made."""
        told: list[Mistake] = []
        if self.every and self.number > self.since / self.every:
            words = f"{self.number}, {format_duration(self.every)} apart, do not fit into {format_duration(self.since)}"
            told.append(((key, "every"), words, "closer, fewer, or a longer 'since'"))
        if self.within > self.since:
            words = f"{format_duration(self.within)} is longer than {format_duration(self.since)}, when the first came"
            told.append(((key, "within"), words, "a shorter one, or a longer 'since'"))
        return told

    def story(self, start: datetime, random: Random) -> Iterator[tuple[datetime, int, bool]]:
        """The instants at which each number was put, or (where it is False) taken away, the oldest first."""
        told = [(start - self.since + number * self.every, number, True) for number in range(1, self.number + 1)]
        for number in range(1, self.number + 1):
            again = self.again is not None and number % self.again == 0
            deleted = self.deleted is not None and number % self.deleted == 1
            for happens, put in ((again, True), (deleted, False)):
                if happens:
                    told.append((start - random.uniform(_SOON / self.within, 1) * self.within, number, put))
        yield from sorted(told)
