"""A copy may be assumed gone with its lab: nobody deleted it, and nothing is left of it all the same."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

STATES = ("intended", "created", "deleted", "never created", "assumed gone with its lab", "leftover", "unproven")
SINCE = ("account", "source_type", "source_id", "source_account", "source_region", "job")
UNSETTLED = sa.text("state != 'deleted' AND state != 'never created' AND state != 'assumed gone with its lab'")


def upgrade() -> None:
    """Widen the constraint and the index over the few; rows of before keep the state that they have."""
    words = ", ".join(f"'{state}'" for state in STATES)
    op.drop_index("ix_copy_unsettled", "copy")
    with op.batch_alter_table("copy") as batch:
        batch.drop_constraint("state", type_="check")
        batch.create_check_constraint("state", f"state IN ({words})")
        for name in SINCE:  # SQLite writes the table anew, and would write these defaults in another way
            batch.alter_column(name, server_default=sa.text("''"))
    op.create_index("ix_copy_unsettled", "copy", ["run"], sqlite_where=UNSETTLED, postgresql_where=UNSETTLED)
