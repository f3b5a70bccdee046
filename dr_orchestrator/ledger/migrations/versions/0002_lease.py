"""Leases: which process drives a run, when it was last seen alive, and whether somebody asked it to stop."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

INSTANT = sa.String(32).with_variant(sa.TIMESTAMP(timezone=True), "postgresql")


def upgrade() -> None:
    """Add the table; runs of before have no lease, and count as left behind where they are still open."""
    op.create_table(
        "lease",
        sa.Column("run", sa.Text(), sa.ForeignKey("run.id"), primary_key=True),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("beat_at", INSTANT, nullable=False),
        sa.Column("until", INSTANT, nullable=False),
        sa.Column("abort_by", sa.Text(), nullable=True),
    )
