"""The programme of a workspace in a quarter: the ledger's records and the declarations, as of one instant."""

from __future__ import annotations

import gc
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from dr_orchestrator.domain.agenda import Planned
from dr_orchestrator.domain.coverage import Inventory, inventory
from dr_orchestrator.domain.posture.ruling import NOBODY, Stood
from dr_orchestrator.domain.programme import DueState, due_states, proofs_wanted
from dr_orchestrator.domain.quarter.ageing import TURNS
from dr_orchestrator.domain.quarter.doing import Calling, left_out
from dr_orchestrator.domain.quarter.large import LargeRow
from dr_orchestrator.domain.quarter.model import Facts, Programme, programme
from dr_orchestrator.domain.quarter.people import PeopleRow
from dr_orchestrator.domain.quarter.ran import Proofs, Ran, as_of, proofs
from dr_orchestrator.domain.quarter.span import LEAST, Quarter, quarter_at, read_quarter
from dr_orchestrator.domain.quarter.trend import quarters_until
from dr_orchestrator.domain.since import Memory
from dr_orchestrator.errors import UsageError
from dr_orchestrator.reporting.quarter.files import FORMATS, write_programme
from dr_orchestrator.wiring.app import App
from dr_orchestrator.wiring.calendar import planned_for
from dr_orchestrator.wiring.game_days.quarter import game_day_rows
from dr_orchestrator.wiring.practice.last import last_exercised
from dr_orchestrator.wiring.practice.quarter import people_rows
from dr_orchestrator.wiring.remembering import memory_of

_BEFORE = 4
"""How many quarters back exercises of people are shown."""

_Seen = tuple[datetime, list[Stood]] | None


def programme_of(here: App, named: str = "") -> Programme:
    """The programme in a quarter, `2026-Q3`, or in the one that runs now; one that is over as of its end.

    UsageError where it is no quarter, has not begun, or was over before the ledger begins.
    """
    now, zone = here.clock.now(), here.catalogue.calendar.zone
    quarter = _quarter(named, now, zone)
    if quarter.end(zone) <= now:
        _known(here, quarter, zone)
    return programme(_facts(here, quarter, min(now, quarter.end(zone))))


def publish(
    here: App, named: str = "", out: Path | None = None, formats: Collection[str] = FORMATS
) -> Mapping[str, Path]:
    """Write the report of a quarter, to the folder of reports where no other is named; its files by format."""
    to = here.settings
    with _unsearched():
        return write_programme(programme_of(here, named), out or to.generated, to.templates, formats=formats)


@contextmanager
def _unsearched() -> Iterator[None]:
    """Within: no search for circular garbage. A report is a million small objects that all stay until it is written,
    and each search would look through them all: a third of the time for 2,000 services.
    """
    searched = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if searched:
            gc.enable()


def _quarter(named: str, now: datetime, zone: str) -> Quarter:
    if not named:
        return quarter_at(now, zone)
    try:
        quarter = read_quarter(named)
    except ValueError as wrong:
        raise UsageError(str(wrong), f"the one that runs is {quarter_at(now, zone)}") from wrong
    if quarter.start(zone) > now:
        raise UsageError(f"{quarter} has not begun", f"the one that runs is {quarter_at(now, zone)}")
    return quarter


def _known(here: App, quarter: Quarter, zone: str) -> None:
    """UsageError where a quarter was over before the first record: nobody knows what was run in it, or was not."""
    begins = here.ledger.queries.begins()
    if begins is None:
        raise UsageError(f"nothing is known of {quarter}", "the ledger is empty: it begins with the first run")
    if begins >= quarter.end(zone):
        first = quarter_at(begins, zone)
        raise UsageError(f"nothing is known of {quarter}", f"the ledger begins on {begins:%Y-%m-%d}, in {first}")


def _facts(here: App, quarter: Quarter, now: datetime) -> Facts:
    catalogue, queries = here.catalogue, here.ledger.queries
    zone = catalogue.calendar.zone
    start, end = quarter.start(zone), quarter.end(zone)
    then, judged = min(now, end - LEAST), quarter.within(now, zone)
    runs = queries.ran(quarters_until(quarter)[0].start(zone), now)
    told = as_of(runs, then)
    states = _states(here, told, judged)
    planned, unfrozen = _planned(here, judged, start, end)
    by_name = {each.drill.name: each for each in states[0]}
    reasons = left_out(queries.exercises_between(start, now))
    seen = queries.posture([NOBODY])
    return Facts(
        quarter=quarter,
        zone=zone,
        revision=catalogue.revision,
        simulated_look=seen is not None and seen[0].simulated,
        services=sorted(catalogue.services.values(), key=lambda each: (each.tier.number, each.name)),
        drills=list(catalogue.drills.values()),
        rates=catalogue.rates,
        calling=Calling(catalogue.calendar, planned, unfrozen, by_name, reasons, start, end, now),
        covered=_covered(
            here,
            states,
            judged,
            (seen[0].at, seen[1]) if seen else None,
            memory_of(here, states[1].newest, then),
        ),
        before=_before(here, runs, quarter.moved(-1), zone),
        runs=told,
        findings=queries.findings(),
        histories=queries.turns(TURNS),
        imported=queries.restore_tests(start),
        lives=queries.lives(start, now),
        large=_large(here, start, end, now),
        people=[*people_rows(here, start, end, now), *game_day_rows(here, start, end, now)],
        people_before=_people_before(here, quarter, now),
        people_last=last_exercised(here, now, end),
    )


def _large(here: App, start: datetime, end: datetime, now: datetime) -> list[LargeRow]:
    """The large-incident drills that ended in a quarter, and by now, in the order in which they did."""
    found = [
        LargeRow(each.id, each.plan.title, each.ended_at, each.verdict, each.back, each.simulated)
        for each in here.ledger.mass_restores.all()
        if each.ended_at is not None and each.verdict is not None and start <= each.ended_at < end
    ]
    return sorted((each for each in found if each.at <= now), key=lambda each: (each.at, each.id))


def _people_before(here: App, quarter: Quarter, now: datetime) -> list[PeopleRow]:
    """The exercises of people of the year before a quarter, newest first: most are held less often than once in one."""
    zone = here.catalogue.calendar.zone
    span = quarter.moved(-_BEFORE).start(zone), quarter.start(zone)
    rows = [*people_rows(here, *span, now), *game_day_rows(here, *span, now)]
    held = [(each.at, each) for each in rows if each.at is not None]
    return [each for _, each in sorted(held, key=lambda pair: pair[0], reverse=True)]


def _states(here: App, runs: list[Ran], instant: datetime) -> tuple[list[DueState], Proofs]:
    """Where each drill stood at an instant, by the runs of then."""
    drills = here.catalogue.drills.values()
    told = proofs(runs, proofs_wanted(drills))
    declared = {drill: at for drill, at in here.ledger.queries.declared_since().items() if at <= instant}
    return due_states(drills, told.green, instant, told.newest, told.last, declared), told


def _covered(
    here: App, of: tuple[list[DueState], Proofs], instant: datetime, seen: _Seen, memory: Memory | None = None
) -> Inventory:
    states, told = of
    return inventory(here.catalogue.services.values(), states, told.newest, seen, instant, memory)


def _before(here: App, runs: list[Ran], quarter: Quarter, zone: str) -> Inventory:
    """The inventory of the end of the quarter before."""
    end = quarter.end(zone)
    judged = quarter.within(end, zone)
    return _covered(here, _states(here, as_of(runs, end - LEAST), judged), judged, None)


def _planned(here: App, now: datetime, start: datetime, end: datetime) -> tuple[Planned, Planned | None]:
    """The plan of the quarter and of the next; and as it would be without freezes, where one lies in the quarter."""
    planned = planned_for(here, now)
    if not any(each.first <= end.date() and start.date() <= each.last for each in here.catalogue.calendar.freezes):
        return planned, None
    thawed = replace(here.catalogue, calendar=replace(here.catalogue.calendar, freezes=()))
    return planned, planned_for(here.knowing(thawed), now)
