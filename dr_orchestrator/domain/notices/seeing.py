"""The events that the ledger's facts show: the same facts show the same events, however often it is looked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from dr_orchestrator.domain.agenda import Appointment, Planned, Slot
from dr_orchestrator.domain.findings.tracked import State, TrackedFinding, end_of
from dr_orchestrator.domain.notices.event import Event
from dr_orchestrator.domain.notices.notice import UTC_FORMAT, Raised
from dr_orchestrator.domain.objective import format_duration
from dr_orchestrator.domain.outline import Outlined
from dr_orchestrator.domain.programme import Exercise, missing, period_start, quarter_of
from dr_orchestrator.domain.service import Service
from dr_orchestrator.domain.tickets.ticket import Item
from dr_orchestrator.domain.verdict import Cleanup, Verdict

LOOKS_BACK = timedelta(days=7)
"""How long after it came about an event is still told: whoever looks a week too late tells no old news."""


def of_exercise(of: Exercise, runs: Sequence[Outlined], by: str) -> list[Raised]:
    """The start of an exercise and, once it is there, its verdict: one message for all of its runs."""
    what = f"{of.title} ({of.id})"
    drills = _counted(of.planned)
    started = {"what": what, "id": of.id, "drills": drills, "by": by, "at": utc(of.started_at)}
    found = [Raised(Event.STARTED, (of.id,), started, of.started_at, of.simulated)]
    if of.ended_at is None or of.verdict is None:
        return found
    results = [*map(_result, runs), *(f"{name}: was planned, and has no run" for name in missing(of, runs))]
    cleanups = [each.closing.cleanup for each in runs if each.closing]
    worst = next((each for each in (Cleanup.LEFTOVERS, Cleanup.UNPROVEN) if each in cleanups), Cleanup.CLEAN)
    return [*found, _ended(what, of.id, of.verdict, worst, results, of.ended_at, simulated=of.simulated)]


def of_run(of: Outlined) -> list[Raised]:
    """The start and the verdict of a run outside of exercises."""
    header, closing = of.header, of.closing
    what, simulated = _run(of), header.provenance.simulated
    by = header.provenance.operator or "nobody named"
    started = {"what": what, "id": header.id, "drills": [header.drill], "by": by, "at": utc(header.started_at)}
    found = [Raised(Event.STARTED, (header.id,), started, header.started_at, simulated)]
    if closing is None:
        return found
    results = [_result(of), *closing.reasons]
    return [
        *found,
        _ended(what, header.id, closing.verdict, closing.cleanup, results, closing.ended_at, simulated=simulated),
    ]


def of_leftovers(of: Outlined, copies: Sequence[str]) -> list[Raised]:
    """The copies that a run may have left, be it part of an exercise or not."""
    closing, header = of.closing, of.header
    if closing is None or closing.cleanup is Cleanup.CLEAN:
        return []
    facts = {
        "what": _run(of),
        "id": header.id,
        "cleanup": closing.cleanup.value,
        "reasons": [*closing.cleanup_reasons],
        "copies": [*copies],
        "at": utc(closing.ended_at),
    }
    return [Raised(Event.LEFTOVERS, (header.id,), facts, closing.ended_at, header.provenance.simulated)]


def overdue(
    appointments: Iterable[Appointment],
    findings: Iterable[TrackedFinding],
    now: datetime,
    services: Iterable[Service] = (),
    tickets: Iterable[Item] = (),
) -> list[Raised]:
    """The drills and findings that are overdue, in one message: each once in its period, a finding once a quarter; and
    what ran out by then, an acceptance or an exclusion, or was lost, the ticket of a finding, once.
    """
    findings = list(findings)
    items = dict([*_accepted_no_more(findings, now), *_excluded_no_more(services, now), *_lost(tickets, now)])
    for each in appointments:
        if each.overdue_since is not None:
            drill = each.state.drill
            began = period_start(drill.every, now)
            told = f"drill {drill.name} of {drill.service.name}, {drill.service.owner}"
            items[f"drill {drill.name} {began:%Y-%m-%d}"] = f"{told}: since {each.overdue_since:%Y-%m-%d}"
    for of in findings:
        if of.overdue_at(now) and not of.simulated and of.due is not None:
            told = f"finding {of.fingerprint[:12]} of {of.service}, {of.owner or 'nobody'}: {of.title}"
            items[f"finding {of.fingerprint} {quarter_of(now)}"] = f"{told}; due on {of.due:%Y-%m-%d}"
    if not items:
        return []
    facts = {"items": [*items.values()], "at": utc(now)}
    return [Raised(Event.OVERDUE, tuple(items), facts, now, of="items")]


def _accepted_no_more(findings: Iterable[TrackedFinding], now: datetime) -> Iterator[tuple[str, str]]:
    for of in findings:
        until = of.accepted_until
        if of.state is State.ACCEPTED and until is not None and not of.simulated and _ran_out(until, now):
            told = f"finding {of.fingerprint[:12]} of {of.service}, {of.owner or 'nobody'}: {of.title}"
            day = f"{until:%Y-%m-%d}"
            yield f"acceptance {of.fingerprint} {day}", f"{told}; accepted until {day}, and no more"


def _excluded_no_more(services: Iterable[Service], now: datetime) -> Iterator[tuple[str, str]]:
    for service in services:
        for resource, each in service.exclusions.items():
            if _ran_out(end_of(each.expires), now):
                told = f"{resource} of {service.name}, {service.owner}: excluded until {each.expires}, and no more"
                yield f"exclusion {service.name} {resource} {each.expires}", told


def _lost(tickets: Iterable[Item], now: datetime) -> Iterator[tuple[str, str]]:
    for each in tickets:
        of, ticket = each.finding, each.ticket
        at = ticket.gone_at if ticket is not None and ticket.lost else None
        if ticket is None or at is None or of.simulated or of.state_at(now).closed or now > at + LOOKS_BACK:
            continue
        told = (
            f"ticket {ticket.ref} of finding {of.fingerprint[:12]} of {of.service}, {of.owner or 'nobody'}: {of.title}"
        )
        what = f"is not seen in {ticket.tracker} since {utc(at)}; `dro tickets anew` makes another"
        yield f"ticket {of.fingerprint} {ticket.gone} {at.astimezone(UTC).isoformat()}", f"{told}; it {what}"


def _ran_out(until: datetime, now: datetime) -> bool:
    return until < now <= until + LOOKS_BACK


def reminders(slots: Iterable[Slot], before: Sequence[timedelta], now: datetime) -> list[Raised]:
    """One message a window and a time before it; of several times that have come by now the last alone."""
    windows: dict[tuple[datetime, datetime], list[Slot]] = {}
    for each in slots:
        windows.setdefault((each.window.start, each.window.end), []).append(each)
    found = []
    for (opens, closes), planned in sorted(windows.items()):
        come = [each for each in before if opens - each <= now < opens]
        if come:
            facts = {
                "drills": [_slot(each) for each in sorted(planned, key=lambda each: (each.at, each.drill.name))],
                "opens": utc(opens),
                "closes": utc(closes),
                "left": format_duration(min(come)),
            }
            key = f"{opens.astimezone(UTC).isoformat()} -{min(come)}"
            found.append(Raised(Event.REMINDER, (key,), facts, now))
    return found


def upcoming(planned: Planned, appointments: Iterable[Appointment], now: datetime) -> list[Slot]:
    """The slots that are to come: those of due drills, and those that are planned of periods to come."""
    due = [each.slot for each in appointments if each.slot]
    return [each for each in (*due, *(slot for slot in planned.slots if slot.began > now)) if each.window.end > now]


def announced(slots: Sequence[Slot], unplanned: Sequence[str], by: str, note: str, now: datetime) -> Raised:
    """A person's word on what is planned: once for the same drills at the same times with the same note; what is on no
    day of the calendar once a day.
    """
    ordered = sorted(slots, key=lambda each: (each.at, each.drill.name))
    drills = [*map(_slot, ordered), *(f"{name}: on no day of the calendar" for name in unplanned)]
    facts = {"drills": drills, "by": by, "note": note, "at": utc(now)}
    today = [f"on {now.astimezone(UTC):%Y-%m-%d}"] if unplanned else []
    key = "\n".join([*drills, note, *today])
    return Raised(Event.ANNOUNCED, (key,), facts, now)


def contacts(why: Sequence[str], now: datetime) -> list[Raised]:
    """That the contacts file is to be made anew: once a week for as long as that is so."""
    if not why:
        return []
    year, week, _ = now.astimezone(UTC).isocalendar()
    facts = {"why": "; ".join(why), "at": utc(now)}
    return [Raised(Event.CONTACTS, (f"{year}-W{week:02}",), facts, now)]


def utc(instant: datetime) -> str:
    """An instant as messages tell it."""
    return instant.astimezone(UTC).strftime(UTC_FORMAT)


def _run(of: Outlined) -> str:
    return f"{of.header.drill} of {of.header.service_title or of.header.service} (run {of.header.id})"


def _ended(
    what: str,
    name: str,
    verdict: Verdict,
    cleanup: Cleanup,
    results: Sequence[str],
    at: datetime,
    *,
    simulated: bool,
) -> Raised:
    facts: Mapping[str, str | Sequence[str]] = {
        "what": what,
        "id": name,
        "verdict": verdict.value,
        "cleanup": cleanup.value,
        "results": [*results],
        "at": utc(at),
    }
    event = Event.ABORTED if verdict is Verdict.ABORTED else Event.VERDICT
    return Raised(event, (name,), facts, at, simulated)


def _result(of: Outlined) -> str:
    if of.closing is None:
        return f"{of.header.drill}: has not ended"
    rta, rto = of.closing.measures.rta, of.header.objective.rto
    recovered = f", recovered in {format_duration(rta)}" if rta is not None else ""
    return f"{of.header.drill}: {of.closing.verdict}{recovered}, RTO {rto or 'no target'}"


def _slot(of: Slot) -> str:
    return f"{of.drill.name} of {of.drill.service.title}, from {utc(of.at)}"


def _counted(names: Sequence[str]) -> list[str]:
    many = {name: names.count(name) for name in dict.fromkeys(names)}
    return [f"{name}, {count} times" if count > 1 else name for name, count in many.items()]
