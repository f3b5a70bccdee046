"""Game days and their logs: none was held before."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TIMESTAMP

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    """Add the tables."""
    moment = sa.String(32).with_variant(TIMESTAMP(timezone=True), "postgresql")
    serial = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "game_day",
        sa.Column("number", serial, nullable=False, autoincrement=True),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("id", "name", "plan", "digest")),
        sa.Column("simulated", sa.Boolean(), nullable=False),
        sa.Column("opened_at", moment, nullable=False),
        *(sa.Column(name, moment, nullable=True) for name in ("started_at", "ended_at", "closed_at")),
        sa.Column("verdict", sa.String(32), nullable=True),
        sa.PrimaryKeyConstraint("number", name="pk_game_day"),
        sa.UniqueConstraint("id", name="uq_game_day_id"),
        sa.CheckConstraint("(ended_at IS NULL) = (verdict IS NULL)", name="judged_at_its_end"),
        sa.CheckConstraint("ended_at IS NULL OR started_at IS NOT NULL", name="started_before_its_end"),
    )
    op.create_index("ix_game_day_name", "game_day", ["name"])
    op.create_table(
        "game_day_entry",
        sa.Column("game_day", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("at", moment, nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("told", "token")),
        sa.PrimaryKeyConstraint("game_day", "number", name="pk_game_day_entry"),
        sa.UniqueConstraint("token", name="uq_game_day_entry_token"),
        sa.ForeignKeyConstraint(["game_day"], ["game_day.id"], name="fk_game_day_entry_game_day"),
    )
