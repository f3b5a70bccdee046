"""A name of the ledger's own, which its tickets tell; and the view of tickets, which is built with all others."""

import secrets

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"


def upgrade() -> None:
    """Add the table, with its one row."""
    op.create_table(
        "this_ledger",
        sa.Column("id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_this_ledger"),
    )
    op.execute(sa.text("INSERT INTO this_ledger (id) VALUES (:of)").bindparams(of=secrets.token_hex(8)))
