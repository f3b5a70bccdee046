"""The traits of resources when they were proven, and as looks saw them: nobody kept it before."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TIMESTAMP

revision = "0030"
down_revision = "0029"


def upgrade() -> None:
    """Add the tables."""
    serial = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    moment = sa.String(32).with_variant(TIMESTAMP(timezone=True), "postgresql")
    op.create_table(
        "run_source",
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("run", "resource")),
        *_told(),
        sa.PrimaryKeyConstraint("run", "resource", name="pk_run_source"),
        sa.ForeignKeyConstraint(["run"], ["run.id"], name="fk_run_source_run"),
    )
    op.create_table(
        "look_source",
        sa.Column("number", serial, autoincrement=True, nullable=False),
        sa.Column("simulated", sa.Boolean(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("service", "resource")),
        *_told(),
        *(sa.Column(name, moment, nullable=False) for name in ("since", "looked_at")),
        sa.PrimaryKeyConstraint("number", name="pk_look_source"),
    )
    op.create_index("ix_look_source_service_looked_at", "look_source", ["service", "looked_at"])


def _told() -> list[sa.Column[Any]]:
    named = ("resource_id", "region", "engine", "version")
    words: list[sa.Column[Any]] = [sa.Column(name, sa.Text(), nullable=False) for name in named]
    return [*words, sa.Column("size_bytes", sa.BigInteger(), nullable=True)]
