"""The template of a replica, made of a team's: where the replica stands, what is changed for it, and what is asked."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from dr_orchestrator.domain.defaults import SINCE

BOUNDARY = "dro-boundary"
"""The managed policy that holds the roles of replicas, where a workspace names no other."""


class Place(StrEnum):
    """The account in which a replica stands."""

    DRILL_ACCOUNT = "drill-account"
    """An account of its own, in which production is not."""

    BESIDE = "beside"
    """The account of production: the permissions boundary of drills holds every role of the replica."""


@dataclass(frozen=True)
class Edit:
    """A change of ours to the template as the team wrote it; `property` is empty where the whole resource is meant.

    `resource` is a logical id (of a stack within, `Data/Table`), or the section where there is none (`Outputs`); `line`
    is that of the `file`, so too in the others.
    """

    resource: str
    property: str
    was: Any
    becomes: Any
    why: str
    line: int = 0
    file: str = ""


@dataclass(frozen=True)
class Ask:
    """A thing that needs the owner's word, and the line of YAML that gives it."""

    resource: str
    what: str
    why: str
    answer: str
    line: int = 0
    file: str = ""


@dataclass(frozen=True)
class Remark:
    """A thing that is told of a resource, and nothing answers."""

    resource: str
    what: str
    why: str
    line: int = 0
    file: str = ""


class Refusal(Remark):
    """A thing that no word allows: it would change something that exists outside the replica."""


class Note(Remark):
    """A thing that the replica may miss, or is to be known of it, and needs nobody's word."""


@dataclass(frozen=True)
class Answers:
    """The owner's word on a template, as a drill declares it.

    `leave_out` names resources (`Name`) and properties (`Alerts.Subscription`); `allow` gives a reason for each that is
    let as it is; `imports` and `parameters` give values; `shares` are ids of networks that it may be put into. `empty`
    gives a reason for each part that keeps data and may come back without any; `filled` are those that a drill fills.
    """

    leave_out: Sequence[str] = ()
    allow: Mapping[str, str] = field(default_factory=dict)
    imports: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, str] = field(default_factory=dict)
    shares: Sequence[str] = ()
    empty: Mapping[str, str] = field(default_factory=dict, metadata=SINCE)
    filled: Sequence[str] = field(default=(), metadata=SINCE)

    def within(self, name: str, parameters: Mapping[str, str]) -> Answers:
        """The word on a stack within, or on one of several, with the parameters that it is given."""
        lead = f"{name}/"
        return replace(
            self,
            leave_out=[each.removeprefix(lead) for each in self.leave_out if each.startswith(lead)],
            allow=_within(lead, self.allow),
            parameters=parameters,
            empty=_within(lead, self.empty),
            filled=[each.removeprefix(lead) for each in self.filled if each.startswith(lead)],
        )


@dataclass(frozen=True)
class Birth:
    """How a resource of a template is made from a recovery point of production's, in CloudFormation's own words.

    `source` is the resource's name that the `point` (in words) is of. `given` are the properties that say which point
    it is, `refused` those that AWS takes from the point, and lets nobody say beside it, `least` numbers that may not be
    below the point's. What a template says of `agrees` has to be that, and it may have none of `foreign`, which says
    why. `reached_by` are the type and the property of those resources that name it, where its data is reached by them
    alone. One that is `imported` is restored before the stack is made, under the name that is given, and brought into
    it.
    """

    source: str
    point: str
    given: Mapping[str, str]
    refused: frozenset[str] = frozenset()
    least: Mapping[str, int] = field(default_factory=dict)
    agrees: Mapping[str, str] = field(default_factory=dict)
    foreign: Mapping[str, str] = field(default_factory=dict)
    reached_by: tuple[str, str] | None = None
    imported: bool = False

    @property
    def why(self) -> str:
        """The reason of what it says in a template."""
        if self.imported:
            return f"AWS restores it from {self.point}, and CloudFormation imports it"
        return f"it is made from the newest recovery point of {self.source}: {self.point}"


@dataclass(frozen=True)
class Brought:
    """A live object that a stack is to import, as it is, in CloudFormation's own words.

    `identifier` is what tells it from all others of its type, `properties` what it is like, `defaults` what nobody
    needs to write, `fixed` are the properties that no update changes.
    """

    identifier: Mapping[str, str]
    properties: Mapping[str, Any]
    defaults: Mapping[str, Any] = field(default_factory=dict)
    fixed: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Empty:
    """A part of a replica that keeps data, and that no drill fills; `reason` is its owner's word that it may be empty,
    and empty itself where there is none.
    """

    resource: str
    type: str
    reason: str = ""


@dataclass(frozen=True)
class Allowance:
    """A part that the owner let be in a replica as it is in production, and why."""

    name: str
    reason: str


@dataclass(frozen=True)
class Made:
    """The template that a run's replica was made from, or one `stack` of it.

    `digest` is of the team's text, `derived_digest` of what AWS was given (SHA-256, in hexadecimal digits). Of an app
    the digests are of those of its `stacks`, and what is told begins with the stack's name.
    """

    digest: str
    derived_digest: str
    edits: tuple[Edit, ...] = ()
    allowed: tuple[Allowance, ...] = ()
    stack: str = ""
    stacks: tuple[Made, ...] = ()
    empty: tuple[Empty, ...] = ()

    @classmethod
    def of_stacks(cls, stacks: Sequence[Made]) -> Made:
        """The template of an app's replica, of which those stacks are known by now."""
        digest = digest_of("".join(f"{each.stack} {each.digest}\n" for each in stacks))
        derived = digest_of("".join(f"{each.stack} {each.derived_digest}\n" for each in stacks))
        edits = tuple(edit for each in stacks for edit in each.edits)
        allowed = tuple(word for each in stacks for word in each.allowed)
        empty = tuple(part for each in stacks for part in each.empty)
        return cls(digest, derived, edits, allowed, stacks=tuple(stacks), empty=empty)

    @property
    def left_out(self) -> tuple[Edit, ...]:
        """The edits that took something out, or switched it off: what the replica did not exercise."""
        return tuple(each for each in self.edits if each.becomes is None or _is_switched_off(each))


def _is_switched_off(edit: Edit) -> bool:
    """Whether an edit leaves something in the replica that does nothing there."""
    return (edit.property.rpartition(".")[2], edit.becomes) in (("Enabled", False), ("DesiredState", "STOPPED"))


def _within(lead: str, words: Mapping[str, str]) -> dict[str, str]:
    return {key.removeprefix(lead): why for key, why in words.items() if key.startswith(lead)}


def digest_of(text: str) -> str:
    """The digest of a template's text."""
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True)
class Derived:
    """A template as AWS is to be given it, and how it came to be that."""

    template: Mapping[str, Any]
    edits: Sequence[Edit] = ()
    asks: Sequence[Ask] = ()
    refused: Sequence[Refusal] = ()
    notes: Sequence[Note] = ()
    expands: Sequence[str] = ()
    """The transforms that AWS expands: what they make of it is judged once more."""

    children: Mapping[str, Derived] = field(default_factory=dict)
    """The stacks within, by the logical id of each, where their templates were at hand."""

    exports: Mapping[str, str] = field(default_factory=dict)
    """The exports, by the names of production's, as the replica calls them."""

    keeps: Sequence[Empty] = ()
    """The parts that keep data, all of them."""

    outputs: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    """The values that outputs may come to, where they are not of what the stack makes."""

    @property
    def accepted(self) -> bool:
        """Whether nothing is left to be asked, and nothing is refused."""
        return not self.asks and not self.refused
