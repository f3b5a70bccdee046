"""Overdue drills: one that let a period pass unproven is a finding, and the runs that prove it are its retest."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from dr_orchestrator.domain.calendar import Frequency
from dr_orchestrator.domain.drill import Drill, Pick, Selection
from dr_orchestrator.domain.finding import Severity
from dr_orchestrator.domain.findings.overdue import Known, ended_unproven, proofs, sightings
from dr_orchestrator.domain.findings.tracked import RaisedBy
from dr_orchestrator.domain.kind import Kind
from dr_orchestrator.domain.objective import Disruption, Limit, Objective, Tier
from dr_orchestrator.domain.programme import DueState
from dr_orchestrator.domain.service import Resource, Runbook, Service

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
QUARTER, BEFORE, LONG_AGO = (datetime(*day, tzinfo=UTC) for day in ((2026, 10, 1), (2026, 7, 1), (2026, 1, 1)))
INSTANT = timedelta(microseconds=1)
PROMISE = Objective(Limit(timedelta(hours=4)), None, "tier")


def state(tier: int = 1, *, due: bool = True, runs: int = 1, every: Frequency = Frequency.QUARTER) -> DueState:
    of = Service("orders", "Orders", Tier(tier, "t", PROMISE), "payments", "c", Runbook("u", date(2026, 1, 1)))
    resource = Resource("db", "a-type", "orders-prod", "us-east-1")
    drawn = Selection(Pick.RANDOM, runs=runs) if runs > 1 else Selection()
    made = Drill(
        "orders-snapshot",
        of,
        resource,
        Kind.SNAPSHOT_RESTORE,
        Disruption.INFRASTRUCTURE,
        PROMISE,
        (),
        drawn,
        every=every,
    )
    return DueState(made, due, "never proven", None if due else NOW, datetime(2027, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    ("known", "overdue"),
    [
        (Known(LONG_AGO), True),
        (Known(QUARTER - INSTANT), True),
        (Known(QUARTER), False),
        (Known(LONG_AGO, (BEFORE,)), False),
        (Known(LONG_AGO, (BEFORE - INSTANT,)), True),
        (Known(LONG_AGO, (LONG_AGO, QUARTER - INSTANT)), False),
        (Known(LONG_AGO, (QUARTER,)), True),
    ],
)
def test_a_drill_is_overdue_where_its_period_ended_unproven(known: Known, overdue: bool) -> None:
    """Not before its own first period has ended, nor where it was proven in it, however it is defined by now."""
    assert (ended_unproven(state(), known, NOW) is not None) is overdue


def test_a_drill_that_is_proven_by_now_is_not_overdue() -> None:
    """Whatever was before."""
    assert ended_unproven(state(due=False), Known(LONG_AGO), NOW) is None


def test_a_drill_that_is_excluded_is_not_overdue() -> None:
    """While somebody's word holds that it need not be performed, nothing is missed."""
    assert ended_unproven(replace(state(), excluded="excluded until 2027-01-01"), Known(LONG_AGO), NOW) is None


def test_of_several_draws_all_have_to_have_passed() -> None:
    """One of three leaves the period unproven."""
    assert ended_unproven(state(runs=3), Known(LONG_AGO, (BEFORE, BEFORE)), NOW) == QUARTER
    assert ended_unproven(state(runs=3), Known(LONG_AGO, (BEFORE, BEFORE, BEFORE)), NOW) is None


def test_a_period_of_a_year_is_a_year() -> None:
    """It ended with the last one."""
    ended = ended_unproven(state(every=Frequency.YEAR), Known(datetime(2025, 3, 1, tzinfo=UTC)), NOW)
    assert ended == datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(("tier", "severity"), [(0, Severity.HIGH), (1, Severity.HIGH), (2, Severity.MEDIUM)])
def test_an_overdue_drill_is_a_finding(tier: int, severity: Severity) -> None:
    """Of its service and owner, with what to do; the same all period long, and once more in the next."""
    told = [
        sightings([state(tier)], {"orders-snapshot": Known(LONG_AGO)}, now, simulated=False)[0]
        for now in (NOW, NOW + timedelta(days=1), NOW + timedelta(days=60))
    ]
    assert [each.source for each in told] == ["quarter until 2026-10-01"] * 2 + ["quarter until 2027-01-01"]
    assert len({each.finding.fingerprint for each in told}) == 1
    first = told[0]
    assert (first.finding.severity, first.finding.owner, first.raised_by) == (severity, "payments", RaisedBy.OVERDUE)
    assert first.finding.detail.startswith("The quarter that ended on 2026-09-30 ended without a proof")
    assert "dro run orders-snapshot" in first.finding.detail
    assert sightings([state()], {"orders-snapshot": Known(QUARTER)}, NOW, simulated=False) == []


def test_the_run_that_proves_it_is_its_retest() -> None:
    """Of a drill that is still due, or of which no run is known, there is none."""
    proof = proofs([state(due=False)], {"orders-snapshot": "r-9"}, NOW)["orders", "orders-snapshot"]
    assert (proof.source, proof.at) == ("r-9", NOW)
    assert proofs([state()], {"orders-snapshot": "r-9"}, NOW) == {}
    assert proofs([state(due=False)], {}, NOW) == {}
