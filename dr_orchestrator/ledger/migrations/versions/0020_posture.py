"""How backups are kept, as looks at them saw it: one row for as long as a rule stands as it does."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP

revision = "0020"
down_revision = "0019"

_NAMED = ("service", "service_title", "owner", "resource", "type", "resource_id", "region")
_TOLD = ("evidence", "told_by", "remedy")


def upgrade() -> None:
    """Add the tables; nobody looked before."""
    moment = sa.String(32).with_variant(TIMESTAMP(timezone=True), "postgresql")
    names = sa.JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")
    op.create_table(
        "posture",
        _number(),
        sa.Column("simulated", sa.Boolean(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in _NAMED),
        sa.Column("tier", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.String(32), nullable=False) for name in ("rule", "standing")),
        sa.Column("severity", sa.String(32), nullable=True),
        *(sa.Column(name, sa.Text(), nullable=False) for name in _TOLD),
        sa.Column("denied", sa.Boolean(), nullable=False),
        *(sa.Column(name, moment, nullable=False) for name in ("since", "looked_at")),
        sa.PrimaryKeyConstraint("number", name="pk_posture"),
        sa.CheckConstraint("severity IN ('high', 'medium', 'low')", name="severity"),
    )
    op.create_index("ix_posture_service_looked_at", "posture", ["service", "looked_at"])
    op.create_index("ix_posture_service_resource_rule", "posture", ["service", "resource", "rule"])
    op.create_table(
        "posture_look",
        _number(),
        sa.Column("looked_at", moment, nullable=False),
        sa.Column("simulated", sa.Boolean(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("account", "revision")),
        sa.Column("services", names, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_posture_look"),
    )


def _number() -> "sa.Column[int]":
    return sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False)
