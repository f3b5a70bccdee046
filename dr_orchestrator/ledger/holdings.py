"""The answers of the ledger on copies across runs, by the few rows that are asked for."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import ColumnElement, Connection, not_, select

from dr_orchestrator.domain.copy import Copy, CopyRecord
from dr_orchestrator.ledger import rows, tables
from dr_orchestrator.ledger.assembly import chunks, facts_of

_copy, _run = tables.copy.c, tables.run.c
_joined = tables.copy.join(tables.run, _copy.run == _run.id)


def has_unsettled() -> ColumnElement[bool]:
    """Whether a run has a copy that something may be left of."""
    return _run.id.in_(select(_copy.run).where(tables.UNSETTLED))


def settled(connection: Connection, ids: Collection[str]) -> list[Copy]:
    """The copies of closed runs that bear one of these names and of which nothing is left, oldest first."""
    query = select(tables.copy).select_from(_joined).where(_run.verdict.is_not(None), not_(tables.UNSETTLED))
    named = [query.where(_copy.id.in_(some)).order_by(_copy.number) for some in chunks(sorted(ids))]
    return [rows.copy_of(row).copy for each in named for row in connection.execute(each).mappings()]


def called(connection: Connection, ids: Collection[str]) -> list[Copy]:
    """The copies that bear one of these names, whatever became of them."""
    named = [select(tables.copy).where(_copy.id.in_(some)).order_by(_copy.number) for some in chunks(sorted(set(ids)))]
    return [rows.copy_of(row).copy for each in named for row in connection.execute(each).mappings()]


def accounted_for(connection: Connection, run: str, of: str, id: str, region: str) -> bool:
    """Whether an object is a copy that its run is still to settle, or wears the tag of a run that is under way."""
    if connection.scalar(select(_run.id).where(_run.id == run, tables.still_open(tables.run))) is not None:
        return True
    alike = (_copy.run == run, _copy.type == of, _copy.id == id, _copy.region == region)
    left = select(_copy.number).where(*alike, tables.UNSETTLED)
    return connection.scalar(left.limit(1)) is not None


def of_open_runs(connection: Connection, but: str) -> list[CopyRecord]:
    """The copies of open runs, but those of one, run by run; those that are gone, too."""
    query = select(_run.id).where(tables.still_open(tables.run), _run.id != but).order_by(_run.number)
    runs = list(connection.scalars(query))
    held = facts_of(connection, tables.copy, runs)
    return [rows.copy_of(row) for run in runs for row in held[run]]
