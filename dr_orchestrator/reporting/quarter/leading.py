"""The first page, for leadership: is the promise proven, what changed since last quarter, and what needs a decision."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from dr_orchestrator.domain.counted import counted
from dr_orchestrator.domain.coverage import Coverage, Covered
from dr_orchestrator.domain.findings.tracked import State
from dr_orchestrator.domain.quarter.ageing import Aged
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
    known = of.covered.looked_at is not None and not of.covered.not_seen and not of.covered.counted[Coverage.UNASSIGNED]
    if proven == services and known and services:
        return Badge("PROVEN", "pass")
    if proven == services and services:
        return Badge("PROVEN OF WHAT IS DECLARED", "warn")
    return Badge("PARTLY PROVEN", "warn") if proven else Badge("NOT PROVEN", "fail")


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
    stood = {name: (is_proven(before.get(name, ())), is_proven(rows)) for name, rows in now.items()}
    gained = [name for name, (was, is_) in stood.items() if is_ and not was]
    lost = [name for name, (was, is_) in stood.items() if was and not is_]
    if gained:
        yield Point(Badge("proven now", "pass"), counted(len(gained), "service"), _named(gained))
    if lost:
        yield Point(Badge("no more proven", "fail"), counted(len(lost), "service"), _named(lost))
    if of.regressions:
        names = [f"{each.series.drill} ({each.measure}{_world(each.point.run.world)})" for each in of.regressions]
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


def _runs(of: Programme) -> str:
    real = of.of(World.AWS)
    passed = sum(each.passed for each in real)
    aborted = sum(each.verdict is Verdict.ABORTED for each in real)
    said = f"{len(real):,} on AWS, {passed:,} passed" + (f", {aborted:,} aborted" if aborted else "")
    for world in (World.LAB, World.SEEDED):
        if own := of.of(world):
            said += f"; {len(own):,} {world}"
    return said + (f"; {counted(len(of.imported), 'restore test')} of AWS Backup imported" if of.imported else "")


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
    live = of.findings if not of.simulated else of.simulated_findings
    if live.overdue:
        oldest = max(live.overdue, key=lambda each: each.age)
        names = _unique(f"{each.finding.service}: {each.finding.title}" for each in live.overdue)
        told = f"{counted(len(live.overdue), 'finding')} overdue, the oldest open for {oldest.age.days:,} days"
        yield Point(Badge("overdue", "fail"), told + _mark(of.simulated), _named(names))
    bare = [each for each in live.live if each.finding.lacks]
    if bare:
        names = _unique(f"{each.finding.service}: {each.finding.title}" for each in bare)
        told = f"{counted(len(bare), 'finding')} without an owner or a due date{_mark(of.simulated)}"
        yield Point(Badge("unassigned", "warn"), told, _named(names))
    yield from _declared(of)
    yield from _lasting(of, live.accepted)
    yield from _planned(of)


def _declared(of: Programme) -> Iterator[Point]:
    rows = grouped(of.covered.rows)
    for tier in [each for each in of.tiers if each.number <= _GRAVE]:
        names = [
            each.name
            for each in of.services
            if each.tier.number == tier.number and not is_proven(own := rows.get(each.name, ())) and not _aside(own)
        ]
        if names:
            told = f"{len(names):,} of {counted(tier.services, 'service')} of tier {tier.number} not proven"
            yield Point(Badge("not proven", "fail"), told, _named(names))
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


def _lasting(of: Programme, accepted: Sequence[Aged]) -> Iterator[Point]:
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
    lapsing = [each for each in accepted if _ends_by(each, until)]
    if lapsing:
        names = [
            f"{each.finding.service}: {each.finding.title}, {each.finding.accepted_until:%Y-%m-%d}" for each in lapsing
        ]
        told = f"{counted(len(lapsing), 'accepted risk')} ending before the next quarter does{_mark(of.simulated)}"
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
