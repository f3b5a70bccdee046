"""Asks the standing copy of a container for its tenants: claimed in batches, some at once, each settled by itself."""

from __future__ import annotations

import contextvars
import secrets
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.domain.counted import counted
from dr_orchestrator.domain.mass_restore.items import Asked, Item, ItemVerdict, judged
from dr_orchestrator.domain.mass_restore.plan import MassPlan
from dr_orchestrator.domain.mass_restore.port import Tells, Tenants
from dr_orchestrator.domain.mass_restore.record import ContainerRecord, MassRecord
from dr_orchestrator.domain.run import Probed
from dr_orchestrator.runner import Components
from dr_orchestrator.waiting import stops
from dr_orchestrator.wiring.app import App

BATCH = 20
CLAIM = timedelta(minutes=10)
"""Real time for which a batch is its worker's: far longer than one takes."""


def with_tenants(here: App, run: str, made: Components) -> Components:
    """The parts of a run that restores a container, which then asks for its tenants; of any other run as they are."""
    found = here.ledger.mass_restores.container_of(run)
    if found is None:
        return made
    of = here.ledger.mass_restores.named(found.mass_restore)
    return replace(made, asks_tenants=partial(ask, here, of, found, made.tenants))


def ask(here: App, of: MassRecord, container: ContainerRecord, tenants: Tenants | None, copy: Copy) -> Probed:
    """Ask for every tenant that nobody has asked for yet; none is asked for twice, however often this is called."""
    if tenants is None:
        return Probed(False, "its copies cannot be asked for tenants")
    work = _Work(here, of, container, tenants, copy, *_figures(here, container.run))
    number = of.plan.tenants_at_once
    with ThreadPoolExecutor(number, thread_name_prefix="tenants") as pool:
        contexts = [contextvars.copy_context() for _ in range(number)]
        done = [pool.submit(context.run, work) for context in contexts]
    counts = [each.result() for each in done]
    passed, asked = (sum(each) for each in zip(*counts, strict=True))
    return Probed(bool(asked), f"{counted(asked, 'tenant')} asked for, {passed:,} passed")


@dataclass(frozen=True)
class _Work:
    """The work of each worker: with a way of its own into the copy."""

    here: App
    of: MassRecord
    container: ContainerRecord
    tenants: Tenants
    copy: Copy
    point: datetime | None
    held: timedelta

    def __call__(self) -> tuple[int, int]:
        """Claim and settle until nothing is left; how many passed, and how many were asked for."""
        claims, holder = self.here.ledger.mass_restores.claims, f"{self.container.run}:{secrets.token_hex(4)}"
        own, passed, asked = self.container, 0, 0
        while some := claims.claim(own.mass_restore, own.drill, holder, BATCH, CLAIM):
            with self.tenants.opened(self.copy) as tell:
                for item in some:
                    stops.look()
                    done = self._judged(item, tell)
                    asked += claims.settle(done, holder)
                    passed += done.verdict is ItemVerdict.PASSED
        return passed, asked

    def _judged(self, item: Item, tell: Tells) -> Item:
        plan: MassPlan = self.of.plan
        began, checks = self.here.clock.now(), plan.product(item.product).checks
        found = tuple(tell(each, item.site) for each in checks)
        rto = plan.rtos.get(item.tier)
        by = Asked(self.of.struck_at, began, self.here.clock.now(), found, self.held, self.point, rto)
        return replace(judged(item, by), run=self.container.run)


def _figures(here: App, run: str) -> tuple[datetime | None, timedelta]:
    """The instant that a run restores, and how long it was held so far."""
    found = here.ledger.queries.run(run)
    point = max((each.data_time for each in found.points), default=None)
    return point, sum((each.duration for each in found.segments if each.offset >= timedelta()), timedelta())
