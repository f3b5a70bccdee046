"""The first schema: exercises, runs, and the facts of a run. Written out, for a migration never changes afterwards."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None

INSTANT = sa.String(32).with_variant(sa.TIMESTAMP(timezone=True), "postgresql")
LISTING = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

OUTCOMES = ("passed", "failed", "inconclusive", "aborted", "skipped")
VERDICTS = ("ABORTED", "FAILED", "INCONCLUSIVE", "PARTIAL", "PASSED WITH FINDINGS", "PASSED")


def upgrade() -> None:
    """Make every table. There is no way back down: evidence is not dropped."""
    _exercise()
    _run()
    _event()
    _step()
    _copy()
    _check_result()
    _recovery_point()
    _observation()
    _finding()


def _text(name: str, null: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.Text(), nullable=null)


def _whole(name: str, null: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.Integer(), nullable=null)


def _flag(name: str, null: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.Boolean(), nullable=null)


def _instant(name: str, null: bool = False) -> sa.Column[Any]:
    return sa.Column(name, INSTANT, nullable=null)


def _span(name: str, null: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.BigInteger(), nullable=null)


def _list(name: str, null: bool = False) -> sa.Column[Any]:
    return sa.Column(name, LISTING, nullable=null)


def _open_choice(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.String(32), nullable=False)


def _choice(name: str, *words: str, null: bool = False) -> sa.Column[Any]:
    return sa.Column(
        name, sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=32), nullable=null
    )


def _number() -> sa.Column[Any]:
    return sa.Column("number", SERIAL, primary_key=True, autoincrement=True)


def _of_run() -> sa.Column[Any]:
    return sa.Column("run", sa.Text(), sa.ForeignKey("run.id"), nullable=False)


def _exercise() -> None:
    op.create_table(
        "exercise",
        _number(),
        sa.Column("id", sa.Text(), nullable=False, unique=True),
        _text("title"),
        _text("purpose"),
        _text("quarter"),
        _instant("started_at"),
        _list("planned"),
        _list("left_out"),
        _whole("at_once"),
        _flag("simulated"),
        sa.Column("pace", sa.Double(), nullable=False),
        _text("engine"),
        _instant("ended_at", null=True),
        _choice("verdict", *VERDICTS, null=True),
        sa.CheckConstraint("(verdict IS NULL) = (ended_at IS NULL)", name="closed"),
    )
    op.create_index("ix_exercise_started_at", "exercise", ["started_at"])


def _run() -> None:
    closed = ("ended_at", "reasons", "cleanup", "cleanup_reasons", "rule_version")
    op.create_table(
        "run",
        _number(),
        sa.Column("id", sa.Text(), nullable=False, unique=True),
        _whole("schema_version"),
        sa.Column("exercise", sa.Text(), sa.ForeignKey("exercise.id"), nullable=True),
        _text("drill"),
        _open_choice("kind"),
        *(_text(name) for name in ("service", "service_title", "owner")),
        _whole("tier"),
        *(_text(name) for name in ("resource", "resource_id")),
        _choice("disruption", "application", "infrastructure", "availability-zone", "region"),
        _choice("path", "primary", "fallback"),
        _text("selection"),
        _list("planned_checks"),
        _instant("started_at"),
        _span("rto_us", null=True),
        _choice("rto_operator", "<", "<=", null=True),
        _span("rpo_us", null=True),
        _choice("rpo_operator", "<", "<=", null=True),
        *(_text(name) for name in ("objective_source", "objective_revision")),
        _choice("judged_from", "disruption", "declaration"),
        *(_span(name) for name in ("detection_allowance_us", "decision_allowance_us")),
        *(_text(name) for name in ("tool_version", "definition", "catalogue_revision")),
        *(_text(name) for name in ("account", "caller", "region", "endpoint")),
        _flag("simulated"),
        sa.Column("pace", sa.Double(), nullable=False),
        *(_text(name) for name in ("engine", "operator")),
        _instant("ended_at", null=True),
        _choice("verdict", *VERDICTS, null=True),
        _list("reasons", null=True),
        _choice("cleanup", "CLEAN", "LEFTOVERS", "UNPROVEN", null=True),
        _list("cleanup_reasons", null=True),
        *(_span(name, null=True) for name in ("rta_us", "rta_from_disruption_us", "rta_from_declaration_us", "rpa_us")),
        *(_text(name, null=True) for name in ("rpa_grade", "rpa_source")),
        *(_instant(name, null=True) for name in ("rpa_reference", "newest_data")),
        _span("worst_case_us", null=True),
        *(_text(name, null=True) for name in ("worst_case_source", "worst_case_verdict", "rule_version")),
        sa.CheckConstraint("(rto_us IS NULL) = (rto_operator IS NULL)", name="rto"),
        sa.CheckConstraint("(rpo_us IS NULL) = (rpo_operator IS NULL)", name="rpo"),
        sa.CheckConstraint(" AND ".join(f"(verdict IS NULL) = ({name} IS NULL)" for name in closed), name="closed"),
        sqlite_autoincrement=True,
    )
    for name in ("exercise", "drill", "service", "started_at"):
        op.create_index(f"ix_run_{name}", "run", [name])


def _event() -> None:
    op.create_table(
        "event",
        _number(),
        _of_run(),
        _open_choice("moment"),
        _instant("at"),
        _span("offset_us"),
        sa.UniqueConstraint("run", "moment"),
    )


def _step() -> None:
    op.create_table(
        "step",
        sa.Column("run", sa.Text(), sa.ForeignKey("run.id"), primary_key=True),
        sa.Column("seq", sa.Integer(), primary_key=True, autoincrement=False),
        _text("name"),
        _choice("phase", "prepare", "recover", "verify", "teardown"),
        _instant("started_at"),
        _span("offset_us"),
        _instant("ended_at", null=True),
        _span("duration_us", null=True),
        _choice("outcome", *OUTCOMES, null=True),
        _text("detail"),
        _whole("attempts"),
        sa.CheckConstraint("(outcome IS NULL) = (ended_at IS NULL)", name="ended"),
    )


def _copy() -> None:
    op.create_table(
        "copy",
        _number(),
        _of_run(),
        _open_choice("type"),
        *(_text(name) for name in ("region", "id", "drill", "service", "parent")),
        _choice("state", "intended", "created", "deleted", "never created", "leftover", "unproven"),
        *(_text(name, null=True) for name in ("arn", "unique_id")),
        _instant("intended_at"),
        *(_instant(name, null=True) for name in ("created_at", "gone_at")),
        sa.UniqueConstraint("run", "type", "region", "id"),
        sa.CheckConstraint("(arn IS NULL) = (unique_id IS NULL)", name="identity"),
    )


def _check_result() -> None:
    op.create_table(
        "check_result",
        _number(),
        _of_run(),
        *(_text(name) for name in ("name", "expected", "observed")),
        _choice("outcome", *OUTCOMES),
        _flag("mandatory"),
        _span("duration_us"),
        _instant("newest", null=True),
        *(_flag(name) for name in ("canary", "proves_data")),
    )
    op.create_index("ix_check_result_run", "check_result", ["run"])


def _recovery_point() -> None:
    op.create_table(
        "recovery_point",
        _number(),
        _of_run(),
        _text("id"),
        _choice("kind", "snapshot", "continuous"),
        _instant("data_time"),
        _text("data_time_source"),
        _instant("created_at", null=True),
        _flag("encrypted", null=True),
        _whole("size_gib", null=True),
        *(_instant(name, null=True) for name in ("window_start", "window_end", "reference")),
    )
    op.create_index("ix_recovery_point_run", "recovery_point", ["run"])


def _observation() -> None:
    op.create_table(
        "observation",
        _number(),
        _of_run(),
        *(_text(name) for name in ("copy", "state")),
        _instant("at"),
        _span("offset_us"),
    )
    op.create_index("ix_observation_run", "observation", ["run"])


def _finding() -> None:
    op.create_table(
        "finding",
        _number(),
        _of_run(),
        _text("fingerprint"),
        _choice("severity", "high", "medium", "low"),
        *(_text(name) for name in ("title", "detail", "owner")),
    )
    for name in ("run", "fingerprint"):
        op.create_index(f"ix_finding_{name}", "finding", [name])
