"""The application that all runs of a process share: settings, clock, ledger, catalogue, watcher."""

from __future__ import annotations

import contextvars
import difflib
import functools
import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from dr_orchestrator import settings
from dr_orchestrator.domain.clock import MachineClock, PacedClock
from dr_orchestrator.domain.drill import Catalogue, Drill
from dr_orchestrator.domain.notices.policy import NoticePolicy
from dr_orchestrator.domain.ports import Clock
from dr_orchestrator.domain.resource_type import Types
from dr_orchestrator.domain.silences.policy import SilencePolicy
from dr_orchestrator.domain.tickets.policy import TrackerPolicy
from dr_orchestrator.errors import CatalogError, Transient, UsageError
from dr_orchestrator.resources import TYPES
from dr_orchestrator.resources.drillable import Drillable
from dr_orchestrator.runner.stop import Stop
from dr_orchestrator.waiting.standstill import Standstill

if TYPE_CHECKING:
    from dr_orchestrator.aws.calls.spacing import Spacings
    from dr_orchestrator.aws.watcher import Watcher
    from dr_orchestrator.ledger.ledger import SqlLedger

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class App:
    """Made once for a process; `driven` are its own runs and exercises, `types` what can be drilled, `machine` the
    clock of leases.

    `stop` is set, with the reason, when the drills are to stop, `stop_now` when that is asked again: then nothing is
    waited for.
    """

    settings: settings.Settings
    clock: Clock
    stop: Stop = field(default_factory=Stop)
    stop_now: threading.Event = field(default_factory=threading.Event)
    driven: set[str] = field(default_factory=set, compare=False)
    types: Types[Drillable] = TYPES
    machine: Clock = field(default_factory=MachineClock, compare=False)

    @functools.cached_property
    def silences(self) -> dict[str, tuple[float, Transient]]:
        """The places whose AWS Backup gave no answer when it was asked of copies that are gone: since when, and how."""
        return {}

    @functools.cached_property
    def ledger(self) -> SqlLedger:
        """The record, migrated to this program's version."""
        from dr_orchestrator.ledger.ledger import connect

        url, own = self.settings.database_url, self.settings.own_ledger
        return connect(url, own=own, machine=self.machine, deadlines=lambda: self.declared.deadlines)

    @functools.cached_property
    def catalogue(self) -> Catalogue:
        """The declarations of the workspace."""
        from dr_orchestrator.catalog.load import load

        return load(self.settings.drills, self.types)

    @functools.cached_property
    def tracker(self) -> TrackerPolicy:
        """Where the tickets of findings are."""
        from dr_orchestrator.catalog.load import tracker_alone

        return tracker_alone(self.settings.drills)

    @functools.cached_property
    def notices(self) -> NoticePolicy:
        """The channels in which people are told of exercises, and of what."""
        from dr_orchestrator.catalog.load import notices_alone

        return notices_alone(self.settings.drills)

    @functools.cached_property
    def silencing(self) -> SilencePolicy:
        """Where alerts on copies are silenced, and how."""
        from dr_orchestrator.catalog.load import silences_alone

        return silences_alone(self.settings.drills)

    @functools.cached_property
    def watcher(self) -> Watcher:
        """The one that waits for all copies."""
        from dr_orchestrator.aws.watcher import Watcher

        return Watcher(self.clock)

    @functools.cached_property
    def standstill(self) -> Standstill:
        """The one that knows how long this process did not run."""
        return Standstill(self.machine.monotonic)

    @functools.cached_property
    def spacings(self) -> Spacings:
        """The spacing of all runs' calls while AWS throttles them."""
        from dr_orchestrator.aws.calls.spacing import Spacings

        return Spacings(self.clock)

    @functools.cached_property
    def declared(self) -> Catalogue:
        """The catalogue for cleaning up, which must go on where a drill file is broken: then nothing is declared."""
        try:
            return self.catalogue
        except CatalogError as error:
            log.warning("cleaning up by the ledger alone, for the drill files cannot be read: %s", error)
            return Catalogue({}, {})

    @functools.cached_property
    def names(self) -> frozenset[str]:
        """The AWS names of everything declared."""
        services = self.declared.services.values()
        resources = [resource for service in services for resource in service.resources.values()]
        stacks = {stack.name for each in resources if each.rebuild for stack in each.rebuild.stacks}
        return frozenset({each.id for each in resources} | stacks)

    @functools.cached_property
    def sources(self) -> frozenset[str]:
        """The AWS names of everything declared, and of all that was ever drilled: read by drills, never touched."""
        return self.names | self.ledger.queries.sources()

    @functools.cached_property
    def places(self) -> frozenset[str]:
        """The buckets that are declared for what drills leave there meanwhile."""
        services = self.declared.services.values()
        rebuilt = [each.rebuild for service in services for each in service.resources.values() if each.rebuild]
        return frozenset(each.bucket for each in rebuilt) - {""}

    @functools.cached_property
    def zones(self) -> frozenset[str]:
        """The hosted zones that are declared for drills, and the control panels: no other gets a record, or a routing
        control, of theirs.
        """
        found = [drill.leading for drill in self.declared.drills.values() if drill.leading is not None]
        panels = {each.controls.panel for each in found if each.controls is not None}
        return frozenset({each.zone for each in found} | panels)

    def knowing(self, catalogue: Catalogue) -> App:
        """The same, that knows of another catalogue: of the policy alone, say, where no service is described yet."""
        made = replace(self)
        made.__dict__.update(catalogue=catalogue, ledger=self.ledger, spacings=self.spacings)
        return made

    def prepare(self) -> None:
        """Make what drills share before their clocks start, and before several would each make their own."""
        for shared in ("ledger", "catalogue", "sources", "watcher", "spacings"):
            getattr(self, shared)

    def drill(self, name: str) -> Drill:
        """A drill by name; UsageError with the nearest ones where there is none."""
        found = self.catalogue.drills.get(name)
        if found is None:
            near = difflib.get_close_matches(name, self.catalogue.drills, 3, 0.4)
            hint = f"did you mean {', '.join(near)}?" if near else "`dro drills` lists what is declared"
            raise UsageError(f"no drill '{name}'", hint)
        return found


_making = threading.Lock()
_worlds: dict[settings.Settings, App] = {}
_given: contextvars.ContextVar[App | None] = contextvars.ContextVar("world", default=None)


def world() -> App:
    """The process's world, made once for its settings."""
    given = _given.get()
    if given is not None:
        return given
    with _making:
        current = settings.load()
        return _worlds.setdefault(current, App(current, PacedClock(current.pace)))


@contextmanager
def using(given: App) -> Iterator[App]:
    """While inside, runs live in the given world: one with a test's clock, say."""
    token = _given.set(given)
    try:
        yield given
    finally:
        _given.reset(token)
