"""The command that finishes what died: `dro sweep`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

from dr_orchestrator.cli.output import cost_json, json_option, print_json, say
from dr_orchestrator.cli.terminal.notices import NO_AWS, held, plain
from dr_orchestrator.domain.objective import format_duration
from dr_orchestrator.errors import Exit

if TYPE_CHECKING:
    from dr_orchestrator.domain.run import Run
    from dr_orchestrator.wiring.sweeping import Object, Proof, Sweep, Swept, SweptRun
    from dr_orchestrator.wiring.world import World


@click.command()
@click.option("--dry-run", is_flag=True, help="Only tell what would be taken down.")
@json_option
def sweep(dry_run: bool, as_json: bool) -> int:
    """Finish what died: close dead runs, take down what they and others left, prove it, report what wears our tag.

    The proof is an inventory of every region concerned, before and after.
    """
    from dr_orchestrator import wiring
    from dr_orchestrator.cli.commands.running import minding_leftovers
    from dr_orchestrator.wiring import sweeping

    here = wiring.world()
    with minding_leftovers(here, lambda: [*sweeping.dead_runs(here), *sweeping.resistant_runs(here)]):
        done = sweeping.rehearse(here) if dry_run else sweeping.sweep(here, _silent if as_json else _begun)
    under_lease = _under_lease(here)
    if as_json:
        print_json({**_as_json(done), "under_lease": under_lease})
    else:
        _print(done, under_lease, dry_run)
    if done.strays or done.left:
        return Exit.LEFTOVERS
    return Exit.INCONCLUSIVE if done.proof.unread or any(of.why for of in done.runs) else Exit.PASSED


def _begun(run: Run) -> None:
    click.echo(f"Sweeping run {run.header.id} of {run.header.drill} ...", err=True)


def _silent(_run: Run) -> None:
    pass


def _under_lease(here: World) -> dict[str, str]:
    """Open runs that no sweep touches yet, for a process drives them or died only just now."""
    from dr_orchestrator.wiring import sweeping

    runs = [run.header.id for run in here.ledger.queries.open_runs() if sweeping.alive(here, run.header.id)]
    leases = {run: here.ledger.leases.lease(run) for run in runs}
    return {run: held(lease, here.machine.now()) for run, lease in leases.items() if lease is not None}


def _print(done: Sweep, under_lease: dict[str, str], dry_run: bool) -> None:
    for of in done.runs if not dry_run else ():
        say(f"Run {of.run.header.id} of {of.run.header.drill}: {_told(of)}.")
    if done.exercises:
        click.echo(f"Exercises closed, whose process had died: {', '.join(done.exercises)}.")
    for each in done.copies:
        say(f"  {each.copy.type} {each.copy.id}: {each.state}, {_age(each)}{_besides(each)}")
    _print_strays(done)
    _print_proof(done.proof)
    click.echo(_summary(done, dry_run))
    for run, told in under_lease.items():
        say(f"  Run {run} is {told}: if that process is dead, sweep again then.")


def _told(of: SweptRun) -> str:
    left = [each for each in of.copies if not each.gone]
    if not left:
        return f"NOT swept: {plain(of.why)}" if of.why else "swept"
    why = plain(left[0].why) or "not proven gone"
    return f"NOT swept, {len(left)} of {len(of.copies)} copies may still be there: {why}"


def _age(each: Swept) -> str:
    """How long after its intent; a lab that was started again has set its clock back."""
    if each.age.total_seconds() < 0:
        return "age unknown: the clock went back"
    return f"{format_duration(each.age)} after its intent"


def _besides(each: Swept) -> str:
    told = f", cost so far {plain(str(each.cost))}" if each.cost and not each.gone else ""
    return f"{told}, {plain(each.why)}" if each.why else told


def _print_strays(done: Sweep) -> None:
    for stray in done.strays:
        is_of = "wears the tag of" if stray.tagged else "lives under the name of a copy of"
        say(f"  {stray.type} {stray.id} {is_of} run {stray.run}, but the ledger does not ask for its end")
    if done.strays:
        click.echo("  What the ledger does not hold is never deleted: look at it, and delete it by hand.")


def _print_proof(proof: Proof) -> None:
    say(str(proof))
    for each in proof.would_go or ():
        say(f"  Would go: {each}")
    for word, others in (("gone", proof.others_gone), ("new", proof.others_new)):
        for each in others:
            say(f"  Not by this sweep, {word}: {each}")
    for region, why in _unread(proof).items():
        say(f"  What there is in {region} is not known, nor whether strays are: {plain(why)}")
    if proof.unread:
        click.echo(f"  → {NO_AWS}")


def _unread(proof: Proof) -> dict[str, str]:
    """Why a region was not listed whole, each reason once."""
    regions = sorted({region for region, _ in proof.unread})
    whys = {region: [why for place, why in proof.unread.items() if place[0] == region] for region in regions}
    return {region: "; ".join(dict.fromkeys(told)) for region, told in whys.items()}


def _summary(done: Sweep, dry_run: bool) -> str:
    from dr_orchestrator.wiring.sweeping import counted

    left, all_ = len(done.left), len(done.copies)
    swept = counted(left if dry_run else all_ - left, "copy", "copies")
    told = f"would be closed, {swept} swept" if dry_run else f"closed, {swept} swept"
    still = "" if dry_run else f", {left} may still be there"
    return f"{counted(done.dead, 'dead run')} {told}{still}, {counted(len(done.strays), 'stray')} seen."


def _as_json(done: Sweep) -> dict[str, object]:
    return {
        "dead_runs": done.dead,
        "copies": [
            {
                "type": each.copy.type.value,
                "id": each.copy.id,
                "run": each.copy.run,
                "state": each.state.value,
                "age_s": each.age.total_seconds(),
                "why": each.why,
                "cost": cost_json(each.cost) if each.cost else None,
            }
            for each in done.copies
        ],
        "strays": [
            {"type": each.type.value, "id": each.id, "run": each.run, "region": each.region} for each in done.strays
        ],
        "strays_unknown": "; ".join(dict.fromkeys(done.proof.unread.values())),
        "runs_unswept": {of.run.header.id: of.why for of in done.runs if of.why},
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


def _objects_json(objects: Iterable[Object]) -> list[dict[str, object]]:
    return [
        {"type": each.type.value, "id": each.id, "region": each.region, "identity": each.identity or None}
        for each in objects
    ]
