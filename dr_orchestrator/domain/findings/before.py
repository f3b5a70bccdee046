"""The owner and the due date of a finding before a later act changed both: its history says so, line by line."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime

from dr_orchestrator.domain.findings.tracked import Act, Entry, TrackedFinding, end_of

_NOBODY = "nobody"
_STOOD = re.compile(r" \(before: due (?:(\d{4}-\d{2}-\d{2})|on no day), ([^\n]+)\)$", re.ASCII)
_TO = re.compile(r"to (.+?)(?: \(before ([^\n]+?)\))?(?:, due \d{4}-\d{2}-\d{2}.*)?", re.ASCII | re.DOTALL)
_DUE = re.compile(r"(?:to .+?, )?due (\d{4}-\d{2}-\d{2})(?:, before (\d{4}-\d{2}-\d{2}))?(?:: |$)", re.ASCII)


def stood(known: TrackedFinding) -> str:
    """The words by which a reopening says how a finding stood: it gives another date, and may give another owner."""
    due = f"due {known.due.astimezone(UTC):%Y-%m-%d}" if known.due else "due on no day"
    return f" (before: {due}, {known.owner or _NOBODY})"


def as_given(of: TrackedFinding, history: Sequence[Entry], now: datetime) -> TrackedFinding:
    """A finding with the owner and the due date of an instant, dates to the day; what no line tells stays as it is by
    now: that a repeat was graver, and due sooner, or another's for nobody was named.
    """
    later = [each for each in history if each.at > now and each.act in (Act.ASSIGNED, Act.REOPENED)]
    then = [each for each in history if each.at <= now and each.act in (Act.ASSIGNED, Act.REOPENED, Act.RAISED)]
    return replace(of, due=_due(of, then, later), owner=_owner(of, then, later))


def _due(of: TrackedFinding, then: Sequence[Entry], later: Sequence[Entry]) -> datetime | None:
    """The date that the first later act replaced; where that does not say so, the one that was given last by then."""
    for each in later:
        if each.act is Act.REOPENED:
            found = _STOOD.search(each.text)
            return _day(found[1]) if found else _given(then) or of.due
        if given := _DUE.match(each.text):
            return _day(given[2])
    return of.due


def _given(then: Sequence[Entry]) -> datetime | None:
    """The date that a person gave since it was raised or reopened last."""
    for each in reversed(then):
        if each.act is not Act.ASSIGNED:
            return None
        if found := _DUE.match(each.text):
            return _day(found[1])
    return None


def _owner(of: TrackedFinding, then: Sequence[Entry], later: Sequence[Entry]) -> str:
    """The one who was named last by then: a person's word outlives every sighting; else whom the next act replaced."""
    named = [found[1] for each in then if each.act is Act.ASSIGNED and (found := _TO.fullmatch(each.text))]
    if named:
        return named[-1]
    for each in later:
        if each.act is Act.REOPENED and (found := _STOOD.search(each.text)):
            return "" if found[2] == _NOBODY else found[2]
        if each.act is Act.ASSIGNED and (found := _TO.fullmatch(each.text)):
            return found[2] or of.owner
    return of.owner


def _day(told: str | None) -> datetime | None:
    return end_of(date.fromisoformat(told)) if told else None
