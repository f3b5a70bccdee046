"""Large-incident drills as the programme's report shows them: a sentence, rows, and JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dr_orchestrator.domain.counted import counted
from dr_orchestrator.domain.quarter.large import LargeRow
from dr_orchestrator.reporting.records import Json
from dr_orchestrator.reporting.wording import Badge, iso, verdict_badge


@dataclass(frozen=True)
class LargeView:
    """One of them."""

    id: str
    title: str
    ended: str
    badge: Badge
    proved: str


def large_row(of: LargeRow) -> LargeView:
    """A row; of one that failed it is told what came back, and that it proves nothing."""
    stamp = ", SIMULATED" if of.simulated else ""
    proved = str(of.back) if of.proven else f"nothing; back were {of.back}"
    return LargeView(of.id, of.title, f"{of.at:%Y-%m-%d}{stamp}", verdict_badge(of.verdict), proved)


def sentence(rows: Sequence[LargeRow]) -> str:
    """All of them together: the most that a real one proved; simulated ones are told apart."""
    real = [each for each in rows if not each.simulated]
    practised = len(rows) - len(real)
    apart = f" {counted(practised, 'simulated one')} besides: practice, and no evidence." if practised else ""
    if not real:
        return f"No large-incident drill was held on AWS in this quarter.{apart}"
    sizes = [each.back for each in real if each.proven]
    best = max(sizes, key=lambda each: (each.items, each.sites, each.products), default=None)
    told = f"the largest proved that {best} come back" if best and best.items else "none of them proved anything"
    return f"{counted(len(real), 'large-incident drill')} ended in this quarter; {told}.{apart}"


def large_json(rows: Sequence[LargeRow]) -> list[Json]:
    """Each of them."""
    return [
        {
            "id": each.id,
            "title": each.title,
            "ended_at": iso(each.at),
            "verdict": each.verdict.value,
            "simulated": each.simulated,
            "proven": each.proven,
            "back": vars(each.back),
        }
        for each in rows
    ]
