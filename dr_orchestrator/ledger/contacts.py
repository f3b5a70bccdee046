"""The contacts files that were exported: when, by whom, of which contacts, signed by which key."""

from __future__ import annotations

from sqlalchemy import Engine, insert, select

from dr_orchestrator.domain.contacts.export import Exported
from dr_orchestrator.ledger import rows
from dr_orchestrator.ledger.engine import reading, transaction
from dr_orchestrator.ledger.patience import write_patiently
from dr_orchestrator.ledger.tables_of_notices import contacts_export


class SqlContacts:
    """The exports of a ledger."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def keep(self, made: Exported) -> None:
        """Write an export."""
        row = rows.row_of(made)

        def write() -> None:
            with transaction(self._engine) as connection:
                connection.execute(insert(contacts_export).values(row))

        write_patiently(write, lambda: self.newest() == made)

    def newest(self) -> Exported | None:
        """The newest one; None where there is none."""
        query = select(contacts_export).order_by(contacts_export.c.number.desc()).limit(1)
        with transaction(reading(self._engine)) as connection:
            found = connection.execute(query).mappings().first()
        return rows.record_of(Exported, found) if found else None
