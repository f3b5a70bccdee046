"""Reads how the backups of every declared resource are kept: some at a time, each type by its own reader."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from dr_orchestrator.aws.accounts import Account
from dr_orchestrator.aws.posture.ground import Ground, Reader, Shared, unknown
from dr_orchestrator.domain.posture.facts import Inapplicable, Protection, Unknown, nothing_known
from dr_orchestrator.domain.service import Resource, Service
from dr_orchestrator.domain.wanted import Wanted
from dr_orchestrator.errors import DrillFault
from dr_orchestrator.runner.patience import LOOKING, again
from dr_orchestrator.waiting.aside import all_aside
from dr_orchestrator.wiring.app import App
from dr_orchestrator.wiring.building import read_only
from dr_orchestrator.wiring.identity import is_simulated, not_allowed

T = TypeVar("T")
R = TypeVar("R")
LANES = 8
"""How many resources are read at once: as many as a client has connections."""

_NOT_ITS_OWN = Inapplicable("AWS knows no such thing; what it is made of is declared by itself")


class Reading:
    """One look, from one login: accounts by region, and readers by place and type, each made once."""

    def __init__(self, here: App) -> None:
        self._here, self._now = here, here.clock.now()
        self._accounts: dict[str, Account] = {}
        self._caller = Shared(lambda region: again(self.account(region).caller, LOOKING, here.clock))
        self._readers: dict[tuple[str, str], Reader] = {}
        self._grounds: dict[str, Ground] = {}
        self._making = threading.Lock()

    def account(self, region: str) -> Account:
        """The account in a region; every write is refused before it is sent."""
        with self._making:
            if region not in self._accounts:
                self._accounts[region] = read_only(self._here, region)
            return self._accounts[region]

    @property
    def simulated(self) -> bool:
        """Whether nothing that was read can be evidence."""
        return any(is_simulated(self._here, each) for each in list(self._accounts.values()))

    def all(self, wanted: Sequence[tuple[Service, Resource]]) -> list[Protection]:
        """The protection of each, in their order; whose account these credentials are of is asked first."""
        for region in dict.fromkeys(resource.region for _, resource in wanted):
            self._caller(region)
        return in_lanes(self._one, wanted, LANES, "reading how backups are kept")

    def owner(self, region: str) -> str:
        """The account that the credentials are of."""
        return self._caller(region).account

    def ground(self, region: str) -> Ground:
        """The ground of a region."""
        account = self.account(region)
        with self._making:
            return self._grounds.setdefault(region, self._ground(account))

    def _one(self, wanted: tuple[Service, Resource]) -> Protection:
        service, resource = wanted
        return self.protection(resource, service.tier.wanted)

    def protection(self, resource: Resource, wanted: Wanted) -> Protection:
        """How the backups of one are kept."""
        of = self._here.types[resource.type]
        if of.protection is None:
            return nothing_known(_NOT_ITS_OWN)
        try:
            if wrong := not_allowed(self._here, resource, self._caller(resource.region)):
                return nothing_known(Unknown(wrong, "sts:GetCallerIdentity", "use the profile of that account"))
            return self._reader(resource, of.protection)(resource, wanted)
        except DrillFault as fault:
            return nothing_known(unknown(fault))

    def _reader(self, resource: Resource, make: Callable[[Ground], Reader]) -> Reader:
        account = self.account(resource.region)
        with self._making:
            key = resource.region, resource.type
            if key not in self._readers:
                self._readers[key] = make(self._grounds.setdefault(resource.region, self._ground(account)))
            return self._readers[key]

    def _ground(self, account: Account) -> Ground:
        return Ground(account, self.account, self._here.clock, self._now)


def in_lanes(act: Callable[[T], R], things: Sequence[T], lanes: int, what: str) -> list[R]:
    """Do something with each of many things, so many at a time; the results in their order."""
    results: dict[int, R] = {}
    left: Iterator[int] = iter(range(len(things)))
    taking = threading.Lock()

    def lane() -> None:
        while True:
            with taking:
                number = next(left, None)
            if number is None:
                return
            results[number] = act(things[number])

    all_aside([lane] * min(lanes, len(things)), at_once=lanes, what=what)
    return [results[number] for number in range(len(things))]
