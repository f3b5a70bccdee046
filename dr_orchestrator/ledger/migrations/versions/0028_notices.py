"""Notices, and what became of them; contacts files: none was kept before."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TIMESTAMP

revision = "0028"
down_revision = "0027"

STATES = ("waiting", "sending", "sent", "failed", "unknown", "settled")


def upgrade() -> None:
    """Add the tables."""
    moment = sa.String(32).with_variant(TIMESTAMP(timezone=True), "postgresql")
    serial = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "notice",
        sa.Column("number", serial, nullable=False, autoincrement=True),
        sa.Column("event", sa.String(32), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("raised_at", moment, nullable=False),
        sa.Column("simulated", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_notice"),
    )
    op.create_table(
        "notice_key",
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("event", "key")),
        sa.Column("notice", serial, nullable=False),
        sa.PrimaryKeyConstraint("event", "key", name="pk_notice_key"),
        sa.ForeignKeyConstraint(["notice"], ["notice.number"], name="fk_notice_key_notice"),
    )
    op.create_table(
        "notice_channel",
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("channel", "event")),
        sa.Column("since", moment, nullable=False),
        sa.PrimaryKeyConstraint("channel", "event", name="pk_notice_channel"),
    )
    op.create_table(
        "delivery",
        sa.Column("notice", serial, nullable=False, autoincrement=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("title", "body", "error")),
        *(sa.Column(name, moment, nullable=True) for name in ("not_before", "first_tried_at", "tried_at", "sent_at")),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("person", "holder")),
        sa.Column("until", moment, nullable=False),
        sa.Column("clock", sa.Text(), nullable=True),
        sa.Column("until_wall", moment, nullable=True),
        sa.PrimaryKeyConstraint("notice", "channel", name="pk_delivery"),
        sa.ForeignKeyConstraint(["notice"], ["notice.number"], name="fk_delivery_notice"),
        sa.CheckConstraint(sa.column("state").in_(STATES), name="state"),
        sa.CheckConstraint("(state = 'sent') = (sent_at IS NOT NULL)", name="sent_at"),
        sa.CheckConstraint("state <> 'sending' OR title <> ''", name="meant_before_sent"),
    )
    op.create_table(
        "contacts_export",
        sa.Column("number", serial, nullable=False, autoincrement=True),
        sa.Column("at", moment, nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("who", "folder", "declared", "manifest", "signer")),
        sa.PrimaryKeyConstraint("number", name="pk_contacts_export"),
    )
