"""Silences: what was asked of Alertmanager for each copy, before it was, and what came of it."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, Index, Integer, PrimaryKeyConstraint, String, Table, Text

from dr_orchestrator.domain.silences.silence import State
from dr_orchestrator.ledger.columns import choice, instant, of_run, words
from dr_orchestrator.ledger.tables import metadata

# `holder` is the process whose a silence is until `until`, by the clock by which leases are timed.
silence = Table(
    "silence",
    metadata,
    of_run(),
    Column("type", String(32), nullable=False),
    Column("region", Text, nullable=False),
    Column("id", Text, nullable=False),
    choice("state", State),
    words("remote"),
    Column("tries", Integer, nullable=False),
    words("error"),
    instant("ends_at", null=True),
    instant("asked_at", null=True),
    Column("holder", Text, nullable=False),
    instant("until"),
    Column("clock", Text),
    instant("until_wall", null=True),
    PrimaryKeyConstraint("run", "type", "region", "id"),
    CheckConstraint("state <> 'stands' OR (remote <> '' AND ends_at IS NOT NULL)", name="known_and_ends"),
    Index(None, "state"),
)
