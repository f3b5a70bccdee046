"""Drives a large-incident drill: one process, wave by wave; what a dead one left is gone on with."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from dr_orchestrator.domain.drill import Pick, Selection
from dr_orchestrator.domain.findings.by_exercise import Held
from dr_orchestrator.domain.findings.tracked import RaisedBy
from dr_orchestrator.domain.mass_restore.items import ItemVerdict
from dr_orchestrator.domain.mass_restore.record import MassRecord, WaveRecord
from dr_orchestrator.domain.mass_restore.remembered import Size, compared
from dr_orchestrator.domain.mass_restore.summing import exit_code, gaps_of, shown_of, sites_of, verdict_of
from dr_orchestrator.domain.programme import quarter_of
from dr_orchestrator.domain.rule import Rule
from dr_orchestrator.domain.run import Run
from dr_orchestrator.domain.verdict import Verdict
from dr_orchestrator.engine import in_a_flow_run
from dr_orchestrator.errors import Aborted, DroError, LeaseLost, Unsuccessful, UsageError
from dr_orchestrator.runner.lease import LeaseHolder
from dr_orchestrator.waiting.stops import heeding
from dr_orchestrator.waiting.told import waiting_for
from dr_orchestrator.wiring import flow_runs
from dr_orchestrator.wiring.app import App, world
from dr_orchestrator.wiring.mass_restores.planning import Planned, plan, size_of
from dr_orchestrator.wiring.mass_restores.publishing import publish
from dr_orchestrator.wiring.opening import new_run_id, resuming
from dr_orchestrator.wiring.operator import operator
from dr_orchestrator.wiring.planning.costing import refuse_over_budget
from dr_orchestrator.wiring.request import asking
from dr_orchestrator.wiring.sweeping import alive, sweep_run

log = logging.getLogger(__name__)
LOOK_S = 5.0


@dataclass(frozen=True)
class Event:
    """A large-incident drill that this process drives."""

    here: App
    record: MassRecord
    holder: LeaseHolder

    @property
    def id(self) -> str:
        """Its id."""
        return self.record.id

    @property
    def at_once(self) -> int:
        """So many containers are restored at once."""
        return self.record.at_once

    def waves(self) -> Iterator[list[str]]:
        """The containers that are left of each wave, once it is released; when the next is asked for, it is settled."""
        drills, clock = self.here.ledger.mass_restores, self.here.clock
        for wave in drills.waves(self.id):
            if wave.settled_at is None:
                self._await_release(wave)
                drills.begin_wave(self.id, wave.number, clock.now())
                own = [each for each in drills.containers(self.id) if each.wave == wave.number]
                yield [each.drill for each in own if each.ended_at is None]
                drills.settle_wave(self.id, wave.number, clock.now())

    def _await_release(self, wave: WaveRecord) -> None:
        """Wait until the wave's team releases it; released at once where nobody is to be asked."""
        drills, clock = self.here.ledger.mass_restores, self.here.clock
        if wave.released_at is not None:
            return
        if self.record.auto:
            drills.release(self.id, wave.number, "--auto", clock.now())
            return
        told = f"{wave.team} to release wave {wave.number}: dro mass release {self.id} {wave.number}"
        with heeding(self.holder.raise_if_told), waiting_for(told):
            while drills.wave(self.id, wave.number).released_at is None:
                self.holder.raise_if_told()
                clock.sleep(LOOK_S)


@contextmanager
def open_mass_restore(
    name: str, auto: bool = False, at_once: int | None = None, accepted: str = "", resume: bool = False
) -> Iterator[Event]:
    """Open a large-incident drill, or go on with the one of that name which a dead process left.

    At its end every item has a verdict, and it is judged and reported; where this process is stopped, too.
    """
    here = world()
    here.prepare()
    record, holder = _resumed(here, name) if resume else _begun(here, plan(here, name, accepted), auto, at_once)
    here.driven.add(record.id)
    with flow_runs.held(here), holder.beating():
        why = ""
        try:
            with heeding(holder.raise_if_told):
                yield Event(here, record, holder)
        except Aborted as stopped:
            why = stopped.message
            raise
        except LeaseLost:
            raise
        finally:
            if not holder.driven_elsewhere():
                end(here, record, why or _stopped(here))
    _fail_in_a_flow_run(here, record.id)


def _fail_in_a_flow_run(here: App, of: str) -> None:
    """Within a flow run, raise Unsuccessful where `dro mass run` would not end with 0: green there is green here."""
    if in_a_flow_run():
        drills = here.ledger.mass_restores
        record, own = drills.named(of), [each.run for each in drills.containers(of) if each.run]
        closings = [run.closing for run in here.ledger.queries.named(own)]
        if code := exit_code(record.verdict, [each.cleanup if each else None for each in closings]):
            raise Unsuccessful(of, f"{of}: {record.verdict}: {record.told}", code)


def _stopped(here: App) -> str:
    return here.stop.why if here.stop.is_set() else ""


def _begun(here: App, planned: Planned, auto: bool, at_once: int | None) -> tuple[MassRecord, LeaseHolder]:
    now = here.clock.now()
    refuse_over_budget(here, [here.drill(drill) for wave in planned.waves for _, drill in wave.containers])
    record = MassRecord(
        id=f"mass-{quarter_of(now).lower()}-{secrets.token_hex(3)}",
        plan=planned.plan,
        struck_at=planned.plan.struck(now),
        started_at=now,
        simulated=planned.simulated,
        auto=auto,
        operator=operator(),
        at_once=at_once or planned.plan.at_once,
        accepted=planned.compared.accepted,
    )
    holder = LeaseHolder(here.ledger.mass_leases, record.id, here.stop, here.machine)
    holder.take()
    here.ledger.mass_restores.begin(record, planned.declared.sites, planned.items, planned.waves)
    return record, holder


def _resumed(here: App, name: str) -> tuple[MassRecord, LeaseHolder]:
    """The rest of a drill that a dead process left; UsageError where nothing is open, or its process may live."""
    drills = here.ledger.mass_restores
    found = next((each for each in drills.all() if each.ended_at is None and name in (each.plan.name, each.id)), None)
    if found is None:
        raise UsageError(f"no drill of {name} is under way", f"begin one: dro mass run {name}")
    holder = LeaseHolder(here.ledger.mass_leases, found.id, here.stop, here.machine)
    holder.take()
    drills.claims.free(found.id)
    return found, holder


def restore_container(of: str, drill: str, perform: Callable[[str], object]) -> None:
    """Restore a container once, by a run like any other; whatever becomes of it, its items are settled then.

    The run's id is in the ledger before it is opened. Of one that a dead process left it goes on, or ends it.
    """
    here = world()
    drills = here.ledger.mass_restores
    record = drills.named(of)
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
    drills.claims.settle_rest(of, drill, Rule.CONTAINER_LOST, _became(here, run, why), here.clock.now())
    drills.end_container(of, drill, here.clock.now())


def _run(here: App, of: MassRecord, drill: str, run: str, perform: Callable[[str], object]) -> None:
    _refuse_changed(here, of, drill)
    found = _known(here, run)
    before = Selection(Pick.BEFORE, at=of.struck_at)
    if found is None:
        with asking(run=run, selection=before):
            perform(drill)
    elif found.closing is None:
        try:
            with asking(selection=before), resuming(run):
                perform(drill)
        except UsageError as refused:
            if run not in here.driven and not alive(here, run):
                sweep_run(here, found, f"its process died, and it could not be gone on with: {refused.message}")
            raise


def _refuse_changed(here: App, of: MassRecord, drill: str) -> None:
    """UsageError where the drill is another by now than when the plan was read."""
    planned = {each.drill: each.definition for product in of.plan.products for each in product.containers}
    if here.drill(drill).digest != planned[drill]:
        raise UsageError(f"drill {drill} was changed since {of.id} began", "bring the old definition back")


def _known(here: App, run: str) -> Run | None:
    found = here.ledger.queries.named([run])
    return here.ledger.queries.run(run) if found else None


def _became(here: App, run: str, why: str) -> str:
    """Why what is left of a container could not be asked for."""
    found = _known(here, run)
    if found is None or found.closing is None:
        return f"its container was not restored: {why or 'its run never began'}"
    reason = next(iter(found.closing.reasons), None)
    told = f": {getattr(reason, 'text', reason)}" if reason is not None else ""
    return f"run {run} ended {found.closing.verdict}, and its copy was not asked{told}"


def end(here: App, of: MassRecord, why: str = "") -> None:
    """Settle what is left, judge the whole, raise what it showed, and write its pages."""
    drills, now = here.ledger.mass_restores, here.clock.now()
    rule, told = (Rule.STOPPED, why) if why else (Rule.CONTAINER_LOST, "its wave was never begun")
    drills.claims.settle_rest(of.id, None, rule, told, now)
    items = drills.items(of.id)
    sites = sites_of(items)
    verdict, reasons = verdict_of(sites, aborted=why)
    passed = [each for each in items if each.verdict is ItemVerdict.PASSED]
    whole = sum(each.verdict is Verdict.PASSED for each in sites)
    back = Size(whole, len({each.product for each in passed}), len(passed))
    before = [each for each in drills.proven() if each.id != of.id]
    held = compared(size_of(items), before, simulated=of.simulated, accepted=of.accepted)
    gaps, shown = gaps_of(of.plan, items, held), shown_of(of.plan, items, held)
    raised = Held(RaisedBy.MASS_RESTORE, of.id, of.plan.name, of.started_at, now, of.simulated, gaps, shown)
    words = "; ".join(each.text for each in reasons)
    if verdict is Verdict.PASSED and gaps:
        verdict = Verdict.PASSED_WITH_FINDINGS
    drills.end(of.id, now, verdict, words, back, None if verdict is Verdict.ABORTED else raised)
    publish(here, of.id)
