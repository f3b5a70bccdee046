"""The first page, for leadership: is the promise proven, what changed since last quarter, and what needs a decision."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from dr_orchestrator.domain.counted import counted
from dr_orchestrator.domain.coverage import Coverage, Covered
from dr_orchestrator.domain.findings.tracked import State
from dr_orchestrator.domain.quarter.ageing import Aged, Ageing
from dr_orchestrator.domain.quarter.doing import Done
from dr_orchestrator.domain.quarter.model import Programme
from dr_orchestrator.domain.quarter.ran import World
from dr_orchestrator.domain.quarter.results import Margin, grouped, is_proven
from dr_orchestrator.domain.verdict import Verdict
from dr_orchestrator.reporting.wording import Badge

_NAMED = 4
_GRAVE = 1
"""The last tier of which what is not proven needs a word of leadership."""


@dataclass(frozen=True)
class Point:
    """A line of the first page: a word with its tone, what it is about, and more of it."""

    badge: Badge
    words: str
    detail: str = ""


def answer(of: Programme) -> Badge:
    """Whether the promise is proven, in a word; what nobody looked for, or claims, leaves it open."""
    proven, services = _proven(of), len(of.services)
    known = _looked(of) and not of.covered.not_seen and not of.covered.counted[Coverage.UNASSIGNED]
    if proven == services and known and services:
        return Badge("PROVEN", "pass")
    if proven == services and services:
        return Badge("PROVEN OF WHAT IS DECLARED", "warn")
    return Badge("PARTLY PROVEN", "warn") if proven else Badge("NOT PROVEN", "fail")


def _looked(of: Programme) -> bool:
    """Whether somebody looked on AWS, within the quarter, for what no service claims."""
    at = of.covered.looked_at
    return at is not None and of.start <= at <= of.now and not of.simulated_look


def sentence(of: Programme) -> str:
    """The answer in a sentence, with the figures behind it."""
    services, proven = counted(len(of.services), "service"), _proven(of)
    said = (
        f"{proven:,} of {services} {'is' if proven == 1 else 'are'} proven by runs on AWS, as they are declared today."
    )
    rehearsed = sum(each.rehearsed for each in of.tiers)
    if not of.of(World.AWS) and not proven:
        said = (
            f"No run on AWS proves any of {services}." if len(of.services) != 1 else "No run on AWS proves the service."
        )
    if rehearsed:
        said += f" {rehearsed:,} passed in simulated runs this quarter, which prove nothing."
    return said


def changes(of: Programme) -> list[Point]:
    """The changes since the quarter before."""
    return list(_changes(of))


def _changes(of: Programme) -> Iterator[Point]:
    now, before = grouped(of.covered.rows), grouped(of.before.rows)
    gained = [name for name, rows in now.items() if is_proven(rows) and not is_proven(before.get(name, ()))]
    anew = [name for name in gained if any(row.changed for row in before.get(name, ()))]
    if first := [name for name in gained if name not in anew]:
        yield Point(Badge("proven now", "pass"), counted(len(first), "service"), _named(first))
    if anew:
        told = f"{counted(len(anew), 'service')} as declared now, passed before as declared then"
        yield Point(Badge("proven anew", "pass"), told, _named(anew))
    if lost := _lost(of):
        yield Point(Badge("no more proven", "fail"), counted(len(lost), "service"), _named(lost))
    yield from _redeclared(of)
    if of.regressions:
        names = [f"{each.series.drill} ({each.measure}{_world(each.run.world)})" for each in of.regressions]
        yield Point(Badge("worse", "warn"), counted(len(of.regressions), "regression"), _named(names))
    moved = [f"{each.drill}: {'; '.join(at.moved)}" for each in of.series if (at := each.newest) and at.moved]
    if moved:
        yield Point(Badge("targets", "none"), f"{counted(len(moved), 'drill')} held to another target", _named(moved))
    real, simulated = of.findings, of.simulated_findings
    if real.opened or real.closed or not (simulated.opened or simulated.closed):
        yield Point(Badge("findings", "none"), f"{real.opened:,} opened or reopened, {real.closed:,} closed")
    if simulated.opened or simulated.closed:
        told = f"{simulated.opened:,} opened or reopened, {simulated.closed:,} closed"
        yield Point(Badge("findings", "none"), f"{told} of simulated runs")
    yield Point(Badge("runs", "none"), _runs(of))


def _lost(of: Programme, beyond: int = -1) -> list[str]:
    """The services that were proven at the end of the quarter before, and are not now; of tiers beyond that one."""
    now, before = grouped(of.covered.rows), grouped(of.before.rows)
    tiers = {each.name: each.tier.number for each in of.services}
    return [
        name
        for name, rows in now.items()
        if tiers[name] > beyond and is_proven(before.get(name, ())) and not is_proven(rows)
    ]


def _redeclared(of: Programme) -> Iterator[Point]:
    """The passed runs that prove nothing of what is declared today."""
    cells = [cell for row in of.covered.rows for each in row.cells.values() for cell in each]
    redefined = _unique(
        cell.state.drill.name for cell in cells if cell.changed and cell.standing is not Coverage.PROVEN
    )
    if redefined:
        told = f"{counted(len(redefined), 'drill')} passed last as defined then: no proof of what is declared now"
        yield Point(Badge("redefined", "warn"), told, _named(redefined))
    gone = [
        each.drill
        for each in of.series
        if each.drill not in of.declared
        and any(at and at.run.world is World.AWS and at.run.passed for at in each.points[-2:])
    ]
    if gone:
        told = f"{counted(len(gone), 'drill')} passed in this quarter or the one before"
        yield Point(Badge("no more declared", "warn"), told, _named(gone))


def _runs(of: Programme) -> str:
    real = of.of(World.AWS)
    passed = sum(each.passed for each in real)
    aborted = sum(each.verdict is Verdict.ABORTED for each in real)
    said = f"{len(real):,} on AWS, {passed:,} passed" + (f", {aborted:,} aborted" if aborted else "")
    for world in (World.LAB, World.SEEDED):
        if own := of.of(world):
            said += f"; {len(own):,} {world}"
    return f"{said}; {words} of AWS Backup imported" if (words := imports(of)) else said


def imports(of: Programme) -> str:
    """The imported restore tests by what became of them, those of a simulated AWS apart; empty where there are none."""
    told = []
    for simulated in (False, True):
        states = Counter(each.status or "PENDING" for each in of.imported if each.simulated is simulated)
        if states:
            each = ", ".join(f"{number:,} {state}" for state, number in sorted(states.items()))
            many = counted(states.total(), "restore test")
            told.append(f"{many}{' of a simulated AWS' if simulated else ''} ({each})")
    return " and ".join(told)


def decisions(of: Programme) -> list[Point]:
    """The matters that somebody has to decide, the gravest first."""
    return list(_decisions(of))


def _decisions(of: Programme) -> Iterator[Point]:
    missed = [each for each in of.missed if each.run.world is World.AWS or of.simulated]
    if missed:
        names = _unique(_missed(each) for each in missed)
        yield Point(
            Badge("missed", "fail"), f"{counted(len(names), 'target')} missed: mend, or promise less", _named(names)
        )
    if unpassed := _unpassed(of):
        told = f"{counted(len(unpassed), 'drill')} whose newest run on AWS did not pass: mend, and drill again"
        yield Point(Badge("not passed", "fail"), told, _named(unpassed))
    every = [(of.findings, False), *([(of.simulated_findings, True)] if of.simulated else [])]
    for live, simulated in every:
        yield from _followed(live, simulated)
    yield from _declared(of)
    yield from _excluded(of)
    for live, simulated in every:
        yield from _accepted(of, live.accepted, simulated)
    yield from _planned(of)


def _unpassed(of: Programme) -> list[str]:
    """The drills of which the newest word on AWS is not green, or that were only stopped; what is excluded aside.

    A word may be older than the quarter: until a newer one is green, it stands.
    """
    newest: dict[str, tuple[Verdict, str]] = {}
    for row in of.covered.rows:
        for cell in (cell for each in row.cells.values() for cell in each):
            if cell.newest is not None and row.standing is not Coverage.EXCLUDED:
                newest[cell.state.drill.name] = (cell.newest.verdict, cell.newest.id)
    said = {run.drill for run in of.of(World.AWS) if run.says_something}
    for run in of.of(World.AWS):
        if run.verdict is not None and (run.says_something or (run.drill not in said and run.drill not in newest)):
            newest[run.drill] = (run.verdict, run.id)
    return [f"{name}: {verdict}, run {run}" for name, (verdict, run) in newest.items() if not verdict.green]


def _followed(live: Ageing, simulated: bool) -> Iterator[Point]:
    if live.overdue:
        oldest = max(live.overdue, key=lambda each: each.age)
        names = _unique(f"{each.finding.service}: {each.finding.title}" for each in live.overdue)
        told = f"{counted(len(live.overdue), 'finding')} overdue, the oldest open for {oldest.age.days:,} days"
        yield Point(Badge("overdue", "fail"), told + _mark(simulated), _named(names))
    bare = [each for each in live.live if each.finding.lacks]
    if bare:
        names = _unique(f"{each.finding.service}: {each.finding.title}" for each in bare)
        told = f"{counted(len(bare), 'finding')} without an owner or a due date{_mark(simulated)}"
        yield Point(Badge("unassigned", "warn"), told, _named(names))


def _declared(of: Programme) -> Iterator[Point]:
    rows = grouped(of.covered.rows)
    for tier in [each for each in of.tiers if each.number is not None and each.number <= _GRAVE]:
        names = [
            each.name
            for each in of.services
            if each.tier.number == tier.number and not is_proven(own := rows.get(each.name, ())) and not _aside(own)
        ]
        if names:
            told = f"{len(names):,} of {counted(tier.services, 'service')} of tier {tier.number} not proven"
            yield Point(Badge("not proven", "fail"), told, _named(names))
    if lost := _lost(of, _GRAVE):
        told = (
            f"{counted(len(lost), 'service')} of tier {_GRAVE + 1} and beyond lost the proof: drill again, or accept it"
        )
        yield Point(Badge("proof lost", "fail"), told, _named(lost))
    counts = of.covered.counted
    if counts[Coverage.UNASSIGNED]:
        names = [row.resource for row in of.covered.rows if row.standing is Coverage.UNASSIGNED]
        told = f"{counted(counts[Coverage.UNASSIGNED], 'resource')} that no service claims: claim, or delete"
        yield Point(Badge("unclaimed", "warn"), told, _named(names))
    if of.at_worst:
        names = [f"{each.drill}" for each in of.at_worst]
        told = f"{counted(len(names), 'drill')} passed, and would miss the RPO at the worst instant: back up more often"
        yield Point(Badge("at worst", "warn"), told, _named(names))


def _aside(rows: Sequence[Covered]) -> bool:
    """Whether all of a service is excluded: then somebody has decided already."""
    return bool(rows) and all(row.standing is Coverage.EXCLUDED for row in rows)


def _excluded(of: Programme) -> Iterator[Point]:
    until = of.quarter.moved(1).end(of.zone)
    expired = [f"{each.service.name}/{each.resource}" for each in of.excluded if each.expired]
    ending = [each for each in of.excluded if not each.expired and each.exclusion.expires < until.date()]
    if expired:
        told = f"{counted(len(expired), 'exclusion')} expired: drill it, or have it approved anew"
        yield Point(Badge("expired", "warn"), told, _named(expired))
    if ending:
        names = [f"{each.service.name}/{each.resource}, {each.exclusion.expires}" for each in ending]
        yield Point(
            Badge("expires", "none"), f"{counted(len(ending), 'exclusion')} before the next quarter ends", _named(names)
        )


def _accepted(of: Programme, accepted: Sequence[Aged], simulated: bool) -> Iterator[Point]:
    until = of.quarter.moved(1).end(of.zone)
    lapsing = [each for each in accepted if _ends_by(each, until)]
    if lapsing:
        names = [
            f"{each.finding.service}: {each.finding.title}, {each.finding.accepted_until:%Y-%m-%d}" for each in lapsing
        ]
        told = f"{counted(len(lapsing), 'accepted risk')} ending before the next quarter does{_mark(simulated)}"
        yield Point(Badge("expires", "none"), told, _named(names))


def _ends_by(of: Aged, until: datetime) -> bool:
    return of.state is State.ACCEPTED and of.finding.accepted_until is not None and of.finding.accepted_until < until


def _planned(of: Programme) -> Iterator[Point]:
    postponed = [each.drill.name for each in of.doings if each.state is Done.POSTPONED]
    if postponed:
        yield Point(
            Badge("postponed", "warn"), f"{counted(len(postponed), 'planned drill')} not run", _named(postponed)
        )
    if of.no_room:
        names = [drill.name for drill, _ in of.no_room]
        told = f"{counted(len(names), 'drill')} that no day of the next quarter has room for"
        yield Point(Badge("no room", "warn"), told, _named(names))


def _proven(of: Programme) -> int:
    return sum(each.proven for each in of.tiers)


def _missed(each: Margin) -> str:
    return f"{each.run.drill}: {each.against.name}{_world(each.run.world)}"


def _world(world: World) -> str:
    return "" if world is World.AWS else f", {world}"


def _mark(simulated: bool) -> str:
    return " (of simulated runs)" if simulated else ""


def _unique(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(names))


def _named(names: Sequence[str]) -> str:
    """The first of some names, and how many more there are."""
    more = f" and {len(names) - _NAMED:,} more" if names[_NAMED:] else ""
    return f"{'; '.join(names[:_NAMED])}{more}"
