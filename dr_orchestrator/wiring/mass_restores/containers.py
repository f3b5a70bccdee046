"""Restores the containers of a large-incident drill: each once, by a run like any other, whoever else drives that."""

from __future__ import annotations

import logging
from collections.abc import Callable

from dr_orchestrator.domain.drill import Pick, Selection
from dr_orchestrator.domain.mass_restore.record import MassRecord
from dr_orchestrator.domain.outline import Outline
from dr_orchestrator.domain.rule import Rule
from dr_orchestrator.domain.run import Run
from dr_orchestrator.errors import Aborted, CopiesMayRemain, DroError, LeaseLost, Unsuccessful, UsageError
from dr_orchestrator.runner.driver import Listening
from dr_orchestrator.runner.ending import error_text
from dr_orchestrator.wiring.app import App, world
from dr_orchestrator.wiring.opening import new_run_id, resuming
from dr_orchestrator.wiring.request import asking
from dr_orchestrator.wiring.sweeping import alive, sweep_run

log = logging.getLogger(__name__)


def restore_container(of: str, drill: str, perform: Callable[[str], object]) -> None:
    """Restore a container once, by a run like any other; whatever becomes of it, its items are settled then.

    The run's id is in the ledger before it is opened. Of one that a dead process left it goes on, or ends it. While a
    run is open its container is, too: CopiesMayRemain says so. A defect costs no other container anything.
    """
    here = world()
    drills = here.ledger.mass_restores
    record = drills.named(of)
    raise_if_unwanted(here, of)
    run = drills.begin_container(of, drill, new_run_id(here.clock), here.clock.now())
    why = ""
    try:
        _run(here, record, drill, run, perform)
    except (Aborted, LeaseLost):
        raise
    except Unsuccessful:
        pass
    except DroError as fault:
        why = fault.message
        log.warning("container %s of %s: %s", drill, of, fault.message)
    except Exception as defect:
        why = f"a defect of the program: {error_text(defect)}"
        log.exception("container %s of %s", drill, of)
    _refuse_while_open(here, record, drill, run, why)
    raise_if_unwanted(here, of)
    drills.claims.settle_rest(of, drill, Rule.CONTAINER_LOST, became(here, run, why), here.clock.now())
    drills.end_container(of, drill, here.clock.now())


def _run(here: App, of: MassRecord, drill: str, run: str, perform: Callable[[str], object]) -> None:
    before = Selection(Pick.BEFORE, at=of.struck_at)
    if known(here, run) is None:
        _refuse_changed(here, of, drill)
        with asking(run=run, selection=before):
            perform(drill)
        return
    if Listening(here.ledger.leases, here.machine).outwait([run]):
        raise CopiesMayRemain(f"run {run} is driven by another process", _go_on(of))
    if here.ledger.queries.run(run).closing is not None:
        return
    _refuse_changed(here, of, drill)
    with asking(selection=before), resuming(run):
        perform(drill)


def _refuse_changed(here: App, of: MassRecord, drill: str) -> None:
    """UsageError where the drill is another by now than when the plan was read."""
    planned = {each.drill: each.definition for each in of.plan.containers}
    if here.drill(drill).digest != planned[drill]:
        raise UsageError(f"drill {drill} was changed since {of.id} began", "bring the old definition back")


def _refuse_while_open(here: App, of: MassRecord, drill: str, run: str, why: str) -> None:
    """End a run that nobody drives any more; CopiesMayRemain where it has no end all the same: what it restored may
    stand, and its items are not lost.
    """
    close_dead(here, run, f"it could not be gone on with: {why}" if why else "it came to no end")
    found = known(here, run)
    if found is not None and found.closing is None:
        raise CopiesMayRemain(f"container {drill} is left open: {why or f'run {run} has no end yet'}", _go_on(of))


def _go_on(of: MassRecord) -> str:
    return f"once that run is dead or ended: dro mass run {of.plan.name} --resume; or end all: dro mass abort {of.id}"


def close_dead(here: App, run: str, why: str) -> None:
    """Sweep an open run that nobody drives; what goes wrong leaves it open, and is told."""
    found = known(here, run)
    if found is None or found.closing is not None or alive(here, run):
        return
    try:
        sweep_run(here, found, why)
    except DroError as fault:
        log.warning("run %s was not ended: %s", run, fault.message)


def aborted_by(here: App, of: str) -> str:
    """The words for who asked for a drill to be stopped; empty where nobody did."""
    lease = here.ledger.mass_leases.lease(of)
    return f"aborted by {lease.abort_by}" if lease is not None and lease.abort_by else ""


def raise_if_unwanted(here: App, of: str) -> None:
    """Raise Aborted where somebody asked for a drill to be stopped."""
    if why := aborted_by(here, of):
        raise Aborted(why, "run it again when the reason is gone")


def known(here: App, run: str) -> Run | None:
    """A run by its whole id; None where it was never opened."""
    return next(iter(here.ledger.queries.whole([run])), None)


def runs_of(here: App, of: str) -> list[Outline]:
    """The runs of a drill's containers, as far as they were opened."""
    return here.ledger.queries.named([each.run for each in here.ledger.mass_restores.containers(of) if each.run])


def left_open(here: App, of: str) -> list[str]:
    """The runs of a drill's containers that were opened and have no end."""
    return [each.header.id for each in runs_of(here, of) if each.closing is None]


def under_way(here: App) -> list[MassRecord]:
    """The drills that have not ended."""
    return [each for each in here.ledger.mass_restores.all() if each.ended_at is None]


def became(here: App, run: str, why: str = "") -> str:
    """Why what is left of a container could not be asked for."""
    found = known(here, run)
    if found is None or found.closing is None:
        return f"its container was not restored: {why or 'its run never began'}"
    reason = next(iter(found.closing.reasons), None)
    told = f": {getattr(reason, 'text', reason)}" if reason is not None else ""
    return f"run {run} ended {found.closing.verdict}, and its copy was not asked{told}"
