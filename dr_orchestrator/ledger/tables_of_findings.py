"""The tables of findings that are followed up, beside those of the record; the runs' own rows are their sightings."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
)

from dr_orchestrator.domain.finding import Severity
from dr_orchestrator.domain.findings.tracked import Act, RaisedBy, State
from dr_orchestrator.domain.rule import Rule
from dr_orchestrator.ledger.columns import Serial, choice, flag, instant, number, words
from dr_orchestrator.ledger.tables import metadata

# One row a finding and world, whatever saw it and however often. What its tickets need stands beside, by its number.
tracked_finding = Table(
    "tracked_finding",
    metadata,
    number(),
    Column("fingerprint", Text, nullable=False),
    flag("simulated"),
    choice("raised_by", RaisedBy, grows=True),
    words("service"),
    words("service_title"),
    Column("tier", Integer),
    words("drill"),
    words("kind"),
    choice("rule", Rule, grows=True),
    choice("severity", Severity),
    words("title"),
    words("detail"),
    words("owner"),
    flag("assigned"),
    instant("due", null=True),
    choice("state", State),
    instant("first_seen"),
    instant("opened_at"),
    instant("last_seen"),
    words("last_source"),
    Column("seen", Integer, nullable=False),
    Column("reopened", Integer, nullable=False),
    words("accepted_by"),
    words("accepted_reason"),
    instant("accepted_until", null=True),
    words("retest"),
    words("evidence"),
    instant("closed_at", null=True),
    words("account"),
    UniqueConstraint("fingerprint", "simulated"),
    CheckConstraint("state <> 'remediated' OR retest <> ''", name="remediated_by_a_retest"),
    CheckConstraint("state <> 'not reproducible' OR evidence <> ''", name="closed_by_evidence"),
    CheckConstraint(
        "state <> 'accepted' OR (accepted_by <> '' AND accepted_by <> owner AND accepted_reason <> '' "
        "AND accepted_until IS NOT NULL)",
        name="accepted_by_another",
    ),
    Index(None, "state", "service"),
    Index(None, "drill"),
)

# Only ever added to.
finding_history = Table(
    "finding_history",
    metadata,
    number(),
    Column("finding", Serial, ForeignKey("tracked_finding.number"), nullable=False, index=True),
    instant("at"),
    words("who"),
    choice("act", Act, grows=True),
    words("text"),
    words("source"),
)

# Since when a drill is known: one that was declared yesterday let no period pass unproven.
declared_drill = Table(
    "declared_drill",
    metadata,
    Column("drill", Text, nullable=False),
    Column("simulated", Boolean, nullable=False),
    instant("since"),
    PrimaryKeyConstraint("drill", "simulated"),
)
