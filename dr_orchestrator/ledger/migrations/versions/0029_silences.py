"""Silences of alerts on copies: none was made before."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TIMESTAMP

revision = "0029"
down_revision = "0028"

STATES = ("meant", "stands", "ended", "lifted")


def upgrade() -> None:
    """Add the table."""
    moment = sa.String(32).with_variant(TIMESTAMP(timezone=True), "postgresql")
    op.create_table(
        "silence",
        sa.Column("run", sa.Text(), nullable=False),
        sa.Column("type", sa.String(32), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("region", "id")),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("remote", sa.Text(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        *(sa.Column(name, moment, nullable=True) for name in ("ends_at", "asked_at")),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("until", moment, nullable=False),
        sa.Column("clock", sa.Text(), nullable=True),
        sa.Column("until_wall", moment, nullable=True),
        sa.PrimaryKeyConstraint("run", "type", "region", "id", name="pk_silence"),
        sa.ForeignKeyConstraint(["run"], ["run.id"], name="fk_silence_run"),
        sa.CheckConstraint(sa.column("state").in_(STATES), name="state"),
        sa.CheckConstraint("state <> 'stands' OR (remote <> '' AND ends_at IS NOT NULL)", name="known_and_ends"),
    )
    op.create_index("ix_silence_state", "silence", ["state"])
