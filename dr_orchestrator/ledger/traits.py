"""The traits of resources, in the ledger: as each run was told of its sources, and as looks at the posture were."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, bindparam, delete, func, insert, select, update

from dr_orchestrator.domain.posture.ruling import Look
from dr_orchestrator.domain.quarter.ran import SEEDED
from dr_orchestrator.domain.resource_type.traits import Described, Told, Traits
from dr_orchestrator.domain.verdict import Verdict
from dr_orchestrator.ledger import tables
from dr_orchestrator.ledger.assembly import chunks
from dr_orchestrator.ledger.tables_of_posture import posture_look
from dr_orchestrator.ledger.tables_of_traits import look_source, run_source

Seen = tuple[str, Described]
"""A resource as a look saw it, with its service."""

_run, _of, _row = tables.run.c, run_source.c, look_source.c


def record(connection: Connection, run: str, source: Described) -> None:
    """Write a source of a run, in place of what was written of it before."""
    connection.execute(delete(run_source).where(_of.run == run, _of.resource == source.resource))
    connection.execute(insert(run_source).values(run=run, resource=source.resource, **_values(source)))


def of_runs(connection: Connection, ids: Collection[str]) -> dict[str, dict[str, Told]]:
    """The sources of runs that ended, by run and resource: as of the end, for a look in its midst is none since."""
    found: dict[str, dict[str, Told]] = {}
    query = select(run_source, _run.ended_at, _run.account, _run.simulated).join(tables.run, _run.id == _of.run)
    for some in chunks(sorted(ids)):
        for row in connection.execute(query.where(_of.run.in_(some), _run.ended_at.is_not(None))).mappings():
            told = Told(_described(row), row["ended_at"], row["account"], row["simulated"])
            found.setdefault(row["run"], {})[row["resource"]] = told
    return found


def rehearsals(connection: Connection, drills: Collection[str], until: datetime) -> dict[str, str]:
    """The newest simulated run of each drill that ended before an instant, where that run passed."""
    ended = (_run.simulated.is_(True), _run.engine != SEEDED, _run.verdict != Verdict.ABORTED, _run.ended_at <= until)
    newest = select(func.max(_run.number)).where(*ended).group_by(_run.drill)
    green = [each for each in Verdict if each.green]
    query = select(_run.drill, _run.id).where(_run.number.in_(newest), _run.verdict.in_(green))
    return {drill: run for drill, run in connection.execute(query).tuples() if drill in drills}


def keep(connection: Connection, look: Look, seen: Iterable[Seen]) -> None:
    """Write what a look was told of resources: a row goes on for as long as each look is told the same."""
    before = _before(connection, look)
    last = _newest(connection, look.services, look.simulated, posture_look.c.looked_at < look.at)
    new, renewed = [], []
    for service, each in seen:
        known = before.get((service, each.resource))
        previous = last.get(service)
        # A row that a look in between did not see ends there: else it would say of that instant what nobody was told.
        goes_on = known is not None and previous is not None and known["looked_at"] == previous.at
        if known is not None and goes_on and _described(known) == each:
            renewed.append({"known": known["number"], "looked_at": look.at})
        else:
            named = {"simulated": look.simulated, "service": service, "resource": each.resource}
            new.append({**named, **_values(each), "since": look.at, "looked_at": look.at})
    if new:
        connection.execute(insert(look_source), new)
    if renewed:
        connection.execute(update(look_source).where(_row.number == bindparam("known")), renewed)


def looked(connection: Connection, services: Collection[str], until: datetime) -> dict[tuple[str, str, bool], Told]:
    """The services' resources as the newest looks before an instant, real and simulated, were told of them.

    What an older one alone was told is not in it.
    """
    by_then = posture_look.c.looked_at <= until
    newest = {
        (name, simulated): look
        for simulated in (False, True)
        for name, look in _newest(connection, services, simulated, by_then).items()
    }
    if not newest:
        return {}
    found: dict[tuple[str, str, bool], Told] = {}
    held = (_row.since <= until, _row.looked_at >= min(each.at for each in newest.values()))
    for row in connection.execute(select(look_source).where(*held).order_by(_row.number)).mappings():
        look = newest.get((row["service"], row["simulated"]))
        if look is not None and row["since"] <= look.at <= row["looked_at"]:
            told = Told(_described(row), look.at, look.account, row["simulated"])
            found[row["service"], row["resource"], row["simulated"]] = told
    return found


def _newest(
    connection: Connection, services: Collection[str], simulated: bool, when: ColumnElement[bool]
) -> dict[str, Look]:
    """The newest look at each service in a world, by its instant: the last to be written may be an older one."""
    of = posture_look.c
    found: dict[str, Look] = {}
    missing = set(services)
    query = select(posture_look).where(of.simulated.is_(simulated), when)
    for row in connection.execute(query.order_by(of.looked_at.desc(), of.number.desc())).mappings():
        look = Look(row["looked_at"], simulated, row["account"], row["revision"], row["services"])
        found |= dict.fromkeys(missing & set(look.services), look)
        missing -= set(look.services)
        if not missing:
            break
    return found


def _before(connection: Connection, look: Look) -> dict[tuple[str, str], Mapping[str, Any]]:
    """The newest row of each resource of a look's services, as looks of its world wrote it."""
    of_look = (_row.simulated.is_(look.simulated), _row.service.in_(look.services))
    newest = select(func.max(_row.number)).where(*of_look).group_by(_row.service, _row.resource)
    rows: Sequence[Any] = connection.execute(select(look_source).where(_row.number.in_(newest))).mappings().all()
    return {(row["service"], row["resource"]): row for row in rows}


def _values(of: Described) -> dict[str, Any]:
    told = of.traits
    return {
        "resource_id": of.id,
        "region": of.region,
        "engine": told.engine,
        "version": told.version,
        "size_bytes": told.size,
    }


def _described(row: Mapping[Any, Any]) -> Described:
    traits = Traits(row["engine"], row["version"], row["size_bytes"])
    return Described(row["resource"], row["resource_id"], row["region"], traits)
