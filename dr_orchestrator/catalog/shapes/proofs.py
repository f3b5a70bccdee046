"""The shapes of the checks that go deep: every block, the engine's own word, its speed and counts, a team's program."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import Field, model_validator

from dr_orchestrator.catalog.shapes.fields import (
    Factor,
    FilePath,
    Held,
    Identifier,
    Latency,
    Shape,
    Share,
    Span,
    Stored,
    Text,
    Truth,
    word,
    wrong,
)
from dr_orchestrator.catalog.shapes.fields import (
    whole as number,
)
from dr_orchestrator.domain import proof

OF_REPLICA = "In a replica: the database's logical id in the template. Left out elsewhere."
BUCKET_OF_REPLICA = "In a replica: the bucket's logical id in the template. Left out elsewhere."
_HOUR = timedelta(hours=1)
_AGAINST = (
    "`source`: production is read by SQL for it, read-only, with the login of `database`; never without this word."
)
Against = Annotated[Literal["source"], word(["source"], "what a copy is compared with")]
Askable = Annotated[str, word(proof.ASKABLE, "what an engine can be asked")]
_AS_OF = "A time column of its rows: those up to the restored instant are counted, in copy and source."


class WholeRead(Shape):
    """Every block of every table is read: each can be, and nothing comes from the backup any more."""

    within: Span = Field(description="How long the reading may take; what is unread then could not be told.")
    rate: Annotated[int, number(1, 1_000_000)] | None = Field(
        default=None, description="The most MB (1,000,000 bytes) a second; as fast as it goes where it is left out."
    )
    parallel: Annotated[int, number(1, 64)] = Field(default=4, description="How many connections read.")
    sample: Annotated[int, number(1)] | None = Field(
        default=None, description="So many blocks, drawn at random, in place of all; the copy is not whole by that."
    )
    seed: Annotated[int, number(0)] | None = Field(
        default=None, description="Draws the sample of an earlier run again; else the run's id draws it."
    )
    whole: Truth = Field(
        default=False, description="Inconclusive unless all of the copy is known to be read: other databases, too."
    )
    database: Stored | None = Field(default=None, description=OF_REPLICA)


class Integrity(Shape):
    """All that the engine can prove of itself holds: checksums, indexes, structure, collations, sequences."""

    within: Span = Field(default=_HOUR, description="How long it may take; what was not asked then is told.")
    require: list[Askable] = Field(
        default=[],
        description="What must have been asked, or the check could not tell: amcheck, checksums, check-table.",
    )
    against: Against | None = Field(default=None, description=f"Extensions and sequences against it. {_AGAINST}")
    database: Stored | None = Field(default=None, description=OF_REPLICA)


class AnswersWithin(Shape):
    """A statement of your own answers fast enough: the percentile of its runs against a limit, or the source's own."""

    sql: Text = Field(description="One SELECT that reads a table of the source.")
    limit: Latency | None = Field(default=None, description="The most that the percentile may be, such as 250ms.")
    times: Annotated[int, number(1, 10_000)] = Field(default=20, description="How many runs are judged.")
    cold: Annotated[int, number(0, 1000)] = Field(default=1, description="How many runs come before, told apart.")
    p: Annotated[int, number(1, 100)] = Field(default=95, description="The percentile, by nearest rank.")
    against: Against | None = Field(default=None, description=f"In place of a limit. {_AGAINST}")
    factor: Factor = Field(default=1.0, description="How many times as long as in the source it may take.")
    database: Stored | None = Field(default=None, description=OF_REPLICA)

    @model_validator(mode="after")
    def _one_limit(self) -> AnswersWithin:
        if (self.limit is None) == (self.against is None):
            raise wrong("it is held against one thing: a limit, or the source", "keep `limit` or `against: source`")
        return self


class Counted(Shape):
    """How the rows of one table are compared."""

    tolerance: Share | None = Field(default=None, description="How far apart they may lie: 100, or 0.1%.")
    as_of: Identifier | None = Field(default=None, alias="as-of", description=_AS_OF)


class Counts(Shape):
    """As many rows in the tables of the copy as in the source's."""

    tables: dict[Identifier, Counted] = Field(
        default={}, description="The tables, each with what is its own; every ordinary table where none is named."
    )
    tolerance: Share = Field(default=proof.Tolerance(), description="How far apart rows may lie: 100, or 0.1%.")
    as_of: Identifier | None = Field(default=None, alias="as-of", description=_AS_OF)
    within: Span = Field(default=_HOUR, description="How long the counting may take.")
    against: Against | None = Field(default=None, description=_AGAINST)
    database: Stored | None = Field(default=None, description=OF_REPLICA)


class Command(Shape):
    """A program of your own passes: it gets the copy's address and login, and no other credential."""

    run: list[Text] = Field(min_length=1, description="The program and its arguments; no shell reads them.")
    within: Span = Field(default=timedelta(minutes=10), description="Its limit, in real time; then it is ended.")
    proves_data: Truth = Field(
        default=False, alias="proves-data", description="True where what it reads is the restored data."
    )
    database: Stored | None = Field(
        default=None,
        description="In a replica: the logical id of the database whose login it gets; without, the stack's outputs.",
    )


class SameObjects(Shape):
    """The objects of the copy are those that the source held at the restored instant, and hold the same."""

    sample: Annotated[int, number(1)] | None = Field(
        default=None,
        description="Of those that no listing tells of, so many are looked into, drawn at random, in place of all.",
    )
    seed: Annotated[int, number(0)] | None = Field(
        default=None, description="Draws the sample of an earlier run again; else the run's id draws it."
    )
    read: Truth = Field(
        default=False, description="Reads both where no checksum tells; else nothing is known of those, and told."
    )
    bucket: Stored | None = Field(default=None, description=BUCKET_OF_REPLICA)


class Files(Shape):
    """Files are there in the file systems of the copy, with the content that is told of them."""

    paths: dict[FilePath, Held] = Field(
        min_length=1, description="Each path from the root of its file system, and its SHA-256, or `present`."
    )
    newest: FilePath | None = Field(
        default=None, description="A file that is written all the time: its last change tells what was lost."
    )
    at_least: Annotated[int, number(1, 10**12)] | None = Field(
        default=None, description="How many files there have to be in all, of a file system that is mounted whole."
    )
    within: Span = Field(default=timedelta(minutes=10), description="How long looking may take.")


Deep = WholeRead | Integrity | AnswersWithin | Counts | Command | SameObjects | Files
