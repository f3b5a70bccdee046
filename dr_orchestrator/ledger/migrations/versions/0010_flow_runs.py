"""Leases of flow runs of Prefect: of one whose process died, Prefect itself never learns it."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

INSTANT = sa.String(32).with_variant(sa.TIMESTAMP(timezone=True), "postgresql")


def upgrade() -> None:
    """Add the table; of flow runs of before nothing is known, and no sweep ends them."""
    op.create_table(
        "flow_lease",
        sa.Column("flow_run", sa.Text(), primary_key=True),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("beat_at", INSTANT, nullable=False),
        sa.Column("until", INSTANT, nullable=False),
        sa.Column("abort_by", sa.Text(), nullable=True),
    )
