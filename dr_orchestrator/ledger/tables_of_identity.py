"""The ledger's own name, by which what it made elsewhere is told from what another ledger made."""

from __future__ import annotations

from sqlalchemy import Column, Connection, Table, Text, select

from dr_orchestrator.ledger.tables import metadata

# One row, written with the table: a backup that is restored, and a copy, have the name of what they are copies of.
this_ledger = Table("this_ledger", metadata, Column("id", Text, primary_key=True))


def id_of(connection: Connection) -> str:
    """The name of the ledger."""
    return str(connection.execute(select(this_ledger.c.id)).scalar_one())
