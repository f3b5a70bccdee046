"""Findings that are followed up: what runs found until now is open, seen as often as it was, and due on no day yet.

Nothing is judged here: whatever was mended meanwhile is closed by the next run that passes.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TIMESTAMP

revision = "0024"
down_revision = "0023"

_WORDS = ("service", "service_title", "drill", "kind", "title", "detail", "owner", "last_source", "account")
_EMPTY = ("accepted_by", "accepted_reason", "retest", "evidence")
_STATES = "'open', 'in progress', 'accepted', 'remediated', 'not reproducible'"

_BROUGHT = """
    INSERT INTO tracked_finding (fingerprint, simulated, raised_by, service, service_title, tier, drill, kind, rule,
        severity, title, detail, owner, assigned, due, state, first_seen, opened_at, last_seen, last_source, seen,
        reopened, accepted_by, accepted_reason, accepted_until, retest, evidence, closed_at, account)
    SELECT fingerprint, simulated, 'run', service, service_title, tier, drill, kind, COALESCE(rule, 'not-kept'),
        severity, title, detail, owner, FALSE, NULL, 'open', first_seen, first_seen, last_seen, run, seen,
        0, '', '', NULL, '', '', NULL, account
    FROM (
        SELECT finding.fingerprint, run.simulated, run.service, run.service_title, run.tier, run.drill, run.kind,
            run.account, finding.rule, finding.severity, finding.title, finding.detail, finding.owner, run.id AS run,
            MIN(run.ended_at) OVER same AS first_seen, MAX(run.ended_at) OVER same AS last_seen,
            COUNT(*) OVER same AS seen, MIN(finding.number) OVER same AS first,
            ROW_NUMBER() OVER (PARTITION BY finding.fingerprint, run.simulated
                ORDER BY run.ended_at DESC, run.number DESC, finding.number DESC) AS newest
        FROM finding JOIN run ON run.id = finding.run
        WINDOW same AS (PARTITION BY finding.fingerprint, run.simulated)
    ) AS told
    WHERE newest = 1
    ORDER BY first
"""
_TOLD = """
    INSERT INTO finding_history (finding, at, who, act, text, source)
    SELECT number, first_seen, 'dro', 'raised', title, last_source FROM tracked_finding ORDER BY number
"""


def upgrade() -> None:
    """Add the tables, and bring in what runs found before."""
    moment = sa.String(32).with_variant(TIMESTAMP(timezone=True), "postgresql")
    op.create_table(
        "tracked_finding",
        _number(),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        *(sa.Column(name, sa.Boolean(), nullable=False) for name in ("simulated", "assigned")),
        *(sa.Column(name, sa.String(32), nullable=False) for name in ("raised_by", "rule", "severity", "state")),
        *(sa.Column(name, sa.Text(), nullable=False) for name in (*_WORDS, *_EMPTY)),
        sa.Column("tier", sa.Integer(), nullable=True),
        *(sa.Column(name, moment, nullable=False) for name in ("first_seen", "opened_at", "last_seen")),
        *(sa.Column(name, moment, nullable=True) for name in ("due", "accepted_until", "closed_at")),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("seen", "reopened")),
        sa.PrimaryKeyConstraint("number", name="pk_tracked_finding"),
        sa.UniqueConstraint("fingerprint", "simulated", name="uq_tracked_finding_fingerprint_simulated"),
        sa.CheckConstraint("severity IN ('high', 'medium', 'low')", name="severity"),
        sa.CheckConstraint(f"state IN ({_STATES})", name="state"),
        sa.CheckConstraint("state <> 'remediated' OR retest <> ''", name="remediated_by_a_retest"),
        sa.CheckConstraint("state <> 'not reproducible' OR evidence <> ''", name="closed_by_evidence"),
        sa.CheckConstraint(
            "state <> 'accepted' OR (accepted_by <> '' AND accepted_by <> owner AND accepted_reason <> '' "
            "AND accepted_until IS NOT NULL)",
            name="accepted_by_another",
        ),
    )
    op.create_index("ix_tracked_finding_state_service", "tracked_finding", ["state", "service"])
    op.create_index("ix_tracked_finding_drill", "tracked_finding", ["drill"])
    op.create_table(
        "finding_history",
        _number(),
        sa.Column("finding", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", moment, nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("who", "text", "source")),
        sa.Column("act", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_finding_history"),
        sa.ForeignKeyConstraint(["finding"], ["tracked_finding.number"], name="fk_finding_history_finding"),
    )
    op.create_index("ix_finding_history_finding", "finding_history", ["finding"])
    op.create_table(
        "declared_drill",
        sa.Column("drill", sa.Text(), nullable=False),
        sa.Column("simulated", sa.Boolean(), nullable=False),
        sa.Column("since", moment, nullable=False),
        sa.PrimaryKeyConstraint("drill", "simulated", name="pk_declared_drill"),
    )
    op.execute(_BROUGHT)
    op.execute(_TOLD)


def _number() -> "sa.Column[int]":
    return sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False)
