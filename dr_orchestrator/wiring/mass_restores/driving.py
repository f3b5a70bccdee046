"""Drives a large-incident drill: one process, wave by wave; what a dead one left is gone on with."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from dr_orchestrator.domain.mass_restore.record import MassRecord, WaveRecord
from dr_orchestrator.domain.mass_restore.summing import exit_code
from dr_orchestrator.domain.programme import quarter_of
from dr_orchestrator.engine import in_a_flow_run
from dr_orchestrator.errors import Aborted, LeaseLost, Unsuccessful, UsageError
from dr_orchestrator.runner.lease import LeaseHolder
from dr_orchestrator.waiting.stops import heeding
from dr_orchestrator.waiting.told import waiting_for
from dr_orchestrator.wiring import flow_runs
from dr_orchestrator.wiring.app import App, world
from dr_orchestrator.wiring.exercising import made_elsewhere
from dr_orchestrator.wiring.mass_restores.containers import raise_if_unwanted, runs_of, under_way
from dr_orchestrator.wiring.mass_restores.ending import end
from dr_orchestrator.wiring.mass_restores.planning import Planned, is_simulated_of, plan
from dr_orchestrator.wiring.mass_restores.publishing import publish
from dr_orchestrator.wiring.operator import operator
from dr_orchestrator.wiring.planning.costing import refuse_over_budget

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
                raise_if_unwanted(self.here, self.id)
                publish(self.here, self.id)  # a page that tells how far it is, while it goes on
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
        log.warning("%s waits for %s", self.id, told)
        with heeding(self.holder.raise_if_told), waiting_for(told):
            while drills.wave(self.id, wave.number).released_at is None:
                self.holder.raise_if_told()
                clock.sleep(LOOK_S)


@contextmanager
def open_mass_restore(
    name: str, auto: bool = False, at_once: int | None = None, accepted: str = "", resume: bool = False
) -> Iterator[Event]:
    """Open a large-incident drill, or go on with the one of that name which a dead process left.

    At its end every item has a verdict, and it is judged and reported; where this process is stopped, too. While a run
    of it is open, or another's by now, it is left open.
    """
    here = world()
    here.prepare()
    if resume:
        record, holder = _resumed(here, name, auto, at_once, accepted)
    else:
        record, holder = _begun(here, plan(here, name, accepted), auto, at_once)
    here.driven.add(record.id)
    with flow_runs.held(here), holder.beating():
        why, lost = "", False
        try:
            with heeding(holder.raise_if_told):
                yield Event(here, record, holder)
        except Aborted as stopped:
            why = stopped.message
            raise
        except LeaseLost:
            lost = True
            raise
        finally:
            if not lost and not holder.driven_elsewhere():
                end(here, record, why or _stopped(here))
    _fail_in_a_flow_run(here, record.id)


def _fail_in_a_flow_run(here: App, of: str) -> None:
    """Within a flow run, raise Unsuccessful where `dro mass run` would not end with 0: green there is green here."""
    if in_a_flow_run():
        record = here.ledger.mass_restores.named(of)
        closings = [run.closing for run in runs_of(here, of)]
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


def _resumed(here: App, name: str, auto: bool, at_once: int | None, accepted: str) -> tuple[MassRecord, LeaseHolder]:
    """The rest of a drill that a dead process left; UsageError where nothing is open, its process may live, or it was
    begun elsewhere. `auto` and `at_once` count from now on.
    """
    drills = here.ledger.mass_restores
    found = next((each for each in under_way(here) if name in (each.plan.name, each.id)), None)
    if found is None:
        raise UsageError(f"no drill of {name} is under way", f"begin one: dro mass run {name}")
    if accepted:
        raise UsageError("--accept-smaller is said when a drill begins, and kept with it", "leave it out here")
    if why := _why_not(here, found):
        hint = f"use the profile and settings that it began with, or end it: dro mass abort {found.id}"
        raise UsageError(f"{found.id} cannot be gone on with from here: {why}", hint)
    holder = LeaseHolder(here.ledger.mass_leases, found.id, here.stop, here.machine)
    holder.take()
    drills.claims.free(found.id)
    drills.change(found.id, auto=auto or found.auto, at_once=at_once or found.at_once)
    return drills.named(found.id), holder


def _why_not(here: App, of: MassRecord) -> str:
    """Why a drill cannot be gone on with from here; empty where it can."""
    simulated = is_simulated_of(here, of.plan)
    if simulated is not None and simulated != of.simulated:
        return "it was begun by another clock, or at another endpoint"
    return made_elsewhere(here, runs_of(here, of.id))
