"""The outbox of tickets: none was made before."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TIMESTAMP

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    """Add the table."""
    moment = sa.String(32).with_variant(TIMESTAMP(timezone=True), "postgresql")
    serial = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "ticket",
        sa.Column("finding", serial, nullable=False, autoincrement=False),
        sa.Column("tracker", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("intended_at", moment, nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("drafted", serial, nullable=False),
        sa.Column("looks", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("remote", "ref", "url")),
        sa.Column("made_at", moment, nullable=True),
        sa.Column("told", serial, nullable=False),
        sa.Column("telling", sa.Text(), nullable=False),
        sa.Column("lapse", moment, nullable=True),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("moved", "owner", "status")),
        sa.Column("closed", sa.Boolean(), nullable=False),
        sa.Column("seen_at", moment, nullable=True),
        sa.Column("gone", sa.Text(), nullable=False),
        sa.Column("gone_at", moment, nullable=True),
        sa.Column("bare", sa.Boolean(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("tried_at", moment, nullable=True),
        sa.Column("synced_at", moment, nullable=True),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("until", moment, nullable=False),
        sa.Column("clock", sa.Text(), nullable=True),
        sa.Column("until_wall", moment, nullable=True),
        sa.PrimaryKeyConstraint("finding", "tracker", name="pk_ticket"),
        sa.ForeignKeyConstraint(["finding"], ["tracked_finding.number"], name="fk_ticket_finding"),
        sa.CheckConstraint("remote = '' OR intended_at IS NOT NULL", name="meant_before_made"),
    )
