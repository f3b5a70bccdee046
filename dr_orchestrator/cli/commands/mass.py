"""Commands on large-incident drills: mass plan|run|status|show|release|handover|abort."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import click

from dr_orchestrator.cli.output import begin, hang, json_option, print_json, say, stamp
from dr_orchestrator.domain.mass_restore.summing import exit_code
from dr_orchestrator.domain.verdict import Cleanup, Verdict
from dr_orchestrator.errors import Exit, UsageError


def _plain(_: click.Context, option: click.Parameter, told: str) -> str:
    """Refuse what nobody can read: control characters, and nothing where something is said."""
    if not told.isprintable():
        raise UsageError(f"{option.opts[0]} holds a control character", "remove it")
    if not told.strip() and (told or option.required):
        raise UsageError(f"{option.opts[0]} says nothing", "write it, or leave the option out")
    return told.strip()


@click.group()
def mass() -> None:
    """Hold large-incident drills: one event, many sites, restored in waves from the containers that they share.

    They are planned in drills/mass-restores. A container is restored by a run like any other; its tenants are asked
    for in the copy, each with a verdict of its own.
    """


@mass.command()
@click.argument("name")
@json_option
def plan(name: str, as_json: bool) -> None:
    """Show what the drill NAME would do: its waves, who is left alone, whether it is larger than what was proven."""
    from dr_orchestrator import wiring
    from dr_orchestrator.reporting.wording import instant
    from dr_orchestrator.wiring.mass_restores.planning import plan as planned
    from dr_orchestrator.wiring.mass_restores.telling import plan_json

    told = plan_json(planned(wiring.world(), name))
    if as_json:
        print_json(told)
        return
    struck = datetime.fromisoformat(told["struck_at"])
    click.echo(f"{told['name']}  {told['title']}: the event strikes {instant(struck)}")
    hang("  size  ", told["compared"]["words"])
    if not told["compared"]["larger"]:
        hang("  → ", "it will raise a finding; where that is meant: dro mass run --accept-smaller REASON")
    for wave in told["waves"]:
        held = ", ".join(f"{each['drill']} ({each['product']}, {each['items']} items)" for each in wave["containers"])
        hang(f"  wave {wave['number']}  ", f"tier {wave['tier']}, {wave['team']}: {held}")
    for each in told["left_alone"]:
        until = f", can be undone until {each['undone_until']}" if each["undone_until"] else ""
        hang("  left alone  ", f"{each['site']}: {each['state']}{until}{_why(each['reason'])}")
    for each in told["refused"]:
        hang("  refused  ", f"{each['site']}, {each['product']}: {each['reason']}")
    for note in told["notes"]:
        hang("  note  ", note)


@mass.command()
@click.argument("name")
@click.option("--auto", is_flag=True, help="Release each wave by itself, and wait for no team.")
@click.option("--at-once", type=click.IntRange(min=1), help="So many containers are restored at once.")
@click.option(
    "--accept-smaller", "accepted", default="", callback=_plain, help="Why it may be no larger than what was proven."
)
@click.option("--resume", is_flag=True, help="Go on with what a dead process left of it.")
@json_option
def run(name: str, auto: bool, at_once: int | None, accepted: str, resume: bool, as_json: bool) -> int:
    """Restore the sites of the drill NAME, wave by wave; without --auto each wave from the second on is released by
    its team (`dro mass release`).

    Exit codes: 0 passed, 1 a site failed, 2 mistakes in the files, 3 inconclusive or partial, 4 stopped, 5 a copy may
    still exist.
    """
    begin(f"Mass restore {name}")
    from dr_orchestrator import prefect_runner, wiring
    from dr_orchestrator.cli.commands.running import minding_leftovers, stopping_on_signals
    from dr_orchestrator.cli.terminal.notices import warn_of_pace
    from dr_orchestrator.wiring.mass_restores.publishing import shown

    here = wiring.world()
    warn_of_pace(here)
    with stopping_on_signals(here, once=True), minding_leftovers(here):
        id = prefect_runner.run_mass_restore(name, auto, at_once, accepted, resume)
    told = shown(here, id)
    if as_json:
        print_json(told)
        return _exit(told)
    _tell(told)
    if (page := here.settings.generated / f"{id}.html").exists():
        click.echo(f"Report: {page}")
    return _exit(told)


@mass.command()
@click.argument("name", required=False)
@json_option
def status(name: str | None, as_json: bool) -> None:
    """List the drills that were held; of NAME (an id, or `latest`) how far each wave is."""
    from dr_orchestrator import wiring
    from dr_orchestrator.wiring.mass_restores.publishing import shown
    from dr_orchestrator.wiring.mass_restores.telling import brief

    here = wiring.world()
    if name is None:
        listed = [brief(each) for each in here.ledger.mass_restores.all()]
        if as_json:
            print_json({"mass_restores": listed})
            return
        for each in listed:
            say(f"{each['id']}  {each['name']}  {each['verdict'] or 'under way'}  {each['started_at']}")
        if not listed:
            click.echo("None was held yet: dro mass plan NAME")
        return
    told = shown(here, name)
    keys = ("id", "name", "simulated", "verdict", "counts", "waves", "handovers")
    print_json({key: told[key] for key in keys}) if as_json else _tell(told)


@mass.command()
@click.argument("name", metavar="ID")
@json_option
def show(name: str, as_json: bool) -> None:
    """Show the drill ID, the beginning of one, or `latest`; its report is written anew."""
    from dr_orchestrator import wiring
    from dr_orchestrator.wiring.mass_restores.publishing import publish, shown

    here = wiring.world()
    told = shown(here, name)
    if as_json:
        print_json(told)
        return
    _tell(told)
    if page := publish(here, told["id"]).get("html"):
        click.echo(f"Report: {page}")


@mass.command()
@click.argument("name", metavar="ID")
@click.argument("wave", type=click.IntRange(min=1))
@json_option
def release(name: str, wave: int, as_json: bool) -> None:
    """Release WAVE of the drill ID, as whoever DRO_OPERATOR names: it begins once the one before is settled."""
    from dr_orchestrator import wiring
    from dr_orchestrator.wiring.operator import operator

    here = wiring.world()
    drills = here.ledger.mass_restores
    record = _open(drills.named(name))
    found = drills.release(record.id, wave, operator(), here.clock.now())
    if as_json:
        print_json({"id": record.id, "wave": wave, "released_by": found.released_by, "at": stamp(found.released_at)})
    else:
        say(f"Wave {wave} of {record.id} is released, by {found.released_by}.")


@mass.command()
@click.argument("name", metavar="ID")
@click.argument("wave", type=click.IntRange(min=1))
@click.option("--to", "taker", required=True, callback=_plain, help="The team that owns it from now on.")
@click.option("--note", default="", callback=_plain, help="What they are to know.")
@json_option
def handover(name: str, wave: int, taker: str, note: str, as_json: bool) -> None:
    """Hand WAVE of the drill ID over to another team; who said so, and when, is kept."""
    from dr_orchestrator import wiring
    from dr_orchestrator.domain.mass_restore.record import Handover
    from dr_orchestrator.errors import without_secrets
    from dr_orchestrator.wiring.operator import operator

    here = wiring.world()
    drills = here.ledger.mass_restores
    record = _open(drills.named(name))
    giver = drills.wave(record.id, wave).team
    told = Handover(wave, here.clock.now(), giver, without_secrets(taker), operator(), without_secrets(note))
    drills.hand_over(record.id, told)
    if as_json:
        print_json({"id": record.id, **vars(told), "at": stamp(told.at)})
    else:
        say(f"Wave {wave} of {record.id} went from {giver} to {told.taker}.")


@mass.command()
@click.argument("name", metavar="[ID]", required=False)
@click.option(
    "--wait", type=click.IntRange(0), default=600, show_default=True, help="Real seconds to wait for its end."
)
@json_option
def abort(name: str | None, wait: int, as_json: bool) -> int:
    """Stop the drill ID, or the one under way, wherever it is driven: copies are taken down, the rest is INCONCLUSIVE.

    One whose process died is ended here. Exit codes: 4 stopped, 5 a copy may still exist.
    """
    from dr_orchestrator import wiring
    from dr_orchestrator.cli.commands.running import minding_leftovers
    from dr_orchestrator.wiring.mass_restores import ending
    from dr_orchestrator.wiring.mass_restores.publishing import shown

    here = wiring.world()
    record = ending.open_one(here, name)
    if record.ended_at is None:
        asked = "Asked the process that drives it to stop; it cleans up first."
        with minding_leftovers(here):
            ending.abort(here, record, wait, lambda: click.echo(asked, err=True))
    told = shown(here, record.id)
    print_json(told) if as_json else _tell(told)
    return _exit(told) if told["verdict"] else Exit.LEFTOVERS


def _open(record: Any) -> Any:
    if record.ended_at is not None:
        raise UsageError(f"{record.id} has ended: {record.verdict}", "`dro mass show` tells what became of it")
    return record


def _tell(told: dict[str, Any]) -> None:
    from dr_orchestrator.reporting.mass_restore.progress import progress

    mark = "  SIMULATED" if told["simulated"] else ""
    click.echo(f"{told['id']}  {told['verdict'] or 'under way'}  {told['title']}{mark}")
    hang("  size  ", told["compared"]["words"])
    waiting = _waits_for_its_team(told)
    for wave in told["waves"]:
        counts = ", ".join(f"{number} {word}" for word, number in wave["counts"].items())
        far = progress(wave, over=told["ended_at"] is not None, auto=told["auto"])
        waits = f"; waits for: dro mass release {told['id']} {waiting}" if wave["number"] == waiting else ""
        done = f"tier {wave['tier']}, {wave['team']}: {far.sites} done ({counts})"
        hang(f"  wave {wave['number']}  ", f"{done}; began: {far.began}; end: {far.ended}{waits}")
    for each in told["sites"]:
        if each["lacks"]:
            lacks = "; ".join(f"{item['product']}: {item['reason']}" for item in each["lacks"])
            hang(f"  {each['verdict']}  ", f"{each['site']}: {lacks}")
    for each in told["left_alone"]:
        until = f", can be undone until {each['undone_until']}" if each["undone_until"] else ""
        proven = f", proven in {each['proven_in']}" if each["proven_in"] else ", not proven" if until else ""
        hang("  LEFT ALONE  ", f"{each['site']}: {each['state']}{until}{proven}{_why(each['reason'])}")


def _waits_for_its_team(told: dict[str, Any]) -> int | None:
    """The wave that would begin now, were it released; None where none is."""
    left = [each for each in told["waves"] if not each["settled_at"]]
    waits = left and not told["ended_at"] and not told["auto"] and not left[0]["released_at"]
    return left[0]["number"] if waits else None


def _why(reason: str | None) -> str:
    return f" ({reason})" if reason else ""


def _exit(told: dict[str, Any]) -> Exit:
    """The exit code of a drill that is told whole."""
    cleanups = [each["cleanup"] for wave in told["waves"] for each in wave["containers"] if each["opened"]]
    verdict = Verdict(told["verdict"]) if told["verdict"] else None
    return exit_code(verdict, [Cleanup(each) if each else None for each in cleanups])
