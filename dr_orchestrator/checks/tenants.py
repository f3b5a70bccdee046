"""One tenant's rows or items in a copy that holds those of many: counted, and the newest of them.

A tenant's key is bound as a value, and never becomes a part of a statement.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from functools import partial
from typing import Any

import psycopg

from dr_orchestrator.checks.connection import asking
from dr_orchestrator.checks.items import MISSED, Tables
from dr_orchestrator.checks.result import instant
from dr_orchestrator.checks.speech import spoken_on
from dr_orchestrator.checks.speech.postgres import PostgreSQL, stored
from dr_orchestrator.checks.strangers import Strangers
from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.domain.mass_restore.items import Found
from dr_orchestrator.domain.mass_restore.plan import TenantCheck, TenantItems, TenantRows
from dr_orchestrator.domain.mass_restore.port import Tells
from dr_orchestrator.domain.service import Login
from dr_orchestrator.errors import (
    DrillFault,
    LoginRefused,
    NotMeasured,
    NotTheCopy,
    Stopped,
    Transient,
    without_secrets,
)
from dr_orchestrator.waiting import stops

_PLACE = re.compile(r"(?<!:):tenant\b")
_Strangers = tuple[Strangers, str]
_UNREACHED = (psycopg.OperationalError, psycopg.InterfaceError)
_SECONDS = re.compile(r"-?\d+(?:\.\d*)?(?:[eE][+-]?\d+)?", re.ASCII)


class SqlTenants:
    """Asks a restored database; `login` finds out how to reach it, `prove` is done first with each connection."""

    def __init__(self, login: Callable[[Copy], Login], prove: Callable[[Copy, Any], None]) -> None:
        self._login, self._prove = login, prove
        self._strangers = Strangers()

    @contextmanager
    def opened(self, copy: Copy) -> Iterator[Tells]:
        """Within: a connection to the copy that can only read; Transient where it cannot be made for the moment."""
        first = partial(self._prove, copy)
        try:
            with asking(self._login(copy), f"tenants of {copy.id}", first=first) as connection:
                yield self._telling(connection, copy)
        except LoginRefused:
            raise
        except NotMeasured as fault:
            if isinstance(fault.__cause__, _UNREACHED):
                raise Transient(fault.message, fault.hint) from fault
            raise

    def _telling(self, connection: Any, copy: Copy) -> Tells:
        proven = set[str]()

        def is_broken() -> bool:
            return bool(getattr(connection, "closed", False))

        def tell(check: TenantCheck, tenant: str) -> Found:
            ask = partial(_counted, connection, check, tenant, proven, (self._strangers, copy.id))
            return _told(check, ask, is_broken)

        return tell


class ItemTenants:
    """Asks a restored table, by its partition key; `table_of` names the table of a copy."""

    def __init__(self, tables: Tables, table_of: Callable[[Copy], str]) -> None:
        self._tables, self._table_of = tables, table_of

    def opened(self, copy: Copy) -> AbstractContextManager[Tells]:
        """Within: the table, which needs no connection."""
        return self._within(self._table_of(copy))

    @contextmanager
    def _within(self, table: str) -> Iterator[Tells]:
        def tell(check: TenantCheck, tenant: str) -> Found:
            return _told(check, lambda: self._items(table, check, tenant))

        yield tell

    def _items(self, table: str, check: TenantCheck, tenant: str) -> Found:
        """The items of a tenant; too few are looked for once more, for an answer that lost some looks the same."""
        if not isinstance(check, TenantItems):
            raise NotMeasured(f"{table} is a table: it is asked for items")
        found = Found(check, 0)
        for _ in range(MISSED):
            found = self._once(table, check, check.of(tenant))
            if (found.rows or 0) >= check.minimum:
                break
        return found

    def _once(self, table: str, check: TenantItems, value: str) -> Found:
        names = {"#k": check.key} | ({"#n": check.newest} if check.newest else {})
        asked = {
            "KeyConditionExpression": "#k = :v",
            "ExpressionAttributeNames": names,
            "ExpressionAttributeValues": {":v": {"S": value}},
            "ProjectionExpression": ", ".join(names),
        }
        items = list(self._tables.pages("Query", "Items", TableName=table, ConsistentRead=True, **asked))
        times = [next(iter(each[check.newest].values())) for each in items if check.newest in each]
        return Found(check, len(items), max(map(_known, times), default=None))


def _told(check: TenantCheck, ask: Callable[[], Found], is_broken: Callable[[], bool] = lambda: False) -> Found:
    """The answer; one that could not be read says why, and keeps no other tenant from being asked for.

    A way that broke meanwhile has told nothing of this tenant: Transient.
    """
    try:
        return ask()
    except (NotTheCopy, Stopped, Transient):
        raise
    except Exception as error:
        stops.look()
        told = error.message if isinstance(error, DrillFault) else f"{type(error).__name__}: {error}"
        why = without_secrets(told).splitlines()[0]
        if is_broken():
            raise Transient(why) from error
        return Found(check, unread=why)


def _counted(connection: Any, check: TenantCheck, tenant: str, proven: set[str], strangers: _Strangers) -> Found:
    """The rows of a tenant: how many, and the newest; that the statement reads stored tables is proven once, and that
    it counts no stranger's.
    """
    if not isinstance(check, TenantRows):
        raise NotMeasured("a database is asked for rows")
    if not isinstance(spoken_on(connection), PostgreSQL):
        raise NotMeasured("tenants are asked for in PostgreSQL alone: no key is bound in other databases")
    if check.name not in proven:
        with connection.transaction():
            stored.data_read(connection, *_bound(check, tenant))
        proven.add(check.name)
    known, copy = strangers
    known.prove((copy, check), tenant, lambda key: _number(connection, check, key))
    rows = _asked(connection, check, tenant)
    if len(rows) != 1 or not 1 <= len(rows[0]) <= 2:
        raise NotMeasured("it returns not one row of a count, and an instant")
    found = Found(check, int(rows[0][0] or 0), _instant(rows[0][1:]))
    if found.rows:
        known.prove_longer((copy, check), tenant, lambda key: _number(connection, check, key))
        known.prove_spelled(tenant, lambda key: _number(connection, check, key))
    return found


def _bound(check: TenantRows, tenant: str) -> tuple[str, tuple[str, ...]]:
    """The statement, and the values that are bound in it."""
    return _PLACE.sub("%s", check.sql.replace("%", "%%")), (tenant,) * len(_PLACE.findall(check.sql))


def _asked(connection: Any, check: TenantRows, tenant: str) -> list[tuple[Any, ...]]:
    with connection.transaction():
        rows: list[tuple[Any, ...]] = connection.execute(*_bound(check, tenant), prepare=True).fetchmany(2)
    return rows


def _number(connection: Any, check: TenantRows, key: str) -> int:
    """How many rows a key has; no answer is none."""
    return sum(int(row[0] or 0) for row in _asked(connection, check, key))


def _instant(cells: tuple[Any, ...]) -> datetime | None:
    """The newest instant, where a second column tells it."""
    return None if not cells or cells[0] is None else _known(cells[0])


def _known(value: object) -> datetime:
    """An instant; NotMeasured where its zone is not told: taken for UTC it could be hours newer than it is."""
    text = str(value)
    if not isinstance(value, datetime) and _SECONDS.fullmatch(text):
        return instant(text)
    found = value if isinstance(value, datetime) else datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise NotMeasured("its instant has no time zone, so that it is not known when that was")
    return found.astimezone(UTC)
