"""Columns for what was told in words only: the rule behind a reason and a finding, who gave the RPA, what a step is
there for.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"

LISTING = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    """Add columns; rows of before keep their words, from which the program reads what they mean."""
    op.add_column("run", sa.Column("reason_rules", LISTING))
    for name in ("rpa_check", "rpa_point"):
        op.add_column("run", sa.Column(name, sa.Text()))
    op.add_column("step", sa.Column("role", sa.String(32)))
    op.add_column("step", sa.Column("tried", sa.Boolean()))
    op.add_column("finding", sa.Column("rule", sa.String(32)))
