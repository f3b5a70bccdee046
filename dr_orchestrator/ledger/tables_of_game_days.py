"""The tables of game days: the plan as it was approved, and a log of which no row is ever changed."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, ForeignKey, Integer, PrimaryKeyConstraint, Table, Text, UniqueConstraint

from dr_orchestrator.domain.game_day.log import Kind
from dr_orchestrator.domain.verdict import Verdict
from dr_orchestrator.ledger.columns import Written, choice, flag, instant, number, words
from dr_orchestrator.ledger.tables import metadata

game_day = Table(
    "game_day",
    metadata,
    number(),
    Column("id", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False, index=True),
    Column("plan", Written, nullable=False),
    words("digest"),
    flag("simulated"),
    instant("opened_at"),
    instant("started_at", null=True),
    instant("ended_at", null=True),
    instant("closed_at", null=True),
    choice("verdict", Verdict, null=True, grows=True),
    CheckConstraint("(ended_at IS NULL) = (verdict IS NULL)", name="judged_at_its_end"),
    CheckConstraint("ended_at IS NULL OR started_at IS NOT NULL", name="started_before_its_end"),
)

# `token` is that of the one act that wrote it: whoever does not know whether it was written finds it by that.
game_day_entry = Table(
    "game_day_entry",
    metadata,
    Column("game_day", Text, ForeignKey("game_day.id"), nullable=False),
    Column("number", Integer, nullable=False, autoincrement=False),
    instant("at"),
    words("by"),
    choice("kind", Kind, grows=True),
    Column("told", Written, nullable=False),
    Column("token", Text, nullable=False),
    PrimaryKeyConstraint("game_day", "number"),
    UniqueConstraint("token"),
)
