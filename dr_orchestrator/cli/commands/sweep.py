"""The command that finishes what died: `dro sweep`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

from dr_orchestrator.cli.output import cost_json, json_option, print_json, say
from dr_orchestrator.cli.terminal.notices import NO_AWS, held, plain
from dr_orchestrator.domain.counted import counted
from dr_orchestrator.domain.objective import format_duration
from dr_orchestrator.errors import Exit

if TYPE_CHECKING:
    from datetime import datetime

    from dr_orchestrator.domain.copy import LiveObject
    from dr_orchestrator.domain.run import Run
    from dr_orchestrator.runner.sweep import LeftAlone, Orphan, Proof, Sweep, Swept, SweptRun


@click.command()
@click.option("--dry-run", is_flag=True, help="Only tell what would be taken down.")
@click.option("--wait", is_flag=True, help="Outwait the leases of processes that are not heard of, half a minute.")
@json_option
def sweep(dry_run: bool, wait: bool, as_json: bool) -> int:
    """Finish what died: close dead runs, take down what they and others left, prove it, report what wears our tag.

    The proof is an inventory of every region concerned, before and after. A run whose process died just now is left
    alone until its lease runs out, and told (exit code 5): until then it may still be driven. --wait waits for it.
    """
    from dr_orchestrator import wiring
    from dr_orchestrator.cli.commands.running import minding_leftovers
    from dr_orchestrator.cli.terminal.leases import Listener
    from dr_orchestrator.wiring import sweeping
    from dr_orchestrator.wiring.mass_restores import ending as mass_restores_ending

    here = wiring.world()
    with minding_leftovers(here, lambda: [*sweeping.dead_runs(here), *sweeping.resistant_runs(here)]):
        ears = Listener(here.machine, wait)
        began = _silent if as_json else _begun
        done = sweeping.dry_run(here, ears, wait) if dry_run else sweeping.sweep(here, began, ears, wait)
    now, dead = here.machine.now(), mass_restores_ending.dead(here)
    if as_json:
        still = {"mass_restores": [{"id": each.id, "name": each.plan.name} for each in dead]}
        print_json({**_as_json(done), **_left_alone_json(done.left_alone, now), **still})
    else:
        _print(done, dry_run)
        for each in done.left_alone:
            say(f"  {_left_alone(each, now)}")
        for drill in dead:
            say(f"Large-incident drill {drill.id} is open, and nobody drives it.")
            click.echo(
                f"  → go on with it: dro mass run {drill.plan.name} --resume; or end it: dro mass abort {drill.id}"
            )
    return done.fault.exit_code if done.fault else Exit.PASSED


def _begun(run: Run) -> None:
    click.echo(f"Sweeping run {run.header.id} of {run.header.drill} ...", err=True)


def _silent(_run: Run) -> None:
    pass


def _left_alone(each: LeftAlone, now: datetime) -> str:
    """A run that no sweep touches yet, and why; one that is driven is no business of a sweep."""
    from dr_orchestrator.cli.terminal.leases import from_when, seen

    run, by = each.run.header, seen(each.held)
    if not each.held.may_be_dead:
        return f"Run {run.id} of {run.drill} is driven by {by}: it is under way, and left alone."
    there = f"{_held_copies(each)} of its copies may still be there"
    when = f"it can be swept {from_when(each.held, now)}, unless it is driven on"
    return f"Run {run.id} of {run.drill} is NOT swept, {there}: it is held by {by}; {when} (--wait waits for it)."


def _held_copies(each: LeftAlone) -> int:
    from dr_orchestrator.domain.copy import TERMINAL

    return sum(1 for row in each.run.copies if row.state not in TERMINAL)


def _left_alone_json(left_alone: Iterable[LeftAlone], now: datetime) -> dict[str, object]:
    """For programs: `driver` is `alive`, or `gone` or `silent` where the run can be swept from that instant on."""
    left_alone = list(left_alone)
    return {
        "under_lease": {each.held.name: held(each.held.lease, now) for each in left_alone},
        "left_alone": [
            {
                "run": each.held.name,
                "drill": each.run.header.drill,
                "holder": each.held.lease.holder,
                "driver": each.held.driver.value,
                "sweepable_from": (now + each.held.left).isoformat() if each.held.may_be_dead else None,
                "sweepable_in_s": each.held.left.total_seconds() if each.held.may_be_dead else None,
                "copies": _held_copies(each),
            }
            for each in left_alone
        ],
    }


def _print(done: Sweep, dry_run: bool) -> None:
    for of in done.runs if not dry_run else ():
        say(f"Run {of.run.header.id} of {of.run.header.drill}: {_told(of)}.")
    if done.exercises:
        click.echo(f"Exercises closed, whose process had died: {', '.join(done.exercises)}.")
    if done.flow_runs:
        click.echo(f"Flow runs of Prefect ended as Crashed, whose process had died: {', '.join(done.flow_runs)}.")
    for each in done.copies:
        say(f"  {each.copy.type} {each.copy.id}: {each.state}, {_age(each)}{_besides(each)}")
    _print_orphans(done)
    _print_proof(done.proof)
    click.echo(_summary(done, dry_run))


def _told(of: SweptRun) -> str:
    left = [each for each in of.copies if not each.gone]
    if not left and of.why:
        return f"NOT swept: {plain(of.why)}"
    if not left:
        return "closed, its copies assumed gone with their lab" if any(each.assumed for each in of.copies) else "swept"
    why = plain(left[0].why) or "not proven gone"
    return f"NOT swept, {len(left)} of {counted(len(of.copies), 'copy', 'copies')} may still be there: {why}"


def _age(each: Swept) -> str:
    """How long after its intent; a lab that was started again has set its clock back."""
    if each.age.total_seconds() < 0:
        return "age unknown: the clock went back"
    return f"{format_duration(each.age)} after its intent"


def _besides(each: Swept) -> str:
    told = f", cost so far {plain(str(each.cost))}" if each.cost and not each.gone else ""
    return f"{told}, {plain(each.why)}" if each.why else told


def _print_orphans(done: Sweep) -> None:
    for orphan in done.orphans:
        is_of = "wears the tag of" if orphan.tagged else "lives under the name of a copy of"
        say(f"  {orphan.type} {orphan.id} {is_of} run {orphan.run}, but the ledger does not ask for its end")
    if done.orphans:
        click.echo("  What the ledger does not hold is never deleted: look at it, and delete it by hand.")


def _print_proof(proof: Proof) -> None:
    say(str(proof))
    for each in proof.would_go or ():
        say(f"  Would go: {each}")
    for word, others in (("gone", proof.others_gone), ("new", proof.others_new)):
        for each in others:
            say(f"  Not by this sweep, {word}: {each}")
    for region, why in _unread(proof).items():
        say(f"  What there is in {region} is not known, nor whether orphans are: {plain(why)}")
    if proof.unread:
        click.echo(f"  → {NO_AWS}")


def _unread(proof: Proof) -> dict[str, str]:
    """Why a region was not listed whole, each reason once."""
    regions = sorted({region for region, _ in proof.unread})
    whys = {region: [why for place, why in proof.unread.items() if place[0] == region] for region in regions}
    return {region: "; ".join(dict.fromkeys(told)) for region, told in whys.items()}


def _summary(done: Sweep, dry_run: bool) -> str:
    left, assumed = len(done.left), sum(each.assumed for each in done.copies)
    swept = counted(left if dry_run else len(done.copies) - left - assumed, "copy", "copies")
    left += sum(map(_held_copies, done.waiting))
    told = f"would be closed, {swept} swept" if dry_run else f"closed, {swept} swept"
    told += f", {assumed} assumed gone with their lab" if assumed else ""
    still = "" if dry_run else f", {left} may still be there"
    return f"{counted(done.dead, 'dead run')} {told}{still}, {counted(len(done.orphans), 'orphan')} seen."


def _as_json(done: Sweep) -> dict[str, object]:
    return {
        "dead_runs": done.dead,
        "copies": [
            {
                "type": each.copy.type,
                "id": each.copy.id,
                "run": each.copy.run,
                "state": each.state.value,
                "age_s": each.age.total_seconds(),
                "why": each.why,
                "cost": cost_json(each.cost) if each.cost else None,
            }
            for each in done.copies
        ],
        "strays": [{"type": each.type, "id": each.id, "run": each.run, **_place(each)} for each in done.orphans],
        "strays_unknown": "; ".join(dict.fromkeys(done.proof.unread.values())),
        "runs_unswept": {of.run.header.id: of.why for of in done.runs if of.why},
        "flow_runs_ended": done.flow_runs,
        "inventory": _inventory_json(done.proof),
    }


def _inventory_json(proof: Proof) -> dict[str, object]:
    """The proof for programs; `after` is null where nothing was to be taken down."""
    return {
        "regions": list(proof.before.regions),
        "before": len(proof.before.objects),
        "after": len(proof.after.objects) if proof.after else None,
        "gone": _objects_json(proof.gone),
        "others_gone": _objects_json(proof.others_gone),
        "others_new": _objects_json(proof.others_new),
        "not_proven_gone": _objects_json(each for seen in proof.shown.values() for each in seen),
        "would_go": _objects_json(proof.would_go or ()),
        "unread": _unread(proof),
    }


def _place(of: LiveObject | Orphan) -> dict[str, object]:
    """The region, and the account where that is not the sources'."""
    return {"region": of.region, **({"account": of.account} if of.account else {})}


def _objects_json(objects: Iterable[LiveObject]) -> list[dict[str, object]]:
    return [{"type": each.type, "id": each.id, **_place(each), "identity": each.identity or None} for each in objects]
