"""The part that all engines have alike whose tables and indexes are each read as a whole."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any

from dr_orchestrator.checks.deep.engine import ReadStretch, Unread


class ReadAsWholes:
    """Nothing is read apart; what reads restored tables, the speech of the connection tells."""

    def reader_apart(self, connection: Any) -> AbstractContextManager[ReadStretch]:  # noqa: ARG002
        """Nothing is read apart."""
        raise Unread("nothing is read apart")

    def data_read(self, connection: Any, statement: str) -> None:
        """Refuse a statement that reads no restored table."""
        connection.speech.data_read(connection, statement)
