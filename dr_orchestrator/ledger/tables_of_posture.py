"""The tables of how backups are kept, beside those of the record."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, Table

from dr_orchestrator.domain.finding import Severity
from dr_orchestrator.domain.posture.ruling import Standing
from dr_orchestrator.domain.rule import Rule
from dr_orchestrator.ledger.columns import Names, choice, flag, instant, number, words
from dr_orchestrator.ledger.tables import metadata

# One row for as long as a rule stands as it does: looks that see no change renew what it says, so that `since` is kept
# and a thousand resources that are looked at each day add no rows.
posture = Table(
    "posture",
    metadata,
    number(),
    flag("simulated"),
    words("service"),
    words("service_title"),
    words("owner"),
    Column("tier", Integer, nullable=False),
    words("resource"),
    words("type"),
    words("resource_id"),
    words("region"),
    choice("rule", Rule, grows=True),
    choice("standing", Standing, grows=True),
    choice("severity", Severity, null=True),
    words("evidence"),
    words("told_by"),
    words("remedy"),
    flag("denied"),
    instant("since"),
    instant("looked_at"),
    Index(None, "service", "looked_at"),
    Index(None, "service", "resource", "rule"),
)

posture_look = Table(
    "posture_look",
    metadata,
    number(),
    instant("began_at", null=True),
    instant("looked_at"),
    flag("simulated"),
    words("account"),
    words("revision"),
    Column("services", Names, nullable=False),
)
