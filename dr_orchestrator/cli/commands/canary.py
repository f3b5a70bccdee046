"""The command that writes heartbeats into production, where they are declared: canary."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

import click

from dr_orchestrator.cli.output import say
from dr_orchestrator.errors import Exit, UsageError

if TYPE_CHECKING:
    from dr_orchestrator.canary.beating import Told
    from dr_orchestrator.wiring.heartbeat import Heartbeat

STOPPING = "Stopping: the beat under way is finished. Again to stop at once."


@click.command()
@click.argument("resources", nargs=-1, required=True, metavar="RESOURCE...")
@click.option("--service", default="", help="The service that the resources are of, where several have such.")
@click.option("--interval", metavar="DURATION", help="How often, such as 30s (default: as declared).")
@click.option("--once", is_flag=True, help="Write one beat each and end; non-zero where one was not written.")
@click.option("--json", "as_json", is_flag=True, help="Print each try as one line of JSON, for programs.")
def canary(resources: tuple[str, ...], service: str, interval: str | None, once: bool, as_json: bool) -> int:
    """Write the heartbeat of RESOURCEs into production, until stopped: where `canary` is declared, and nowhere else.

    Drills never write to production; they read this heartbeat in the copy, to tell how much was lost.
    """
    from dr_orchestrator import wiring
    from dr_orchestrator.cli.commands.running import stopping_on_signals
    from dr_orchestrator.wiring.heartbeat import beat_once, heartbeats, keep_beating

    here = wiring.world()
    wanted = heartbeats(here, resources, service, _duration(interval) if interval else None)
    tell = _as_json if as_json else _in_words
    if once:
        return _once(lambda each: beat_once(wanted, each), tell)
    with stopping_on_signals(here, STOPPING):
        keep_beating(here, wanted, tell)
    return Exit.PASSED


def _once(beat: Callable[[Callable[[Heartbeat, Told], None]], None], tell: Callable[[Heartbeat, Told], None]) -> int:
    codes: list[Exit] = []

    def note(heartbeat: Heartbeat, told: Told) -> None:
        tell(heartbeat, told)
        codes.append(told.fault.exit_code if told.fault else Exit.PASSED)

    beat(note)
    return next((code for code in (Exit.FAILED, Exit.INCONCLUSIVE) if code in codes), max(codes))


def _duration(text: str) -> timedelta:
    from dr_orchestrator.domain.objective import parse_duration

    try:
        interval = parse_duration(text)
    except ValueError as error:
        raise UsageError(f"--interval {text}: not a duration", "write it like 30s or 1m") from error
    if interval < timedelta(seconds=1):
        raise UsageError(f"--interval {text}: shorter than a second", "a heartbeat is no load generator")
    return interval


def _in_words(heartbeat: Heartbeat, told: Told) -> None:
    """Only what is news: the first beat, the first that failed, the first that is there again."""
    from dr_orchestrator.domain.objective import format_duration

    if not told.changed:
        return
    name = heartbeat.resource.name
    if told.fault is not None:
        say(f"{name}: no beat: {told.fault.message}", err=True)
        say(f"  → {told.fault.hint or 'it is tried again at every interval; this is said once'}", err=True)
    elif told.beat is not None:
        where = f"in {heartbeat.place}; every {format_duration(heartbeat.interval)}"
        say(f"{told.beat.at:%Y-%m-%d %H:%M:%S} UTC  {name}: beat no. {told.beat.sequence} {where}")


def _as_json(heartbeat: Heartbeat, told: Told) -> None:
    line = {
        "service": heartbeat.service,
        "resource": heartbeat.resource.name,
        "source": heartbeat.resource.id,
        "sequence": told.beat.sequence if told.beat else None,
        "at": told.beat.at.isoformat(timespec="microseconds") if told.beat else None,
        "error": told.fault.message if told.fault else None,
    }
    say(json.dumps(line))
