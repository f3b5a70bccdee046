"""The tables of the record, as the newest migration leaves them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Double,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    and_,
    literal_column,
)

from dr_orchestrator.domain import parity
from dr_orchestrator.domain.clock import Moment
from dr_orchestrator.domain.copy import TERMINAL, CopyState
from dr_orchestrator.domain.drill import RecoveryPath
from dr_orchestrator.domain.finding import Severity
from dr_orchestrator.domain.kind import Kind
from dr_orchestrator.domain.objective import ClockStart, Disruption, Operator
from dr_orchestrator.domain.recovery_point import PointKind
from dr_orchestrator.domain.rule import Rule
from dr_orchestrator.domain.run import Phase, Role, SegmentKind
from dr_orchestrator.domain.verdict import Cleanup, Outcome, Verdict
from dr_orchestrator.ledger.columns import (
    Figures,
    Listing,
    Names,
    Words,
    Written,
    choice,
    flag,
    instant,
    number,
    of_run,
    of_store,
    since,
    span,
    together,
    words,
)

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)

exercise = Table(
    "exercise",
    metadata,
    number(),
    Column("id", Text, nullable=False, unique=True),
    words("title"),
    words("purpose"),
    words("quarter"),
    instant("started_at"),
    Column("planned", Names, nullable=False),
    Column("left_out", Listing, nullable=False),
    Column("at_once", Integer, nullable=False),
    flag("simulated"),
    Column("pace", Double, nullable=False),
    words("engine"),
    instant("ended_at", null=True),
    choice("verdict", Verdict, null=True),
    together("closed", "verdict", "ended_at"),
    Index(None, "started_at"),
)

# `number` counts the runs for lists that must be complete: a number that is missing has to be explained.
run = Table(
    "run",
    metadata,
    number(),
    Column("id", Text, nullable=False, unique=True),
    Column("schema_version", Integer, nullable=False),
    Column("exercise", Text, ForeignKey("exercise.id")),
    words("drill"),
    choice("kind", Kind, grows=True),
    words("service"),
    words("service_title"),
    words("owner"),
    Column("tier", Integer, nullable=False),
    words("resource"),
    words("resource_id"),
    choice("disruption", Disruption),
    choice("path", RecoveryPath),
    words("selection"),
    Column("planned_checks", Names, nullable=False),
    instant("started_at"),
    instant("real_started_at", null=True),  # by the machine's clock; unknown in rows from before it was kept
    # The promise as it stood when the run opened; an operator without a limit would promise nothing.
    span("rto_us", null=True),
    choice("rto_operator", Operator, null=True),
    span("rpo_us", null=True),
    choice("rpo_operator", Operator, null=True),
    words("objective_source"),
    words("objective_revision"),
    # The tier's own promise, which the run's may differ from; unknown in rows from before it was kept.
    span("tier_rto_us", null=True),
    choice("tier_rto_operator", Operator, null=True, grows=True),
    span("tier_rpo_us", null=True),
    choice("tier_rpo_operator", Operator, null=True, grows=True),
    Column("tier_source", Words),
    Column("tier_revision", Words),
    choice("judged_from", ClockStart),
    span("detection_allowance_us"),
    span("decision_allowance_us"),
    # Where and by what the run was made.
    words("tool_version"),
    words("definition"),
    words("catalogue_revision"),
    words("account"),
    words("caller"),
    words("region"),
    words("endpoint"),
    flag("simulated"),
    Column("pace", Double, nullable=False),
    words("engine"),
    words("operator"),
    # How far the machine's clock was ahead, give or take; unknown where there was no other clock to compare it with.
    *(span(f"{of}_ahead{error}_us", null=True) for of in ("aws", "ledger") for error in ("", "_error")),
    # How it ended: all of it unknown while the run is open.
    instant("ended_at", null=True),
    choice("verdict", Verdict, null=True),
    Column("reasons", Names),
    choice("cleanup", Cleanup, null=True),
    Column("cleanup_reasons", Names),
    span("rta_us", null=True),
    span("rta_from_disruption_us", null=True),
    span("rta_from_declaration_us", null=True),
    span("rta_net_us", null=True),
    span("rpa_us", null=True),
    Column("rpa_grade", Words),
    Column("rpa_source", Words),
    instant("rpa_reference", null=True),
    instant("newest_data", null=True),
    span("rpa_skew_us", null=True),
    span("worst_case_us", null=True),
    Column("worst_case_source", Words),
    span("worst_case_gap_us", null=True),
    span("worst_case_p95_us", null=True),
    span("worst_case_backup_us", null=True),
    Column("worst_case_verdict", Words),
    Column("rule_version", Words),
    # What the words above are about; unknown in rows from before it was kept (see `prose.py`).
    Column("reason_rules", Names),
    Column("rpa_check", Words),
    Column("rpa_point", Words),
    span("rta_clock_error_us", null=True),
    span("rpa_clock_error_us", null=True),
    # When all blocks of the copy were to be read, and were.
    span("hydration_us", null=True),
    choice("hydration_operator", Operator, null=True, grows=True),
    span("whole_after_us", null=True),
    together("rto", "rto_us", "rto_operator"),
    together("rpo", "rpo_us", "rpo_operator"),
    together("closed", "verdict", "ended_at", "reasons", "cleanup", "cleanup_reasons", "rule_version"),
    Index(None, "exercise"),
    Index(None, "drill"),
    Index(None, "service"),
    Index(None, "started_at"),
    Index(None, "region"),
    Index(None, "resource_id"),
    Index(None, "drill", "number"),
    Index(None, "drill", "definition", "selection", "simulated", "number"),
    sqlite_autoincrement=True,
)

event = Table(
    "event",
    metadata,
    number(),
    of_run(),
    choice("moment", Moment, grows=True),
    instant("at"),
    span("offset_us"),
    UniqueConstraint("run", "moment"),
)

step = Table(
    "step",
    metadata,
    of_run(primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    words("name"),
    choice("phase", Phase),
    instant("started_at"),
    span("offset_us"),
    instant("ended_at", null=True),
    span("duration_us", null=True),
    choice("outcome", Outcome, null=True),
    words("detail"),
    Column("attempts", Integer, nullable=False),
    choice("role", Role, null=True, grows=True),  # this and the next: unknown in rows from before they were kept
    Column("tried", Boolean),
    together("ended", "outcome", "ended_at"),
)

copy = Table(
    "copy",
    metadata,
    number(),
    of_run(),
    Column("type", String(32), nullable=False),
    Column("region", Text, nullable=False),
    Column("id", Text, nullable=False, index=True),
    *(since(name) for name in ("account", "source_type", "source_id", "source_account", "source_region", "job")),
    since("made_by"),
    words("drill"),
    words("service"),
    words("parent"),
    choice("state", CopyState),
    Column("arn", Text),
    Column("unique_id", Text),
    instant("intended_at"),
    instant("created_at", null=True),
    instant("gone_at", null=True),
    UniqueConstraint("run", "type", "region", "id"),
    together("identity", "arn", "unique_id"),
)

check_result = Table(
    "check_result",
    metadata,
    number(),
    of_run(index=True),
    words("name"),
    words("expected"),
    words("observed"),
    choice("outcome", Outcome),
    flag("mandatory"),
    span("duration_us"),
    instant("newest", null=True),
    flag("canary"),
    flag("proves_data"),
    of_store(),
    Column("reads_whole", Boolean),  # this and the next: unknown in rows from before they were kept
    Column("figures", Figures),
)

recovery_point = Table(
    "recovery_point",
    metadata,
    number(),
    of_run(index=True),
    words("id"),
    choice("kind", PointKind),
    instant("data_time"),
    words("data_time_source"),
    instant("created_at", null=True),
    Column("encrypted", Boolean),
    Column("size_gib", Integer),
    instant("window_start", null=True),
    instant("window_end", null=True),
    instant("reference", null=True),
    of_store(),
)

observation = Table(
    "observation",
    metadata,
    number(),
    of_run(index=True),
    words("copy"),
    words("state"),
    instant("at"),
    span("offset_us"),
)

segment = Table(
    "segment",
    metadata,
    number(),
    of_run(index=True),
    choice("kind", SegmentKind, grows=True),
    words("reason"),
    instant("started_at"),
    span("offset_us"),
    span("duration_us"),
)

server_time = Table(
    "server_time",
    metadata,
    number(),
    of_run(index=True),
    words("copy"),
    words("state"),
    instant("at"),
    words("source"),
)

# The template that a replica was made from: unknown for runs from before it was kept, and for those that made none.
template = Table("template", metadata, of_run(primary_key=True), words("digest"), words("derived_digest"))

# Of an app one row a stack, in place of the one above; what is told of it names the stack itself.
template_stack = Table(
    "template_stack",
    metadata,
    number(),
    of_run(index=True),
    *(words(name) for name in ("stack", "digest", "derived_digest")),
    UniqueConstraint("run", "stack"),
)

# The buckets of the workspace's in which a run leaves objects meanwhile, whatever tiers.yaml comes to say.
bucket_used = Table("bucket_used", metadata, of_run(primary_key=True), Column("bucket", Text, primary_key=True))

template_edit = Table(
    "template_edit",
    metadata,
    number(),
    of_run(index=True),
    *(words(name) for name in ("resource", "property")),
    *(Column(name, Written, nullable=False) for name in ("was", "becomes")),
    words("why"),
    Column("line", Integer, nullable=False),
    words("file"),
)

template_allowed = Table(
    "template_allowed", metadata, number(), of_run(index=True), *(words(name) for name in ("name", "reason"))
)

template_empty = Table(
    "template_empty", metadata, number(), of_run(index=True), *(words(name) for name in ("resource", "type", "reason"))
)

# The settings in which copies were not as their sources; none in runs from before they were compared.
difference = Table(
    "difference",
    metadata,
    number(),
    of_run(index=True),
    *(words(name) for name in ("store", "setting", "source", "copy")),
    choice("standing", parity.Standing, grows=True),
    choice("severity", Severity),
    words("why"),
    UniqueConstraint("run", "store", "setting"),
)

finding = Table(
    "finding",
    metadata,
    number(),
    of_run(index=True),
    Column("fingerprint", Text, nullable=False, index=True),
    choice("severity", Severity),
    words("title"),
    words("detail"),
    words("owner"),
    choice("rule", Rule, null=True, grows=True),  # unknown in rows from before it was kept
)


def still_open(table: Table) -> ColumnElement[bool]:
    """Whether a run or an exercise has no verdict: the condition of the index over the few that are under way."""
    return table.c.verdict.is_(None)


def _unsettled() -> ColumnElement[bool]:
    # Written out, not bound: SQLite takes an index over some of the rows only where it sees the same words again.
    return and_(*(copy.c.state != literal_column(f"'{state.value}'") for state in TERMINAL))


UNSETTLED = _unsettled()
"""Whether something may be left of a copy: the condition of the index over the few that are."""

for _few in (run, exercise):
    Index(f"ix_{_few.name}_open", _few.c.number, sqlite_where=still_open(_few), postgresql_where=still_open(_few))
Index("ix_copy_unsettled", copy.c.run, sqlite_where=UNSETTLED, postgresql_where=UNSETTLED)

ELSEWHERE = copy.c.account != literal_column("''")
"""Whether a copy stands in another account than its source: the condition of the index over the few that do."""

Index("ix_copy_elsewhere", copy.c.account, copy.c.region, sqlite_where=ELSEWHERE, postgresql_where=ELSEWHERE)


def _held() -> tuple[Column[Any], ...]:
    # `clock` names the start of the machine that the instants are counted from; none in those by a real clock. Another
    # machine's count says nothing here: there the wall clock has to do.
    instants = instant("beat_at"), instant("until"), Column("clock", Text), instant("until_wall", null=True)
    return Column("holder", Text, nullable=False), *instants, Column("abort_by", Text)


lease = Table("lease", metadata, of_run(primary_key=True), *_held())

# No foreign key: it is taken before the exercise is written, so that no sweep finds one that nobody seems to hold.
exercise_lease = Table("exercise_lease", metadata, Column("exercise", Text, primary_key=True), *_held())

# The flow runs that living processes are in, by Prefect's ids, with those of the dead until a sweep has ended them; and
# beside them, by the name of its flow, the one sweep of the schedule.
flow_lease = Table("flow_lease", metadata, Column("flow_run", Text, primary_key=True), *_held())
