"""A world of silences: a ledger with a run that is driven, and an Alertmanager, by one clock."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.domain.silences.policy import SilencePolicy
from dr_orchestrator.domain.silences.silence import Done, Silence
from dr_orchestrator.ledger.ledger import SqlLedger, connect
from dr_orchestrator.ledger.silences import SqlBox
from dr_orchestrator.notify.address import address_of
from dr_orchestrator.notify.alertmanager import HttpAlertmanager
from dr_orchestrator.notify.silencing import Silencing
from tests.support.fakes import FakeClock
from tests.support.ledger_samples import START, copy, header
from tests.support.receivers.alerts import TOKEN, Alerts, alerting, instant

MARGIN, LEASE = timedelta(minutes=15), timedelta(seconds=30)
POLICY = SilencePolicy("DR_ALERTS_URL", "", {"db": "{id}", "region": "{region}"}, MARGIN)


class Boundary(SqlBox):
    """The ledger's rows to a process that is killed at a boundary: before one of its writes, or after it."""

    dies = ""

    def begin(self, meant: Silence, span: timedelta) -> bool:
        """Write what is meant, unless it is killed around that."""
        self._die("before begin")
        done = super().begin(meant, span)
        self._die("after begin")
        return done

    def keep(self, became: Silence) -> None:
        """Write what became of it, likewise."""
        self._die("before keep")
        super().keep(became)
        self._die("after keep")

    def _die(self, where: str) -> None:
        if self.dies == where:
            raise KeyboardInterrupt


@dataclass
class World:
    """A ledger with a run that is driven, and an Alertmanager, by one clock."""

    ledger: SqlLedger
    alerts: Alerts
    clock: FakeClock
    policy: SilencePolicy = POLICY
    production: frozenset[str] = frozenset({"orders-prod", "carts-prod"})
    blind: str = ""

    def sync(self, holder: str = "one:1", dies: str = "", within_s: float = 5.0, *, each: bool = False) -> Done:
        """One round of a process."""
        box = Boundary(self.ledger._engine, self.ledger.silences, holder)
        box.dies = dies
        there = HttpAlertmanager(address_of(self.alerts.url, "HERE", TOKEN), self.clock, within_s)
        made = Silencing(box, there, self.policy, self.production, self.clock, self.blind)
        return made.perform(each=each)

    def made(self, name: str = "r-1", **more: object) -> Copy:
        """A copy that the run intends now."""
        meant = copy(name, **more)
        self.ledger.intend_copy(meant, START)
        return meant

    def beat(self, run: str = "r-1") -> None:
        self.ledger.leases.beat(run, "run:1", LEASE)

    @property
    def known(self) -> Silence:
        """The silence of the one copy."""
        (found,) = self.ledger.silences.standing()
        return found.known

    @property
    def ends(self) -> list[datetime]:
        """When those that stand end."""
        return [instant(each["endsAt"]) for each in self.alerts.standing]


@contextmanager
def silencing(tmp_path: Path) -> Iterator[World]:
    """A world while inside; the run's heartbeat is of now."""
    clock = FakeClock()
    ledger = connect(f"sqlite:///{tmp_path / 'ledger.db'}", machine=clock)
    ledger.open_run(header("r-1"))
    ledger.leases.take("r-1", "run:1", LEASE)
    with alerting(clock) as alerts:
        yield World(ledger, alerts, clock)
    ledger.close()
