"""The buckets in which a run leaves objects meanwhile, by which a sweep finds what a dead process left there."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """Add the table; of runs from before, their stacks alone tell the bucket."""
    op.create_table(
        "bucket_used",
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("run", "bucket")),
        sa.PrimaryKeyConstraint("run", "bucket", name="pk_bucket_used"),
        sa.ForeignKeyConstraint(["run"], ["run.id"], name="fk_bucket_used_run"),
    )
