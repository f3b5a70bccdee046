"""The words of AWS on a resource's backups, fact by fact: a value, no such thing, or that nobody knows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from dr_orchestrator.domain.resource_type.traits import Traits
from dr_orchestrator.domain.rule import Rule

T = TypeVar("T")


@dataclass(frozen=True)
class Unknown:
    """A fact that could not be asked: why, by which call, and what to do.

    `denied` is where a right is missing, `missing` where AWS says that there is no such thing.
    """

    why: str
    call: str = ""
    hint: str = ""
    denied: bool = False
    missing: bool = False


@dataclass(frozen=True)
class Known(Generic[T]):
    """A fact, and the AWS call that told it; `lacking` is what could not be asked and might have told of more."""

    value: T
    call: str
    lacking: Unknown | None = None


@dataclass(frozen=True)
class Inapplicable:
    """The type has no such thing, and why that is no shortfall."""

    why: str


Fact = Known[T] | Unknown | Inapplicable


@dataclass(frozen=True)
class Encryption:
    """The key that backups are encrypted with, in words; `own` is whether it is the customer's."""

    on: bool
    key: str = ""
    own: bool = False


@dataclass(frozen=True)
class Continuous:
    """A continuous backup: whether it is on, and the instants that it can be restored to."""

    on: bool
    earliest: datetime | None = None
    latest: datetime | None = None


@dataclass(frozen=True)
class Elsewhere:
    """Copies in another region, how they come there, and the newest instant that they hold; None where not told."""

    region: str
    how: str
    newest: datetime | None = None


@dataclass(frozen=True)
class Lock:
    """Whether nobody can delete the backups before their time, and by what, in words.

    `newest` is the instant of the newest that is kept so, `least` for how long it is; None where no end is told.
    """

    on: bool
    how: str
    newest: datetime | None = None
    least: timedelta | None = None


_UNASKED = Inapplicable("it has no such thing")


@dataclass(frozen=True)
class Protection:
    """All that is known of a resource's backups.

    `points` are the instants of the recovery points that hold one each, `kept` is how long they are kept (None: for
    ever). With `scheduled` AWS takes them by a schedule of the resource's own, so that each day has to have one;
    without, its continuous backup covers a day as well. `traits` are the resource's own. `remedies` are the settings or
    commands that mend a shortfall, by its rule.
    """

    created_at: datetime | None = None
    points: Fact[tuple[datetime, ...]] = _UNASKED
    kept: Fact[timedelta | None] = _UNASKED
    encryption: Fact[Encryption] = _UNASKED
    elsewhere: Fact[tuple[Elsewhere, ...]] = _UNASKED
    lock: Fact[Lock] = _UNASKED
    continuous: Fact[Continuous] = _UNASKED
    deletion: Fact[bool] = _UNASKED
    scheduled: bool = False
    traits: Traits = field(default_factory=Traits)
    remedies: Mapping[Rule, str] = field(default_factory=dict)


def existing(of: Protection) -> Known[datetime] | Unknown | Inapplicable:
    """Whether the resource is there at all, as far as the look at its backups tells."""
    facts = (of.points, of.kept, of.encryption, of.elsewhere, of.lock, of.continuous, of.deletion)
    if of.created_at is not None:
        return Known(of.created_at, "")
    unknown = [each for each in facts if isinstance(each, Unknown)]
    if unknown:  # where a right is missing, what is not found may be something else than the resource
        return min(unknown, key=lambda each: (not each.denied, not each.missing))
    return next(
        (each for each in facts if isinstance(each, Inapplicable)), Unknown("AWS does not say when it was made")
    )


def nothing_known(why: Unknown | Inapplicable, remedies: Mapping[Rule, str] | None = None) -> Protection:
    """The protection of a resource of which no fact could be asked, or has any meaning."""
    return Protection(None, why, why, why, why, why, why, why, remedies=remedies or {})
