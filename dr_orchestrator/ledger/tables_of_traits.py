"""The tables of what resources were: as each run was told of its sources, and as looks were."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Column, Index, PrimaryKeyConstraint, Table, Text

from dr_orchestrator.ledger.columns import flag, instant, number, of_run, words
from dr_orchestrator.ledger.tables import metadata


def _told() -> tuple[Column[Any], ...]:
    """The traits as AWS told them; empty, or null, where nobody did."""
    return words("resource_id"), words("region"), words("engine"), words("version"), Column("size_bytes", BigInteger)


# Written before the recovery point that was chosen: of a run that has one it is known, too.
run_source = Table(
    "run_source",
    metadata,
    of_run(),
    Column("resource", Text, nullable=False),
    *_told(),
    PrimaryKeyConstraint("run", "resource"),
)

# One row for as long as looks are told the same, as in `posture`.
look_source = Table(
    "look_source",
    metadata,
    number(),
    flag("simulated"),
    words("service"),
    words("resource"),
    *_told(),
    instant("since"),
    instant("looked_at"),
    Index(None, "service", "looked_at"),
)
