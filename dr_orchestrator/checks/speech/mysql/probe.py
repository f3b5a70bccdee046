"""The negative probe from a MySQL or MariaDB: there is no statement by which one tries to reach another server.

RDS has neither FEDERATED tables nor any function that connects; and to make the copy a replica of production, which
alone would try, is what a drill must not do. That nothing of production answers is then told by the network alone.
"""

from __future__ import annotations

from typing import Any

from dr_orchestrator.checks.speech.protocol import First
from dr_orchestrator.domain.run import NOT_PROBED, Probed
from dr_orchestrator.domain.service import Login


def probe(speech: Any, copy: Login, host: str, port: int, first: First) -> Probed:  # noqa: ARG001
    """The outcome of a probe that no statement makes: not probed, and why."""
    return Probed(False, f"{NOT_PROBED}: {speech.engine.name} has no statement that tries to reach another server")
