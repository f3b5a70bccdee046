"""Leases of exercises: which process performs one, also while none of its runs is under way."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

INSTANT = sa.String(32).with_variant(sa.TIMESTAMP(timezone=True), "postgresql")


def upgrade() -> None:
    """Add the table; exercises of before have no lease, and count as left behind once none of their runs is open."""
    op.create_table(
        "exercise_lease",
        sa.Column("exercise", sa.Text(), primary_key=True),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("beat_at", INSTANT, nullable=False),
        sa.Column("until", INSTANT, nullable=False),
        sa.Column("abort_by", sa.Text(), nullable=True),
    )
