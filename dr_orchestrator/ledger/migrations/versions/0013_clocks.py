"""Leases by the ledger's own clock, and how far the machine's was from it and from AWS's when a run began."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"

INSTANT = sa.String(32).with_variant(sa.TIMESTAMP(timezone=True), "postgresql")
MEASURED = ("aws_ahead_us", "aws_ahead_error_us", "ledger_ahead_us", "ledger_ahead_error_us")


def upgrade() -> None:
    """Add the columns; leases of before count by the wall clock that they were written by, and no skew was measured."""
    for name in ("lease", "exercise_lease", "flow_lease"):
        op.add_column(name, sa.Column("clock", sa.Text()))
        op.add_column(name, sa.Column("until_wall", INSTANT))
    for name in MEASURED:
        op.add_column("run", sa.Column(name, sa.BigInteger()))
