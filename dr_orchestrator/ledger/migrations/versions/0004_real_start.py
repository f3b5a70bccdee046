"""When a run opened by the machine's own clock: in the lab, drill time runs ahead of it."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

INSTANT = sa.String(32).with_variant(sa.TIMESTAMP(timezone=True), "postgresql")


def upgrade() -> None:
    """Add one column; of runs of before it is not known."""
    op.add_column("run", sa.Column("real_started_at", INSTANT))
