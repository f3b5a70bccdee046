"""The databases of a replica that its template made from recovery points: entered, checked and proven one by one."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from dr_orchestrator.checks.deep.performing import DeepChecks
from dr_orchestrator.checks.restored import Marker
from dr_orchestrator.checks.sql import SqlChecks
from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.domain.drill import NewestRow, Query, RestoredRow, RowsAtLeast
from dr_orchestrator.domain.evidence import Opened, Ready
from dr_orchestrator.domain.proof import Deep, Files, SameObjects
from dr_orchestrator.domain.recovery_point import RecoveryPoint
from dr_orchestrator.domain.run import CheckResult, Probed
from dr_orchestrator.domain.service import Login
from dr_orchestrator.errors import NotMeasured
from dr_orchestrator.resources.contents import Contents
from dr_orchestrator.resources.inside import Inside

Find = Callable[[str, Copy], Copy]
"""Finds a part of a stack by its logical id, as a copy of its own."""

_NOTHING: Mapping[str, Contents] = {}


class Databases(SqlChecks):
    """Checks by SQL of a stack's databases, each in the one that it names; and an Entrance into all of them."""

    prepares = ""

    def __init__(self, inside: Mapping[str, Inside], find: Find) -> None:
        """`inside` are the ways into each, by logical id."""
        super().__init__(_no_login)
        self._inside, self._find = inside, find
        self._members: dict[str, Copy] = {}
        self._closed: list[str] = []

    def prepare(self, copy: Copy) -> Ready:
        """Nothing: each answers at its address as it was restored."""
        del copy
        return Ready()

    def perform(self, check: RowsAtLeast | NewestRow | Query, copy: Copy, reference: datetime) -> CheckResult:
        """Perform one check in the database that it names."""
        return self.of(check.database).checks.perform(check, self.member(check.database, copy), reference)

    def marker(self, check: RestoredRow, copy: Copy | None = None) -> Marker | None:
        """The heartbeat's marker row in the database that the check names, else in its source."""
        within = self.of(check.database).checks
        return within.marker(check, self.member(check.database, copy) if copy else None)

    def member(self, logical_id: str, copy: Copy) -> Copy:
        """The database of that logical id, as a copy that the stack owns."""
        if logical_id not in self._members:
            self._members[logical_id] = self._find(logical_id, copy)
        return self._members[logical_id]

    def find(self, copy: Copy) -> Opened:
        """Find the login that opens each; those that none opens need a new password."""
        told = {name: each.entrance.find(self.member(name, copy)) for name, each in self._inside.items()}
        self._closed = [name for name, each in told.items() if not each.opened]
        words = "; ".join(f"{name}: {each.words}" for name, each in told.items())
        return Opened(words, opened=not self._closed, verified=all(each.verified for each in told.values()))

    def reset(self, copy: Copy) -> Ready:
        """Give the master user of each that no login opens a new password."""
        done = {name: self._inside[name].entrance.reset(self.member(name, copy)) for name in self._closed}
        words = "; ".join(f"{name}: {each.words}" for name, each in done.items())
        return Ready(min((each.ago for each in done.values()), default=0.0), words=words)

    def apart(self, copy: Copy) -> list[str]:
        """That each stands at no address of production's."""
        return [f"{name} {each.apart(self.member(name, copy)).words}" for name, each in self._inside.items()]

    def probe(self, copy: Copy) -> Probed:
        """That nothing of production answers to any of them."""
        told = {name: each.probe(self.member(name, copy)) for name, each in self._inside.items()}
        tried = all(each.tried for each in told.values())
        return Probed(tried, "; ".join(f"{name}: {each.words}" for name, each in told.items()))

    def of(self, logical_id: str) -> Inside:
        """The way into a database; NotMeasured where nothing says how to log in to it."""
        if logical_id not in self._inside:
            raise NotMeasured(f"nothing says how to log in to {logical_id or 'a database of the stack'}")
        return self._inside[logical_id]


class DeepWithin:
    """Deep checks of a stack: each in the store that it names; a program that names none is told the outputs."""

    def __init__(
        self,
        databases: Databases,
        of_stack: DeepChecks,
        home: Path,
        contents: Mapping[str, Contents] = _NOTHING,
        find: Find = lambda _name, copy: copy,
    ) -> None:
        """`home` is where programs of the team's own are run, `contents` are the stores that are no databases."""
        self._databases, self._of_stack, self._home = databases, of_stack, home
        self._contents, self._find = contents, find

    def perform(
        self, check: Deep, copy: Copy, points: Sequence[RecoveryPoint], taken: Collection[str] = ()
    ) -> list[CheckResult]:
        """Perform one in the store that it names."""
        if isinstance(check, SameObjects) and check.bucket in self._contents:
            within, member = self._contents[check.bucket].deep, self._find(check.bucket, copy)
            return list(within.perform(check, member, points, taken))
        if isinstance(check, SameObjects | Files) or not check.database:
            return self._of_stack.perform(check, copy, points, taken)
        return (
            self._databases.of(check.database)
            .deep(self._home)
            .perform(check, self._databases.member(check.database, copy), points, taken)
        )


def _no_login(copy: Copy) -> Login:
    raise NotMeasured(f"{copy.id} is a stack, and no database that SQL checks can ask")
