"""A copy's own account and its source, which may stand elsewhere; and what AWS named in place of a copy."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

COLUMNS = ("account", "source_type", "source_id", "source_account", "source_region", "job")


def upgrade() -> None:
    """Add the columns; copies of before stood in the place of their run, and of their source nothing was kept."""
    for name in COLUMNS:
        op.add_column("copy", sa.Column(name, sa.Text(), nullable=False, server_default=""))
