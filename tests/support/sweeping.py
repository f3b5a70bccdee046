"""A world to sweep: runs in a real ledger, and regions, copies and destroyers that do as a test says."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from dr_orchestrator.domain.copy import Copy, CopyState, Identity, LiveObject, Place
from dr_orchestrator.domain.cost import Billed, Rates
from dr_orchestrator.domain.run import Closing, Lease, Run, RunHeader
from dr_orchestrator.ledger.ledger import SqlLedger, connect
from dr_orchestrator.runner.context import Drive
from dr_orchestrator.runner.sweep import SweepContext
from dr_orchestrator.runner.sweep.ports import Region
from tests.support import ledger_samples as samples
from tests.support.fakes import FakeClock

HOME, ABROAD = "eu-west-2", "us-east-1"
OURS = samples.PROVENANCE.account
STACK, TABLE, INSTANCE = "cloudformation-stack", "dynamodb-table", "rds-instance"
TYPES = (STACK, TABLE, INSTANCE)


class MachineTime(FakeClock):
    """A machine's clock by which no thread beats while a test runs: it beats when the test says so."""

    pace = 0.001


def named(id: str, run: str = "r-1", type: str = INSTANCE, **more: Any) -> Copy:
    """A copy of a run at home."""
    return samples.copy(run, id=id, type=type, **more)


def identity_of(copy: Copy) -> Identity:
    return Identity(f"arn:{copy.id}", f"id-{copy.id}")


def live(copy: Copy, **more: Any) -> LiveObject:
    """What a listing shows of a copy."""
    return replace(LiveObject(copy.type, copy.region, copy.id, identity_of(copy).unique_id, copy.run), **more)


@dataclass
class FakeRegion:
    """A region of the world, looked at."""

    world: World
    name: str

    def owner(self) -> str:
        return self.world.owners.get(self.name, OURS)

    def listed(self, of: str) -> Iterable[LiveObject]:
        self.world.listings.append((self.name, of))
        if error := self.world.silent.get((self.name, of)):
            raise error
        return [each for each in self.world.objects if each.listing == (self.name, of)]

    def held_by(self, holder: LiveObject) -> Iterable[tuple[str, str]]:
        return self.world.held.get(holder.identity, [])


@dataclass
class FakeDestroyer:
    """Destroys as the world says: a state, or an exception."""

    world: World

    def destroy(self, copy: Copy) -> CopyState:
        self.world.story.append(f"destroy {copy.id}")
        self.world.meanwhile(copy)
        way = self.world.ways.get(copy.id, CopyState.DELETED)
        if isinstance(way, Exception):
            raise way
        if copy.id not in self.world.undying:
            self.world.objects -= {each for each in self.world.objects if each.id == copy.id}
        return way

    def billed(self, name: str = "") -> Billed:
        if isinstance(self.world.bill, Exception):
            raise self.world.bill
        return self.world.bill


@dataclass
class World:
    """All that a sweep meets; `story` is what it did to it, in order. `silent` are regions, or listings, that fail.

    `ways` say how a copy's destruction ends, `undying` which are still shown then; `meanwhile` happens during each.
    """

    ledger: SqlLedger
    clock: FakeClock = field(default_factory=FakeClock)
    machine: MachineTime = field(default_factory=MachineTime)
    story: list[str] = field(default_factory=list)
    listings: list[tuple[str, str]] = field(default_factory=list)
    objects: set[LiveObject] = field(default_factory=set)
    owners: dict[str, str] = field(default_factory=dict)
    held: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    silent: dict[object, Exception] = field(default_factory=dict)
    ways: dict[str, CopyState | Exception] = field(default_factory=dict)
    undying: set[str] = field(default_factory=set)
    meanwhile: Callable[[Copy], None] = lambda _copy: None
    bill: Billed | Exception = field(default_factory=Billed)
    rates: Rates = field(default_factory=Rates)
    declared: tuple[str, ...] = (HOME,)
    other_accounts: tuple[Place, ...] = ()

    types: Sequence[str] = TYPES
    shown: Sequence[str] = TYPES
    holders: Collection[str] = (STACK,)
    programmed: Collection[str] = ()

    def shown_by(self, listing: str) -> Sequence[str]:
        return (listing,)

    def named_like_a_copy(self, name: str) -> bool:
        return name.startswith("dro-")

    def region(self, place: Place) -> Region:
        if error := self.silent.get(str(place)):
            raise error
        return FakeRegion(self, str(place))

    def destroyer(self, header: RunHeader, copy: Copy, drive: Drive) -> FakeDestroyer:
        return FakeDestroyer(self)

    @property
    def here(self) -> SweepContext:
        """The world as a sweep is given it."""
        return SweepContext(
            self.ledger,
            self,
            self.clock,
            self.machine,
            threading.Event(),
            lambda: self.rates,
            lambda: [*(Place("", region) for region in self.declared), *self.other_accounts],
            lambda run: self.story.append(f"publish {run}"),
            lambda exercise: self.story.append(f"publish exercise {exercise}"),
        )

    def left(self, *copies: Copy, run: str = "r-1", closing: Closing | None = None, **header: Any) -> Run:
        """A run that died in its step with copies made, or that ended (`closing`) and left them."""
        self.ledger.open_run(samples.header(run, **header))
        self.ledger.start_step(run, samples.step())
        for copy in copies:
            self.ledger.intend_copy(copy, self.clock.now())
            self.ledger.change_copy(copy, CopyState.CREATED, self.clock.now(), identity_of(copy))
            self.objects.add(live(copy))
            if closing:
                self.ledger.change_copy(copy, CopyState.LEFTOVER, self.clock.now())
        if closing:
            self.ledger.close_run(run, closing)
        return self.run(run)

    def drive(self, run: str = "r-1", holder: str = "elsewhere:1:a", seconds: float = 20) -> Lease:
        """Another process takes the lease of a run."""
        return self.ledger.leases.take(run, holder, timedelta(seconds=seconds))

    def run(self, name: str = "r-1") -> Run:
        """A run as the ledger has it now."""
        return self.ledger.queries.run(name)

    def closing(self, name: str = "r-1") -> Closing:
        """How a run ended."""
        found = self.run(name).closing
        assert found is not None, f"{name} is open"
        return found

    def states(self, name: str = "r-1") -> dict[str, CopyState]:
        """What became of each copy of a run, as the ledger has it."""
        return {row.copy.id: row.state for row in self.run(name).copies}

    @property
    def destroyed(self) -> list[str]:
        """The copies whose destruction was asked for, in order."""
        return [line.removeprefix("destroy ") for line in self.story if line.startswith("destroy ")]


def world_in(folder: Path) -> World:
    """An empty world with its ledger in a folder."""
    machine = MachineTime()
    return World(connect(f"sqlite:///{folder / 'ledger.db'}", machine=machine), machine=machine)
