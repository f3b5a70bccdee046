"""The ground that a look at backups stands on: accounts by region, listings that serve many, facts that may fail."""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar

from dr_orchestrator.aws.accounts import Account
from dr_orchestrator.aws.calls.api import Api, Denied, NotFound
from dr_orchestrator.domain.ports import Clock
from dr_orchestrator.domain.posture.facts import Fact, Inapplicable, Known, Protection, Unknown
from dr_orchestrator.domain.preflight import NotApplicable
from dr_orchestrator.domain.resource_type.traits import Traits
from dr_orchestrator.domain.service import Resource
from dr_orchestrator.domain.wanted import Wanted
from dr_orchestrator.errors import DrillFault, Stopped
from dr_orchestrator.runner.patience import Patience, again

T = TypeVar("T")

READING = Patience(answered=120.0, silent=120.0)
"""The network was found to be there before: what is throttled among a thousand others is asked for again."""


class Reader(Protocol):
    """Reads how the backups of resources of one type at one place are kept."""

    def __call__(self, resource: Resource, wanted: Wanted) -> Protection:
        """Read it of one; what its tier does not want is not asked for. From several threads at once."""


class Once(Generic[T]):
    """Something that is asked once, whoever needs it first; a failure is not asked for again either."""

    def __init__(self, ask: Callable[[], T]) -> None:
        self._ask, self._lock = ask, threading.Lock()
        self._told: list[T] = []
        self._fault: DrillFault | None = None

    def __call__(self) -> T:
        """Its answer; others wait for who asks first."""
        with self._lock:
            if self._fault is not None:
                raise self._fault
            if not self._told:
                try:
                    self._told.append(self._ask())
                except Stopped:
                    raise
                except DrillFault as fault:
                    self._fault = fault
                    raise
            return self._told[0]


class Shared(Generic[T]):
    """Likewise of many things, by their names."""

    def __init__(self, ask: Callable[[str], T]) -> None:
        self._ask, self._lock = ask, threading.Lock()
        self._each: dict[str, Once[T]] = {}

    def __call__(self, name: str) -> T:
        """The answer of one."""
        with self._lock:
            asked = self._each.setdefault(name, Once(functools.partial(self._ask, name)))
        return asked()


_sharing = threading.Lock()


@dataclass(frozen=True)
class Ground:
    """The place of the resources: its account, others of the same owner by region, and the clock that is looked by."""

    account: Account
    at: Callable[[str], Account]
    clock: Clock
    now: datetime
    shared: dict[str, Any] = field(default_factory=dict)
    _listings: dict[tuple[str, ...], Once[list[Any]]] = field(default_factory=dict)

    @property
    def region(self) -> str:
        """The region of the resources."""
        return self.account.region

    def api(self, service: str, region: str = "") -> Api:
        """The calls of a service; in another region where one is named."""
        return (self.at(region) if region and region != self.region else self.account).api(service)

    def patiently(self, ask: Callable[[], T]) -> T:
        """Ask again while AWS fails in passing."""
        return again(ask, READING, self.clock)

    def listed(self, service: str, operation: str, key: str, region: str = "", **given: Any) -> list[Mapping[str, Any]]:
        """Every item of a listing, to its last page; asked once in a look, whoever needs it."""
        asked = (service, operation, key, region or self.region, repr(sorted(given.items())))
        with _sharing:
            once = self._listings.setdefault(
                asked,
                Once(lambda: self.patiently(lambda: list(self.api(service, region).pages(operation, key, **given)))),
            )
        return list(once())

    def fact(self, call: str, read: Callable[[], T]) -> Fact[T]:
        """The thing that a call tells, as a fact: a failure is one, too."""
        try:
            return Known(read(), call)
        except NotApplicable as why:
            return Inapplicable(str(why))
        except Stopped:
            raise
        except DrillFault as fault:
            return unknown(fault, call)

    def traits(self, call: str, described: Callable[[], T], read: Callable[[T], Traits]) -> Traits:
        """The traits of a resource, read of its description; none where that could not be asked."""
        told = self.fact(call, described)
        return read(told.value) if isinstance(told, Known) else Traits()


def unknown(fault: DrillFault, call: str = "") -> Unknown:
    """A failure as a fact: by the call that failed, which is not told twice."""
    why = fault.message.removeprefix(f"{fault.call}: ") if fault.call else fault.message
    return Unknown(why, fault.call or call, fault.hint, isinstance(fault, Denied), isinstance(fault, NotFound))


def gathered(ground: Ground, call: str, sources: Iterable[Callable[[], Iterable[T]]]) -> Fact[tuple[T, ...]]:
    """All that several sources tell: one that cannot be asked says nothing against what others told."""
    found: list[T] = []
    lacking: Unknown | None = None
    for source in sources:
        told = ground.fact(call, lambda source=source: tuple(source()))  # type: ignore[misc]
        if isinstance(told, Known):
            found += told.value
        elif isinstance(told, Unknown):
            lacking = lacking or told
    if lacking is not None and not found:
        return lacking
    return Known(tuple(found), call, lacking)
