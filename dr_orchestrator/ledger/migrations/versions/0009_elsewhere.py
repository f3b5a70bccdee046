"""An index over the few copies that stand in another account than their sources: an inventory asks where they are."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Add the index; copies of before that were kept have no account of their own."""
    some = sa.text("account != ''")
    op.create_index("ix_copy_elsewhere", "copy", ["account", "region"], sqlite_where=some, postgresql_where=some)
