"""Reads the record back, each answer from one instant of the ledger, and nothing more than is asked for.

What is asked at every start (open runs, what is left of copies, a drill's last runs) is found by an index over few
rows: it takes as long in a ledger of 10,000 closed runs as in an empty one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Select, Table, or_, select, union

from dr_orchestrator.domain.copy import Copy, CopyRecord, Place
from dr_orchestrator.domain.findings.tracked import Act, Entry, State, TrackedFinding
from dr_orchestrator.domain.outline import Lasted, Outline
from dr_orchestrator.domain.posture.ruling import Look, Stood
from dr_orchestrator.domain.production import Approval
from dr_orchestrator.domain.programme import Begun, Claim, Exercise, RealRun
from dr_orchestrator.domain.quarter.costs import Life
from dr_orchestrator.domain.quarter.ran import Ran
from dr_orchestrator.domain.resource_type.traits import Told
from dr_orchestrator.domain.restore_test import RestoreTest
from dr_orchestrator.domain.run import Run
from dr_orchestrator.domain.tickets.ticket import Ticket
from dr_orchestrator.ledger import (
    approvals,
    assembly,
    followed,
    history,
    holdings,
    posture,
    quarters,
    restore_tests,
    rows,
    tables,
    tickets,
    traits,
)
from dr_orchestrator.ledger.engine import reading, transaction
from dr_orchestrator.ledger.followed import Key
from dr_orchestrator.ledger.naming import LATEST, find
from dr_orchestrator.ledger.tables_of_identity import id_of

_Rows = Select[tuple[object, ...]]


class Queries:
    """The read side of a ledger; safe to share between threads."""

    def __init__(self, engine: Engine) -> None:
        self._engine = reading(engine)

    def run(self, name: str) -> Run:
        """The run of an id, of the beginning of one that no other shares, or `latest`; UsageError where none is."""
        with transaction(self._engine) as connection:
            found = find(connection, tables.run, name, "dro runs")
            return assembly.whole(connection, _newest(id=found))[0]

    def runs(
        self,
        limit: int | None = None,
        *,
        service: str | None = None,
        drill: str | None = None,
        exercise: str | None = None,
    ) -> list[Run]:
        """Runs, newest first; narrowed to a service, a drill or an exercise (by its whole id) where one is named."""
        chosen = _newest(service=service, drill=drill, exercise=exercise).limit(limit)
        with transaction(self._engine) as connection:
            return assembly.whole(connection, chosen)

    def outlines(
        self,
        limit: int | None = None,
        *,
        service: str | None = None,
        drill: str | None = None,
        exercise: str | None = None,
    ) -> list[Outline]:
        """Runs in outline, newest first, narrowed likewise."""
        chosen = _newest(service=service, drill=drill, exercise=exercise).limit(limit)
        with transaction(self._engine) as connection:
            return assembly.outlines(connection, chosen)

    def all_outlines(self, service: str = "") -> tuple[str, list[Outline]]:
        """The ledger's own name, and all of its runs in outline, or all of a service; of one instant of it."""
        with transaction(self._engine) as connection:
            return id_of(connection), assembly.outlines(connection, _newest(service=service or None))

    def outlines_since(self, since: datetime) -> list[Outline]:
        """The runs that began or ended since then, or are open, in outline, newest first."""
        chosen = _newest().where(_since(tables.run, since))
        with transaction(self._engine) as connection:
            return assembly.outlines(connection, chosen)

    def exercises_since(self, since: datetime) -> list[Exercise]:
        """The exercises that began or ended since then, or are open, newest first."""
        table = tables.exercise
        chosen = select(table).where(_since(table, since))
        with transaction(self._engine) as connection:
            found = connection.execute(chosen.order_by(table.c.number.desc())).mappings()
            return [rows.exercise_of(row) for row in found]

    def named(self, ids: Collection[str]) -> list[Outline]:
        """Those of the runs of these ids that there are, in outline and in any order."""
        with transaction(self._engine) as connection:
            chosen = (_newest().where(tables.run.c.id.in_(some)) for some in assembly.chunks(sorted(ids)))
            return [each for some in chosen for each in assembly.outlines(connection, some)]

    def whole(self, ids: Collection[str]) -> list[Run]:
        """Those of the runs of these ids that there are, newest first."""
        with transaction(self._engine) as connection:
            return assembly.whole(connection, _newest().where(tables.run.c.id.in_(ids)))

    def open_runs(self) -> list[Run]:
        """Runs without a verdict, newest first: under way, or left behind by a process that died."""
        with transaction(self._engine) as connection:
            return assembly.whole(connection, _open())

    def open_outlines(self, drill: str | None = None) -> list[Outline]:
        """Runs without a verdict in outline, newest first; narrowed to a drill where one is named."""
        chosen = _open() if drill is None else _open().where(tables.run.c.drill == drill)
        with transaction(self._engine) as connection:
            return assembly.outlines(connection, chosen)

    def unsettled_runs(self) -> list[Run]:
        """Closed runs that left copies behind, or could not prove them gone, newest first."""
        closed = _newest().where(tables.run.c.verdict.is_not(None), holdings.has_unsettled())
        with transaction(self._engine) as connection:
            return assembly.whole(connection, closed)

    def exercise(self, name: str = LATEST) -> tuple[Exercise, list[Run]]:
        """An exercise, found as a run is, and its runs in the order in which they opened."""
        with transaction(self._engine) as connection:
            found = _exercise(connection, name)
            return found, assembly.whole(connection, _newest(exercise=found.id))[::-1]

    def exercise_alone(self, name: str = LATEST) -> Exercise:
        """An exercise, found as a run is, without its runs."""
        with transaction(self._engine) as connection:
            return _exercise(connection, name)

    def exercise_in_outline(self, name: str = LATEST) -> tuple[Exercise, list[Outline]]:
        """An exercise, found as a run is, and its runs in outline, in the order in which they opened."""
        with transaction(self._engine) as connection:
            found = _exercise(connection, name)
            return found, assembly.outlines(connection, _newest(exercise=found.id))[::-1]

    def exercise_for_report(self, name: str, drawn: int) -> tuple[Exercise, list[Run]]:
        """An exercise, and its runs in the order in which they opened, as far as its report shows them.

        The first `drawn` that started, and those that are open, are whole. The others have no steps, events, copies,
        observations, segments or server times here: nothing but a report may be made of them.
        """
        with transaction(self._engine) as connection:
            found = _exercise(connection, name)
            return found, assembly.results(connection, _newest(exercise=found.id), drawn)[::-1]

    def exercises(self, limit: int | None = None) -> list[Exercise]:
        """Exercises, newest first."""
        newest = select(tables.exercise).order_by(tables.exercise.c.number.desc()).limit(limit)
        with transaction(self._engine) as connection:
            return [rows.exercise_of(row) for row in connection.execute(newest).mappings()]

    def open_exercises(self) -> list[Exercise]:
        """Exercises without a verdict, newest first."""
        query = select(tables.exercise).where(tables.still_open(tables.exercise))
        with transaction(self._engine) as connection:
            found = connection.execute(query.order_by(tables.exercise.c.number.desc())).mappings()
            return [rows.exercise_of(row) for row in found]

    def flow_runs(self) -> list[str]:
        """The flow runs that were not seen to end, by Prefect's ids, and whatever else has a lease beside them."""
        with transaction(self._engine) as connection:
            return list(connection.scalars(select(tables.flow_lease.c.flow_run)))

    def last_green(self, wanted: Mapping[Claim, int]) -> dict[Claim, tuple[datetime, ...]]:
        """When the newest runs on real AWS that passed one after the other began, newest first.

        By claim, at most as many as are wanted of each. A newer run that did not pass takes what was proven before it
        away; an aborted one says nothing.
        """
        with transaction(self._engine) as connection:
            return history.last_green(connection, wanted)

    def newest_real(self, drills: Iterable[str]) -> dict[str, RealRun]:
        """The newest run of each drill on real AWS that ended and was not aborted, whatever it was to prove."""
        with transaction(self._engine) as connection:
            return history.newest_real(connection, drills)

    def proven_before(self, instant: datetime) -> dict[str, datetime]:
        """When the runs began by which each drill last passed on real AWS before an instant, however it was defined."""
        with transaction(self._engine) as connection:
            return history.proven_before(connection, instant)

    def declared_since(self) -> dict[str, datetime]:
        """Since when each drill is known to be declared, as looks on real AWS met it, or its first run there began."""
        with transaction(self._engine) as connection:
            return history.declared_since(connection)

    def last_begun(self) -> dict[str, Begun]:
        """When the newest runs of each drill began, on real AWS and at all, and whether one is under way."""
        with transaction(self._engine) as connection:
            return history.last_begun(connection)

    def lasted(self, drill: str, of: int) -> list[Lasted]:
        """How long those of the `of` newest runs of a drill took that recovered, newest first."""
        with transaction(self._engine) as connection:
            return history.lasted(connection, drill, of)

    def sources(self) -> set[str]:
        """The AWS names of all that was ever drilled."""
        with transaction(self._engine) as connection:
            return set(connection.scalars(select(tables.run.c.resource_id).distinct()))

    def places(self) -> set[Place]:
        """Where anything was ever drilled, or copied to."""
        regions = union(select(tables.run.c.region), select(tables.copy.c.region))
        elsewhere = select(tables.copy.c.account, tables.copy.c.region).where(tables.ELSEWHERE).distinct()
        with transaction(self._engine) as connection:
            here = {Place("", region) for region in connection.scalars(regions)}
            return here | {Place(account, region) for account, region in connection.execute(elsewhere)}

    def copies(self, run: str) -> list[CopyRecord]:
        """The copies of a run, in the order of their intent."""
        with transaction(self._engine) as connection:
            return [rows.copy_of(row) for row in assembly.facts_of(connection, tables.copy, [run])[run]]

    def buckets(self, run: str) -> frozenset[str]:
        """The buckets in which a run left objects."""
        table = tables.bucket_used.c
        with transaction(self._engine) as connection:
            return frozenset(connection.scalars(select(table.bucket).where(table.run == run)))

    def posture(self, services: Collection[str]) -> tuple[Look, list[Stood]] | None:
        """How backups were kept when each of the services was looked at last; None where none was."""
        with transaction(self._engine) as connection:
            return posture.newest(connection, services)

    def looks(self, services: Collection[str]) -> dict[str, Look]:
        """The newest look at each of the services that were looked at, each told as one at it alone."""
        with transaction(self._engine) as connection:
            return posture.looks(connection, services)

    def sources_of(self, runs: Collection[str]) -> dict[str, dict[str, Told]]:
        """The sources of runs that ended, as they were told, by run and resource."""
        with transaction(self._engine) as connection:
            return traits.of_runs(connection, runs)

    def rehearsals(self, drills: Collection[str], until: datetime) -> dict[str, str]:
        """The newest simulated run of each drill that ended before an instant, where it passed."""
        with transaction(self._engine) as connection:
            return traits.rehearsals(connection, drills, until)

    def looked_sources(self, services: Collection[str], until: datetime) -> dict[tuple[str, str, bool], Told]:
        """The resources as the newest looks before an instant were told of them: by service, resource, and whether the
        look was simulated.
        """
        with transaction(self._engine) as connection:
            return traits.looked(connection, services, until)

    def restore_tests(self, since: datetime | None = None) -> list[RestoreTest]:
        """The imported restore tests that began since then, oldest first."""
        with transaction(self._engine) as connection:
            return restore_tests.known(connection, since)

    def newest_restore_tests(self, services: Collection[str]) -> dict[tuple[str, str], RestoreTest]:
        """The newest imported one that ended of each resource of the services, by service and resource."""
        with transaction(self._engine) as connection:
            return restore_tests.newest(connection, services)

    def that_restored(self, points: Collection[str]) -> dict[str, list[str]]:
        """The ids of the runs that restored each of the recovery points, newest first."""
        with transaction(self._engine) as connection:
            return restore_tests.restored(connection, points)

    def findings(self, states: Collection[State] | None = None, service: str | None = None) -> list[TrackedFinding]:
        """The findings in those states, as they were last written, oldest first; of a service where one is named."""
        with transaction(self._engine) as connection:
            return followed.listed(connection, states, service)

    def finding(self, name: str) -> TrackedFinding:
        """The finding of a fingerprint, or of the beginning of one; UsageError where there is none, or several are."""
        with transaction(self._engine) as connection:
            return followed.meant(connection, name)

    def services_of_findings(self) -> list[str]:
        """The services that ever had a finding."""
        with transaction(self._engine) as connection:
            return followed.services(connection)

    def followed(self, keys: Collection[Key]) -> dict[Key, TrackedFinding]:
        """Those findings of the fingerprints, each with whether it is simulated, that are followed up."""
        with transaction(self._engine) as connection:
            return {key: followed.finding_of(each) for key, each in followed.by_key(connection, keys).items()}

    def histories(self, keys: Collection[Key]) -> dict[Key, list[Entry]]:
        """The lines of history of findings, oldest first."""
        with transaction(self._engine) as connection:
            return followed.history(connection, keys)

    def turns(self, acts: Collection[Act]) -> dict[Key, list[Entry]]:
        """The lines of the histories of all findings that are of these acts, oldest first, by finding."""
        with transaction(self._engine) as connection:
            return quarters.turns(connection, acts)

    def ran(self, since: datetime, until: datetime) -> list[Ran]:
        """The runs that began before `until`, in the order in which they opened; simulated ones since then alone."""
        with transaction(self._engine) as connection:
            return quarters.ran(connection, since, until)

    def exercises_between(self, since: datetime, until: datetime) -> list[Exercise]:
        """The exercises that began between two instants, oldest first."""
        with transaction(self._engine) as connection:
            return quarters.exercises(connection, since, until)

    def lives(self, since: datetime, until: datetime) -> list[Life]:
        """The copies that stood between two instants."""
        with transaction(self._engine) as connection:
            return quarters.lives(connection, since, until)

    def begins(self) -> datetime | None:
        """The instant of the oldest record, None where there is none."""
        with transaction(self._engine) as connection:
            return quarters.begins(connection)

    def tickets(self, keys: Collection[Key], *, lost: bool = False) -> dict[Key, list[Ticket]]:
        """The tickets of findings that are there, in all trackers, the newest first; and those that were, if asked."""
        with transaction(self._engine) as connection:
            return tickets.of(connection, keys, lost=lost)

    def approvals(self, drill: str) -> list[Approval]:
        """The approvals of a drill, oldest first."""
        with transaction(self._engine) as connection:
            return approvals.known(connection, drill)

    def begun(self, run: str, steps: Sequence[str]) -> int:
        """How many steps of these names a run has begun; none of one that is not written yet."""
        with transaction(self._engine) as connection:
            return approvals.begun(connection, run, steps)

    def settled_copies(self, ids: Collection[str]) -> list[Copy]:
        """The copies of closed runs that bear one of these names and of which nothing is left, oldest first."""
        with transaction(self._engine) as connection:
            return holdings.settled(connection, ids)

    def copies_named(self, ids: Collection[str]) -> list[Copy]:
        """The copies that bear one of these names, whatever became of them."""
        with transaction(self._engine) as connection:
            return holdings.called(connection, ids)

    def accounted_for(self, run: str, of: str, id: str, region: str) -> bool:
        """Whether an object that wears a run's tag is a copy still to be settled, or the run is under way."""
        with transaction(self._engine) as connection:
            return holdings.accounted_for(connection, run, of, id, region)

    def copies_of_open_runs(self, but: str) -> list[CopyRecord]:
        """The copies of open runs, but those of one, run by run; those that are gone, too."""
        with transaction(self._engine) as connection:
            return holdings.of_open_runs(connection, but)


def _newest(**of: str | None) -> _Rows:
    # By the number, not by the time: a lab's clock runs ahead of the next lab's.
    chosen: Select[Any] = select(tables.run).order_by(tables.run.c.number.desc())
    for column, value in of.items():
        if value is not None:
            chosen = chosen.where(tables.run.c[column] == value)
    return chosen


def _since(table: Table, since: datetime) -> ColumnElement[bool]:
    return or_(table.c.started_at >= since, table.c.ended_at >= since, tables.still_open(table))


def _open() -> _Rows:
    return _newest().where(tables.still_open(tables.run))


def _exercise(connection: Connection, name: str) -> Exercise:
    found = find(connection, tables.exercise, name, "dro runs --exercises")
    row = connection.execute(select(tables.exercise).where(tables.exercise.c.id == found)).mappings().one()
    return rows.exercise_of(row)
