"""How a database is connected to for reading."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from dr_orchestrator.checks import speech
from dr_orchestrator.checks.speech.protocol import CONNECT_S, First, nothing_first
from dr_orchestrator.domain.service import Login
from dr_orchestrator.errors import LoginRefused, NotMeasured
from dr_orchestrator.waiting import stops


@contextmanager
def asking(login: Login, call: str, seconds: int = CONNECT_S, first: First = nothing_first) -> Iterator[Any]:
    """Within: a connection that can only read; what the database refuses could not be measured."""
    spoken = speech.of(login.engine)
    try:
        with spoken.connect(login, call, seconds) as connection:
            first(connection)
            yield connection
    except spoken.error as error:
        stops.look()
        raise (LoginRefused if spoken.is_refusal(error) else NotMeasured)(_told(error), call=call) from error


def _told(error: Exception) -> str:
    """The first line of an error, without the number that some drivers put before it."""
    text = str(error.args[1]) if len(error.args) > 1 and isinstance(error.args[0], int) else str(error)
    told = text.strip().splitlines()
    return told[0] if told else type(error).__name__
