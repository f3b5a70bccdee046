"""The tables of large-incident drills: of each its sites, items, waves and containers as rows of their own, by key."""

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

from dr_orchestrator.domain.mass_restore.items import ItemVerdict
from dr_orchestrator.domain.mass_restore.sites import SiteState
from dr_orchestrator.domain.rule import Rule
from dr_orchestrator.domain.verdict import Verdict
from dr_orchestrator.ledger.columns import choice, flag, instant, number, span, words
from dr_orchestrator.ledger.tables import metadata


def _of() -> Column[str]:
    return Column("mass_restore", Text, ForeignKey("mass_restore.id"), nullable=False)


def _count(name: str) -> Column[int]:
    return Column(name, Integer, nullable=False)


# `plan` is the whole of it as JSON, without its sites: these are rows.
mass_restore = Table(
    "mass_restore",
    metadata,
    number(),
    Column("id", Text, nullable=False),
    Column("name", Text, nullable=False),
    words("digest"),
    words("plan"),
    instant("struck_at"),
    instant("started_at"),
    flag("simulated"),
    flag("auto"),
    words("operator"),
    _count("at_once"),
    words("accepted"),
    instant("ended_at", null=True),
    choice("verdict", Verdict, null=True, grows=True),
    words("told"),
    *(_count(f"{each}_back") for each in ("sites", "products", "items")),
    UniqueConstraint("id"),
    Index(None, "name"),
    CheckConstraint("(ended_at IS NULL) = (verdict IS NULL)", name="judged_at_its_end"),
)

# As of an exercise: its columns are those of every lease.
mass_restore_lease = Table(
    "mass_restore_lease",
    metadata,
    Column("mass_restore", Text, primary_key=True),
    Column("holder", Text, nullable=False),
    *(instant("beat_at"), instant("until"), Column("clock", Text), instant("until_wall", null=True)),
    Column("abort_by", Text),
)

mass_site = Table(
    "mass_site",
    metadata,
    _of(),
    Column("site", Text, nullable=False),
    _count("tier"),
    choice("state", SiteState, grows=True),
    instant("deleted_at", null=True),
    instant("undone_until", null=True),
    words("reason"),
    _count("line"),
    PrimaryKeyConstraint("mass_restore", "site"),
)

mass_wave = Table(
    "mass_wave",
    metadata,
    _of(),
    Column("number", Integer, nullable=False, autoincrement=False),
    _count("tier"),
    *(words(each) for each in ("team", "handover")),
    instant("released_at", null=True),
    words("released_by"),
    *(instant(each, null=True) for each in ("began_at", "settled_at")),
    PrimaryKeyConstraint("mass_restore", "number"),
)

mass_handover = Table(
    "mass_handover",
    metadata,
    number(),
    _of(),
    _count("wave"),
    instant("at"),
    *(words(each) for each in ("giver", "taker", "by", "note")),
    Column("token", Text, nullable=False),
    UniqueConstraint("token"),
)

# `run` is empty until the container is begun; no foreign key, for it is written before its run is opened.
mass_container = Table(
    "mass_container",
    metadata,
    _of(),
    Column("drill", Text, nullable=False),
    words("product"),
    _count("wave"),
    Column("run", Text, nullable=False),
    *(instant(each, null=True) for each in ("began_at", "ended_at")),
    PrimaryKeyConstraint("mass_restore", "drill"),
    Index(None, "run"),
)

# `holder` is whoever asks for the item until `until`, by the clock by which leases are timed; nobody writes another's.
# It is settled once it has a verdict, and never written again.
mass_item = Table(
    "mass_item",
    metadata,
    number(),
    _of(),
    *(Column(each, Text, nullable=False) for each in ("site", "product")),
    _count("tier"),
    choice("state", SiteState, grows=True),
    _count("wave"),
    *(Column(each, Text, nullable=False) for each in ("container", "run")),
    choice("verdict", ItemVerdict, null=True, grows=True),
    choice("rule", Rule, null=True, grows=True),
    words("reason"),
    *(instant(each, null=True) for each in ("started_at", "ended_at")),
    *(span(each, null=True) for each in ("rta_us", "held_us", "rpa_us")),
    Column("rows", Integer),
    instant("newest", null=True),
    Column("proven", Boolean),
    Column("holder", Text, nullable=False),
    instant("until"),
    Column("clock", Text),
    instant("until_wall", null=True),
    UniqueConstraint("mass_restore", "site", "product"),
    Index(None, "mass_restore", "container", "verdict"),
)
