"""A database as the origin of one that an environment's template makes from the newest recovery point."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Protocol

from dr_orchestrator.aws.logins import keys as logins
from dr_orchestrator.aws.logins.door import Described, Door
from dr_orchestrator.aws.preflight import keys
from dr_orchestrator.aws.rds.carrying import Lending
from dr_orchestrator.aws.toolkit import Toolkit
from dr_orchestrator.checks.apart import Address
from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.domain.cost import Billed
from dr_orchestrator.domain.ports import Chooser, Part
from dr_orchestrator.domain.preflight import PreflightCheck
from dr_orchestrator.domain.recovery_point import PointKind, RecoveryPoint, WorstCase
from dr_orchestrator.errors import NotMeasured, NotRecoverable
from dr_orchestrator.resources.inside import Inside, inside


class Way(Chooser, Protocol):
    """A way of restoring a database, as its type has it: by snapshots, or by its continuous backup."""

    def described(self) -> Described:
        """The source as AWS describes it; NotRecoverable where it is not there, or cannot be restored."""

    def look_at_source(self) -> str:
        """The source, in words."""

    def key(self) -> str | None:
        """The key of the data that would be restored; None where it is not encrypted."""

    def billed(self, name: str = "") -> Billed:
        """The things that a copy would be charged for."""

    def addresses(self) -> Collection[Address]:
        """Every host and port at which the source's data are served, that of the source first."""


class Snapshots(Way, Protocol):
    """The way by snapshots."""

    def key_of(self, point: RecoveryPoint) -> str | None:
        """The key of a snapshot that was chosen; None where it is not encrypted."""


@dataclass(frozen=True)
class Ways:
    """The ways of restoring a resource, of which the newest recovery point is taken."""

    instants: Way
    snapshots: Snapshots

    def into(self, lending: Lending) -> tuple[Way, ...]:
        """Those whose points can be brought to where the stack stands: of another account no instant can."""
        return (self.snapshots,) if lending.needed else (self.instants, self.snapshots)

    def of(self, point: RecoveryPoint) -> Way:
        """The way that a recovery point belongs to."""
        return self.snapshots if point.kind is PointKind.SNAPSHOT else self.instants


class DatabaseOrigin:
    """Chooses the newest recovery point of a database: an instant of its continuous backup, or a snapshot.

    Into another account snapshots alone can be brought, which AWS restores there: by the copies of the `lending`.
    `size` tells how many GiB the storage of a copy has to have at the least; None where nobody has to say it.
    """

    def __init__(
        self,
        toolkit: Toolkit,
        door: Door,
        ways: Ways,
        lending: Lending,
        size: Callable[[], int | None] = lambda: None,
    ) -> None:
        self._resource, self._toolkit, self._door, self._ways = lending.resource, toolkit, door, ways
        self._lending, self._size = lending, size

    def preflight_checks(self) -> list[PreflightCheck]:
        """Source, the key of the newest point, its way into another account, and the login."""
        way = [PreflightCheck("way of the snapshot", self._look_at_lending)] if self._lending.needed else []
        return [
            PreflightCheck("source", self._ways.instants.look_at_source),
            PreflightCheck("key", self._look_at_key, must=False),
            *way,
            *logins.looks(self._toolkit.account, self._door, self._resource),
        ]

    def billed(self) -> Billed:
        """The charges of the source: the template's own may be of another class."""
        return self._ways.instants.billed()

    def choose(self) -> RecoveryPoint:
        """The newest of all; NotRecoverable, with why there is none of either kind, where there is none at all."""
        return max(self._points(), key=lambda point: point.data_time)

    def foreseen(self) -> RecoveryPoint:
        """The newest of all by now."""
        return self.choose()

    def worst_case(self, until: datetime) -> WorstCase | None:
        """The history of the kind of point that is the newest."""
        return self._ways.of(self.choose()).worst_case(until)

    def carried(self, point: RecoveryPoint) -> Sequence[Part]:
        """The copies by which a snapshot comes into the stack's account; none where that is its own."""
        if not self._lending.needed:
            return ()
        return self._lending.parts(self._toolkit, point.id, self._ways.snapshots.key_of(point))

    def inside(self) -> Inside | None:
        """The way into what the stack made of it."""
        return inside(self._resource, self._toolkit, self._door, self._ways.instants.addresses, self._lending.stack)

    def _points(self) -> list[RecoveryPoint]:
        """The newest point of each kind, each with the storage that it needs."""
        found: list[RecoveryPoint] = []
        missing: list[NotRecoverable] = []
        for way in self._ways.into(self._lending):
            try:
                point = way.choose()
            except NotRecoverable as none:
                missing.append(none)
            else:
                found.append(replace(point, size_gib=point.size_gib or self._size()))
        if not found:
            told = "; ".join(each.message for each in missing)
            raise NotRecoverable(f"no recovery point of {self._resource.id}: {told}", missing[0].hint)
        return found

    def _live(self, member: Copy) -> Described:
        """The live one that a stack of this run made, by its identity."""
        shape = self._door.shape
        live = shape.described(self._toolkit.account_at(member.place).api("rds"), member.id)
        if live is None:
            raise NotMeasured(f"{member.id} is not to be seen", call=f"rds:{shape.describe}")
        self._toolkit.proofs.same(member, str(live[shape.unique]))
        return live

    def _named(self, point: RecoveryPoint) -> str:
        """The snapshot that the template is given: the one that was chosen, or its copy in the stack's account."""
        return self._lending.there.id if self._lending.needed else point.id

    def _by_token(self) -> dict[str, str]:
        """The property by which the drill may log in by a token of IAM, where it does."""
        return {"EnableIAMDatabaseAuthentication": "true"} if logins.by_iam(self._resource) else {}

    def _look_at_key(self) -> str:
        arn = str(self._ways.instants.described()[f"{self._door.shape.key}Arn"])
        return keys.usable(self._toolkit.account, self._ways.of(self.choose()).key(), arn)

    def _look_at_lending(self) -> str:
        return self._lending.look(self._toolkit, self._ways.snapshots.key())


def instant(point: RecoveryPoint) -> str:
    """The instant of a recovery point, as templates write it."""
    return f"{point.data_time.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
