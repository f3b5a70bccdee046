"""The copies that a drill makes in AWS: of which source, in which place, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class CopyState(StrEnum):
    """Where a copy is in its life, as far as the ledger knows."""

    INTENDED = "intended"
    CREATED = "created"
    DELETED = "deleted"
    NEVER_CREATED = "never created"
    GONE_WITH_LAB = "assumed gone with its lab"
    LEFTOVER = "leftover"
    UNPROVEN = "unproven"


TERMINAL = (CopyState.DELETED, CopyState.NEVER_CREATED, CopyState.GONE_WITH_LAB)
"""The ends of a copy that nothing is left of: proven, or assumed of one that was never in AWS."""


@dataclass(frozen=True)
class Place:
    """An account of AWS and a region of it; the account is empty where it is whichever the credentials are for."""

    account: str
    region: str

    def __str__(self) -> str:
        return f"{self.region} of account {self.account}" if self.account else self.region


@dataclass(frozen=True)
class Source:
    """The source of a copy: type, AWS identifier and place, which need not be the copy's."""

    type: str
    id: str
    place: Place


@dataclass(frozen=True)
class Copy:
    """A copy as planned: its name follows from the run, so that it can be found again after a crash.

    `region` and `account` are its own place. `parent` is the id of the copy that owns it, where there is one: of the
    stack that deletes it, or of what it was made in. `source` is unknown of copies from before it was kept.
    `made_by` is empty where a call of its own type makes it; else it says what does: there it is looked for, too.
    """

    type: str
    id: str
    region: str
    run: str
    drill: str
    service: str
    parent: str = ""
    account: str = ""
    source: Source | None = None
    made_by: str = ""

    @property
    def key(self) -> tuple[str, str]:
        """The key that tells it from the other copies of its run: a stack and a table may be named alike."""
        return self.type, self.id

    @property
    def place(self) -> Place:
        """Where it stands."""
        return Place(self.account, self.region)

    @property
    def tags(self) -> dict[str, str]:
        """The tags that mark the live object as this run's copy; one of the three proofs before deletion."""
        return {"dr-drill:run": self.run, "dr-drill:drill": self.drill, "dr-drill:service": self.service}


@dataclass(frozen=True)
class Identity:
    """The identity that AWS gives the object that it made: ARN and the id that is never used again (DbiResourceId,
    stack id).
    """

    arn: str
    unique_id: str


@dataclass(frozen=True)
class CopyRecord:
    """A copy in the ledger: planned, and what became of it.

    `job` is what AWS named in place of the copy that was asked for, where it names that later.
    """

    copy: Copy
    state: CopyState
    identity: Identity | None
    intended_at: datetime
    created_at: datetime | None = None
    gone_at: datetime | None = None
    job: str = ""

    @property
    def asked(self) -> bool:
        """Whether it was asked for and is known by a job alone: AWS will name it later."""
        return bool(self.job) and self.identity is None and self.state not in TERMINAL


@dataclass(frozen=True, order=True)
class LiveObject:
    """A live object of AWS, as a listing shows it.

    `identity` is the id that AWS never uses again, empty where only a name is listed; `run` is what the object's tag
    names, None where it wears none; `going` is whether it is being deleted already. Neither makes it another object.
    `account` is empty where it is the one that sources are in, as for a copy.
    """

    type: str
    region: str
    id: str
    identity: str = ""
    run: str | None = field(default=None, compare=False)
    going: bool = field(default=False, compare=False)
    account: str = ""

    @property
    def where(self) -> str:
        """Its place, as places are called."""
        return str(Place(self.account, self.region))

    @property
    def listing(self) -> tuple[str, str]:
        """The listing that shows it: a place, and what is listed there."""
        return self.where, self.type

    def __str__(self) -> str:
        return f"{self.type} {self.id} in {self.where}" + (f", of run {self.run}" if self.run else "")
