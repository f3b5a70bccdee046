"""The approvals of failovers of production: nobody had given any before."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TIMESTAMP

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    """Add the table."""
    moment = sa.String(32).with_variant(TIMESTAMP(timezone=True), "postgresql")
    op.create_table(
        "approval",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        *(
            sa.Column(name, sa.Text(), nullable=False)
            for name in ("drill", "plan", "approver", "account", "roles", "run")
        ),
        sa.Column("simulated", sa.Boolean(), nullable=False),
        sa.Column("at", moment, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_approval"),
    )
    op.create_index("ix_approval_drill", "approval", ["drill"])
