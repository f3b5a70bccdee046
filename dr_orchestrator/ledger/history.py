"""The experience of earlier runs and exercises, from the few newest of them, however many there are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import takewhile
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, case, exists, func, select

from dr_orchestrator.domain import leaving
from dr_orchestrator.domain.outline import Lasted
from dr_orchestrator.domain.programme import Begun, Claim, RealRun
from dr_orchestrator.domain.quarter.ran import SEEDED
from dr_orchestrator.domain.verdict import Verdict
from dr_orchestrator.ledger import tables
from dr_orchestrator.ledger.tables_of_findings import declared_drill

_run, _copy = tables.run.c, tables.copy.c
ELSEWHERE = exists().where(_copy.run == _run.id, _copy.region != _run.region).label("elsewhere")
"""Whether a run has a copy in another region than its source."""

_LEAVING = (_run.disruption, _run.kind, ELSEWHERE)


def last_green(connection: Connection, wanted: Mapping[Claim, int]) -> dict[Claim, tuple[datetime, ...]]:
    """When the newest runs on real AWS that passed one after the other began, newest first, as many as are wanted."""
    found = {claim: _passed(connection, claim, most) for claim, most in wanted.items()}
    return {claim: began for claim, began in found.items() if began}


def newest_real(connection: Connection, drills: Iterable[str]) -> dict[str, RealRun]:
    """The newest run of each drill on real AWS that said something, however the drill was defined then."""
    columns = (_run.id, _run.started_at, _run.verdict, _run.definition, _run.selection, *_LEAVING)
    query = select(*columns).where(_says_something()).order_by(_run.number.desc()).limit(1)
    found = {drill: connection.execute(query.where(_run.drill == drill)).one_or_none() for drill in drills}
    told = {drill: row for drill, row in found.items() if row is not None}
    return {
        drill: RealRun(row.id, row.started_at, _counted(row), row.definition, row.selection)
        for drill, row in told.items()
    }


def proven_before(connection: Connection, instant: datetime) -> dict[str, datetime]:
    """When the runs began by which each drill last passed on real AWS before an instant, however it was defined."""
    green = [each for each in Verdict if each.green]
    passed = _run.simulated.is_(False) & _run.verdict.in_(green) & (_run.ended_at < instant)
    each = select(_run.drill, _run.started_at, *_LEAVING).where(passed).subquery()
    how = (each.c.drill, each.c.disruption, each.c.kind, each.c.elsewhere)
    found: dict[str, datetime] = {}
    for drill, *left, began in connection.execute(select(*how, func.max(each.c.started_at)).group_by(*how)):
        if leaving.counted(Verdict.PASSED, *left[:2], elsewhere=left[2]).green:
            found[drill] = max(began, found.get(drill, began))
    return found


def declared_since(connection: Connection) -> dict[str, datetime]:
    """Since when each drill is known to be declared, as looks on real AWS met it, or its first run there began."""
    query = select(declared_drill.c.drill, declared_drill.c.since).where(declared_drill.c.simulated.is_(False))
    return dict(connection.execute(query).tuples().all())


def last_begun(connection: Connection) -> dict[str, Begun]:
    """When the newest runs of each drill began, on real AWS and at all, and whether one is under way."""
    real = case((_run.simulated.is_(False), _run.started_at))
    under_way = func.max(case((_run.verdict.is_(None), 1), else_=0))
    query = select(_run.drill, func.max(_run.started_at), func.max(real), under_way).group_by(_run.drill)
    return {drill: Begun(at, on_aws, bool(open_)) for drill, at, on_aws, open_ in connection.execute(query)}


def lasted(connection: Connection, drill: str, of: int) -> list[Lasted]:
    """How long those of the drill's `of` newest runs took that recovered, newest first; a seeded one took no time."""
    took_place = (_run.drill == drill, _run.engine != SEEDED)
    newest = select(_run.rta_us, _run.started_at, _run.ended_at).where(*took_place)
    rows = connection.execute(newest.order_by(_run.number.desc()).limit(of))
    return [Lasted(row.rta_us, row.ended_at - row.started_at) for row in rows if row.rta_us and row.ended_at]


def _passed(connection: Connection, claim: Claim, most: int) -> tuple[datetime, ...]:
    drill, definition, selection = claim
    query = (
        select(_run.started_at, _run.verdict, *_LEAVING)
        .where(_run.drill == drill, _run.definition == definition, _run.selection == selection, _says_something())
        .order_by(_run.number.desc())
        .limit(most)
    )
    return tuple(row.started_at for row in takewhile(lambda row: _counted(row).green, connection.execute(query)))


def _counted(row: Row[Any]) -> Verdict:
    verdict: Verdict = row.verdict
    return leaving.counted(verdict, row.disruption, row.kind, elsewhere=bool(row.elsewhere))


def _says_something() -> ColumnElement[bool]:
    """A simulated run is no evidence, an aborted one says nothing, and an open one says nothing yet."""
    return and_(_run.simulated.is_(False), _run.verdict.is_not(None), _run.verdict != Verdict.ABORTED)


def newest_exercise(connection: Connection) -> str:
    """The newest exercise; empty where there was none."""
    newest = select(tables.exercise.c.id).order_by(tables.exercise.c.number.desc()).limit(1)
    return str(connection.scalar(newest) or "")


def open_of(connection: Connection, quarter: str) -> Sequence[str]:
    """The open exercises of a quarter, newest first."""
    table = tables.exercise.c
    still_open = select(table.id).where(table.quarter == quarter, table.ended_at.is_(None))
    return connection.scalars(still_open.order_by(table.number.desc())).all()
