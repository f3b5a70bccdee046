"""Columns for how far the clocks of a run may have put its figures off."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Add the columns; of runs of before it is not known."""
    for name in ("rta_clock_error_us", "rpa_clock_error_us"):
        op.add_column("run", sa.Column(name, sa.BigInteger()))
