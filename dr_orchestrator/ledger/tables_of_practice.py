"""The tables of exercises of people and of reviews, beside the record: nothing there is a run."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, Table, UniqueConstraint

from dr_orchestrator.domain.findings.tracked import RaisedBy
from dr_orchestrator.domain.verdict import Verdict
from dr_orchestrator.ledger.columns import choice, flag, instant, number, words
from dr_orchestrator.ledger.tables import metadata

# Append-only: a corrected record stands beside the one that it supersedes. `body` is the whole of it as JSON; what is
# counted, compared or listed has a column of its own.
practice = Table(
    "practice",
    metadata,
    number(),
    words("id"),
    choice("kind", RaisedBy, grows=True),
    words("name"),
    words("title"),
    words("sitting"),
    words("digest"),
    instant("began"),
    instant("ended"),
    flag("simulated"),
    choice("verdict", Verdict, grows=True),
    words("score"),
    *(Column(name, Integer, nullable=False) for name in ("attended", "asked", "reached", "gaps")),
    instant("recorded_at"),
    words("recorded_by"),
    words("correction"),
    words("supersedes"),
    words("body"),
    UniqueConstraint("id"),
    UniqueConstraint("kind", "name", "sitting", "digest"),
    Index(None, "kind", "name"),
)

review_look = Table(
    "review_look",
    metadata,
    number(),
    words("id"),
    words("review"),
    instant("at"),
    flag("simulated"),
    words("body"),
    UniqueConstraint("id"),
    Index(None, "review"),
)

document_seen = Table(
    "document_seen",
    metadata,
    number(),
    words("document"),
    words("digest"),
    instant("at"),
    words("source"),
    UniqueConstraint("document", "source"),
    Index(None, "document"),
)
