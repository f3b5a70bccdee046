"""When a look at the posture began: a resource that changed in its midst may be told as it was before."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TIMESTAMP

revision = "0033"
down_revision = "0032"


def upgrade() -> None:
    """Add the column; of a look from before it, nobody knows."""
    moment = sa.String(32).with_variant(TIMESTAMP(timezone=True), "postgresql")
    op.add_column("posture_look", sa.Column("began_at", moment, nullable=True))
