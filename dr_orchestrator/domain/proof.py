"""The checks that go deep: every block read, what the engine proves of itself, its speed, its counts, a team's own.

One that a drill may pass without is performed once the service is verified: its time is no part of the recovery. Of an
environment one names its `database`, by logical id.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from dr_orchestrator.domain.counted import counted
from dr_orchestrator.domain.defaults import SINCE

AMCHECK, CHECKSUMS, CHECK_TABLE = "amcheck", "checksums", "check-table"
ASKABLE = (AMCHECK, CHECKSUMS, CHECK_TABLE)
"""The questions that an engine may have to answer in an integrity check: without, it could not tell."""


@dataclass(frozen=True)
class WholeRead:
    """Every block of every table is read within a time; `rate` is the most MB (1,000,000 bytes) a second, 0 for any.

    With a `sample` only so many blocks are, drawn by the `seed`; where none is given the run's id gives it. Where it is
    to tell that the copy is `whole`, it could not tell by the tables that its login sees alone.
    """

    name: str
    within: timedelta
    rate: int = 0
    parallel: int = 4
    sample: int = 0
    seed: int | None = None
    mandatory: bool = True
    database: str = field(default="", metadata=SINCE)
    whole: bool = field(default=False, metadata=SINCE)


@dataclass(frozen=True)
class Integrity:
    """All that the engine can prove of itself holds; `require` names what it must have been asked (of ASKABLE).

    With `against_source` extensions and sequences are compared with production's, too.
    """

    name: str
    within: timedelta = timedelta(hours=1)
    require: tuple[str, ...] = ()
    against_source: bool = False
    mandatory: bool = True
    database: str = field(default="", metadata=SINCE)


@dataclass(frozen=True)
class AnswersWithin:
    """A statement of the team's own, run `cold` times and then `times` more: of these the percentile `p` is judged.

    Its limit is a time (real seconds), or `factor` times what the same statement takes in production.
    """

    name: str
    sql: str
    limit: timedelta | None = None
    times: int = 20
    cold: int = 1
    p: int = 95
    against_source: bool = False
    factor: float = 1.0
    mandatory: bool = True
    database: str = field(default="", metadata=SINCE)


@dataclass(frozen=True)
class Tolerance:
    """How far two counts may lie apart: by so many rows, or by a share of the source's, whichever allows more."""

    rows: int = 0
    share: float = 0.0

    def allows(self, copy: int, source: int) -> bool:
        """Whether they lie no further apart."""
        return abs(copy - source) <= max(self.rows, self.share * source)

    def __str__(self) -> str:
        return f"{self.share * 100:g} %" if self.share else counted(self.rows, "row")


@dataclass(frozen=True)
class Counted:
    """A table whose rows are counted; by `as_of`, a time column, only those up to the restored instant."""

    table: str
    tolerance: Tolerance | None = None
    as_of: str = ""


@dataclass(frozen=True)
class Counts:
    """As many rows in each table of the copy as in production's; all ordinary tables where none is named."""

    name: str
    tables: tuple[Counted, ...] = ()
    tolerance: Tolerance = Tolerance()
    as_of: str = ""
    against_source: bool = False
    within: timedelta = timedelta(hours=1)
    mandatory: bool = True
    database: str = field(default="", metadata=SINCE)


@dataclass(frozen=True)
class Command:
    """A program of the team's own, with its arguments, exits with 0 within a time (real seconds).

    `proves_data` is the team's word that what it reads is the restored data.
    """

    name: str
    run: tuple[str, ...]
    within: timedelta = timedelta(minutes=10)
    proves_data: bool = False
    mandatory: bool = True
    database: str = field(default="", metadata=SINCE)


@dataclass(frozen=True)
class SameObjects:
    """The objects of a copy are those that the source held at the restored instant, and hold the same.

    Number, keys and sizes of all are compared, and by checksums or digests what they hold. Of those of which neither
    says anything both are to be `read`, else nothing is known of them; with a `sample` only so many are looked into,
    drawn by the `seed`, for which the run's id stands where none is given. Of an environment it names the `bucket`.
    """

    name: str
    sample: int = 0
    seed: int | None = None
    read: bool = False
    mandatory: bool = True
    bucket: str = field(default="", metadata=SINCE)


@dataclass(frozen=True)
class Files:
    """Files are in the file systems of a copy, by their paths from the root; where a digest is told, with that content.

    `digests` are the SHA-256 of their content, in hexadecimal digits; empty where being there is enough. `newest` is
    the path of one that is written all the time: when it was changed last tells what was lost. All files together are
    `at_least` so many, where that is told.
    """

    name: str
    digests: Mapping[str, str]
    newest: str = ""
    within: timedelta = timedelta(minutes=10)
    mandatory: bool = True
    at_least: int = field(default=0, metadata=SINCE)


Deep = WholeRead | Integrity | AnswersWithin | Counts | Command | SameObjects | Files


def asks_source(check: object) -> bool:
    """Whether a check reads production, which it does by the team's word alone."""
    return isinstance(check, Integrity | AnswersWithin | Counts) and check.against_source


def off_the_clock(check: object) -> bool:
    """Whether a check is performed once the service is verified: a deep one, which the drill may pass without."""
    return isinstance(check, Deep) and not check.mandatory
