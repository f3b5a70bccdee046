"""The settings in which a run's copies were not as their sources."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    """Add the table; of runs from before nobody compared them."""
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "difference",
        sa.Column("number", number, autoincrement=True, nullable=False),
        sa.Column("run", sa.Text(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("store", "setting", "source", "copy")),
        sa.Column("standing", sa.String(32), nullable=False),
        sa.Column("severity", sa.String(32), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.CheckConstraint("severity IN ('high', 'medium', 'low')", name=op.f("ck_difference_severity")),
        sa.PrimaryKeyConstraint("number", name="pk_difference"),
        sa.UniqueConstraint("run", "store", "setting", name="uq_difference_run_store_setting"),
        sa.ForeignKeyConstraint(["run"], ["run.id"], name="fk_difference_run"),
    )
    op.create_index("ix_difference_run", "difference", ["run"])
