"""The traits of resources, in the ledger: as each run was told of its sources, and as looks at the posture were."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, bindparam, delete, func, insert, select, update

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

_GREEN = [each for each in Verdict if each.green]
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
    """The simulated run of each drill that ended last by an instant, where that run passed."""
    ended = (_run.simulated.is_(True), _run.engine != SEEDED, _run.verdict != Verdict.ABORTED, _run.ended_at <= until)
    turn = func.row_number().over(partition_by=_run.drill, order_by=(_run.ended_at.desc(), _run.number.desc()))
    last = select(_run.drill, _run.id, _run.verdict, turn.label("turn")).where(*ended).subquery()
    query = select(last.c.drill, last.c.id).where(last.c.turn == 1, last.c.verdict.in_(_GREEN))
    return {drill: run for drill, run in connection.execute(query).tuples() if drill in drills}


def keep(connection: Connection, look: Look, seen: Iterable[Seen]) -> None:
    """Write what a look was told of resources: a row goes on for as long as each look is told the same.

    One that is written after a later one was may be told otherwise within a row of both sides of it, which is two then.
    """
    told = {(service, each.resource): each for service, each in seen}
    last = _newest(connection, look.services, look.simulated, posture_look.c.looked_at < look.at)
    covered = _part_rows(connection, look, told, last)
    known = _that_end(connection, look, last)
    new, renewed = [], []
    for (service, resource), each in told.items():
        if (service, resource) in covered:
            continue
        row = known.get((service, resource))
        # A row that a look in between did not see ends there: else it would say of that instant what nobody was told.
        if row is not None and _described(row) == each:
            renewed.append({"known": row["number"], "looked_at": look.at})
        else:
            named = {"simulated": look.simulated, "service": service, "resource": resource}
            new.append({**named, **_values(each), "since": look.at, "looked_at": look.at})
    if new:
        connection.execute(insert(look_source), new)
    if renewed:
        connection.execute(update(look_source).where(_row.number == bindparam("known")), renewed)


def _part_rows(
    connection: Connection, look: Look, told: Mapping[tuple[str, str], Described], last: Mapping[str, Look]
) -> set[tuple[str, str]]:
    """Part the rows that reach over a look which was told otherwise, or did not see what they are of; return which
    resources have one that says the same.
    """
    reach = (*_of_look(look), _row.since <= look.at, _row.looked_at >= look.at)
    rows = connection.execute(select(look_source).where(*reach).order_by(_row.number)).mappings().all()
    if not rows:
        return set()
    following, same = _following(connection, look), set[tuple[str, str]]()
    for row in rows:
        key = row["service"], row["resource"]
        if key in told and _described(row) == told[key]:
            same.add(key)
        else:
            _part(connection, row, last.get(row["service"]), following.get(row["service"]))
    return same


def _part(connection: Connection, row: Mapping[Any, Any], last: Look | None, following: Look | None) -> None:
    """Let a row end with the look before, and another like it begin with the one that followed, if it reached it."""
    this = _row.number == row["number"]
    if following is not None and following.at <= row["looked_at"]:
        rest = {name: value for name, value in row.items() if name != "number"}
        connection.execute(insert(look_source).values({**rest, "since": following.at}))
    if last is not None and last.at >= row["since"]:
        connection.execute(update(look_source).where(this).values(looked_at=last.at))
    else:
        connection.execute(delete(look_source).where(this))


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
            told = Told(_described(row), look.at, look.account, row["simulated"], look.began)
            found[row["service"], row["resource"], row["simulated"]] = told
    return found


def _newest(
    connection: Connection, services: Collection[str], simulated: bool, until: ColumnElement[bool]
) -> dict[str, Look]:
    """The newest look at each service in a world, by its instant: the last to be written may be an older one."""
    order = (posture_look.c.looked_at.desc(), posture_look.c.number.desc())
    return _first(connection, services, simulated, select(posture_look).where(until).order_by(*order))


def _following(connection: Connection, look: Look) -> dict[str, Look]:
    """The look at each of the services that came next after one."""
    later = select(posture_look).where(posture_look.c.looked_at > look.at).order_by(posture_look.c.looked_at)
    return _first(connection, look.services, look.simulated, later)


def _first(connection: Connection, services: Collection[str], simulated: bool, looks: Select[Any]) -> dict[str, Look]:
    """The first of looks at each service, of those in a world."""
    found: dict[str, Look] = {}
    missing = set(services)
    for row in connection.execute(looks.where(posture_look.c.simulated.is_(simulated))).mappings():
        seen = (row["services"], row["began_at"])
        look = Look(row["looked_at"], simulated, row["account"], row["revision"], *seen)
        found |= dict.fromkeys(missing & set(look.services), look)
        missing -= set(look.services)
        if not missing:
            break
    return found


def _that_end(connection: Connection, look: Look, last: Mapping[str, Look]) -> dict[tuple[str, str], Mapping[Any, Any]]:
    """The rows of a look's services that go as far as the looks before it, by service and resource."""
    ends = {each.at for each in last.values()}
    rows = connection.execute(select(look_source).where(*_of_look(look), _row.looked_at.in_(ends))).mappings()
    return {(row["service"], row["resource"]): row for row in rows if row["looked_at"] == last[row["service"]].at}


def _of_look(look: Look) -> tuple[ColumnElement[bool], ...]:
    return _row.simulated.is_(look.simulated), _row.service.in_(look.services)


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
