"""The outbox of tickets: what is meant for each finding in each tracker, before it is asked, and what it answered."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, ForeignKey, Integer, PrimaryKeyConstraint, Table, Text

from dr_orchestrator.ledger.columns import Serial, flag, instant, words
from dr_orchestrator.ledger.tables import metadata

# `holder` is the sync whose a ticket is until `until`, by the clock by which leases are timed; nobody writes another's.
ticket = Table(
    "ticket",
    metadata,
    Column("finding", Serial, ForeignKey("tracked_finding.number"), nullable=False, autoincrement=False),
    Column("tracker", Text, nullable=False),
    words("key"),
    instant("intended_at", null=True),
    Column("tries", Integer, nullable=False),
    Column("drafted", Serial, nullable=False),
    Column("looks", Integer, nullable=False),
    words("remote"),
    words("ref"),
    words("url"),
    instant("made_at", null=True),
    Column("told", Serial, nullable=False),
    words("telling"),
    instant("lapse", null=True),
    words("moved"),
    words("owner"),
    words("status"),
    flag("closed"),
    instant("seen_at", null=True),
    words("gone"),
    instant("gone_at", null=True),
    flag("bare"),
    words("error"),
    instant("tried_at", null=True),
    instant("synced_at", null=True),
    Column("holder", Text, nullable=False),
    instant("until"),
    Column("clock", Text),
    instant("until_wall", null=True),
    PrimaryKeyConstraint("finding", "tracker"),
    CheckConstraint("remote = '' OR intended_at IS NOT NULL", name="meant_before_made"),
)
