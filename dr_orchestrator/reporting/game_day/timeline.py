"""The timeline of a game day: each entry of its log in words, with its offset from the start."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from dr_orchestrator.domain.exercise.criteria import Rating
from dr_orchestrator.domain.game_day.log import Entry, Kind
from dr_orchestrator.reporting.wording import instant


@dataclass(frozen=True)
class Line:
    """A line of the timeline, at the time at which it was written; the offset is gross, and None before the start.
    `occurred` is when that was which it tells, where it was earlier.
    """

    number: int
    at: datetime
    offset: timedelta | None
    by: str
    kind: str
    text: str
    occurred: datetime | None = None


def lines(entries: Sequence[Entry]) -> Iterator[Line]:
    """All of them, as they were added."""
    started: datetime | None = None
    for each in entries:
        started = each.at if each.kind is Kind.STARTED else started
        offset = None if started is None else each.at - started
        yield Line(each.number, each.at, offset, each.by, each.kind.value, words(each), each.occurred)


def words(entry: Entry) -> str:
    """The words of an entry; of one that was written later, with when that was which it tells."""
    told = _WORDS[entry.kind](entry.told)
    return f"{told} (happened at {instant(entry.occurred)})" if entry.occurred else told


Told = Mapping[str, Any]


def _because(head: str, text: str) -> str:
    return f"{head}: {text}" if text else head


def _answer(told: Told) -> str:
    return _because(f"{told['item']} is answered with {told['answer']}", told["reason"])


def _rating(told: Told) -> str:
    return _because(f"{told['criterion']}: {Rating(told['rating']).words}", told["reason"])


def _abort(told: Told) -> str:
    by = f" by the criterion {told['criterion']}" if told.get("criterion") else ""
    return f"aborted{by}: {told['text']}"


_WORDS: Mapping[Kind, Callable[[Told], str]] = {
    Kind.PLANNED: lambda told: f"the plan is {told['digest']}",
    Kind.APPROVED: lambda told: f"the plan {told['digest']} is approved",
    Kind.ANSWERED: _answer,
    Kind.GO: lambda _: "go",
    Kind.NO_GO: lambda told: f"no-go: {told['text']}",
    Kind.STARTED: lambda told: f"started, by the plan {told['digest']}",
    Kind.JOINED: lambda told: _because("takes part", told.get("mode", "")),
    Kind.DELIVERED: lambda told: _because(f"the inject {told['inject']} is delivered", told["text"]),
    Kind.RESPONDED: lambda told: f"the inject {told['inject']} is answered: {told['text']}",
    Kind.NOTED: lambda told: told["text"],
    Kind.DECIDED: lambda told: f"decided: {told['text']}",
    Kind.HELD: lambda told: f"held: {told['text']}",
    Kind.RESUMED: lambda _: "goes on",
    Kind.DRILL_STARTED: lambda told: f"the drill {told['drill']} is started as run {told['run']}",
    Kind.DRILL_BEGUN: lambda told: f"the process of run {told['run']} ({told['drill']}) has begun",
    Kind.DRILL_LOST: lambda told: f"there is no run {told['run']} of {told['drill']}: {told['text']}",
    Kind.RATED: _rating,
    Kind.WENT_WELL: lambda told: f"went well: {told['text']}",
    Kind.GAP: lambda told: f"gap {told['name']} ({told['severity']}, owner {told['owner']}): {told['text']}",
    Kind.MENDED: lambda told: f"the gap {told['name']} of an earlier game day is mended: {told['text']}",
    Kind.ENDED: lambda _: "ended: the hot wash follows",
    Kind.ABORTED: _abort,
    Kind.CLOSED: lambda told: _because("closed", told.get("verdict", "")),
    Kind.UNKNOWN: lambda told: _because(f"an entry of a newer release, {told['kind']}", told.get("text", "")),
}
