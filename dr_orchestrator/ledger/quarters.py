"""The records of the programme's report: few columns of many runs, in one statement each."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, func, or_, select

from dr_orchestrator.domain import leaving
from dr_orchestrator.domain.findings.tracked import Act, Entry
from dr_orchestrator.domain.programme import Exercise
from dr_orchestrator.domain.quarter.costs import Life
from dr_orchestrator.domain.quarter.ran import Ran, uncounted
from dr_orchestrator.domain.verdict import WorstCaseVerdict
from dr_orchestrator.ledger import prose, rows, tables
from dr_orchestrator.ledger.followed import Key
from dr_orchestrator.ledger.history import ELSEWHERE
from dr_orchestrator.ledger.tables_of_findings import finding_history, tracked_finding
from dr_orchestrator.ledger.tables_of_posture import posture_look
from dr_orchestrator.ledger.tables_of_restore_tests import restore_test

_run, _copy, _entry, _found = tables.run.c, tables.copy.c, finding_history.c, tracked_finding.c
_SAME = (
    *("id", "drill", "kind", "service", "service_title", "tier", "resource", "resource_id", "disruption", "path"),
    *("selection", "definition", "started_at", "simulated", "engine", "pace", "ended_at", "verdict", "cleanup"),
)
_DAY = timedelta(days=1)
_WORST_CASES = {each: prose.worst_case_of(each) for each in (None, "", *map(str, WorstCaseVerdict))}
_COLUMNS = [
    *(_run[name] for name in _SAME),
    *(_run.exercise, _run.rto_us, _run.rto_operator, _run.rpo_us, _run.rpo_operator, _run.worst_case_verdict),
    ELSEWHERE,
    *(_run.rta_us, _run.rta_clock_error_us, _run.rpa_us, _run.rpa_clock_error_us, _run.rpa_grade),
]


def ran(connection: Connection, since: datetime, until: datetime) -> list[Ran]:
    """The runs that began before `until`, in the order in which they opened.

    Simulated ones are of since then; those on AWS of all time, for a proof may be older.
    """
    wanted = or_(_run.started_at >= since, _run.simulated.is_(False))
    query = select(*_COLUMNS).where(wanted, _run.started_at < until).order_by(_run.number)
    return [_ran(row) for row in connection.execute(query)]


def _ran(row: Row[Any]) -> Ran:
    of = row._mapping
    found = Ran(
        **{name: of[name] for name in _SAME},
        exercise=of["exercise"] or "",
        rto=rows.limit_of(of["rto_us"], of["rto_operator"]),
        rpo=rows.limit_of(of["rpo_us"], of["rpo_operator"]),
        rta=of["rta_us"],
        rta_error=of["rta_clock_error_us"],
        rpa=of["rpa_us"],
        rpa_error=of["rpa_clock_error_us"],
        rpa_grade=of["rpa_grade"] or "",
        worst_case=None if of["verdict"] is None else _WORST_CASES[of["worst_case_verdict"]],
    )
    stayed = leaving.stays(found.disruption, found.kind, elsewhere=bool(of["elsewhere"]))
    return uncounted(found) if stayed else found


def exercises(connection: Connection, since: datetime, until: datetime) -> list[Exercise]:
    """The exercises that began between two instants, oldest first; the end is no part of it."""
    table = tables.exercise.c
    query = select(tables.exercise).where(table.started_at >= since, table.started_at < until).order_by(table.number)
    return [rows.exercise_of(row) for row in connection.execute(query).mappings()]


def lives(connection: Connection, since: datetime, until: datetime) -> list[Life]:
    """The copies that stood between two instants, whenever their runs began; those that were never created are none.

    A copy that holds another (a stack) is one, and what it holds is not counted beside it.
    """
    # SQL keeps a day more on both sides, and the instants are told apart here: earlier releases wrote these two columns
    # otherwise into SQLite than all others (a space, no zone), which compares texts
    stood = (_copy.created_at < until + _DAY, or_(_copy.gone_at.is_(None), _copy.gone_at > since - _DAY))
    alone = (*stood, or_(_copy.parent.is_(None), _copy.parent == ""))
    point = tables.recovery_point.c
    sizes: dict[str, int] = {}
    for run, gib in connection.execute(
        select(point.run, point.size_gib).where(point.run.in_(select(_copy.run).where(*alone)))
    ):
        if gib is not None:
            sizes[run] = sizes.get(run, 0) + gib
    columns = (_copy.run, _copy.type, _copy.created_at, _copy.gone_at)
    found = connection.execute(select(*columns).where(*alone).order_by(_copy.number))
    return [
        Life(run, type_, made, gone, sizes.get(run))
        for run, type_, made, gone in found
        if made < until and (gone is None or gone > since)
    ]


def begins(connection: Connection) -> datetime | None:
    """The instant of the oldest record that a report is made of; None where there is none."""
    columns = (
        _run.started_at,
        tables.exercise.c.started_at,
        _found.first_seen,
        restore_test.c.began,
        posture_look.c.looked_at,
    )
    found = [connection.execute(select(func.min(column))).scalar_one() for column in columns]
    return min((each for each in found if each is not None), default=None)


def turns(connection: Connection, acts: Collection[Act]) -> dict[Key, list[Entry]]:
    """The lines of the histories of all findings that are of these acts, oldest first, by finding."""
    columns = (_found.fingerprint, _found.simulated, _entry.at, _entry.who, _entry.act, _entry.text, _entry.source)
    joined = select(*columns).join(tracked_finding, _found.number == _entry.finding)
    found: dict[Key, list[Entry]] = {}
    for name, simulated, *told in connection.execute(joined.where(_entry.act.in_(acts)).order_by(_entry.number)):
        found.setdefault((name, simulated), []).append(Entry(*told))
    return found
