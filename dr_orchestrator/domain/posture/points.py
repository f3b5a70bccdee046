"""The rules on recovery points themselves: how old the newest is, whether each day has one, how far back they reach."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from dr_orchestrator.domain.counted import counted
from dr_orchestrator.domain.finding import Severity
from dr_orchestrator.domain.objective import Limit, format_duration
from dr_orchestrator.domain.posture.facts import Continuous, Fact, Inapplicable, Known, Protection, Unknown
from dr_orchestrator.domain.posture.ruling import Ruling, Standing
from dr_orchestrator.domain.rule import Rule
from dr_orchestrator.domain.wanted import Wanted

DAY = timedelta(days=1)
HOLE = timedelta(hours=36)
"""The gap from which on a day was left out: a daily backup may begin at any time of its window."""

WINDOW_SLACK = timedelta(days=2)
"""A window begins with a daily backup, so it may be as much shorter than it should be without any interruption."""

_PROMISE = "or promise less: `rpo` in tiers.yaml, or `objectives` in the service's file"
_BY_FILE = {
    Rule.POSTURE_NEWEST: _PROMISE,
    Rule.POSTURE_CONTINUOUS: _PROMISE,
    Rule.POSTURE_RETENTION: "or want less: `backups: {retention: ...}` of the tier in tiers.yaml",
    Rule.POSTURE_ELSEWHERE: "or want none: `backups: {copy_in: [...]}` of the tier in tiers.yaml",
    Rule.POSTURE_LOCK: "or want none: `backups: {immutable: false}` of the tier in tiers.yaml",
    Rule.POSTURE_DELETION: "or want none: `backups: {deletion_protection: false}` of the tier in tiers.yaml",
}
"""The words of the files where it is the wish that is wrong."""

Span = tuple[datetime, datetime]


def newest(facts: Protection, rpo: Limit | None, now: datetime) -> Ruling:
    """The age of the newest instant that can be restored, of whichever kind, against the RPO."""
    rule = Rule.POSTURE_NEWEST
    if rpo is None:
        return Ruling(rule, Standing.NONE, "no RPO is promised that it could be held to")
    told = [*_points(facts.points), *_latest(facts.continuous)]
    silent = [each for each in (facts.points, facts.continuous) if isinstance(each, Unknown)]
    if told:
        at, what, call = max(told)
        evidence = f"the newest, {what}, is of {at:%Y-%m-%d %H:%M} UTC, {format_duration(now - at)} ago; RPO {rpo}"
        if rpo.met_by(now - at):
            return Ruling(rule, Standing.HELD, evidence, call)
        if not silent:
            return short(facts, rule, Severity.HIGH, evidence, call)
    if silent:
        return unasked(rule, silent[0])
    if isinstance(facts.points, Inapplicable) and isinstance(facts.continuous, Inapplicable):
        return unasked(rule, facts.points)
    calls = [each.call for each in (facts.points, facts.continuous) if isinstance(each, Known)]
    return short(facts, rule, Severity.HIGH, f"nothing can be restored at all; RPO {rpo}", calls[0])


def daily(facts: Protection, wanted: Wanted, now: datetime) -> Ruling:
    """Whether each day of the retention has something to restore."""
    rule, told = Rule.POSTURE_DAILY, facts.points
    if isinstance(told, Inapplicable) and isinstance(facts.continuous, Inapplicable):
        return unasked(rule, told)
    missing = [each for each in (told, facts.continuous, facts.kept) if isinstance(each, Unknown)]
    if missing:
        return unasked(rule, missing[0])
    call = next(each.call for each in (told, facts.continuous) if isinstance(each, Known))
    spans = _covered(facts)
    since = max(filter(None, (now - _reached(facts, wanted, spans, now), facts.created_at)))
    if not spans:
        return short(facts, rule, Severity.HIGH, f"no day since {since:%Y-%m-%d} has one", call)
    holes = _holes(spans, since, now)
    within = f"{counted(len(spans), 'point')} or window since {since:%Y-%m-%d}"
    if holes:
        began, ended = max(holes, key=lambda hole: hole[1] - hole[0])
        longest = f"the longest {format_duration(ended - began)}, from {began:%Y-%m-%d %H:%M} UTC"
        evidence = f"{counted(len(holes), 'hole')} since {since:%Y-%m-%d}, {longest}"
        return short(facts, rule, Severity.MEDIUM, evidence, call)
    return Ruling(rule, Standing.HELD, f"no hole over {format_duration(HOLE)} among {within}", call)


def retention(facts: Protection, wanted: Wanted, now: datetime) -> Ruling:
    """How far back one can go, against what the tier wants: by the setting, or by the points that are there."""
    rule, told = Rule.POSTURE_RETENTION, facts.kept
    if not isinstance(told, Known):
        return unasked(rule, told)
    if told.value is None:
        return Ruling(rule, Standing.HELD, "kept for ever", told.call)
    reach = _unbroken(_covered(facts), now)
    evidence = f"kept for {format_days(told.value)}; an unbroken row reaches {format_days(reach)} back"
    evidence += f"; wanted {format_days(wanted.retention)}"
    if max(told.value, reach) >= wanted.retention:
        return Ruling(rule, Standing.HELD, evidence, told.call)
    return short(facts, rule, Severity.MEDIUM, evidence, told.call)


def continuous(facts: Protection, rpo: Limit | None, now: datetime) -> Ruling:
    """Whether any instant can be restored, up to when, and whether the window is as long as it should be."""
    rule, told = Rule.POSTURE_CONTINUOUS, facts.continuous
    if not isinstance(told, Known):
        return unasked(rule, told)
    if not told.value.on or told.value.latest is None:
        why = "it is switched off" if not told.value.on else "it has no restorable time yet"
        grave = rpo is not None and rpo.value < DAY
        severity = Severity.HIGH if grave else Severity.MEDIUM
        return short(facts, rule, severity, f"{why}{f'; RPO {rpo}' if rpo else ''}", told.call)
    return _window(facts, told, rpo, now)


def _window(facts: Protection, told: Known[Continuous], rpo: Limit | None, now: datetime) -> Ruling:
    rule, latest = Rule.POSTURE_CONTINUOUS, told.value.latest or now
    earliest = told.value.earliest or latest
    evidence = f"from {earliest:%Y-%m-%d %H:%M} to {latest:%Y-%m-%d %H:%M:%S} UTC, {format_duration(now - latest)} ago"
    if rpo is not None and not rpo.met_by(now - latest):
        return short(facts, rule, Severity.HIGH, f"{evidence}; RPO {rpo}", told.call)
    kept = facts.kept.value if isinstance(facts.kept, Known) else None
    due = max(filter(None, (now - kept if kept else None, facts.created_at)), default=earliest)
    if earliest - due > WINDOW_SLACK:
        late = f"{evidence}; it begins {format_duration(earliest - due)} after it should"
        return short(facts, rule, Severity.MEDIUM, late, told.call)
    return Ruling(rule, Standing.HELD, evidence, told.call)


def short(facts: Protection, rule: Rule, severity: Severity, evidence: str, call: str) -> Ruling:
    """A shortfall, with what its type says mends it."""
    remedy = "; ".join(filter(None, (facts.remedies.get(rule, ""), _BY_FILE.get(rule, ""))))
    return Ruling(rule, Standing.SHORT, evidence, call, severity, remedy)


def unasked(rule: Rule, why: Unknown | Inapplicable) -> Ruling:
    """A ruling on no fact: what a type does not have is no shortfall, what could not be asked neither good nor bad."""
    if isinstance(why, Inapplicable):
        return Ruling(rule, Standing.NONE, why.why)
    return Ruling(rule, Standing.UNKNOWN, why.why, why.call, None, why.hint, why.denied)


def _points(told: Fact[tuple[datetime, ...]]) -> list[tuple[datetime, str, str]]:
    if not isinstance(told, Known) or not told.value:
        return []
    return [(max(told.value), f"the last of {counted(len(told.value), 'point')}", told.call)]


def _latest(told: Fact[Continuous]) -> list[tuple[datetime, str, str]]:
    if not isinstance(told, Known) or not told.value.on or told.value.latest is None:
        return []
    return [(told.value.latest, "the latest restorable time", told.call)]


def _covered(facts: Protection) -> list[Span]:
    """The spans of time that something restores, in order: points, and a window where that counts as a day's, too."""
    spans = [(at, at) for at in facts.points.value] if isinstance(facts.points, Known) else []
    window = facts.continuous.value if isinstance(facts.continuous, Known) else None
    if window and window.on and window.earliest and window.latest and not facts.scheduled:
        spans.append((window.earliest, window.latest))
    return sorted(spans)


def _reached(facts: Protection, wanted: Wanted, spans: Sequence[Span], now: datetime) -> timedelta:
    """How far back each day is to have one: as long as points are kept, and no longer than is wanted."""
    kept = facts.kept.value if isinstance(facts.kept, Known) else None
    return min(wanted.retention, max(kept, _unbroken(spans, now))) if kept is not None else wanted.retention


def _holes(spans: Iterable[Span], since: datetime, now: datetime) -> list[Span]:
    found: list[Span] = []
    reached = since
    for began, ended in (*spans, (now, now)):
        if began - reached > HOLE:
            found.append((reached, began))
        reached = max(reached, ended)
    return found


def _unbroken(spans: Sequence[Span], now: datetime) -> timedelta:
    """How far back from now there is no hole."""
    reached = now
    for began, ended in sorted(spans, key=lambda span: span[1], reverse=True):
        if reached - ended > HOLE:
            break
        reached = min(reached, began)
    return now - reached


def format_days(value: timedelta) -> str:
    """A duration in days, as people speak of how long something is kept."""
    days = value / DAY
    return f"{days:.0f} d" if value % DAY == timedelta() else f"{days:.1f} d"
