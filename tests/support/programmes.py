"""Runs of a programme and the facts of its quarter, with whatever a test does not say as usual."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from dr_orchestrator.domain.agenda import Planned, year_of
from dr_orchestrator.domain.calendar import Calendar
from dr_orchestrator.domain.cost import Rates
from dr_orchestrator.domain.coverage import inventory
from dr_orchestrator.domain.drill import Drill, RecoveryPath
from dr_orchestrator.domain.findings.tracked import TrackedFinding
from dr_orchestrator.domain.kind import Kind
from dr_orchestrator.domain.objective import Disruption, Limit
from dr_orchestrator.domain.posture.ruling import Stood
from dr_orchestrator.domain.programme import due_states, proofs_wanted
from dr_orchestrator.domain.quarter.doing import Calling, left_out
from dr_orchestrator.domain.quarter.model import Facts
from dr_orchestrator.domain.quarter.ran import SEEDED, Ran, World, as_of, proofs
from dr_orchestrator.domain.quarter.span import Quarter
from dr_orchestrator.domain.service import Service
from dr_orchestrator.domain.verdict import Cleanup, Verdict, WorstCaseVerdict

Q4 = Quarter(2026, 4)
NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
RTO, RPO = Limit(4 * HOUR), Limit(HOUR)


def ran(
    drill: str = "a",
    at: datetime = datetime(2026, 10, 20, 14, tzinfo=UTC),
    verdict: Verdict | None = Verdict.PASSED,
    world: World = World.AWS,
    **more: Any,
) -> Ran:
    """A run that took an hour and lost ten minutes; one without a verdict is open."""
    made = Ran(
        id=f"{drill}-{at:%Y%m%d%H%M}",
        exercise="",
        drill=drill,
        kind=Kind.SNAPSHOT_RESTORE,
        service="orders",
        service_title="Orders",
        tier=1,
        resource="db",
        resource_id="orders-prod",
        disruption=Disruption.INFRASTRUCTURE,
        path=RecoveryPath.PRIMARY,
        selection="latest",
        definition="",
        started_at=at,
        simulated=world is not World.AWS,
        engine=SEEDED if world is World.SEEDED else "local",
        rto=RTO,
        rpo=RPO,
    )
    if verdict is not None:
        measured = {"rta": HOUR, "rpa": timedelta(minutes=10), "rpa_grade": "A"}
        ended = {"ended_at": at + 2 * HOUR, "cleanup": Cleanup.CLEAN, "worst_case": WorstCaseVerdict.MET}
        made = replace(made, verdict=verdict, **measured, **ended)  # type: ignore[arg-type]
    return replace(made, **more)


def calling(
    drills: Iterable[Drill],
    runs: Iterable[Ran] = (),
    now: datetime = NOW,
    calendar: Calendar = Calendar(),  # noqa: B008 - it is frozen
    unfrozen: Planned | None = None,
    **more: Any,
) -> Calling:
    """The plan of 2026 in UTC that the fourth quarter is held against."""
    declared = list(drills)
    told = proofs(as_of(runs, now), proofs_wanted(declared))
    states = due_states(declared, told.green, now, told.newest, told.last)
    usual: dict[str, Any] = {
        "calendar": calendar,
        "planned": year_of(calendar, declared, {}, 2026),
        "unfrozen": unfrozen,
        "states": {each.drill.name: each for each in states},
        "left_out": left_out(()),
        "start": Q4.start("UTC"),
        "end": Q4.end("UTC"),
        "now": now,
    }
    return Calling(**{**usual, **more})


def facts(
    services: Sequence[Service],
    drills: Sequence[Drill],
    runs: Sequence[Ran] = (),
    now: datetime = NOW,
    findings: Sequence[TrackedFinding] = (),
    seen: Sequence[Stood] | None = None,
    **more: Any,
) -> Facts:
    """The facts of the fourth quarter of 2026 as of now."""
    start = Q4.start("UTC")

    def covered(instant: datetime, looked: tuple[datetime, Sequence[Stood]] | None) -> Any:
        told = proofs(as_of(runs, instant), proofs_wanted(drills))
        states = due_states(drills, told.green, instant, told.newest, told.last)
        return inventory(services, states, told.newest, looked, instant)

    usual: dict[str, Any] = {
        "quarter": Q4,
        "zone": "UTC",
        "revision": "r1",
        "simulated_look": False,
        "services": services,
        "drills": drills,
        "rates": Rates(),
        "calling": calling(drills, runs, now),
        "covered": covered(now, (now, seen) if seen is not None else None),
        "before": covered(start, None),
        "runs": as_of(runs, now),
        "findings": findings,
        "histories": {},
        "imported": (),
        "lives": (),
    }
    return Facts(**{**usual, **more})
