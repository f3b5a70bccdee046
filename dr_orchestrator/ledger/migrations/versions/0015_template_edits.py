"""The template that a replica was made from: digests, what was changed in it, and what its owner allowed."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Add the tables; of replicas from before nothing is known."""
    _create("template", sa.Column("run", sa.Text(), nullable=False), texts=("digest", "derived_digest"))
    line = sa.Column("line", sa.Integer(), nullable=False)
    _create_numbered("template_edit", line, texts=("resource", "property", "was", "becomes", "why", "file"))
    _create_numbered("template_allowed", texts=("name", "reason"))


def _create(name: str, *more: "sa.Column[Any]", texts: tuple[str, ...], key: str = "run") -> None:
    op.create_table(
        name,
        *more,
        *(sa.Column(each, sa.Text(), nullable=False) for each in texts),
        sa.PrimaryKeyConstraint(key, name=f"pk_{name}"),
        sa.ForeignKeyConstraint(["run"], ["run.id"], name=f"fk_{name}_run"),
    )


def _create_numbered(name: str, *more: "sa.Column[Any]", texts: tuple[str, ...]) -> None:
    number = sa.Column(
        "number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
    )
    _create(name, number, sa.Column("run", sa.Text(), nullable=False), *more, texts=texts, key="number")
    op.create_index(f"ix_{name}_run", name, ["run"])
