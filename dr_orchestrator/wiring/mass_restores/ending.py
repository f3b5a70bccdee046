"""Ends large-incident drills: no run left open, all items settled, judged, published; and aborts them."""

from __future__ import annotations

from collections.abc import Callable

from dr_orchestrator.domain.findings.by_exercise import Held
from dr_orchestrator.domain.findings.tracked import RaisedBy
from dr_orchestrator.domain.mass_restore.items import ItemVerdict
from dr_orchestrator.domain.mass_restore.record import MassRecord
from dr_orchestrator.domain.mass_restore.remembered import Size, compared
from dr_orchestrator.domain.mass_restore.summing import gaps_of, shown_of, sites_of, verdict_of
from dr_orchestrator.domain.rule import Rule
from dr_orchestrator.domain.verdict import Verdict
from dr_orchestrator.errors import CopiesMayRemain, UsageError
from dr_orchestrator.runner.lease import LeaseHolder
from dr_orchestrator.wiring.app import App
from dr_orchestrator.wiring.mass_restores.containers import (
    aborted_by,
    became,
    close_dead,
    left_open,
    runs_of,
    under_way,
)
from dr_orchestrator.wiring.mass_restores.planning import size_of
from dr_orchestrator.wiring.mass_restores.publishing import publish
from dr_orchestrator.wiring.operator import operator
from dr_orchestrator.wiring.stopping import LOOK_EVERY_S, ask_to_stop


def end(here: App, of: MassRecord, why: str = "") -> None:
    """Settle what is left, judge the whole, raise what it showed, and write its pages.

    CopiesMayRemain where a run of it is open and cannot be ended here: then the drill is left open, too.
    """
    drills, now = here.ledger.mass_restores, here.clock.now()
    why = aborted_by(here, of.id) or why
    _close_runs(here, of, why)
    _settle(here, of, why)
    items = drills.items(of.id)
    sites = sites_of(items)
    verdict, reasons = verdict_of(sites, aborted=why)
    passed = [each for each in items if each.verdict is ItemVerdict.PASSED]
    whole = sum(each.verdict is Verdict.PASSED for each in sites)
    back = Size(whole, len({each.product for each in passed}), len(passed))
    simulated = of.simulated or _was_simulated(here, of)
    before = [each for each in drills.proven() if each.id != of.id]
    planned = compared(size_of(items), before, simulated=simulated, accepted=of.accepted)
    came = compared(back, before, simulated=simulated)
    gaps, shown = gaps_of(of.plan, items, planned, came), shown_of(of.plan, items, came, verdict)
    raised = Held(RaisedBy.MASS_RESTORE, of.id, of.plan.name, of.started_at, now, simulated, gaps, shown)
    words = "; ".join(each.text for each in reasons)
    if verdict is Verdict.PASSED and gaps:
        verdict = Verdict.PASSED_WITH_FINDINGS
    held = None if verdict is Verdict.ABORTED else raised
    drills.end(of.id, now, verdict, words, back, held, simulated=simulated)
    publish(here, of.id)


def _close_runs(here: App, of: MassRecord, why: str) -> None:
    """End what nobody drives; CopiesMayRemain where a run is open all the same."""
    for run in left_open(here, of.id):
        close_dead(here, run, why or "its process died, and it was not gone on with")
    if left := left_open(here, of.id):
        hint = f"`dro runs` lists them; then: dro mass run {of.plan.name} --resume, or: dro mass abort {of.id}"
        raise CopiesMayRemain(f"{of.id} is left open, for {', '.join(left)} is open", hint)


def _settle(here: App, of: MassRecord, why: str) -> None:
    claims, now = here.ledger.mass_restores.claims, here.clock.now()
    if why:
        claims.settle_rest(of.id, None, Rule.STOPPED, why, now)
    for each in here.ledger.mass_restores.containers(of.id):
        if each.run and not why:
            claims.settle_rest(of.id, each.drill, Rule.CONTAINER_LOST, became(here, each.run), now)
    claims.settle_rest(of.id, None, Rule.CONTAINER_LOST, "its wave was never begun", now)


def _was_simulated(here: App, of: MassRecord) -> bool:
    """Whether any of its runs was: then nothing of it is evidence."""
    return any(each.header.provenance.simulated for each in runs_of(here, of.id))


def open_one(here: App, name: str | None) -> MassRecord:
    """A drill by its id, or else the one that is under way; UsageError where that is none, or more than one."""
    if name is not None:
        return here.ledger.mass_restores.named(name)
    found = under_way(here)
    if len(found) != 1:
        told = ", ".join(each.id for each in found)
        raise UsageError(f"under way: {told or 'none'}", "name one: dro mass abort ID" if told else "dro mass status")
    return found[0]


def abort(here: App, of: MassRecord, wait_s: float, asked: Callable[[], None] = lambda: None) -> MassRecord:
    """Ask whoever drives a drill to stop, and wait so long for its end; what nobody drives is ended here."""
    leases, told = here.ledger.mass_leases, set[str]()
    leases.ask_to_abort(of.id, operator())
    give_up, heard = here.machine.monotonic() + wait_s, False
    while _is_open(here, of):
        lease = leases.lease(of.id)
        new = [each for each in left_open(here, of.id) if each not in told]
        told |= {*ask_to_stop(here, new)[0]}
        if lease is None or not lease.held:
            _end_here(here, of)
            break
        if not heard:
            asked()
        if here.machine.monotonic() >= give_up:
            break
        heard = True
        here.machine.sleep(LOOK_EVERY_S)
    return here.ledger.mass_restores.named(of.id)


def _end_here(here: App, of: MassRecord) -> None:
    holder = LeaseHolder(here.ledger.mass_leases, of.id, here.stop, here.machine)
    holder.take()
    with holder.beating():
        if _is_open(here, of):
            here.ledger.mass_restores.claims.free(of.id)
            end(here, of, aborted_by(here, of.id))


def _is_open(here: App, of: MassRecord) -> bool:
    return here.ledger.mass_restores.named(of.id).ended_at is None


def dead(here: App) -> list[MassRecord]:
    """The drills that are open although nobody drives them."""
    leases = here.ledger.mass_leases
    found = [(each, leases.lease(each.id)) for each in under_way(here)]
    return [each for each, lease in found if lease is None or not lease.held]
