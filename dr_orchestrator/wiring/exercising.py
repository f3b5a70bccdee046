"""Opens the quarter's exercise: one at a time has one driver; another start joins it, or goes on with what one left."""

from __future__ import annotations

import logging
import secrets
import threading
from collections import defaultdict, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial

from dr_orchestrator.domain.outline import Outlined
from dr_orchestrator.domain.programme import Exercise, due, left, proofs_wanted, quarter_of
from dr_orchestrator.errors import Aborted, DrillFault, LeaseLost, UsageError
from dr_orchestrator.runner.driver import Held, Listening
from dr_orchestrator.runner.lease import LEASE, LeaseHolder
from dr_orchestrator.runner.sweep import forget
from dr_orchestrator.waiting.stops import heeding
from dr_orchestrator.wiring import flow_runs
from dr_orchestrator.wiring.app import App, world
from dr_orchestrator.wiring.building import read_only
from dr_orchestrator.wiring.calendar import DEAR, starting_now
from dr_orchestrator.wiring.identity import elsewhere, is_simulated
from dr_orchestrator.wiring.notices import telling
from dr_orchestrator.wiring.opening import engine, resuming
from dr_orchestrator.wiring.planning import backing
from dr_orchestrator.wiring.planning.costing import refuse_over_budget
from dr_orchestrator.wiring.request import as_part_of, request
from dr_orchestrator.wiring.silences import beside
from dr_orchestrator.wiring.sweeping import alive, end_exercise, sweep_run

log = logging.getLogger(__name__)

_ALONE = "production is failed over by itself, with a person's approval of the day, and in no exercise"


@dataclass
class Performed:
    """An exercise that this process drives; `inherited` are the open runs of each drill that a dead process left."""

    exercise: Exercise
    holder: LeaseHolder
    inherited: defaultdict[str, deque[str]] = field(default_factory=lambda: defaultdict(deque))
    _taking: threading.Lock = field(default_factory=threading.Lock)

    def next_of(self, drill: str) -> str:
        """The next run of a drill that is to be gone on with; empty where there is none."""
        with self._taking:
            return self.inherited[drill].popleft() if self.inherited[drill] else ""


_performed: dict[str, Performed] = {}


@contextmanager
def open_exercise(drills: Sequence[str] | None, at_once: int | None) -> Iterator[Exercise]:
    """Open the quarter's exercise over the drills named, or all that are due; judged and reported at its end.

    Where one of the quarter is under way already nothing is planned in what is given: its own process performs it. Of
    one whose process died that is planned which is left.
    """
    here = world()
    here.prepare()
    with flow_runs.held(here):
        with heeding(partial(_raise_if_stopped, here)):
            begun = _begin(here, drills, at_once)
        if isinstance(begun, Exercise):
            yield replace(begun, planned=())
            return
        with _driven(here, begun):
            yield begun.exercise
    flow_runs.fail_for_exercise(here, begun.exercise.id)


@contextmanager
def open_scheduled(at_once: int | None) -> Iterator[Exercise | None]:
    """Open an exercise over what the calendar says of now; None where that is nothing, or another looked meanwhile."""
    here = world()
    here.prepare()
    found = starting_now(here, at_once)
    for each in found.put_off:
        log.warning("%s", each)
    if not found.drills:
        yield None
        return
    with flow_runs.held(here):
        dear = dict.fromkeys(found.dear, f"put off: {DEAR}")
        begun = _new(here, found.drills, at_once, set(), after=found.newest, put_off=dear)
        if begun is None:
            log.warning("another exercise was begun meanwhile: what is left starts at the next look")
            yield None
            return
        with _driven(here, begun):
            yield begun.exercise
    flow_runs.fail_for_exercise(here, begun.exercise.id)


@contextmanager
def _driven(here: App, begun: Performed) -> Iterator[None]:
    name = begun.exercise.id
    _performed[name] = begun
    here.driven.add(name)
    telling.soon(here)
    try:
        with beside.kept(here), begun.holder.beating():
            try:
                yield
            finally:
                forget(name)
                backing.forget(name)
                del _performed[name]
                if not begun.holder.driven_elsewhere():
                    end_exercise(here, name)
    finally:
        telling.now(here)


def _raise_if_stopped(here: App) -> None:
    if here.stop.is_set():
        raise Aborted(f"{here.stop.why}, before it began", "run it again when the reason is gone")


def perform_in(exercise: str, drill: str, perform: Callable[[], object]) -> None:
    """Perform a drill as part of an exercise, going on with a run of it that a dead process left, if there is one."""
    driven = _performed.get(exercise)
    if driven is not None and driven.holder.driven_elsewhere():
        raise LeaseLost(f"exercise {exercise} was taken over by another process", "it goes on there: `dro runs`")
    with as_part_of(exercise):
        if inherited := driven.next_of(drill) if driven is not None else "":
            _go_on(world(), inherited, perform)
        else:
            perform()


def _go_on(here: App, run: str, perform: Callable[[], object]) -> None:
    """Resume a run; one that cannot be gone on with is ended by a sweep, and its drill is not run a second time."""
    try:
        with resuming(run):
            perform()
    except UsageError as refused:
        if run in here.driven:
            raise
        found = here.ledger.queries.run(run)
        if found.closing is None and not alive(here, run):
            sweep_run(here, found, f"its process died, and it could not be gone on with: {refused.message}")
        log.warning("run %s was not gone on with: %s", run, refused.message)


def _begin(here: App, drills: Sequence[str] | None, at_once: int | None) -> Performed | Exercise:
    """An exercise that is this process's to perform, or the one that another performs."""
    apart: set[str] = set()  # open ones that this start has nothing to do with
    while True:
        quarter = quarter_of(here.clock.now())
        found = [each for each in here.ledger.queries.open_exercises() if each.quarter == quarter]
        found = [] if request().anew else [each for each in found if each.id not in apart]
        beside = None if request().anew else apart
        begun = _joined(here, found, drills, apart) if found else _new(here, drills, at_once, beside)
        if begun is not None:
            return begun


def _new(
    here: App,
    drills: Sequence[str] | None,
    at_once: int | None,
    beside: set[str] | None,
    after: str | None = None,
    put_off: Mapping[str, str] | None = None,
) -> Performed | None:
    """A new exercise; None where another that stands in its way was begun in the same moment, or since that one.

    `put_off` says of drills that were to start why they are not in it.
    """
    planned = _plan(here, drills, at_once)
    exercise = replace(planned, left_out={**planned.left_out, **(put_off or {})})
    refuse_over_budget(here, [here.drill(name) for name in dict.fromkeys(exercise.planned)])
    holder = _holder(here, exercise.id)
    asked = here.machine.monotonic()
    if here.ledger.start_exercise(exercise, holder.holder, LEASE, beside, after) != exercise.id:
        return None
    holder.took(asked)
    return Performed(exercise, holder)


def _joined(
    here: App, found: Sequence[Exercise], drills: Sequence[str] | None, apart: set[str]
) -> Performed | Exercise | None:
    """The newest exercise that somebody performs, or else what is left of the newest whose process died."""
    names = [each.id for each in found]
    ears = Listening(here.ledger.exercise_leases, here.machine)
    heard = _Heard()
    living = {each.name for each in ears.listen(names, tell=heard) if not each.may_be_dead}
    living = living or {each.name for each in ears.outwait(names, tell=heard)}
    newest = next((each for each in found if each.id in living), found[0])
    now = here.ledger.queries.exercise(newest.id)[0]
    if newest.id in living or now.verdict is not None:
        _refuse_others(now, drills)
        return now
    why = _why_not(here, newest, drills)
    if why:
        log.warning("exercise %s is left to `dro sweep`, for it is not gone on with here: %s", newest.id, why)
        apart.add(newest.id)
        return None
    return _taken_over(here, newest)


def _taken_over(here: App, exercise: Exercise) -> Performed | None:
    """The rest of an exercise whose process died; None where another took it, or ended it, meanwhile."""
    holder = _holder(here, exercise.id)
    try:
        holder.take()
    except UsageError:
        return None
    now, runs = here.ledger.queries.exercise(exercise.id)
    if now.verdict is not None:
        holder.let_go()
        return None
    planned = tuple(name for name in left(now, runs) if name in here.catalogue.drills)
    taken = Performed(replace(now, planned=planned), holder)
    for run in runs:
        if run.closing is None:
            taken.inherited[run.header.drill].append(run.header.id)
    told = "exercise %s goes on where its process died: %d of %d runs are left"
    log.warning(told, now.id, len(planned), len(now.planned))
    return taken


def _refuse_others(exercise: Exercise, drills: Sequence[str] | None) -> None:
    """Refuse drills that the exercise under way does not hold: to end with success would say that they are run."""
    others = [name for name in dict.fromkeys(drills or ()) if name not in exercise.planned]
    if others:
        raise UsageError(
            f"exercise {exercise.id} of this quarter is under way, and does not hold {', '.join(others)}",
            "wait for its end, or run them as an exercise of their own beside it: dro quarterly --again NAME...",
        )


def _why_not(here: App, exercise: Exercise, drills: Sequence[str] | None) -> str:
    """Why an exercise whose process died cannot be gone on with from here; empty where it can."""
    if any(name not in exercise.planned for name in drills or ()):
        return "it does not hold all drills that were named"
    declared = [here.catalogue.drills[name] for name in exercise.planned if name in here.catalogue.drills]
    if not declared:
        return "none of its drills is declared any more"
    simulated = is_simulated(here, read_only(here, declared[0].resource.region))
    if (exercise.simulated, exercise.pace) != (simulated, here.clock.pace):
        return "it was begun by another clock, or at another endpoint"
    return made_elsewhere(here, here.ledger.queries.exercise(exercise.id)[1])


def made_elsewhere(here: App, runs: Sequence[Outlined]) -> str:
    """The differences from when the runs were made; empty where all is the same, and where there is none."""
    made = {(run.header.provenance.region, run.header.provenance.endpoint): run.header.provenance for run in runs}
    try:
        return "; ".join(filter(None, (elsewhere(here, read_only(here, of.region), of) for of in made.values())))
    except DrillFault as fault:
        return fault.message


def _holder(here: App, exercise: str) -> LeaseHolder:
    return LeaseHolder(here.ledger.exercise_leases, exercise, here.stop, here.machine)


class _Heard:
    """Tells once of each exercise that it is listened whether its process lives."""

    def __init__(self) -> None:
        self._told: set[str] = set()

    def __call__(self, silent: Sequence[Held]) -> None:
        for each in silent:
            if each.name not in self._told:
                self._told.add(each.name)
                log.warning("exercise %s is held by %s: listening whether that lives", each.name, each.lease.holder)


def _plan(here: App, drills: Sequence[str] | None, at_once: int | None) -> Exercise:
    now = here.clock.now()
    if drills is not None:
        if not drills:
            raise UsageError("no drills were named, so there is nothing to run", "name some, or none to run all due")
        planned = [here.drill(name) for name in dict.fromkeys(drills)]
        left_out = {name: "not named" for name in here.catalogue.drills if name not in drills}
        if alone := [each.name for each in planned if each.production is not None]:
            raise UsageError(f"{', '.join(alone)}: {_ALONE}", f"dro run {alone[0]}")
        planned.sort(key=lambda drill: (drill.service.tier.number, drill.service.name, drill.name))
    else:
        declared = here.catalogue.drills.values()
        planned, left_out = due(declared, here.ledger.queries.last_green(proofs_wanted(declared)), now)
        left_out |= {each.name: _ALONE for each in planned if each.production is not None}
        planned = [each for each in planned if each.production is None]
    if not planned:
        told = "; ".join(f"{name}: {why}" for name, why in left_out.items()) or "no drill is declared"
        raise UsageError(f"nothing is due: {told}", "name drills to run them all the same: dro quarterly NAME...")
    quarter = quarter_of(now)
    return Exercise(
        id=f"{quarter.lower()}-{secrets.token_hex(2)}",
        title=f"Quarterly restore drills, {quarter}",
        purpose="Prove that every service can be restored within its tier's RTO and RPO.",
        quarter=quarter,
        started_at=now,
        planned=tuple(drill.name for drill in planned for _ in range(drill.selection.runs)),
        left_out=left_out,
        at_once=max(1, at_once or here.catalogue.at_once),
        simulated=is_simulated(here, read_only(here, planned[0].resource.region)),
        pace=here.clock.pace,
        engine=engine(),
    )
