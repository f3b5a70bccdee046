"""The imported restores of restore testing plans of AWS Backup: nothing of it is a run."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP

revision = "0022"
down_revision = "0021"

_NAMED = ("job", "account", "region", "plan", "service", "resource", "source", "type", "point")
_TOLD = ("status", "validation", "deletion")


def upgrade() -> None:
    """Add the table; nothing was imported before."""
    moment = sa.String(32).with_variant(TIMESTAMP(timezone=True), "postgresql")
    names = sa.JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")
    op.create_table(
        "restore_test",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("simulated", sa.Boolean(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in (*_NAMED, *_TOLD)),
        *(sa.Column(name, moment, nullable=name != "began") for name in ("point_at", "began", "ended")),
        sa.Column("told", names, nullable=False),
        sa.Column("imported_at", moment, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_restore_test"),
        sa.UniqueConstraint(
            "job", "account", "region", "simulated", name="uq_restore_test_job_account_region_simulated"
        ),
    )
    op.create_index("ix_restore_test_service_resource", "restore_test", ["service", "resource"])
