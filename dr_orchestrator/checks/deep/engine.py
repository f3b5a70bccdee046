"""The needs of deep checks of a database engine, whichever it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

Connect = Callable[[], AbstractContextManager[Any]]
"""Opens a connection that can only read, to what was proven to be the copy, or to the source."""


class Damaged(Exception):
    """The engine read something that is damaged: in its own words."""


class Unread(Exception):
    """Something could not be read for another reason: a right that is missing, or a time that was over."""


class CutShort(Exception):
    """A statement was ended by its time."""


@dataclass(frozen=True)
class Relation:
    """A table with all that is kept for its rows, or an index: so many `blocks`, and bytes in all."""

    name: str
    key: int
    blocks: int
    size: int
    index: bool = False


@dataclass(frozen=True)
class Stretch:
    """Some blocks of a relation, one after the other, which are read by one statement."""

    relation: Relation
    first: int
    blocks: int

    @property
    def size(self) -> int:
        """Its bytes: its share of all that is kept for the relation's rows."""
        return self.relation.size * self.blocks // self.relation.blocks

    def __str__(self) -> str:
        if self.blocks == self.relation.blocks:
            return self.relation.name
        last = self.first + self.blocks - 1
        return f"{self.relation.name}, block {self.first}" + (f" to {last}" if self.blocks > 1 else "")


@dataclass(frozen=True)
class Survey:
    """All that there is to read. `apart` is read by one connection alone; what is `left` cannot be, and `why` says so.

    `longest` is the most blocks that one statement reads, 0 where it reads whole relations. `beside` is what was
    restored as well, or may have been, and is not among it: such as another database of the server.
    """

    relations: tuple[Relation, ...]
    apart: tuple[Relation, ...] = ()
    left: tuple[Relation, ...] = ()
    why: str = ""
    longest: int = 0
    beside: tuple[str, ...] = ()


@dataclass(frozen=True)
class Fact:
    """The word of the engine on one thing that it can prove: what is `wrong`, else what was seen.

    One that was not `asked` says why; one that is not `of_data` would hold of a server with no table in it.
    """

    about: str
    told: str
    wrong: tuple[str, ...] = ()
    asked: bool = True
    of_data: bool = True


@dataclass(frozen=True)
class Inventory:
    """The things that copy and source are compared by: extensions by version, sequences by last value.

    `leaps` are the most by which a sequence is further on once its server has recovered from its log.
    """

    extensions: Mapping[str, str] = field(default_factory=dict)
    sequences: Mapping[str, int | None] = field(default_factory=dict)
    leaps: Mapping[str, int] = field(default_factory=dict)


ReadStretch = Callable[[Stretch, float], None]
"""Reads a stretch within so many real seconds; raises Damaged or Unread."""


class Engine(Protocol):
    """The statements of one engine; each takes the connection that it is said on."""

    def careful(self, connection: Any) -> None:
        """Let production's own work go before what is said on this connection."""

    def survey(self, connection: Any) -> Survey:
        """List what there is to read."""

    def reader(self, connection: Any) -> ReadStretch:
        """Read tables, each block of them."""

    def reader_apart(self, connection: Any) -> AbstractContextManager[ReadStretch]:
        """Within: read what is to be read apart; Unread where that cannot be done."""

    def proofs(self, connection: Any, left_s: Callable[[], float]) -> Iterator[Fact]:
        """Ask the engine for all that it can prove of itself, one after the other, while seconds are left."""

    def inventory(self, connection: Any) -> Inventory:
        """List what copy and source are compared by."""

    def tables(self, connection: Any) -> Sequence[str]:
        """List the ordinary tables, schema.table."""

    def count(self, connection: Any, table: str, as_of: str, instant: datetime | None, within_s: float) -> int | None:
        """Count the rows of a table, up to an instant where a column tells theirs; None where there is no such table.

        NotMeasured where it is no ordinary table.
        """

    def answer(self, connection: Any, statement: str) -> int:
        """Say a statement, take its whole answer, return the number of its rows; CutShort where its time ended it."""

    def data_read(self, connection: Any, statement: str) -> None:
        """Refuse (NotMeasured) a statement that reads no restored table."""
