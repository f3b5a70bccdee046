"""The table of what restore testing plans of AWS Backup restored, beside the record: nothing there is a run."""

from __future__ import annotations

from sqlalchemy import Column, Index, Table, UniqueConstraint

from dr_orchestrator.ledger.columns import Names, flag, instant, number, words
from dr_orchestrator.ledger.tables import metadata

restore_test = Table(
    "restore_test",
    metadata,
    number(),
    words("job"),
    words("account"),
    words("region"),
    flag("simulated"),
    words("plan"),
    words("service"),
    words("resource"),
    words("source"),
    words("type"),
    words("point"),
    instant("point_at", null=True),
    instant("began"),
    instant("ended", null=True),
    words("status"),
    words("validation"),
    words("deletion"),
    Column("told", Names, nullable=False),
    instant("imported_at"),
    UniqueConstraint("job", "account", "region", "simulated"),
    Index(None, "service", "resource"),
)
