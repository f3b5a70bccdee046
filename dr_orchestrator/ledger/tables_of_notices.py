"""Notices: the events that were raised, which never change, what became of each in its channels, and contacts files."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, ForeignKey, Integer, PrimaryKeyConstraint, Table, Text

from dr_orchestrator.domain.notices.event import Event
from dr_orchestrator.domain.notices.notice import State
from dr_orchestrator.ledger.columns import Serial, Words, Written, choice, flag, instant, number, words
from dr_orchestrator.ledger.tables import metadata

notice = Table(
    "notice",
    metadata,
    number(),
    choice("event", Event, grows=True),
    words("key"),
    Column("facts", Written, nullable=False),
    instant("raised_at"),
    flag("simulated"),
)

# Whoever writes a key first has raised it: nobody raises it again, however often it is looked.
notice_key = Table(
    "notice_key",
    metadata,
    Column("event", Text, nullable=False),
    Column("key", Words, nullable=False),
    Column("notice", Serial, ForeignKey("notice.number"), nullable=False),
    PrimaryKeyConstraint("event", "key"),
)

# Since when a channel is known to be told of an event: of what was before nobody is told there.
notice_channel = Table(
    "notice_channel",
    metadata,
    Column("channel", Text, nullable=False),
    Column("event", Text, nullable=False),
    instant("since"),
    PrimaryKeyConstraint("channel", "event"),
)

# `holder` is the process whose a message is until `until`, by the clock by which leases are timed.
delivery = Table(
    "delivery",
    metadata,
    Column("notice", Serial, ForeignKey("notice.number"), nullable=False, autoincrement=False),
    Column("channel", Text, nullable=False),
    choice("state", State),
    Column("tries", Integer, nullable=False),
    words("title"),
    words("body"),
    words("error"),
    instant("not_before", null=True),
    instant("first_tried_at", null=True),
    instant("tried_at", null=True),
    instant("sent_at", null=True),
    words("person"),
    Column("holder", Text, nullable=False),
    instant("until"),
    Column("clock", Text),
    instant("until_wall", null=True),
    PrimaryKeyConstraint("notice", "channel"),
    CheckConstraint("(state = 'sent') = (sent_at IS NOT NULL)", name="sent_at"),
    CheckConstraint("state <> 'sending' OR title <> ''", name="meant_before_sent"),
)

contacts_export = Table(
    "contacts_export",
    metadata,
    number(),
    instant("at"),
    *(words(name) for name in ("who", "folder", "declared", "manifest", "signer")),
)
