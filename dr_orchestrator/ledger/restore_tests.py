"""Imported restore tests in the ledger: each once, in AWS's newest words on it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, insert, select, update

from dr_orchestrator.domain.restore_test import RestoreTest
from dr_orchestrator.ledger import assembly, tables
from dr_orchestrator.ledger.tables_of_restore_tests import restore_test

_row = restore_test.c
_FIELDS = [each.name for each in fields(RestoreTest)]


def keep(connection: Connection, tests: Iterable[RestoreTest], at: datetime) -> list[RestoreTest]:
    """Write what was imported; those that are new are returned, or of which AWS tells something else by now."""
    news = []
    for test in tests:
        one = and_(*(_row[key] == getattr(test, key) for key in ("job", "account", "region", "simulated")))
        known = connection.execute(select(restore_test).where(one)).mappings().one_or_none()
        if known is not None and _test(known) == test:
            continue
        news.append(test)
        values = {**asdict(test), "imported_at": at}
        connection.execute(insert(restore_test) if known is None else update(restore_test).where(one), values)
    return news


def known(connection: Connection, since: datetime | None = None) -> list[RestoreTest]:
    """Those that began since then, oldest first."""
    query = select(restore_test).order_by(_row.began, _row.number)
    chosen = query if since is None else query.where(_row.began >= since)
    return [_test(each) for each in connection.execute(chosen).mappings()]


def newest(connection: Connection, services: Collection[str]) -> dict[tuple[str, str], RestoreTest]:
    """The newest of each resource of the services that ended, by service and resource; of a real one where any is."""
    query = select(restore_test).where(_row.service.in_(services), _row.ended.is_not(None))
    ordered = query.order_by(_row.simulated.desc(), _row.began, _row.number)
    return {(each.service, each.resource): each for each in map(_test, connection.execute(ordered).mappings())}


def restored(connection: Connection, points: Collection[str]) -> dict[str, list[str]]:
    """The ids of the runs that restored each of the points: those that are open, then what ended last, and so on."""
    table, found = tables.recovery_point.c, dict[str, list[str]]()
    for some in assembly.chunks(sorted(points)):
        run = tables.run.c
        joined = select(table.id, run.id.label("run")).join(tables.run, run.id == table.run).where(table.id.in_(some))
        newest = (run.ended_at.is_not(None), run.ended_at.desc(), run.number.desc())
        for row in connection.execute(joined.order_by(*newest)):
            found.setdefault(row.id, []).append(row.run)
    return found


def _test(row: Mapping[Any, Any]) -> RestoreTest:
    return RestoreTest(**{name: row[name] for name in _FIELDS})
