"""Exercises of people as the programme's report shows them: a sentence, rows, and JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dr_orchestrator.domain.counted import counted
from dr_orchestrator.domain.objective import format_duration
from dr_orchestrator.domain.quarter.last import Exercised
from dr_orchestrator.domain.quarter.people import UNREAD, PeopleRow, together
from dr_orchestrator.domain.service import Service
from dr_orchestrator.reporting.records import Json
from dr_orchestrator.reporting.wording import Badge, iso, seconds, verdict_badge

_NOT_HELD = {
    "done": Badge("not due", "none"),
    "due": Badge("due", "open"),
    "overdue": Badge("overdue", "fail"),
    UNREAD: Badge(UNREAD, "fail"),
}


@dataclass(frozen=True)
class PeopleView:
    """One of them."""

    name: str
    kind: str
    held: str
    badge: Badge
    score: str
    attended: str
    reached: str
    gaps: str


def people_row(of: PeopleRow) -> PeopleView:
    """A row; what was not held tells whether it should have been."""
    held = of.at is not None
    seeded = " (seeded)" if of.seeded else ""
    stamp = f", SIMULATED{seeded}" if of.simulated else ""
    stamp += ", corrected" if of.correction else ""
    badge = verdict_badge(of.verdict) if of.verdict is not None else _NOT_HELD.get(of.standing, Badge("-", "none"))
    return PeopleView(
        of.name,
        of.kind,
        f"{of.at:%Y-%m-%d}{stamp}" if of.at is not None else "not in this quarter",
        badge,
        of.score or "-",
        str(of.attended) if held else "-",
        f"{len(of.answered)} of {of.asked}" if of.asked else "-",
        str(of.gaps),
    )


def sentence(rows: Sequence[PeopleRow]) -> str:
    """All of them together."""
    if not rows:
        return "No tabletop and no review is declared."
    of = together(rows)
    told = f"{of.planned} declared, {of.held} held in this quarter, {of.overdue} overdue; {of.gaps} gaps open."
    if unread := [each.name for each in rows if each.standing == UNREAD]:
        told += f" Not read, for their mistakes: {', '.join(unread)}: see `dro check`."
    if not of.asked:
        return told
    after = f", half of them within {format_duration(of.median)}" if of.median is not None else ""
    return f"{told} {of.reached} of {of.asked} contacts were reached{after}."


@dataclass(frozen=True)
class LastView:
    """The last exercise of people that a service was in."""

    tier: str
    service: str
    kind: str
    id: str
    held: str
    badge: Badge


def last_rows(services: Sequence[Service], last: Mapping[str, Exercised]) -> list[LastView]:
    """The services that people exercised, the longest ago first."""
    told = sorted(
        ((last[each.name], each) for each in services if each.name in last),
        key=lambda pair: (pair[0].at, pair[1].name),
    )
    return [
        LastView(
            *(str(of.tier.number), of.title, held.kind.value, held.id, f"{held.at:%Y-%m-%d}"),
            verdict_badge(held.verdict) if held.verdict is not None else Badge("-", "none"),
        )
        for held, of in told
    ]


def last_sentence(services: Sequence[Service], last: Mapping[str, Exercised]) -> str:
    """Of how many services it is known that people ever exercised them."""
    known = sum(each.name in last for each in services)
    told = f"People exercised {known:,} of {counted(len(services), 'service')}, as far as is on record"
    return f"{told}; what is simulated counts for none."


def last_json(services: Sequence[Service], last: Mapping[str, Exercised]) -> list[Json]:
    """Of each service, for programs; nothing where no exercise of it is on record."""
    return [_last(each.name, last.get(each.name)) for each in services]


def _last(service: str, of: Exercised | None) -> Json:
    return {
        "service": service,
        "kind": of.kind.value if of else None,
        "id": of.id if of else None,
        "at": iso(of.at) if of else None,
        "verdict": of.verdict.value if of and of.verdict else None,
    }


def people_json(rows: Sequence[PeopleRow], before: Sequence[PeopleRow] = ()) -> Json:
    """All of them, for programs; those of the quarters before are in no sum."""
    of = together(rows)
    return {
        "planned": of.planned,
        "held": of.held,
        "overdue": of.overdue,
        "contacts_tried": of.asked,
        "contacts_reached": of.reached,
        "contacts_median_s": seconds(of.median),
        "gaps_open": of.gaps,
        "exercises": list(map(_exercise, rows)),
        "before": list(map(_exercise, before)),
    }


def _exercise(of: PeopleRow) -> Json:
    return {
        "kind": of.kind,
        "name": of.name,
        "held_at": iso(of.at),
        "verdict": of.verdict.value if of.verdict else None,
        "standing": of.standing or None,
        "score": of.score or None,
        "attended": of.attended,
        "contacts_tried": of.asked,
        "contacts_reached": len(of.answered),
        "gaps_open": of.gaps,
        "simulated": of.simulated,
        "seeded": of.seeded,
        "correction": of.correction or None,
    }
