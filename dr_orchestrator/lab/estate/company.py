"""The possessions of a company as the lab is to make them: read from its estate file. Plain data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from dr_orchestrator.lab.estate.words import Words

HISTORY = timedelta(days=31)
"""How far back there is a heartbeat row for each minute."""
HEARTBEAT = "heartbeat"


@dataclass(frozen=True)
class BusinessTable:
    """A table with an id, `created_at`, and columns of texts.

    `every` is how far apart its rows were created: what a company has few of, it has had for long.
    """

    name: str
    rows: int
    columns: Mapping[str, Words]
    every: timedelta


@dataclass(frozen=True)
class CompanyDatabase:
    """A database of the company behind RDS, its tables, and how it is snapshotted.

    `id` is the identifier of its instance or cluster, `engine` RDS's word. `every` is how often it is snapshotted,
    `newest` how old the newest snapshot is when the lab begins; `rotates` is how often its login is rotated.
    """

    id: str
    engine: str
    name: str
    user: str
    secret: str
    gib: int
    tables: tuple[BusinessTable, ...]
    every: timedelta
    newest: timedelta
    rotates: timedelta | None
    protected: bool

    @property
    def ages(self) -> dict[str, str]:
        """The column of each table that tells how old a row is."""
        return {HEARTBEAT: "at"} | {table.name: "created_at" for table in self.tables}


@dataclass(frozen=True)
class Elsewhere:
    """Another region of the company, where drills may put copies: an isolated network, and a key by its alias."""

    region: str
    key: str = ""


@dataclass(frozen=True)
class Company:
    """All that the lab is to make: by resource type and id, in the shape that each type reads.

    `home` is the folder that templates are named from; `databases` are those that real servers stand behind; `zones`
    are hosted zones of the drills' own, the domain of each by its id.
    """

    home: Path
    entries: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    databases: Sequence[CompanyDatabase] = ()
    elsewhere: Sequence[Elsewhere] = ()
    zones: Mapping[str, str] = field(default_factory=dict)

    def of(self, type_: str) -> Mapping[str, Any]:
        """Its possessions of a resource type, by id."""
        return self.entries.get(type_, {})
