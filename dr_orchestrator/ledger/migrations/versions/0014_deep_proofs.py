"""The figures that checks measured; and when all blocks of a copy were to be read, and were."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0014"
down_revision = "0013"

FIGURES = sa.JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    """Add the columns; of what was checked before nothing was kept but words."""
    op.add_column("check_result", sa.Column("reads_whole", sa.Boolean()))
    op.add_column("check_result", sa.Column("figures", FIGURES))
    op.add_column("run", sa.Column("hydration_us", sa.BigInteger()))
    op.add_column("run", sa.Column("hydration_operator", sa.String(32)))
    op.add_column("run", sa.Column("whole_after_us", sa.BigInteger()))
