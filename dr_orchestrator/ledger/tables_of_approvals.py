"""The table of approvals: a person's word for one plan of a drill that fails production over, and for one run of it."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Table

from dr_orchestrator.ledger.columns import Words, instant, number, words
from dr_orchestrator.ledger.tables import metadata

approval = Table(
    "approval",
    metadata,
    number(),
    Column("drill", Words, nullable=False, index=True),
    words("plan"),
    words("approver"),
    words("account"),
    words("roles"),
    words("run"),
    Column("simulated", Boolean, nullable=False),
    instant("at"),
)
