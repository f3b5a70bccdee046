"""Runs as the programme's report counts them: few facts of many runs, and the world that each was made in."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import takewhile

from dr_orchestrator.domain.drill import RecoveryPath
from dr_orchestrator.domain.judge.against import Against
from dr_orchestrator.domain.kind import Kind
from dr_orchestrator.domain.objective import Disruption, Goal, Limit
from dr_orchestrator.domain.programme import Claim, RealRun
from dr_orchestrator.domain.verdict import Cleanup, Verdict, WorstCaseVerdict

SEEDED = "seeded history"
"""The engine of runs that never took place: the history that a sample company is given."""


class World(StrEnum):
    """Where a run was made; only one on AWS proves anything, and one that is seeded never took place."""

    AWS = "AWS"
    LAB = "simulated"
    SEEDED = "seeded"


Scope = tuple[World, str, str, Kind, str, str, Disruption, RecoveryPath, str]


@dataclass(frozen=True)
class Ran:
    """A run in the few facts that the programme's report is made of; `verdict` is None while it is open.

    Durations are unrounded, and None where nothing was measured; limits are those that stood when it began.
    `stayed` is whether its copy stood in the region that counts as lost.
    """

    id: str
    exercise: str
    drill: str
    kind: Kind
    service: str
    service_title: str
    tier: int
    resource: str
    resource_id: str
    disruption: Disruption
    path: RecoveryPath
    selection: str
    definition: str
    started_at: datetime
    simulated: bool
    engine: str
    pace: float = 1.0
    rto: Limit | None = None
    rpo: Limit | None = None
    rta: timedelta | None = None
    rta_error: timedelta | None = None
    rpa: timedelta | None = None
    rpa_error: timedelta | None = None
    rpa_grade: str = ""
    ended_at: datetime | None = None
    verdict: Verdict | None = None
    cleanup: Cleanup | None = None
    worst_case: WorstCaseVerdict | None = None
    stayed: bool = False

    @functools.cached_property
    def world(self) -> World:
        """The world that it was made in."""
        if not self.simulated:
            return World.AWS
        return World.SEEDED if self.engine == SEEDED else World.LAB

    @property
    def says_something(self) -> bool:
        """Whether it ended with a word on the promise: an aborted one says nothing, an open one nothing yet."""
        return self.verdict not in (None, Verdict.ABORTED)

    @property
    def is_evidence(self) -> bool:
        """Whether it tells of a recovery at all: it passed or failed, or measured a figure."""
        measured = self.rta is not None or self.rpa is not None
        return self.says_something and (measured or self.passed or self.verdict is Verdict.FAILED)

    @property
    def passed(self) -> bool:
        """Whether it kept the promise, be it simulated or not."""
        return self.verdict is not None and self.verdict.green

    @functools.cached_property
    def scope(self) -> Scope:
        """All that has to be the same of two runs whose figures are compared."""
        drilled = (self.service, self.drill, self.kind, self.resource, self.resource_id)
        return (self.world, *drilled, self.disruption, self.path, self.selection)

    def against(self, goal: Goal) -> Against:
        """The figure that it measured, held against the limit of then."""
        return self._time if goal is Goal.RTO else self._loss

    @functools.cached_property
    def _time(self) -> Against:
        return Against(Goal.RTO, self.rto, self.rta, error=self.rta_error)

    @functools.cached_property
    def _loss(self) -> Against:
        return Against(Goal.RPO, self.rpo, self.rpa, self.rpa_grade, self.rpa_error)


def as_of(runs: Iterable[Ran], instant: datetime) -> list[Ran]:
    """The runs as they stood at an instant: those that began before it, open where they ended later."""
    return [each if _ended(each, instant) else _open(each) for each in runs if each.started_at < instant]


def _ended(run: Ran, instant: datetime) -> bool:
    return run.ended_at is not None and run.ended_at <= instant


def uncounted(run: Ran) -> Ran:
    """A run whose copy stood in the region that counts as lost, as it counts: without figures, and never as passed."""
    verdict = Verdict.INCONCLUSIVE if run.passed else run.verdict
    return replace(_unmeasured(run), verdict=verdict, worst_case=None, stayed=True)


def _unmeasured(run: Ran) -> Ran:
    return replace(run, rta=None, rta_error=None, rpa=None, rpa_error=None, rpa_grade="")


def _open(run: Ran) -> Ran:
    return replace(_unmeasured(run), ended_at=None, verdict=None, cleanup=None, worst_case=None)


@dataclass(frozen=True)
class Proofs:
    """The proofs of runs on real AWS: see `due_states`, which takes the three of them."""

    green: Mapping[Claim, Sequence[datetime]]
    newest: Mapping[str, RealRun]
    last: Mapping[str, datetime]


def proofs(runs: Iterable[Ran], wanted: Mapping[Claim, int]) -> Proofs:
    """The proofs of runs that are told in the order in which they opened; `wanted` is how many each claim takes."""
    said: dict[str, list[Ran]] = {}
    for run in runs:
        if run.world is World.AWS and run.says_something:
            said.setdefault(run.drill, []).append(run)
    green = {}
    for claim, most in wanted.items():
        name, definition, selection = claim
        same = (each for each in reversed(said.get(name, ())) if (each.definition, each.selection) == claim[1:])
        if passed := tuple(each.started_at for each in takewhile(lambda run: run.passed, _first(same, most))):
            green[name, definition, selection] = passed
    newest = {
        drill: RealRun(run.id, run.started_at, run.verdict, run.definition, run.selection)
        for drill, run in ((drill, found[-1]) for drill, found in said.items())
        if run.verdict is not None
    }
    began = {drill: [each.started_at for each in found if each.passed] for drill, found in said.items()}
    return Proofs(green, newest, {drill: max(passed) for drill, passed in began.items() if passed})


def _first(found: Iterable[Ran], most: int) -> Iterable[Ran]:
    return (run for _, run in zip(range(most), found, strict=False))
