"""The parts of a replica that keep data and came back without any."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Add the table; of runs from before nobody looked which parts were empty."""
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "template_empty",
        sa.Column("number", number, autoincrement=True, nullable=False),
        sa.Column("run", sa.Text(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("resource", "type", "reason")),
        sa.PrimaryKeyConstraint("number", name="pk_template_empty"),
        sa.ForeignKeyConstraint(["run"], ["run.id"], name="fk_template_empty_run"),
    )
    op.create_index("ix_template_empty_run", "template_empty", ["run"])
