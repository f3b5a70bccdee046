"""Backups as AWS could tell of them, and services that want something of them, to be judged."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from dr_orchestrator.domain.objective import Disruption, Limit, Objective, Tier
from dr_orchestrator.domain.posture.facts import Continuous, Encryption, Known, Protection
from dr_orchestrator.domain.posture.judging import judged
from dr_orchestrator.domain.posture.ruling import Ruling
from dr_orchestrator.domain.rule import Rule
from dr_orchestrator.domain.service import Resource, Runbook, Service
from dr_orchestrator.domain.wanted import Wanted

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
RESOURCE = Resource("orders-db", "a-type", "orders-prod", "us-east-1")


def days(*ago: float) -> Known[tuple[datetime, ...]]:
    return Known(tuple(NOW - each * DAY for each in ago), "aws:ListPoints")


def window(begins: float, ends: timedelta = 5 * HOUR / 60) -> Known[Continuous]:
    return Known(Continuous(True, NOW - begins * DAY, NOW - ends), "aws:DescribeWindow")


GOOD = Protection(
    created_at=NOW - 400 * DAY,
    points=days(*(each + 0.25 for each in range(30))),
    kept=Known(30 * DAY, "aws:Describe"),
    encryption=Known(Encryption(True, "a key of one's own, key/1", own=True), "aws:Describe"),
    continuous=window(30),
    deletion=Known(True, "aws:Describe"),
    scheduled=True,
    remedies={Rule.POSTURE_RETENTION: "`aws keep --days 30`"},
)


def service(rpo: timedelta | None = HOUR, *, lost: timedelta | None = None, **wanted: Any) -> Service:
    """A service whose tier wants that; `lost` is the RPO where its region is."""
    tier = Tier(1, "Products", Objective(Limit(6 * HOUR), _limit(rpo), "tier 1"), wanted=Wanted(**wanted))
    objectives = {Disruption.REGION: Objective(None, _limit(lost), "its own")} if lost else {}
    book = Runbook("https://wiki.example.com", date(2026, 10, 1))
    made = Service("orders", "Orders", tier, "Orders team", "Ada", book, objectives=objectives)
    return replace(made, resources={RESOURCE.name: RESOURCE})


def ruling(rule: Rule, of: Service | None = None, **changes: Any) -> Ruling:
    """How a rule stands of good backups with these changes."""
    found = judged(replace(GOOD, **changes), of or service(), NOW)
    return next(each for each in found if each.rule is rule)


def _limit(value: timedelta | None) -> Limit | None:
    return None if value is None else Limit(value)
