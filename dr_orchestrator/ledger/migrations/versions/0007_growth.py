"""Indexes for what is asked at every start: a ledger of many closed runs answers as an empty one does."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

OPEN = sa.text("verdict IS NULL")
UNSETTLED = sa.text("state != 'deleted' AND state != 'never created'")


def upgrade() -> None:
    """Add the indexes; no row changes."""
    for table in ("run", "exercise"):
        op.create_index(f"ix_{table}_open", table, ["number"], sqlite_where=OPEN, postgresql_where=OPEN)
    op.create_index("ix_copy_unsettled", "copy", ["run"], sqlite_where=UNSETTLED, postgresql_where=UNSETTLED)
    op.create_index("ix_copy_id", "copy", ["id"])
    op.create_index("ix_run_region", "run", ["region"])
    op.create_index("ix_run_resource_id", "run", ["resource_id"])
    op.create_index("ix_run_drill_number", "run", ["drill", "number"])
    proof = ["drill", "definition", "selection", "simulated", "number"]
    op.create_index("ix_run_drill_definition_selection_simulated_number", "run", proof)
