"""Writes the record: each method is one short transaction, durable when it returns, from any thread."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    JSON,
    Column,
    Connection,
    Engine,
    Table,
    TypeDecorator,
    Update,
    case,
    delete,
    func,
    insert,
    literal,
    literal_column,
    select,
    update,
)

from dr_orchestrator.domain.clock import Event, MachineClock
from dr_orchestrator.domain.copy import TERMINAL, Copy, CopyRecord, CopyState, Identity
from dr_orchestrator.domain.deadlines import Deadlines
from dr_orchestrator.domain.parity import Difference
from dr_orchestrator.domain.ports import Clock
from dr_orchestrator.domain.posture.ruling import Look, Stood
from dr_orchestrator.domain.production import Approval
from dr_orchestrator.domain.programme import Exercise
from dr_orchestrator.domain.recovery_point import RecoveryPoint
from dr_orchestrator.domain.replica import Made
from dr_orchestrator.domain.resource_type.traits import Described
from dr_orchestrator.domain.restore_test import RestoreTest
from dr_orchestrator.domain.run import CheckResult, Closing, Observation, RunHeader, Segment, ServerTime, Step
from dr_orchestrator.domain.verdict import Cleanup, Verdict
from dr_orchestrator.ledger import (
    approvals,
    findings,
    history,
    posture,
    restore_tests,
    rows,
    tables,
    tables_of_posture,
    tables_of_restore_tests,
    traits,
)
from dr_orchestrator.ledger.columns import Instant
from dr_orchestrator.ledger.contacts import SqlContacts
from dr_orchestrator.ledger.engine import LedgerDefect, alone, create, reading, transaction
from dr_orchestrator.ledger.findings import SqlFindings
from dr_orchestrator.ledger.game_days import SqlGameDays
from dr_orchestrator.ledger.leases import SqlLeases
from dr_orchestrator.ledger.mass_claims import SqlMassClaims
from dr_orchestrator.ledger.mass_restores import SqlMassRestores
from dr_orchestrator.ledger.migrate import upgrade
from dr_orchestrator.ledger.notices import SqlNotices
from dr_orchestrator.ledger.patience import retry_transient, write_patiently
from dr_orchestrator.ledger.practice import SqlPractice
from dr_orchestrator.ledger.queries import Queries
from dr_orchestrator.ledger.seeded import SqlSeeded
from dr_orchestrator.ledger.silences import SqlSilences
from dr_orchestrator.ledger.tables_of_mass_restores import mass_restore_lease
from dr_orchestrator.ledger.tickets import SqlTickets
from dr_orchestrator.ledger.times import times_of
from dr_orchestrator.ledger.traits import Seen


def connect(
    url: str,
    *,
    own: bool = False,
    machine: Clock | None = None,
    deadlines: Callable[[], Deadlines] = Deadlines,
) -> SqlLedger:
    """Open the ledger of a database URL, made or brought up to date first; UsageError where that cannot be.

    `own` marks the workspace's own ledger, which no setting names: its folder is made too. `machine` is the clock of
    this machine, which times the leases of a ledger that is a file; a server's are timed by its own. `deadlines` tells
    when findings are due; without it they are due on no day.
    """
    engine = create(url, own=own)
    try:
        upgrade(engine)
    except BaseException:
        engine.dispose()
        raise
    return SqlLedger(engine, machine, deadlines)


class SqlLedger:
    """The ledger in SQLite or PostgreSQL; a fact that contradicts what is written is refused as LedgerDefect.

    A database that is gone for a while is waited for: its facts keep the times at which they became known.
    """

    def __init__(
        self, engine: Engine, machine: Clock | None = None, deadlines: Callable[[], Deadlines] = Deadlines
    ) -> None:
        self._engine = engine
        self.findings = SqlFindings(engine, deadlines)
        self.game_days = SqlGameDays(engine, deadlines)
        self.queries = Queries(engine)
        self.practice = SqlPractice(engine, self.findings)
        self.seeded = SqlSeeded(engine, deadlines, self.practice)
        times = times_of(engine, machine or MachineClock())
        self.leases = SqlLeases(engine, tables.lease, times)
        self.exercise_leases = SqlLeases(engine, tables.exercise_lease, times)
        self.flow_leases = SqlLeases(engine, tables.flow_lease, times)
        self.tickets = SqlTickets(engine, times)
        self.notices = SqlNotices(engine, times)
        self.contacts = SqlContacts(engine)
        self.silences = SqlSilences(engine, times)
        self.mass_leases = SqlLeases(engine, mass_restore_lease, times)
        self.mass_restores = SqlMassRestores(engine, self.findings, SqlMassClaims(engine, times))

    def close(self) -> None:
        """Let go of the database; nothing is pending, for every method has committed."""
        self._engine.dispose()

    def time(self) -> datetime | None:
        """Now, by the clock of the database's server; None where the ledger is a file of this machine."""
        if self._engine.dialect.name != "postgresql":
            return None
        with transaction(reading(self._engine)) as connection:
            return connection.execute(select(func.clock_timestamp(type_=Instant))).scalar_one()

    def open_exercise(self, exercise: Exercise) -> None:
        """Write an exercise before its first run."""
        self._insert(tables.exercise, rows.exercise_row(exercise))

    def start_exercise(
        self,
        exercise: Exercise,
        holder: str,
        span: timedelta,
        beside: Collection[str] | None,
        after: str | None = None,
    ) -> str:
        """Write an exercise with its lease, unless one of its quarter is open; return the one that is open then.

        The lease is the `holder`'s, for so long. `beside` names those that do not stand in its way; None where none
        does. With `after` the newest one has to be that, though ended, and else stands in its way: empty for none.
        """
        opened = ""

        def write() -> None:
            nonlocal opened
            with transaction(self._engine) as connection:
                alone(connection, tables.exercise)
                found = history.open_of(connection, exercise.quarter)
                in_the_way = [] if beside is None else [name for name in found if name not in beside]
                if after is not None and (newest := history.newest_exercise(connection)) not in (after, exercise.id):
                    in_the_way.append(newest)
                opened = exercise.id if exercise.id in found else next(iter(in_the_way), exercise.id)
                if opened == exercise.id and exercise.id not in found:
                    connection.execute(insert(tables.exercise).values(rows.exercise_row(exercise)))
                    self.exercise_leases.begin(connection, exercise.id, holder, span)

        write_patiently(write)  # which finds its own
        return opened

    def close_exercise(self, exercise: str, ended_at: datetime, verdict: Verdict) -> None:
        """Write an exercise's end."""
        table = tables.exercise
        still_open = update(table).where(table.c.id == exercise, table.c.ended_at.is_(None))
        ending = {"ended_at": ended_at, "verdict": verdict}
        change = still_open.values(ending)
        self._change(change, f"open exercise {exercise}", self._has(table, {"id": exercise, **ending}))

    def amend_exercise(self, exercise: str, ended_at: datetime, verdict: Verdict) -> None:
        """Write the end of an exercise that was closed before its last run had ended."""
        table = tables.exercise
        closed = update(table).where(table.c.id == exercise, table.c.ended_at.is_not(None))
        self._change(closed.values(ended_at=ended_at, verdict=verdict), f"closed exercise {exercise}")

    def end_exercise(self, exercise: str, ended_at: datetime, verdict: Verdict) -> None:
        """Write an exercise's end, in place of one that somebody wrote too early."""
        try:
            self.close_exercise(exercise, ended_at, verdict)
        except LedgerDefect:
            self.amend_exercise(exercise, ended_at, verdict)

    def forget_flow_run(self, flow_run: str) -> None:
        """Forget a flow run that has ended; one that is not known, too."""
        table = tables.flow_lease
        with transaction(self._engine) as connection:
            connection.execute(delete(table).where(table.c.flow_run == flow_run))

    def open_run(self, header: RunHeader) -> None:
        """Write a run before anything is done for it."""
        self._insert(tables.run, rows.header_row(header))

    def record_event(self, run: str, event: Event) -> None:
        """Write a moment reached; a second time is refused."""
        self._insert(tables.event, rows.row_of(event, run=run))

    def start_step(self, run: str, step: Step) -> None:
        """Write that a step begins; a second time is refused."""
        self._insert(tables.step, rows.row_of(step, run=run))

    def finish_step(self, run: str, step: Step) -> None:
        """Write how the step of that `seq` ended; its name and its start stay as they were written."""
        table = tables.step
        ending = ("ended_at", "duration_us", "outcome", "detail", "attempts", "tried")
        values = {name: value for name, value in rows.row_of(step).items() if name in ending}
        under_way = update(table).where(table.c.run == run, table.c.seq == step.seq, table.c.ended_at.is_(None))
        what = f"step {step.seq} of run {run} under way"
        self._change(under_way.values(values), what, self._has(table, {"run": run, "seq": step.seq, **values}))

    def record_source(self, run: str, source: Described) -> None:
        """Write a source as it was described, in place of what was written of it before."""

        def write() -> None:
            with transaction(self._engine) as connection:
                traits.record(connection, run, source)

        write_patiently(write, lambda: False)

    def record_point(self, run: str, point: RecoveryPoint) -> None:
        """Write the recovery point that was chosen."""
        self._insert(tables.recovery_point, rows.row_of(point, run=run))

    def intend_copy(self, copy: Copy, at: datetime) -> None:
        """Write the intent to create a copy, before the call that creates it."""
        self._insert(tables.copy, rows.copy_row(copy, intended_at=at))

    def change_copy(
        self, copy: Copy, state: CopyState, at: datetime, identity: Identity | None = None, job: str = ""
    ) -> None:
        """Write what became of a copy; an identity, a job, a creation and an end are kept as first written.

        An end that turns out to be none is taken back.
        """
        table = tables.copy.c
        values: dict[str, Any] = {"state": state, "gone_at": None}
        if state is CopyState.CREATED:
            values["created_at"] = func.coalesce(table.created_at, literal(at, Instant))
        if state in TERMINAL:
            values["gone_at"] = func.coalesce(table.gone_at, literal(at, Instant))
        if identity is not None:
            values["arn"] = func.coalesce(table.arn, identity.arn)
            values["unique_id"] = func.coalesce(table.unique_id, identity.unique_id)
        if job:
            values["job"] = case((table.job == "", job), else_=table.job)
        this = (table.run == copy.run, table.type == copy.type, table.region == copy.region, table.id == copy.id)
        self._change(update(tables.copy).where(*this).values(values), f"copy {copy.id} of run {copy.run}")

    def copies(self, run: str) -> Sequence[CopyRecord]:
        """The copies of a run, in the order of their intent."""
        return retry_transient(lambda: self.queries.copies(run))

    def record_check(self, run: str, result: CheckResult) -> None:
        """Write a check's result."""
        self._insert(tables.check_result, rows.row_of(result, run=run))

    def record_observation(self, run: str, observation: Observation) -> None:
        """Write a change of state that was seen."""
        self._insert(tables.observation, rows.row_of(observation, run=run))

    def record_segment(self, run: str, segment: Segment) -> None:
        """Write a span in which the run waited for something else than the recovery."""
        self._insert(tables.segment, rows.row_of(segment, run=run))

    def record_server_time(self, run: str, told: ServerTime) -> None:
        """Write what AWS's own clock says of a copy."""
        self._insert(tables.server_time, rows.row_of(told, run=run))

    def record_differences(self, run: str, differences: Sequence[Difference]) -> None:
        """Write the settings in which a run's copies are not as their sources, in place of what was written before."""
        table = tables.difference
        found = [rows.row_of(each, run=run) for each in differences]

        def write() -> None:
            with transaction(self._engine) as connection:
                connection.execute(delete(table).where(table.c.run == run))
                if found:
                    connection.execute(insert(table), found)

        write_patiently(write, lambda: False)

    def record_template(self, run: str, made: Made) -> None:
        """Write what a replica, or a stack of it, is made from: what was changed in it, and what its owner allowed."""
        row = {"run": run, "digest": made.digest, "derived_digest": made.derived_digest}
        table = tables.template
        if made.stack:
            row, table = {**row, "stack": made.stack}, tables.template_stack
        parts = (
            (tables.template_edit, made.edits),
            (tables.template_allowed, made.allowed),
            (tables.template_empty, made.empty),
        )

        def write() -> None:
            with transaction(self._engine) as connection:
                connection.execute(insert(table).values(row))
                for of, facts in parts:
                    if facts:
                        connection.execute(insert(of), [rows.row_of(each, run=run) for each in facts])

        write_patiently(write, self._has(table, row))

    def record_bucket(self, run: str, bucket: str) -> None:
        """Write, once, that the run leaves objects in a bucket, before the first lies there."""
        row = {"run": run, "bucket": bucket}
        if bucket not in self.buckets(run):
            self._insert(tables.bucket_used, row)

    def buckets(self, run: str) -> frozenset[str]:
        """The buckets in which the run left objects."""
        return retry_transient(lambda: self.queries.buckets(run))

    def close_run(self, run: str, closing: Closing) -> None:
        """Write the verdict and its findings in one transaction, with what follows for those that are followed up.

        A verdict that was written stays.
        """
        table = tables.run
        still_open = update(table).where(table.c.id == run, table.c.verdict.is_(None))
        ending, found = rows.closing_row(closing), [rows.row_of(each, run=run) for each in closing.findings]
        deadlines = self.findings.deadlines()

        def write() -> None:
            with transaction(self._engine) as connection:
                _change(connection, still_open.values(ending), f"open run {run}")
                if found:
                    connection.execute(insert(tables.finding), found)
                findings.take_in_run(connection, run, closing, deadlines)

        write_patiently(write, self._has(table, {"id": run, **ending}))

    def amend_cleanup(self, run: str, cleanup: Cleanup, reasons: Sequence[str]) -> None:
        """Write what became of the copies that a closed run had left; its verdict, measures and findings stay."""
        table = tables.run
        closed = update(table).where(table.c.id == run, table.c.verdict.is_not(None))
        self._change(closed.values(cleanup=cleanup, cleanup_reasons=tuple(reasons)), f"closed run {run}")

    def keep_posture(self, look: Look, rows: Sequence[Stood], sources: Sequence[Seen] = ()) -> list[Stood]:
        """Write what a look at the posture saw, with what follows for findings that are followed up; return it with
        since when each rule stands so. `sources` are the resources as it was told of them.
        """
        kept: list[Stood] = []
        deadlines = self.findings.deadlines()

        def write() -> None:
            with transaction(self._engine) as connection:
                alone(connection, tables_of_posture.posture)
                kept[:] = posture.keep(connection, look, rows)
                traits.keep(connection, look, sources)
                findings.take_in_look(connection, look, kept, deadlines)

        write_patiently(write)
        return kept

    def keep_restore_tests(self, tests: Sequence[RestoreTest], at: datetime) -> list[RestoreTest]:
        """Write what was imported; return those that are new, or of which AWS tells something else by now."""
        news: list[RestoreTest] = []

        def write() -> None:
            with transaction(self._engine) as connection:
                alone(connection, tables_of_restore_tests.restore_test)
                news[:] = restore_tests.keep(connection, tests, at)

        write_patiently(write)
        return news

    def keep_approval(self, given: Approval) -> None:
        """Write a person's approval of a drill's plan."""

        def write() -> None:
            with transaction(self._engine) as connection:
                approvals.keep(connection, given)

        write_patiently(write)

    def claim_approval(self, given: Approval, run: str) -> bool:
        """Give an approval that no run has to this one; whether it has it."""
        has: list[bool] = []

        def write() -> None:
            with transaction(self._engine) as connection:
                has[:] = [approvals.claim(connection, given, run)]

        write_patiently(write)  # which finds its own
        return has[0]

    def _insert(self, table: Table, values: dict[str, Any]) -> None:
        def write() -> None:
            with transaction(self._engine) as connection:
                connection.execute(insert(table).values(values))

        write_patiently(write, self._has(table, values))

    def _change(self, change: Update, what: str, is_written: Callable[[], bool] = lambda: False) -> None:
        """Change one row; `is_written` where the same change could not be made a second time."""

        def write() -> None:
            with transaction(self._engine) as connection:
                _change(connection, change, what)

        write_patiently(write, is_written)

    def _has(self, table: Table, values: Mapping[str, Any]) -> Callable[[], bool]:
        """Tells whether the table has a row of these values; lists, which databases do not compare, are not looked at.

        No two facts are one in all of them: each is told with its instant, or with how long it took.
        """
        same = [table.c[name] == value for name, value in values.items() if _compares(table.c[name])]

        def has() -> bool:
            with transaction(reading(self._engine)) as connection:
                found: Any = connection.execute(select(literal_column("1")).select_from(table).where(*same).limit(1))
                return found.first() is not None

        return has


def _compares(column: Column[Any]) -> bool:
    kind = column.type.impl_instance if isinstance(column.type, TypeDecorator) else column.type
    return not isinstance(kind, JSON)


def _change(connection: Connection, change: Update, what: str) -> None:
    if connection.execute(change).rowcount != 1:
        raise LedgerDefect(f"the ledger has no {what}")
