"""The negative probe from an Oracle: production must not answer its copy. UTL_TCP is used, from inside the copy.

It makes nothing, and so needs what the restored data has: an entry of the access list by which the login may connect
to production's host. Where there is none nothing is tried: to make one would change the copy, and nothing undoes that.
"""

from __future__ import annotations

import re
from typing import Any

from dr_orchestrator.checks.speech.protocol import CONNECT_S, First
from dr_orchestrator.domain.run import NOT_PROBED, Probed
from dr_orchestrator.domain.service import Login
from dr_orchestrator.errors import NotRecoverable
from dr_orchestrator.waiting import stops
from dr_orchestrator.waiting.driven import CUT, EngineError

LONGEST_S = 150
"""Real seconds after which the wait is over: later than a network that is silent is called so (about two minutes)."""

_TRY = """
    DECLARE made SYS.UTL_TCP.CONNECTION;
    BEGIN
        made := SYS.UTL_TCP.OPEN_CONNECTION(remote_host => :1, remote_port => :2, tx_timeout => 5);
        SYS.UTL_TCP.CLOSE_CONNECTION(made);
    END;
"""
_NOT_LET = (24247, 6550, 201)
"""The access list has no entry for the login, or it may not use the package."""

_NAMELESS = re.compile(r"ORA-(12545|29257)\b")
_SILENCE = re.compile(r"ORA-(12535|12170|12543)\b")
"""Nothing came back within the network's own time, or there is no way there."""

_FAILED = 29260


def probe(speech: Any, copy: Login, host: str, port: int, first: First) -> Probed:
    """The outcome of trying to reach the source from inside the copy; NotRecoverable where anything answered."""
    try:
        with speech.connect(copy, "the probe from the copy to production", CONNECT_S) as connection:
            first(connection)
            connection.undo()
            connection.bound(LONGEST_S)
            return judged(_answer(connection, host, port), host, port)
    except EngineError as error:
        stops.look()
        return _untried(f": {error.words}")


def judged(answer: EngineError | None, host: str, port: int) -> Probed:
    """The meaning of an answer; None is a connection that was opened."""
    if answer is not None:
        said = _first(answer.words)
        if answer.code in _NOT_LET:
            return _untried(f": the copy's own access list does not let the login try {host} ({said})")
        if answer.code == CUT:
            return _untried(f", for neither an answer nor silence was told within {LONGEST_S} s")
        if _NAMELESS.search(answer.words):
            return _untried(f", for no address was tried: {said}")
        if _SILENCE.search(answer.words):
            return Probed(True, f"{host}:{port} does not answer the copy: {said}")
        if answer.code != _FAILED:
            return _untried(f": {said}")
    else:
        said = "it let the copy in"
    hint = "close the way from the isolated network to production: egress, routes, peering"
    raise NotRecoverable(f"the copy reached production at {host}:{port}: {said}", hint)


def _answer(connection: Any, host: str, port: int) -> EngineError | None:
    try:
        connection.execute(_TRY, (host, port))
    except EngineError as error:
        return error
    return None


def _untried(why: str) -> Probed:
    return Probed(False, f"{NOT_PROBED}{why}")


def _first(text: str) -> str:
    return next(iter(text.strip().splitlines()), "no words")
