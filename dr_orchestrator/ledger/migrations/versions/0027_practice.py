"""Tabletops and reviews: none was kept before."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TIMESTAMP

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    """Add the tables."""
    moment = sa.String(32).with_variant(TIMESTAMP(timezone=True), "postgresql")
    serial = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

    def number() -> sa.Column[int]:
        return sa.Column("number", serial, autoincrement=True, nullable=False)

    def words(*names: str) -> list[sa.Column[str]]:
        return [sa.Column(name, sa.Text(), nullable=False) for name in names]

    op.create_table(
        "practice",
        number(),
        *words("id"),
        sa.Column("kind", sa.String(32), nullable=False),
        *words("name", "title", "sitting", "digest"),
        *(sa.Column(name, moment, nullable=False) for name in ("began", "ended")),
        sa.Column("simulated", sa.Boolean(), nullable=False),
        sa.Column("verdict", sa.String(32), nullable=False),
        *words("score"),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("attended", "asked", "reached", "gaps")),
        sa.Column("recorded_at", moment, nullable=False),
        *words("recorded_by", "correction", "supersedes", "body"),
        sa.PrimaryKeyConstraint("number", name="pk_practice"),
        sa.UniqueConstraint("id", name="uq_practice_id"),
        sa.UniqueConstraint("kind", "name", "sitting", "digest", name="uq_practice_kind_name_sitting_digest"),
    )
    op.create_index("ix_practice_kind_name", "practice", ["kind", "name"])
    op.create_table(
        "review_look",
        number(),
        *words("id", "review"),
        sa.Column("at", moment, nullable=False),
        sa.Column("simulated", sa.Boolean(), nullable=False),
        *words("body"),
        sa.PrimaryKeyConstraint("number", name="pk_review_look"),
        sa.UniqueConstraint("id", name="uq_review_look_id"),
    )
    op.create_index("ix_review_look_review", "review_look", ["review"])
    op.create_table(
        "document_seen",
        number(),
        *words("document", "digest"),
        sa.Column("at", moment, nullable=False),
        *words("source"),
        sa.PrimaryKeyConstraint("number", name="pk_document_seen"),
        sa.UniqueConstraint("document", "source", name="uq_document_seen_document_source"),
    )
    op.create_index("ix_document_seen_document", "document_seen", ["document"])
