"""The negative probe from a SQL Server: no statement of its tries another server and leaves nothing behind.

A linked server would (sp_addlinkedserver), but is made outside of any transaction and stays; OPENDATASOURCE takes ad
hoc distributed queries, which are off. Where nothing came back, both tell of a login's time that is over, as they do
of a connection that was opened: no word of the network's own. So it is the proof of isolation alone that tells it.
"""

from __future__ import annotations

from dr_orchestrator.checks.speech.protocol import First
from dr_orchestrator.domain.run import NOT_PROBED, Probed
from dr_orchestrator.domain.service import Login

_TOLD = (
    "no statement of SQL Server tries another server and leaves nothing behind: a linked server, which would, stays; "
    "its isolation was proven by what AWS tells"
)


def probe(copy: Login, host: str, port: int, first: First) -> Probed:  # noqa: ARG001
    """The outcome of a probe that no statement makes: not probed, and why."""
    return Probed(False, f"{NOT_PROBED}: {_TOLD}")
