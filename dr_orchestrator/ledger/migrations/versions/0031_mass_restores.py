"""Large-incident drills: none was held before."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TIMESTAMP

revision = "0031"
down_revision = "0030"

MOMENT = sa.String(32).with_variant(TIMESTAMP(timezone=True), "postgresql")
SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add the tables."""
    _drill()
    _parts()
    _items()


def _drill() -> None:
    op.create_table(
        "mass_restore",
        sa.Column("number", SERIAL, nullable=False, autoincrement=True),
        *_texts("id", "name", "digest", "plan"),
        *_moments("struck_at", "started_at"),
        *(sa.Column(name, sa.Boolean(), nullable=False) for name in ("simulated", "auto")),
        *_texts("operator"),
        *_counts("at_once"),
        *_texts("accepted"),
        *_moments("ended_at", null=True),
        sa.Column("verdict", sa.String(32), nullable=True),
        *_texts("told"),
        *_counts("sites_back", "products_back", "items_back"),
        sa.PrimaryKeyConstraint("number", name="pk_mass_restore"),
        sa.UniqueConstraint("id", name="uq_mass_restore_id"),
        sa.CheckConstraint("(ended_at IS NULL) = (verdict IS NULL)", name="judged_at_its_end"),
    )
    op.create_index("ix_mass_restore_name", "mass_restore", ["name"])
    op.create_table(
        "mass_restore_lease",
        *_texts("mass_restore", "holder"),
        *_moments("beat_at", "until"),
        sa.Column("clock", sa.Text(), nullable=True),
        *_moments("until_wall", null=True),
        sa.Column("abort_by", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("mass_restore", name="pk_mass_restore_lease"),
    )


def _parts() -> None:
    op.create_table(
        "mass_site",
        *_texts("mass_restore", "site"),
        *_counts("tier"),
        sa.Column("state", sa.String(32), nullable=False),
        *_moments("deleted_at", "undone_until", null=True),
        *_texts("reason"),
        *_counts("line"),
        sa.PrimaryKeyConstraint("mass_restore", "site", name="pk_mass_site"),
        _of("mass_site"),
    )
    op.create_table(
        "mass_wave",
        *_texts("mass_restore"),
        sa.Column("number", sa.Integer(), nullable=False, autoincrement=False),
        *_counts("tier"),
        *_texts("team", "handover"),
        *_moments("released_at", null=True),
        *_texts("released_by"),
        *_moments("began_at", "settled_at", null=True),
        sa.PrimaryKeyConstraint("mass_restore", "number", name="pk_mass_wave"),
        _of("mass_wave"),
    )
    op.create_table(
        "mass_handover",
        sa.Column("number", SERIAL, nullable=False, autoincrement=True),
        *_texts("mass_restore"),
        *_counts("wave"),
        *_moments("at"),
        *_texts("giver", "taker", "by", "note", "token"),
        sa.PrimaryKeyConstraint("number", name="pk_mass_handover"),
        sa.UniqueConstraint("token", name="uq_mass_handover_token"),
        _of("mass_handover"),
    )
    op.create_table(
        "mass_container",
        *_texts("mass_restore", "drill", "product"),
        *_counts("wave"),
        *_texts("run"),
        *_moments("began_at", "ended_at", null=True),
        sa.PrimaryKeyConstraint("mass_restore", "drill", name="pk_mass_container"),
        _of("mass_container"),
    )
    op.create_index("ix_mass_container_run", "mass_container", ["run"])


def _items() -> None:
    op.create_table(
        "mass_item",
        sa.Column("number", SERIAL, nullable=False, autoincrement=True),
        *_texts("mass_restore", "site", "product"),
        *_counts("tier"),
        sa.Column("state", sa.String(32), nullable=False),
        *_counts("wave"),
        *_texts("container", "run"),
        *(sa.Column(name, sa.String(32), nullable=True) for name in ("verdict", "rule")),
        *_texts("reason"),
        *_moments("started_at", "ended_at", null=True),
        *(sa.Column(name, sa.BigInteger(), nullable=True) for name in ("rta_us", "held_us", "rpa_us")),
        sa.Column("rows", sa.Integer(), nullable=True),
        *_moments("newest", null=True),
        sa.Column("proven", sa.Boolean(), nullable=True),
        *_texts("holder"),
        *_moments("until"),
        sa.Column("clock", sa.Text(), nullable=True),
        *_moments("until_wall", null=True),
        sa.PrimaryKeyConstraint("number", name="pk_mass_item"),
        sa.UniqueConstraint("mass_restore", "site", "product", name="uq_mass_item_mass_restore_site_product"),
        _of("mass_item"),
    )
    op.create_index(
        "ix_mass_item_mass_restore_container_verdict", "mass_item", ["mass_restore", "container", "verdict"]
    )


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text(), nullable=False) for name in names]


def _counts(*names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.Integer(), nullable=False) for name in names]


def _moments(*names: str, null: bool = False) -> list[sa.Column[str]]:
    return [sa.Column(name, MOMENT, nullable=null) for name in names]


def _of(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["mass_restore"], ["mass_restore.id"], name=f"fk_{table}_mass_restore")
