"""Findings in the ledger: raised and retested where a run or a look is written, changed by persons, by one at a time.

Whoever changes one holds the table alone until the transaction ends: of two runs that see the same finding at once, one
raises it and the other sees it again.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, Row, and_, func, insert, or_, select, update

from dr_orchestrator.domain.deadlines import Deadlines
from dr_orchestrator.domain.findings import by_exercise, overdue, retest, sighting
from dr_orchestrator.domain.findings.acts import PersonAct
from dr_orchestrator.domain.findings.by_exercise import Held
from dr_orchestrator.domain.findings.sighting import Sighting
from dr_orchestrator.domain.findings.tracked import CLOSED, Change, RaisedBy, TrackedFinding
from dr_orchestrator.domain.posture.ruling import Look, Stood
from dr_orchestrator.domain.programme import DueState
from dr_orchestrator.domain.run import Closing, Run
from dr_orchestrator.domain.verdict import Cleanup, Verdict
from dr_orchestrator.errors import UsageError
from dr_orchestrator.ledger import assembly, followed, rows, tables
from dr_orchestrator.ledger.engine import alone, reading, transaction
from dr_orchestrator.ledger.patience import write_patiently
from dr_orchestrator.ledger.tables_of_findings import declared_drill, finding_history, tracked_finding

Key = tuple[str, bool]
_row, _run, _entry, _declared = tracked_finding.c, tables.run.c, finding_history.c, declared_drill.c
_GREEN = tuple(each for each in Verdict if each.green)


class SqlFindings:
    """The findings of a ledger, as persons and the calendar change them; `deadlines` tells what is allowed by now."""

    def __init__(self, engine: Engine, deadlines: Callable[[], Deadlines]) -> None:
        self._engine, self.deadlines = engine, deadlines

    def act(self, keys: Sequence[Key], act: PersonAct, by: str, at: datetime) -> list[TrackedFinding]:
        """Do to each what a person does, or to none: UsageError where one of them may not be changed so."""
        changed: list[TrackedFinding] = []

        def write() -> None:
            with transaction(self._engine) as connection:
                alone(connection, tracked_finding)
                found = followed.by_key(connection, keys)
                if missing := [key for key in keys if key not in found]:
                    raise UsageError(f"there is no finding {missing[0][0]}", "`dro findings` lists them")
                changes = {key: act.on(followed.finding_of(found[key]), by, at) for key in keys}
                for key, change in changes.items():
                    _write(connection, found[key].number, change)
                changed[:] = [change.after for change in changes.values()]

        def is_written() -> bool:
            with transaction(reading(self._engine)) as connection:
                same = _entry.finding.in_([each.number for each in followed.by_key(connection, keys).values()])
                mine = and_(same, _entry.at == at, _entry.who == by)
                if not connection.scalar(select(func.count()).select_from(finding_history).where(mine)):
                    return False
                changed[:] = [followed.finding_of(each) for each in followed.by_key(connection, keys).values()]
                return True

        write_patiently(write, is_written)
        return changed

    def look_at_drills(
        self, states: Sequence[DueState], runs: Mapping[str, str], at: datetime, *, simulated: bool
    ) -> None:
        """Raise the drills whose period ended unproven, and close those that are proven by now, by their newest `runs`.

        A drill that is seen here for the first time is known from now on, or since it was first run.
        """
        deadlines = self.deadlines()

        def write() -> None:
            with transaction(self._engine) as connection:
                alone(connection, tracked_finding)
                known = _known(connection, states, at, simulated)
                _raise(connection, overdue.sightings(states, known, at, simulated=simulated), deadlines)
                proofs = overdue.proofs(states, runs, at)
                for row in _open(connection, _row.raised_by == RaisedBy.OVERDUE, _row.simulated == simulated):
                    if (proof := proofs.get((row.service, row.drill))) is not None:
                        _write(connection, row.number, retest.remediated(followed.finding_of(row), proof))

        write_patiently(write)


def take_in_run(connection: Connection, name: str, closing: Closing, deadlines: Deadlines) -> None:
    """Raise what a run found as it ends, and remediate what it proves gone; in the transaction that ends it."""
    row = connection.execute(select(tables.run).where(_run.id == name)).mappings().one()
    header = rows.header_of(row)
    found = sighting.of_run(header, closing)
    same = and_(_row.drill == header.drill, _row.raised_by == RaisedBy.RUN)
    retests = retest.is_evidence(header, closing) and bool(_open(connection, same))
    if not found and not retests:
        return
    alone(connection, tracked_finding)
    _raise(connection, found, deadlines)
    if not retests:
        return
    (whole,) = assembly.whole(connection, select(tables.run).where(_run.id == name))
    found_open = _open(connection, same)
    saw = _runs(connection, {each.last_source for each in found_open})
    for each in found_open:
        tracked = followed.finding_of(each)
        if (
            proof := retest.by_run(whole, tracked, saw.get(tracked.last_source), _left(connection, tracked))
        ) is not None:
            _write(connection, each.number, retest.remediated(tracked, proof))


def _runs(connection: Connection, names: Collection[str]) -> dict[str, Run]:
    """The runs of those names, whole."""
    found = [
        assembly.whole(connection, select(tables.run).where(_run.id.in_(some)))
        for some in assembly.chunks(sorted(names))
    ]
    return {each.header.id: each for some in found for each in some}


def take_in_look(connection: Connection, look: Look, seen: Collection[Stood], deadlines: Deadlines) -> None:
    """Raise the shortfalls of a look, and remediate those that it proves gone; in the transaction that writes it."""
    alone(connection, tracked_finding)
    _raise(connection, list(sighting.merged(sighting.of_look(look, seen))), deadlines)
    of_services = (_row.raised_by == RaisedBy.POSTURE, _row.service.in_(look.services))
    numbers = {(each.fingerprint, each.simulated): each for each in _open(connection, *of_services)}
    found = [followed.finding_of(each) for each in numbers.values()]
    for tracked, proof in retest.by_look(look, seen, found):
        _write(connection, numbers[tracked.key].number, retest.remediated(tracked, proof))


def take_in_exercise(connection: Connection, held: Held, deadlines: Deadlines) -> None:
    """Raise the gaps of an exercise of people, and remediate what it shows mended; in the transaction that ends it."""
    alone(connection, tracked_finding)
    found = by_exercise.sightings(held)
    known = followed.by_key(connection, [each.key for each in found])
    old = {key for key, row in known.items() if by_exercise.retold(held, followed.finding_of(row))}
    _raise(connection, [each for each in found if each.key not in old], deadlines)
    of_it = (_row.raised_by == held.raised_by, _row.drill == held.name)
    for row in _open(connection, *of_it):
        tracked = followed.finding_of(row)
        if (proof := by_exercise.proof(held, tracked)) is not None:
            _write(connection, row.number, retest.remediated(tracked, proof))


def _raise(connection: Connection, found: Sequence[Sighting], deadlines: Deadlines) -> None:
    known = followed.by_key(connection, [each.key for each in found])
    for each in found:
        row = known.get(each.key)
        tracked = None if row is None else followed.finding_of(row)
        _write(connection, None if row is None else row.number, sighting.seen(tracked, each, deadlines))


def _write(connection: Connection, number: int | None, change: Change | None) -> None:
    """Write a finding as it is from now on, a new one where it has no number, and add its entries."""
    if change is None:
        return
    values = rows.row_of(change.after)
    if number is None:
        made = connection.execute(insert(tracked_finding).values(values).returning(_row.number))
        number = made.scalar_one()
    else:
        connection.execute(update(tracked_finding).where(_row.number == number).values(values))
    for entry in change.entries:
        connection.execute(insert(finding_history).values(rows.row_of(entry, finding=number)))


def _open(connection: Connection, *of: Any) -> Sequence[Row[Any]]:
    """The findings that are not closed, oldest first."""
    query = select(tracked_finding).where(_row.state.not_in(CLOSED), *of).order_by(_row.number)
    return connection.execute(query).all()


def _left(connection: Connection, of: TrackedFinding) -> bool:
    """Whether a run that saw it is not proven to have left nothing."""
    sightings = tables.finding.join(tables.run, _run.id == tables.finding.c.run)
    unclean = or_(_run.cleanup.is_(None), _run.cleanup != Cleanup.CLEAN)
    of_it = (tables.finding.c.fingerprint == of.fingerprint, _run.simulated == of.simulated, unclean)
    return connection.execute(select(_run.id).select_from(sightings).where(*of_it).limit(1)).first() is not None


def _known(
    connection: Connection, states: Iterable[DueState], at: datetime, simulated: bool
) -> dict[str, overdue.Known]:
    """The facts that are known of each drill; one that was never seen is written with since when it is known."""
    names = [each.drill.name for each in states]
    declared = select(_declared.drill, _declared.since).where(_declared.simulated == simulated)
    since: dict[str, datetime] = {each.drill: each.since for each in connection.execute(declared)}
    began = (
        select(_run.drill, func.min(_run.started_at).label("first"))
        .where(_run.simulated == simulated)
        .group_by(_run.drill)
    )
    first: dict[str, datetime] = {each.drill: each.first for each in connection.execute(began)}
    new = {name: min(at, first.get(name, at)) for name in names if name not in since}
    if new:
        told = [{"drill": name, "simulated": simulated, "since": then} for name, then in new.items()]
        connection.execute(insert(declared_drill), told)
    passed = select(_run.drill, _run.started_at).where(_run.simulated.is_(False), _run.verdict.in_(_GREEN))
    green: dict[str, list[datetime]] = {}
    for drill, then in connection.execute(passed.order_by(_run.number)):
        green.setdefault(drill, []).append(then)
    return {name: overdue.Known((since | new)[name], green.get(name, ())) for name in names}
