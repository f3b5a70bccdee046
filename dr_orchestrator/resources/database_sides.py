"""A database of the lost region and the one that stands in the other, compared by the rows of each table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from functools import partial
from typing import Any

from dr_orchestrator.aws.logins.door import Door
from dr_orchestrator.aws.toolkit import Toolkit
from dr_orchestrator.checks.connection import asking
from dr_orchestrator.checks.deep.counts import SOURCE_S
from dr_orchestrator.checks.deep.engine import Engine
from dr_orchestrator.checks.deep.performing import engine_of
from dr_orchestrator.domain.proof import SameInBoth, Tolerance
from dr_orchestrator.domain.resource_type import beside_the_source
from dr_orchestrator.domain.service import Login, Resource
from dr_orchestrator.domain.sides import Compared
from dr_orchestrator.errors import NotMeasured, NotRecoverable
from dr_orchestrator.resources.sides import Pair, settled

Rows = Mapping[str, int | None]


class _Side:
    """One database, asked with today's login, and after production's own work."""

    def __init__(self, door: Door, resource: Resource, toolkit: Toolkit) -> None:
        self._door, self._resource, self._toolkit = door, resource, toolkit

    def seen(self) -> str:
        """The database, in words; NotRecoverable where there is none, NotMeasured where nobody may log in to it."""
        place, name = beside_the_source(self._resource), self._resource.id
        engine = self._door.engine(self._toolkit.account_at(place), name)
        if not engine:
            raise NotRecoverable(f"no {self._resource.type} {name} in {place.region}")
        return f"{name} in {place.region} ({engine})"

    @property
    def login(self) -> Login:
        """Today's login; NotMeasured where the resource says of none."""
        if self._resource.database is None:
            raise NotMeasured(f"nothing says how to log in to {self._resource.name}")
        there = self._toolkit.account_at(beside_the_source(self._resource))
        return self._door.today(there, self._resource.id, self._resource.database)

    def rows(self) -> dict[str, int | None]:
        """The rows of each ordinary table, counted."""
        login = self.login
        engine = engine_of(login.engine)
        with self._asked(login, engine) as connection:
            tables = engine.tables(connection)
            return {each: engine.count(connection, each, "", None, SOURCE_S) for each in tables}

    def count(self, table: str) -> int | None:
        """The rows of one table; None where there is none."""
        login = self.login
        engine = engine_of(login.engine)
        with self._asked(login, engine) as connection:
            return engine.count(connection, table, "", None, SOURCE_S)

    def _asked(self, login: Login, engine: Engine) -> AbstractContextManager[Any]:
        return asking(login, f"SQL on {self._resource.name}", first=engine.careful)


class DatabaseSides:
    """A database of the lost region and its replica, say, in the other."""

    def __init__(self, door: Door, lost: Resource, there: Resource, toolkit: Toolkit) -> None:
        self._lost, self._there = _Side(door, lost, toolkit), _Side(door, there, toolkit)
        self._clock = toolkit.clock

    def look(self) -> str:
        """That both are there."""
        return f"{self._lost.seen()}; {self._there.seen()}"

    def compare(self, check: SameInBoth) -> Compared:
        """Count the rows of each table in both, and those that lie too far apart again."""
        here, there = self._lost.rows(), self._there.rows()
        apart = [each for each in sorted(here.keys() | there.keys()) if not _alike(check, here, there, each)]
        looks: dict[str, Callable[[], Pair]] = {each: partial(self._pair, each, check.tolerance) for each in apart}
        found = settled(looks, self._clock, check.within, counts=True)
        return Compared(
            "table",
            "rows counted in each table, not what is in them",
            len(here),
            len(there),
            len(here.keys() | there.keys()) - len(apart),
            found,
            {"rows": {each: [here.get(each), there.get(each)] for each in sorted(here.keys() | there.keys())}},
        )

    def _pair(self, table: str, tolerance: Tolerance) -> Pair:
        here, there = self._lost.count(table), self._there.count(table)
        same = here == there or (here is not None and there is not None and tolerance.allows(there, here))
        return Pair(here, there, same)


def _alike(check: SameInBoth, here: Rows, there: Rows, table: str) -> bool:
    one, other = here.get(table), there.get(table)
    return one is not None and other is not None and check.tolerance.allows(other, one)
