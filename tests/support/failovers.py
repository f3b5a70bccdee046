"""A drill that fails a restored instance over, and a client of it that is scripted."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import ClassVar

from dr_orchestrator.domain.failover import Counted, Outage
from dr_orchestrator.domain.ports import Clock

DRILL = "orders-failover"
FAILS_OVER = f"""
  {DRILL}:
    kind: az-failover
    resource: orders-db
    disruption: availability-zone
    checks:
      - {{name: heartbeat, newest-row: {{table: heartbeat, column: at, canary: true, interval: 1m}}}}"""


CLUSTER_DRILL = "boards-failover"
CLUSTER_FAILS_OVER = FAILS_OVER.replace(DRILL, CLUSTER_DRILL).replace("orders-db", "boards-db")
"""Likewise of a cluster, which a shop of its own declares."""

ZONES_DRILL = "ledger-failover"
ZONES_FAILS_OVER = FAILS_OVER.replace(DRILL, ZONES_DRILL).replace("orders-db", "ledger-db")
"""Likewise of a multi-AZ DB cluster."""


@dataclass
class ScriptedClient:
    """A client that is served steadily, sees one outage of a minute, and lost what it is told to."""

    clock: Clock
    lost: int = 0
    sees: bool = True
    vanished: ClassVar[int] = 0
    story: list[str] = field(default_factory=list)
    began: float | None = None

    def look(self) -> str:
        return "its table keeps its rows"

    def begin(self) -> None:
        self.story.append("begin")

    def acknowledged(self) -> int:
        return 200

    def answered(self) -> bool:
        return True

    def disturbed(self, since: float = 0.0) -> bool:
        del since
        return self.began is not None

    def serves_again(self, since: float = 0.0) -> bool:
        del since
        self.began = self.began if self.began is not None else self.clock.monotonic()
        return self.sees

    def end(self) -> None:
        self.story.append("end")

    def outage(self) -> Outage | None:
        if self.began is None or not self.sees:
            return None
        began = timedelta(seconds=self.began)
        return Outage(began, began + timedelta(minutes=1))

    def gone(self, before: Counted) -> int:
        self.story.append(f"looked for {before.present} of before")
        return self.vanished

    def count(self) -> Counted:
        return Counted(sent=201, acknowledged=200, present=200 - self.lost, lost=self.lost, in_doubt=1)
