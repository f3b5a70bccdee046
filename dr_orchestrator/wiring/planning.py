"""Looks, read-only, what a drill would do and whether it could: nothing is created, nothing is in the ledger."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TypeVar

from dr_orchestrator.aws.accounts import Account
from dr_orchestrator.domain.drill import Drill
from dr_orchestrator.domain.objective import format_duration
from dr_orchestrator.domain.ports import Restorer
from dr_orchestrator.domain.recovery_point import RecoveryPoint
from dr_orchestrator.domain.run import Run
from dr_orchestrator.domain.service import ResourceType
from dr_orchestrator.errors import DrillFault
from dr_orchestrator.runner import Parts
from dr_orchestrator.wiring.equipment import equip, plan_copy, read_only
from dr_orchestrator.wiring.opening import look_around
from dr_orchestrator.wiring.world import World

T = TypeVar("T")
HISTORY = 8


@dataclass
class Plan:
    """What a drill would do. `obstacles` is why it could not; empty where it could."""

    drill: Drill
    account: str = ""
    creates: list[str] = field(default_factory=list)
    recovery_points: list[RecoveryPoint] = field(default_factory=list)
    seen: list[str] = field(default_factory=list)
    expected: timedelta | None = None
    obstacles: list[str] = field(default_factory=list)


def plan(here: World, name: str) -> Plan:
    """Look at one drill: identity, source, isolation, template, recovery point, quota, other runs, usual duration."""
    drill = here.drill(name)
    made = Plan(drill)
    account = read_only(here, drill.resource.region)
    caller, fault = look_around(account, drill)
    made.account = caller.account
    if fault is not None:
        made.obstacles.append(fault.message)
        return made
    copy = plan_copy(drill, drill.resource, "plan")
    parts = equip(here, drill, copy, account)
    made.creates = [f"{copy.type} named like {copy.id}"]
    made.creates += [f"{store.copy.type} named like {store.copy.id}, for a while" for store in parts.stores]
    _look(made, parts, here)
    _quota(made, account)
    _conflicts(made, here)
    made.expected = _usual(here.ledger.queries.runs(HISTORY, drill=name))
    return made


def _look(made: Plan, parts: Parts, here: World) -> None:
    copy = plan_copy(made.drill, made.drill.resource, "plan")
    target = parts.environment or parts.restorer
    if target is not None and (seen := _try(made, lambda: target.preflight(copy))):
        made.seen.append(seen)
    restorers: list[Restorer] = [store.restorer for store in parts.stores]
    if parts.restorer is not None:
        restorers.append(parts.restorer)
    for restorer in restorers:
        point = _try(made, restorer.choose)
        if point is None:
            continue
        made.recovery_points.append(point)
        age = format_duration(here.clock.now() - point.data_time)
        made.seen.append(f"recovery point {point.id}, data {age} old ({point.data_time_source})")


def _try(made: Plan, look: Callable[[], T]) -> T | None:
    try:
        return look()
    except DrillFault as fault:
        made.obstacles.append(fault.message)
        return None


def _quota(made: Plan, account: Account) -> None:
    """RDS tells how many instances are used and allowed; a full account would fail the restore, and a failover too."""
    if made.drill.resource.type is not ResourceType.RDS_INSTANCE:
        return
    try:
        quotas = account.api("rds").call("DescribeAccountAttributes")["AccountQuotas"]
    except DrillFault as fault:
        made.seen.append(f"quota not known: {fault.message}")
        return
    for quota in quotas:
        if quota["AccountQuotaName"] == "DBInstances":
            used, most = quota["Used"], quota["Max"]
            made.seen.append(f"{used} of {most} RDS instances in use")
            if used >= most:
                made.obstacles.append(f"no RDS instance can be added: {used} of {most} in use")


def _conflicts(made: Plan, here: World) -> None:
    for run in here.ledger.queries.open_runs():
        if run.header.resource_id == made.drill.resource.id:
            made.obstacles.append(f"run {run.header.id} of {run.header.drill} on the same source is not closed")


def _usual(runs: list[Run]) -> timedelta | None:
    """The median recovery time of earlier runs of the drill."""
    times = [run.closing.measures.rta for run in runs if run.closing and run.closing.measures.rta]
    return timedelta(seconds=statistics.median(each.total_seconds() for each in times)) if times else None
