"""Raises the notices of all that the ledger shows: whoever looks again, or elsewhere, raises nothing twice."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from dr_orchestrator.domain.copy import TERMINAL
from dr_orchestrator.domain.notices import seeing
from dr_orchestrator.domain.notices.event import FACTS, LISTS, Event, Facts
from dr_orchestrator.domain.notices.notice import Notice, Raised
from dr_orchestrator.domain.outline import Outline
from dr_orchestrator.domain.verdict import Cleanup

if TYPE_CHECKING:
    from dr_orchestrator.wiring.app import App


def notice(here: App, event: Event, key: str, facts: Facts, *, simulated: bool = False) -> Notice | None:
    """Raise an event that the ledger does not show by itself: a hold, a resumption, a step of a game day.

    It is told once a `key`, however often and from wherever this is called, and sent by the next round (`dro notices
    sync`, or `telling.soon`). `facts` are those that FACTS names for the event, lists where LISTS does; None where it
    was raised before, or no channel is told of it. It never raises an error for what a message lacks: a fact that is
    missing is told as empty.
    """
    now = here.clock.now()
    whole = {name: facts.get(name, [] if name in LISTS else "") for name in FACTS[event]}
    whole["at"] = whole.get("at") or seeing.utc(now)
    made = here.ledger.notices.raise_([Raised(event, (key,), whole, now, simulated)], here.notices, now)
    return made[0] if made else None


def look(here: App, more: Sequence[Raised] = ()) -> list[Notice]:
    """Raise whatever is to be told of exercises and runs, and what else was seen."""
    if not here.notices.channels:
        return []
    now = here.clock.now()
    return here.ledger.notices.raise_([*_of_runs(here, now), *more], here.notices, now)


def _of_runs(here: App, now: datetime) -> list[Raised]:
    queries, since = here.ledger.queries, now - 2 * seeing.LOOKS_BACK
    outlines = queries.outlines_since(since)
    within: dict[str, list[Outline]] = defaultdict(list)
    for each in reversed(outlines):
        within[each.header.exercise or ""].append(each)
    seen: list[Raised] = []
    for exercise in queries.exercises_since(since):
        old = exercise.started_at < since  # of which runs may have ended before
        runs = [*reversed(queries.outlines(exercise=exercise.id))] if old else within[exercise.id]
        by = next((each.header.provenance.operator for each in runs if each.header.provenance.operator), "dro")
        seen += seeing.of_exercise(exercise, runs, by)
    for each in within[""]:
        seen += seeing.of_run(each)
    for each in outlines:
        if each.closing is not None and each.closing.cleanup is not Cleanup.CLEAN:
            seen += seeing.of_leftovers(each, _left(here, each.header.id))
    return [each for each in seen if now - each.happened_at <= seeing.LOOKS_BACK]


def _left(here: App, run: str) -> list[str]:
    copies = here.ledger.queries.copies(run)
    return [f"{each.copy.type} {each.copy.id} in {each.copy.region}" for each in copies if each.state not in TERMINAL]
