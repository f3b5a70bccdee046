"""A sweep from its first inventory to its last: all that died is finished, and what that changed is proven."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from dr_orchestrator.domain.copy import CopyState
from dr_orchestrator.domain.run import Run
from dr_orchestrator.domain.verdict import Cleanup
from dr_orchestrator.errors import CopiesMayRemain, DroError, NotMeasured, UsageError
from dr_orchestrator.runner.driver import Held, Listening
from dr_orchestrator.runner.ending import cleanup_of, record_outcome
from dr_orchestrator.runner.sweep.exercises import close_exercises, publish_exercises
from dr_orchestrator.runner.sweep.inventory import fault_text, take_inventory
from dr_orchestrator.runner.sweep.orphans import Orphan, find_orphans
from dr_orchestrator.runner.sweep.ports import SweepContext
from dr_orchestrator.runner.sweep.proof import Proof, marked, prove
from dr_orchestrator.runner.sweep.runs import (
    Swept,
    SweptRun,
    cost_of_what_stands,
    cost_so_far,
    dead_runs,
    left_alone,
    resistant_runs,
    take_down,
    unsettled,
)

Ears = Callable[[Sequence[Held]], None]
"""Told of the leases whose holders are listened for, as long as that takes."""


@dataclass(frozen=True)
class LeftAlone:
    """An open run that a sweep may not touch yet, for its lease has not run out."""

    run: Run
    held: Held


@dataclass(frozen=True)
class Sweep:
    """The result of a sweep: so many dead runs among all that were swept, the exercises that it closed.

    `left_alone` are the open runs under a lease, be it that of a living process or of one that died just now;
    `flow_runs` those that an engine still showed as running, and that were ended.
    """

    dead: int
    runs: list[SweptRun]
    orphans: list[Orphan]
    proof: Proof
    exercises: list[str]
    left_alone: list[LeftAlone] = field(default_factory=list)
    flow_runs: list[str] = field(default_factory=list)

    @property
    def waiting(self) -> list[LeftAlone]:
        """The runs that are left alone though nobody was heard to drive them: their copies may still be there."""
        return [each for each in self.left_alone if each.held.may_be_dead]

    @property
    def copies(self) -> list[Swept]:
        """The fate of each copy."""
        return [each for run in self.runs for each in run.copies]

    @property
    def left(self) -> list[Swept]:
        """The copies that may still be there."""
        return [each for each in self.copies if not each.gone]

    @property
    def fault(self) -> DroError | None:
        """The worst that is wrong with it, for whoever performed it; None where nothing is.

        CopiesMayRemain where something of a drill may be left, or is there that the ledger does not hold; NotMeasured
        where a place could not be listed, or a run not be ended.
        """
        if left := [*map(_still_there, self.left), *map(_under_lease, self.waiting), *map(_astray, self.orphans)]:
            return CopiesMayRemain(
                f"copies may still exist: {'; '.join(left)}",
                "`dro sweep` tells more, and tries again; what the ledger does not hold is to be deleted by hand",
            )
        unended = [f"run {of.run.header.id} could not be swept: {of.why}" for of in self.runs if of.why]
        unread = [f"{region} could not be listed: {why}" for (region, _), why in self.proof.unread.items()]
        if unknown := list(dict.fromkeys([*unended, *unread])):
            return NotMeasured("; ".join(unknown), "`dro sweep` tries again")
        return None


def sweep(
    here: SweepContext, began: Callable[[Run], None] = lambda _: None, heard: Ears = lambda _: None, wait: bool = False
) -> Sweep:
    """Close dead runs, take down what they and others left, and prove it by an inventory before and after.

    `began` is told of each run as it is turned to. Nothing that one run meets keeps the others from being swept. With
    `wait` the leases of which nobody is heard are outwaited first, so that those runs are swept, too.
    """
    ears = _listening(here, heard, wait)
    dead = dead_runs(here)
    runs = [*dead, *resistant_runs(here)]
    before = take_inventory(here)
    marks = marked(here, runs, before)
    swept = [_taken_down(here, run, began) for run in runs]
    proof = Proof(before)
    if copies := [each for of in swept for each in of.copies]:
        gone = {each.copy for each in copies if each.gone}
        since = [of.run for of in swept if any(each.copy not in marks for each in of.copies)]
        marks = {**marked(here, since, before), **marks}  # of runs that went on after they were first looked at
        proof = prove(here.cloud.shown, before, take_inventory(here), marks, gone)
        swept = [_recorded(here, of, proof) for of in swept]
    seen = find_orphans(here, proof.after or before)
    closed = close_exercises(here)
    publish_exercises(here, (of.run for of in swept if not of.why), but=closed)
    return Sweep(len(dead), swept, seen, proof, closed, _left_alone(here, ears, heard))


def dry_run(here: SweepContext, heard: Ears = lambda _: None, wait: bool = False) -> Sweep:
    """The copies that a sweep would take down; nothing is changed."""
    ears = _listening(here, heard, wait)
    dead = dead_runs(here)
    runs = [*dead, *resistant_runs(here)]
    before = take_inventory(here)
    marks = marked(here, runs, before)
    would_go = tuple(sorted({each for mark in marks.values() for each in mark.objects}))
    proof = Proof(before, marks=marks, would_go=would_go)
    looked_at = [_looked_at(here, run) for run in runs]
    return Sweep(len(dead), looked_at, find_orphans(here, before), proof, [], _left_alone(here, ears, heard))


def _listening(here: SweepContext, heard: Ears, wait: bool) -> Listening:
    """Ears that have noted the leases of all open runs before anything else is done, or have outwaited the silent."""
    ears = Listening(here.ledger.leases, here.machine)
    names = [run.header.id for run in here.ledger.queries.open_runs()]
    if wait:
        ears.outwait(names, heard)
        performed = Listening(here.ledger.exercise_leases, here.machine)
        performed.outwait([each.id for each in here.ledger.queries.open_exercises()], heard)
    else:
        ears.note(names)
    return ears


def _left_alone(here: SweepContext, ears: Listening, heard: Ears) -> list[LeftAlone]:
    runs = {run.header.id: run for run in here.ledger.queries.open_runs()}
    return [LeftAlone(runs[each.name], each) for each in ears.listen(runs, tell=heard)]


def _looked_at(here: SweepContext, run: Run) -> SweptRun:
    rows = {row.copy: row for row in unsettled(run)}
    found = left_alone(here, run)
    return replace(
        found, copies=[replace(each, cost=cost_of_what_stands(here, run, rows[each.copy])) for each in found.copies]
    )


def _taken_down(here: SweepContext, run: Run, began: Callable[[Run], None]) -> SweptRun:
    began(run)
    step = next((step.name for step in run.steps if step.outcome is None), "between two steps")
    try:
        return take_down(here, run, f"its process died at '{step}'; swept")
    except UsageError:
        raise  # the ledger or the settings are not as they should be: that meets every run
    except Exception as error:  # noqa: BLE001 - what keeps one run must not keep the others
        return left_alone(here, run, fault_text(error))


def _recorded(here: SweepContext, swept: SweptRun, proof: Proof) -> SweptRun:
    """Keep the proof with the run; a copy that the inventory after still shows is not proven gone, whoever says so."""
    if swept.why or not swept.copies:
        return swept
    believed = replace(swept, copies=[_believed(here, swept.run, each, proof) for each in swept.copies])
    try:
        _amend(here, believed, proof)
    except UsageError:
        raise
    except Exception as error:  # noqa: BLE001 - likewise
        return replace(believed, why=fault_text(error))
    here.publish_run(swept.run.header.id)
    return believed


def _believed(here: SweepContext, run: Run, swept: Swept, proof: Proof) -> Swept:
    seen = proof.still(swept.copy)
    if not seen or not swept.gone:
        return swept
    row = next(row for row in run.copies if row.copy == swept.copy)
    why = f"called {swept.state} on {here.clock.now():%Y-%m-%d %H:%M} UTC, but the inventory after still shows {seen}"
    return replace(swept, state=CopyState.UNPROVEN, why=why, cost=cost_so_far(here, run, row))


def _amend(here: SweepContext, swept: SweptRun, proof: Proof) -> None:
    """Write the proof, or what speaks against it, to the reasons of the run's clean-up."""
    name, before = swept.run.header.id, swept.run.closing
    closing = here.ledger.queries.run(name).closing
    told = closing.cleanup_reasons if closing else ()
    doubted = [each for each in swept.copies if proof.still(each.copy)]
    if all(each.gone for each in swept.copies):
        proven = proof.of([each.copy for each in swept.copies])
        # What is last is as it stands now, the rest is history: a run that was closed before has the sweep there.
        reasons = [*told[:-1], f"{told[-1]}; {proven}"] if before else [*told, proven]
        here.ledger.amend_cleanup(name, Cleanup.CLEAN, reasons)
    elif doubted:
        for each in doubted:
            record_outcome(here.ledger, each.copy, CopyState.UNPROVEN, here.clock)
        reasons = [*(before.cleanup_reasons if before else told), *map(_doubt, doubted)]
        here.ledger.amend_cleanup(name, cleanup_of([each.state for each in swept.copies]), reasons)


def _doubt(each: Swept) -> str:
    return f"{each.copy.type} {each.copy.id} in {each.copy.place}: {each.why}"


def _still_there(each: Swept) -> str:
    return f"{each.copy.type} {each.copy.id} of run {each.copy.run}: {each.why or each.state}"


def _under_lease(each: LeftAlone) -> str:
    return f"those of run {each.held.name}, of whose process nothing was heard"


def _astray(each: Orphan) -> str:
    return f"{each.type} {each.id} in {each.where}, a stray of run {each.run}"
