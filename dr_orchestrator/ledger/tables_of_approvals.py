"""The table of approvals: a person's word for one plan of a drill that fails production over."""

from __future__ import annotations

from sqlalchemy import Column, Table

from dr_orchestrator.ledger.columns import Words, instant, number, words
from dr_orchestrator.ledger.tables import metadata

approval = Table(
    "approval",
    metadata,
    number(),
    Column("drill", Words, nullable=False, index=True),
    words("plan"),
    words("approver"),
    instant("at"),
)
