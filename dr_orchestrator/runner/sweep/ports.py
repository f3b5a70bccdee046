"""The ports of a sweep: the record, the cloud and somebody who publishes; wiring provides it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from dr_orchestrator.domain.copy import Copy, CopyState, LiveObject, Place
from dr_orchestrator.domain.cost import Billed, Rates
from dr_orchestrator.domain.outline import Outline
from dr_orchestrator.domain.ports import Clock, Leases, Ledger
from dr_orchestrator.domain.programme import Exercise
from dr_orchestrator.domain.run import Run, RunHeader
from dr_orchestrator.domain.verdict import Cleanup, Verdict
from dr_orchestrator.errors import NotMeasured
from dr_orchestrator.runner.context import Drive
from dr_orchestrator.runner.stop import Stop


class Unreachable(NotMeasured):
    """Nobody answers in a region: whatever else is asked there would only be waited for likewise."""


class Region(Protocol):
    """One region of an account, in which nothing can be changed."""

    @property
    def name(self) -> str:
        """The name of the place: what AWS calls the region, and its account, where that is not the sources'."""

    def owner(self) -> str:
        """Ask whose account it is."""

    def listed(self, of: str) -> Iterable[LiveObject]:
        """List every object of a type; Unreachable where nobody answers."""

    def held_by(self, holder: LiveObject) -> Iterable[tuple[str, str]]:
        """List what goes with an object, by type and by name or identity."""


class Destroyer(Protocol):
    """Takes down a copy that a dead process left."""

    def destroy(self, copy: Copy) -> CopyState:
        """Delete the copy and prove it gone, as a Restorer does."""

    def billed(self, name: str = "") -> Billed:
        """The things that the copy is charged for."""


class Cloud(Protocol):
    """Where copies are; `types` are all that can be listed, `holders` those whose objects hold others, `programmed`
    those that a program of the team's own makes, of whatever it likes.
    """

    @property
    def types(self) -> Sequence[str]:
        """The types of copies, in the order in which they are listed."""

    @property
    def shown(self) -> Sequence[str]:
        """The types of all objects that the listings show together."""

    def shown_by(self, listing: str) -> Sequence[str]:
        """The types of objects that the listing of one type shows: its own, and those of its parts."""

    @property
    def holders(self) -> Collection[str]:
        """The types whose objects hold others, which go with them."""

    @property
    def programmed(self) -> Collection[str]:
        """The types of copies that programs make: all that wears the tag of such a run is of its copy."""

    def named_like_a_copy(self, name: str) -> bool:
        """Whether a name is one that a copy could have."""

    def region(self, place: Place) -> Region:
        """Open a region of an account to be looked at."""

    def destroyer(self, header: RunHeader, copy: Copy, drive: Drive) -> Destroyer:
        """Find what can take a run's copy down, as long as the run is ours to drive.

        NotMeasured where it would look elsewhere than the run did.
        """


class SweepQueries(Protocol):
    """The read side of the record; none of these reads grows with the number of closed runs."""

    def run(self, name: str) -> Run:
        """The run of an id; UsageError where there is none."""

    def open_runs(self) -> list[Run]:
        """Runs without a verdict, newest first."""

    def unsettled_runs(self) -> list[Run]:
        """Closed runs that left copies behind, or could not prove them gone, newest first."""

    def settled_copies(self, ids: Collection[str]) -> list[Copy]:
        """The copies of closed runs that bear one of these names and of which nothing is left, oldest first."""

    def accounted_for(self, run: str, of: str, id: str, region: str) -> bool:
        """Whether an object that wears a run's tag is a copy still to be settled, or the run is under way."""

    def exercise_in_outline(self, name: str = ...) -> tuple[Exercise, list[Outline]]:
        """An exercise and its runs, of these only how each began and ended."""

    def open_exercises(self) -> list[Exercise]:
        """Exercises without a verdict, newest first."""

    def places(self) -> set[Place]:
        """Where anything was ever drilled, or copied to."""


class SweepLedger(Ledger, Protocol):
    """The record as a sweep writes it."""

    @property
    def queries(self) -> SweepQueries:
        """The read side."""

    @property
    def leases(self) -> Leases:
        """The leases of runs."""

    @property
    def exercise_leases(self) -> Leases:
        """The leases of exercises."""

    def amend_cleanup(self, run: str, cleanup: Cleanup, reasons: Sequence[str]) -> None:
        """Write what became of the copies that a closed run had left."""

    def end_exercise(self, exercise: str, ended_at: datetime, verdict: Verdict) -> None:
        """Write an exercise's end, in place of one that somebody wrote too early."""


@dataclass(frozen=True)
class SweepContext:
    """All that a sweep works with. `clock` is the drills', `machine` that of leases; `stop` asks it to end.

    `rates` are those of the drill files, `places` those that they declare or allow.
    """

    ledger: SweepLedger
    cloud: Cloud
    clock: Clock
    machine: Clock
    stop: Stop
    rates: Callable[[], Rates]
    places: Callable[[], Collection[Place]]
    publish_run: Callable[[str], object]
    publish_exercise: Callable[[str], object]
