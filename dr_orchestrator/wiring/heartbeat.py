"""Finds the heartbeats that a team declares, and writes them: the only place that changes anything in production."""

from __future__ import annotations

import difflib
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from dr_orchestrator.aws.accounts import Account
from dr_orchestrator.aws.guard import OneWriteGuard
from dr_orchestrator.canary.beating import Beat, Told, Writer, attempt, keep
from dr_orchestrator.checks.restored import ITEM, OBJECT, named
from dr_orchestrator.domain.resource_type import Content, ResourceType
from dr_orchestrator.domain.service import Canary, Resource, Service
from dr_orchestrator.errors import UsageError
from dr_orchestrator.wiring.app import App
from dr_orchestrator.wiring.identity import not_allowed

ENDING_S = 4.0
"""Real seconds that beats under way are waited for at the end, all together; then each is broken off, undone."""


@dataclass(frozen=True)
class Heartbeat:
    """The heartbeat of one resource: where it goes, how often, and what writes it."""

    service: str
    resource: Resource
    place: str
    interval: timedelta
    writer: Writer


def heartbeats(
    here: App, names: Sequence[str], service: str = "", interval: timedelta | None = None
) -> list[Heartbeat]:
    """The heartbeats of the resources named; UsageError where one is unknown or declares none."""
    return [_heartbeat(here, *_find(here, name, service), interval) for name in dict.fromkeys(names)]


def beat_once(heartbeats: Sequence[Heartbeat], tell: Callable[[Heartbeat, Told], None]) -> None:
    """Write one beat each."""
    for each in heartbeats:
        try:
            tell(each, attempt(each.writer))
        finally:
            each.writer.close()


def keep_beating(here: App, heartbeats: Sequence[Heartbeat], tell: Callable[[Heartbeat, Told], None]) -> None:
    """Keep every heartbeat, none waiting for another, until the process is asked to stop; a user's mistake ends all."""
    wrong: list[BaseException] = []

    def beat(each: Heartbeat) -> None:
        try:
            clock = here.clock
            keep(
                each.writer,
                each.interval,
                lambda told: tell(each, told),
                clock.monotonic,
                lambda seconds: here.stop.wait(max(0.0, seconds) / clock.pace),
            )
        except BaseException as error:  # noqa: BLE001 - raised again below, in the main thread
            wrong.append(error)
            here.stop.set()
        finally:
            each.writer.close()

    threads = [threading.Thread(target=beat, args=(each,), name="canary", daemon=True) for each in heartbeats]
    for thread in threads:
        thread.start()
    here.stop.wait()
    ends = time.monotonic() + ENDING_S
    for thread in threads:
        thread.join(max(0.0, ends - time.monotonic()))
    if wrong:
        raise wrong[0]


def _find(here: App, name: str, service: str) -> tuple[Service, Resource]:
    services = here.catalogue.services
    if service and service not in services:
        raise UsageError(f"no service '{service}'", f"declared are {', '.join(sorted(services))}")
    asked = [services[service]] if service else list(services.values())
    found = [(each, each.resources[name]) for each in asked if name in each.resources]
    if not found:
        known = sorted({resource for each in asked for resource in each.resources})
        near = difflib.get_close_matches(name, known, 3, 0.4)
        raise UsageError(f"no resource '{name}'", f"did you mean {', '.join(near or known)}?")
    if len(found) > 1:
        owners = ", ".join(each.name for each, _ in found)
        raise UsageError(f"several services have a resource '{name}': {owners}", "say which with --service")
    return found[0]


def _heartbeat(here: App, service: Service, resource: Resource, interval: timedelta | None) -> Heartbeat:
    canary = resource.canary
    if canary is None:
        raise UsageError(f"{resource.name} of {service.name} declares no heartbeat", _advice(here, service, resource))
    of = here.types[resource.type]
    account = Account(resource.region, _guard(here, of, resource, canary))
    writer = _Allowed(here, account, resource, of.writer(account, resource, canary, here.clock))
    place = f"{resource.id}, {f'table {canary.table}' if canary.table else _held(of, canary)}"
    return Heartbeat(service.name, resource, place, interval or canary.interval, writer)


def _guard(here: App, of: ResourceType, resource: Resource, canary: Canary) -> OneWriteGuard:
    """The guard that lets the one heartbeat through; none goes by AWS where the type declares no call for it."""
    if of.beat is None:
        return OneWriteGuard(here.types.calls)
    return OneWriteGuard(here.types.calls, of.beat.operation, partial(of.beat.is_one, resource.id, canary))


class _Allowed:
    """A writer that asks first whose credentials these are: of another account's source of that name, say."""

    def __init__(self, here: App, account: Account, resource: Resource, writer: Writer) -> None:
        self._here, self._account, self._resource, self._writer = here, account, resource, writer
        self._asked = False

    def beat(self) -> Beat:
        if not self._asked:
            wrong = not_allowed(self._here, self._resource, self._account.caller())
            if wrong:
                raise UsageError(wrong, "use the right profile: nothing was written")
            self._asked = True
        return self._writer.beat()

    def close(self) -> None:
        self._writer.close()


def _held(of: ResourceType, canary: Canary) -> str:
    return named(OBJECT if of.content is Content.OBJECTS else ITEM, canary.key)


def _advice(here: App, service: Service, resource: Resource) -> str:
    drills = [each for each in here.catalogue.drills.values() if each.service.name == service.name]
    for each in drills:
        of = each.replicates if each.resource.name == resource.name else None
        of = of or next((one for part, one in each.promoted.items() if each.stores[part].name == resource.name), None)
        if of is not None:
            return f"it is promoted by {each.name}: its heartbeat is that of {of.name}, which it replicates"
    example = here.types[resource.type].heartbeat
    if not example:
        return f"a {resource.type} has none of its own: name the resources that hold its data"
    line = f"`canary: {example[:-1]}, interval: 1m}}`"
    return f"add {line} to {resource.name} in drills/{service.name}.yaml"
