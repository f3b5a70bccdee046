"""The service that makes a copy, where that is no call of its own type's."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    """Add the column; every copy of before was made by its own type's call."""
    op.add_column("copy", sa.Column("made_by", sa.Text(), nullable=False, server_default=""))
