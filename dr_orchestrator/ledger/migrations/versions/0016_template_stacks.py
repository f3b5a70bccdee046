"""The stacks of an app that a replica was made from: the digests of each."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Add the table; no replica was made from an app before."""
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "template_stack",
        sa.Column("number", number, autoincrement=True, nullable=False),
        sa.Column("run", sa.Text(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("stack", "digest", "derived_digest")),
        sa.PrimaryKeyConstraint("number", name="pk_template_stack"),
        sa.UniqueConstraint("run", "stack", name="uq_template_stack_run_stack"),
        sa.ForeignKeyConstraint(["run"], ["run.id"], name="fk_template_stack_run"),
    )
    op.create_index("ix_template_stack_run", "template_stack", ["run"])
