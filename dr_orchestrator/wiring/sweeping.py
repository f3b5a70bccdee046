"""Gives a sweep what it works with: the ledger, and AWS by what each type of copy is listed and taken down with."""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from typing import TypeVar

from dr_orchestrator.aws.accounts import Account
from dr_orchestrator.aws.copies import PREFIX
from dr_orchestrator.domain.copy import Copy, LiveObject, Place
from dr_orchestrator.domain.ports import Clock
from dr_orchestrator.domain.resource_type import Types
from dr_orchestrator.domain.run import Run, RunHeader
from dr_orchestrator.errors import Transient, UsageError
from dr_orchestrator.resources.drillable import Drillable
from dr_orchestrator.runner import sweep as of_runner
from dr_orchestrator.runner.context import Drive
from dr_orchestrator.runner.driver import Listening
from dr_orchestrator.runner.lease import LeaseHolder
from dr_orchestrator.runner.patience import LOOKING, again
from dr_orchestrator.runner.sweep import (
    Destroyer,
    Orphan,
    Region,
    Sweep,
    SweepContext,
    Swept,
    Unreachable,
)
from dr_orchestrator.runner.sweep.perform import Ears
from dr_orchestrator.wiring import flow_runs
from dr_orchestrator.wiring.app import App
from dr_orchestrator.wiring.building import copies_stand, destroyer, read_only
from dr_orchestrator.wiring.notices import telling
from dr_orchestrator.wiring.publishing import publish_exercise, publish_run
from dr_orchestrator.wiring.silences import beside

T = TypeVar("T")
log = logging.getLogger(__name__)


class AwsRegion:
    """A region of an account that may only be looked at."""

    def __init__(self, account: Account, types: Types[Drillable], clock: Clock, of: str = "") -> None:
        """`of` is the account, where that is not the sources'."""
        self._account, self._types, self._clock, self._of = account, types, clock, of
        self._seen: dict[str, list[LiveObject]] = {}

    @property
    def name(self) -> str:
        """The name that AWS has for it, with its account where that is not the sources'."""
        return str(Place(self._of, self._account.api("sts").region))

    def owner(self) -> str:
        """Ask AWS whose account it is."""
        return self._patiently(self._account.caller).account

    def listed(self, of: str) -> Iterable[LiveObject]:
        """List every object of a type of copies; what a drill makes in one go is listed in one go."""
        making = self._types.making(of)
        try:
            if making.name not in self._seen:
                listed = self._patiently(lambda: list(making.listed(self._account)))
                self._seen[making.name] = [replace(each, account=self._of) for each in listed]
        except Transient as silent:
            raise Unreachable(silent.message, silent.hint) from silent
        return [each for each in self._seen[making.name] if each.type == of]

    def _patiently(self, look: Callable[[], T]) -> T:
        return again(look, LOOKING, self._clock)

    def held_by(self, holder: LiveObject) -> Iterable[tuple[str, str]]:
        """List what goes with an object, and with what it holds."""
        return self._held(holder.type, holder.identity)

    def _held(self, of: str, identity: str) -> Iterable[tuple[str, str]]:
        holds = self._types.making(of).held
        held = self._patiently(lambda: list(holds(self._account, identity))) if holds else []
        for called, name in held:
            for each in (each for each in self._types.copies.values() if each.cloudformation == called):
                yield each.name, name
                yield from self._held(each.name, name)


class AwsCloud:
    """AWS, by what is known of each type."""

    def __init__(self, here: App) -> None:
        self._here = here

    @property
    def types(self) -> Sequence[str]:
        """All types of copies: each is listed."""
        return tuple(self._here.types.copies)

    @property
    def shown(self) -> Sequence[str]:
        """All types of copies, parts among them."""
        return tuple(self._here.types.copies)

    def shown_by(self, listing: str) -> Sequence[str]:
        """All that a listing shows: what it is of, and what a drill makes beside that."""
        return [each.name for each in self._here.types.making(listing).copies]

    @property
    def holders(self) -> Collection[str]:
        """The types whose objects hold others."""
        return [each.name for each in self._here.types if each.held is not None]

    @property
    def programmed(self) -> Collection[str]:
        """The types of copies that programs make."""
        return [each.made.name for each in self._here.types if each.programmed]

    def named_like_a_copy(self, name: str) -> bool:
        """Whether a name begins as those of copies do."""
        return name.startswith(PREFIX)

    def region(self, place: Place) -> Region:
        """Open a region of an account to be looked at."""
        account = read_only(self._here, place.region, place.account)
        return AwsRegion(account, self._here.types, self._here.clock, place.account)

    def destroyer(self, header: RunHeader, copy: Copy, drive: Drive) -> Destroyer:
        """Find what can take a run's copy down."""
        return destroyer(self._here, header, copy, drive)


def context(here: App) -> SweepContext:
    """All that a sweep of this process works with."""
    return SweepContext(
        here.ledger,
        AwsCloud(here),
        here.clock,
        here.machine,
        here.stop,
        lambda: here.declared.rates,
        lambda: _declared_places(here),
        functools.partial(publish_run, here),
        functools.partial(publish_exercise, here),
    )


def sweep(
    here: App, began: Callable[[Run], None] = lambda _: None, heard: Ears = lambda _: None, wait: bool = False
) -> Sweep:
    """Close dead runs, take down what they left, prove it, and end their flow runs; see `runner.sweep`."""
    with flow_runs.held(here):
        with beside.kept(here):
            done = of_runner.sweep(context(here), began, heard, wait)
        telling.now(here)
        return replace(done, flow_runs=flow_runs.end_dead(here, wait))


def sweep_alone(here: App) -> Sweep | None:
    """Sweep likewise, outwaiting leases; None where another sweep of the schedule is under way.

    One that died keeps the next from it for as long as a lease lasts, and no slot of Prefect's is held for any.
    """
    with flow_runs.held(here):
        leases = here.ledger.flow_leases
        Listening(leases, here.machine).outwait([flow_runs.SWEEP])
        keeper = LeaseHolder(leases, flow_runs.SWEEP, here.stop, here.machine)
        try:
            keeper.take()
        except UsageError as other:
            log.info("not swept, for another sweep is under way: %s", other.message)
            return None
        with keeper.beating():
            return sweep(here, wait=True)


def dry_run(here: App, heard: Ears = lambda _: None, wait: bool = False) -> Sweep:
    """The copies that a sweep would take down; nothing is changed."""
    return of_runner.dry_run(context(here), heard, wait)


def sweep_run(here: App, run: Run, why: str) -> list[Swept]:
    """Take down all that one run left, and close it."""
    return of_runner.sweep_run(context(here), run, why)


def dead_runs(here: App) -> list[Run]:
    """Runs that are open although no living process drives them, oldest first."""
    return of_runner.dead_runs(context(here))


def resistant_runs(here: App) -> list[Run]:
    """Closed runs that left copies behind, oldest first."""
    return of_runner.resistant_runs(context(here))


def alive(here: App, run: str) -> bool:
    """Whether a process that was heard of lately drives the run."""
    return of_runner.alive(context(here), run)


def orphans_of(here: App, account: Account, copy: Copy, exercise: str = "") -> list[Orphan]:
    """The orphans of a copy's type in the account where it is to stand; the runs of an exercise share one listing."""
    there = AwsRegion(account, here.types, here.clock, copy.account)
    return of_runner.orphans_of(context(here), there, copy.type, exercise)


def end_exercise(here: App, name: str) -> None:
    """Give an exercise that this process performed its verdict, and write its page."""
    of_runner.end_exercise(context(here), name)


def _declared_places(here: App) -> set[Place]:
    """The regions of sources and copies, with an account where that of a copy is not its source's."""
    drilled = [drill.resource for drill in here.declared.drills.values()]
    copied = {copies_stand(here, each) for each in drilled}
    regions = {each.region for each in drilled} | here.declared.allowed.regions
    regions |= {drill.secondary.region for drill in here.declared.drills.values() if drill.secondary}
    return copied | {Place("", region) for region in regions}
