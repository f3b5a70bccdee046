"""The negative probe from a MySQL or MariaDB: on RDS no statement of theirs tries to reach another server.

Engines whose tables stand elsewhere (FEDERATED, CONNECT, Spider) are not on RDS, and without them there is no function
that connects. Replication would try (mysql.rds_set_external_master), and make the copy a replica of production where it
was let in: no drill begins that. Aurora's lambda_sync and its loads from S3 go by AWS's services and a role, of which a
copy has none: whether they arrive tells nothing of the way to production. So it is the proof of isolation alone that
tells it, and a finding says so.
"""

from __future__ import annotations

from typing import Any

from dr_orchestrator.checks.speech.protocol import First
from dr_orchestrator.domain import engines
from dr_orchestrator.domain.run import NOT_PROBED, Probed
from dr_orchestrator.domain.service import Login

_WHY = {
    engines.MYSQL.word: "it has no FEDERATED tables there",
    engines.MARIADB.word: "it has no CONNECT, FEDERATED or Spider tables there",
    engines.AURORA_MYSQL.word: "lambda_sync and loads from S3 reach AWS's own services alone",
}
_ELSE = "replication, which would, is none that a drill begins; its isolation was proven by what AWS tells"


def probe(speech: Any, copy: Login, host: str, port: int, first: First) -> Probed:  # noqa: ARG001
    """The outcome of a probe that no statement makes: not probed, and why."""
    engine = speech.engine
    told = f"on RDS no statement of {engine.name} tries to reach another server: {_WHY[engine.word]}; {_ELSE}"
    return Probed(False, f"{NOT_PROBED}: {told}")
