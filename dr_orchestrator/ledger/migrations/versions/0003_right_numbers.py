"""Columns for what explains a figure: segments, AWS's own times, the store that was read, the tier's promise, gap
and p95.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

INSTANT = sa.String(32).with_variant(sa.TIMESTAMP(timezone=True), "postgresql")
SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

SPANS = (
    *("rta_net_us", "rpa_skew_us", "worst_case_gap_us", "worst_case_p95_us", "worst_case_backup_us"),
    *("tier_rto_us", "tier_rpo_us"),
)


def upgrade() -> None:
    """Add columns and tables; runs of before keep what they said, and say nothing of what was not kept."""
    for name in SPANS:
        op.add_column("run", sa.Column(name, sa.BigInteger()))
    for name in ("tier_rto_operator", "tier_rpo_operator"):
        op.add_column("run", sa.Column(name, sa.String(32)))
    for name in ("tier_source", "tier_revision"):
        op.add_column("run", sa.Column(name, sa.Text()))
    for table in ("check_result", "recovery_point"):
        op.add_column(table, sa.Column("store", sa.Text(), nullable=False, server_default=""))
    op.create_table(
        "segment",
        sa.Column("number", SERIAL, primary_key=True, autoincrement=True),
        sa.Column("run", sa.Text(), sa.ForeignKey("run.id"), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("started_at", INSTANT, nullable=False),
        sa.Column("offset_us", sa.BigInteger(), nullable=False),
        sa.Column("duration_us", sa.BigInteger(), nullable=False),
    )
    op.create_index("ix_segment_run", "segment", ["run"])
    op.create_table(
        "server_time",
        sa.Column("number", SERIAL, primary_key=True, autoincrement=True),
        sa.Column("run", sa.Text(), sa.ForeignKey("run.id"), nullable=False),
        sa.Column("copy", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
    )
    op.create_index("ix_server_time_run", "server_time", ["run"])
