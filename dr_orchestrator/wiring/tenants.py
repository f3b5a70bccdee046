"""Asks the standing copy of a container for its tenants: claimed in batches, some at once, each settled by itself."""

from __future__ import annotations

import contextvars
import secrets
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial

from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.domain.counted import counted
from dr_orchestrator.domain.mass_restore.items import Asked, Found, Item, ItemVerdict, judged
from dr_orchestrator.domain.mass_restore.plan import MassPlan, TenantCheck
from dr_orchestrator.domain.mass_restore.port import Tells, Tenants
from dr_orchestrator.domain.mass_restore.record import ContainerRecord, MassRecord
from dr_orchestrator.domain.mass_restore.sites import SiteState
from dr_orchestrator.domain.rule import Rule
from dr_orchestrator.domain.run import Probed
from dr_orchestrator.errors import DrillFault, NotTheCopy, Stopped, Transient
from dr_orchestrator.runner import Components
from dr_orchestrator.waiting import stops
from dr_orchestrator.wiring.app import App

BATCH = 20
TRIES = 5
"""So often in a row a worker opens a way that fails in passing, or breaks before it has told anything."""

READS = 3
"""So often a tenant is asked for where the way breaks meanwhile: it may be its own rows that no server survives."""

PAUSE_S = 5.0
"""Seconds before the second try, and twice as many before each further one: all in all a database has restarted."""

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
    why = next((told for each in done if (told := each.result())), "")
    claims = here.ledger.mass_restores.claims
    if why:
        claims.settle_rest(of.id, container.drill, Rule.TENANT_UNREAD, why, here.clock.now())
    return _told(here, container, why)


def _told(here: App, container: ContainerRecord, why: str) -> Probed:
    """The sum of a container as the ledger has it, whoever asked: also what another process had asked for before."""
    items = here.ledger.mass_restores.items(container.mass_restore)
    own = [each for each in items if each.container == container.drill and each.state is not SiteState.LEGAL_HOLD]
    asked = [each for each in own if each.run and each.verdict is not None]
    passed = sum(each.verdict is ItemVerdict.PASSED for each in asked)
    told = f"{len(asked):,} of {counted(len(own), 'tenant')} asked for, {passed:,} passed"
    return Probed(bool(asked), f"{told}: {why}" if why and len(asked) < len(own) else told)


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
    breaks: Counter[int] = field(default_factory=Counter)
    """How often a way broke while an item was asked for."""

    def __call__(self) -> str:
        """Open a way, then claim and settle until nothing is left; why not, where no way leads in.

        What it held when a way broke is let go of, and asked for by a new one.
        """
        claims, holder = self.here.ledger.mass_restores.claims, f"{self.container.run}:{secrets.token_hex(4)}"
        why, tries = "", 0
        while tries < TRIES:
            left = len(claims.unsettled(self.of.id, self.container.drill))
            try:
                with self.tenants.opened(self.copy) as tell:
                    if self._asked_all(tell, holder):
                        return ""
                tries = 0  # it answered before it broke
            except NotTheCopy as other:
                return other.message
            except Stopped:
                raise
            except Transient as broken:
                why = broken.message
                fewer = len(claims.unsettled(self.of.id, self.container.drill)) < left
                tries = 1 if fewer else tries + 1
                if tries < TRIES:
                    self.here.clock.sleep(PAUSE_S * 2 ** (tries - 1))
            except DrillFault as fault:
                return fault.message
            finally:
                claims.free(self.of.id, holder)
        return why

    def _asked_all(self, tell: Tells, holder: str) -> bool:
        """Whether nothing is left. A way that told something, and then nothing, may be broken: another is tried.

        Whatever broke a way is asked for last, so that it keeps no other from being asked for.
        """
        claims, own, answered = self.here.ledger.mass_restores.claims, self.container, False
        while some := claims.claim(own.mass_restore, own.drill, holder, BATCH, CLAIM):
            for item in sorted(some, key=lambda each: self.breaks[each.number]):
                stops.look()
                done = self._judged(item, tell)
                given_up = self.breaks[item.number] >= READS
                if _unread(done) and answered and not given_up:
                    return False
                answered = answered or not _unread(done)
                claims.settle(done, holder)
                if given_up:
                    return False
        return True

    def _judged(self, item: Item, tell: Tells) -> Item:
        plan: MassPlan = self.of.plan
        began, checks = self.here.clock.now(), plan.product(item.product).checks
        found = tuple(self._found(item, each, tell) for each in checks)
        rto = plan.rtos.get(item.tier)
        by = Asked(self.of.struck_at, began, self.here.clock.now(), found, self.held, self.point, rto)
        return replace(judged(item, by), run=self.container.run)

    def _found(self, item: Item, check: TenantCheck, tell: Tells) -> Found:
        """The answer on a tenant; where the way breaks Transient, and once that was so too often, that it is unread."""
        try:
            return tell(check, item.site)
        except Transient as broken:
            self.breaks[item.number] += 1
            if self.breaks[item.number] < READS:
                raise
            return Found(check, unread=broken.message)


def _unread(of: Item) -> bool:
    """Whether the copy told nothing of it."""
    return of.rule is Rule.TENANT_UNREAD or (of.state is not SiteState.LIVE and of.proven is None)


def _figures(here: App, run: str) -> tuple[datetime | None, timedelta]:
    """The instant that a run restores, and how long it was held so far."""
    found = here.ledger.queries.run(run)
    point = max((each.data_time for each in found.points), default=None)
    return point, sum((each.duration for each in found.segments if each.offset >= timedelta()), timedelta())
