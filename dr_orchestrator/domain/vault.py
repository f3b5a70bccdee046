"""A vault of AWS Backup as the source of recovery points, and the role that restores from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

BY_RESTORE_JOB = "aws-backup"
"""How a copy is made that AWS Backup makes, by a job of its own, which takes none of the run's tags."""


SERVICE = "backup.amazonaws.com"
"""AWS Backup, as IAM knows it that is given a role."""


@dataclass(frozen=True)
class Vault:
    """A vault by its name, the role (ARN) by which AWS Backup restores from it, empty where no job of it does, and the
    account that owns the vault: empty where that is the source's own.
    """

    name: str
    role: str
    account: str = ""

    @property
    def by_job(self) -> bool:
        """Whether a job of AWS Backup makes the copy, and not the service itself of what lies in the vault."""
        return bool(self.role)

    def __str__(self) -> str:
        return f"vault {self.name}" + (f" of account {self.account}" if self.account else "")


@dataclass(frozen=True)
class Restored:
    """The copies that restore jobs of AWS Backup make of a type, as the type declares them.

    `type` is AWS Backup's word for it, `called` the type's own in sentences, `key` the metadata that names the copy,
    `arn` the pattern of what a job tells to have made, with the groups `region`, `account` and `name`. `points` are the
    resource parts, by services, of the ARNs that its recovery points have. Of the metadata that a point has, those that
    it `keeps` are taken over as they are told; `only` are those that have to be so, `either` those that have to be
    given and what each may be, `gives` others that a drill gives; there are none besides. One that AWS names `by_id` of
    its own is told apart by the text under `key`, which AWS keeps as its token, and its job tells that id.
    """

    type: str
    called: str
    key: str
    arn: str
    points: tuple[tuple[str, str], ...]
    keeps: frozenset[str] = frozenset()
    only: Mapping[str, str] = field(default_factory=dict)
    either: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    gives: frozenset[str] = frozenset()
    by_id: bool = False

    @property
    def keys(self) -> frozenset[str]:
        """All keys that a job is given."""
        return self.keeps | self.only.keys() | self.either.keys() | self.gives | {self.key}

    def metadata(self, told: Mapping[str, str], copy: str, given: Mapping[str, str | None]) -> dict[str, str]:
        """The metadata that a job is given for a copy of that name: AWS Backup heeds a key whatever its letters.

        So it is looked for here. What is None is left as it is told; what is empty is left out, told or not.
        """
        had = {key.lower(): value for key, value in told.items()}
        kept = {key: had[key.lower()] for key in self.keeps if had.get(key.lower()) not in (None, "", "null")}
        own = {key: value for key, value in given.items() if value is not None}
        said = {key: value for key, value in {**kept, **own}.items() if value}
        return {**said, **self.only, self.key: copy}
