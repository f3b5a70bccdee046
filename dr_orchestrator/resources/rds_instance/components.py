"""What a drill of an RDS instance is performed with: restorer, checks by SQL, probe; and who beats its heart."""

from __future__ import annotations

import functools
from dataclasses import replace
from datetime import datetime

from dr_orchestrator.aws.accounts import Account
from dr_orchestrator.aws.login import login
from dr_orchestrator.canary.beating import Writer
from dr_orchestrator.canary.rows import RowWriter
from dr_orchestrator.checks.probe import probe
from dr_orchestrator.checks.sql import SqlChecks
from dr_orchestrator.checks.suite import Suite
from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.domain.drill import Drill
from dr_orchestrator.domain.kind import Kind
from dr_orchestrator.domain.ports import Clock
from dr_orchestrator.domain.run import NOT_PROBED, Probed
from dr_orchestrator.domain.service import Canary, Login, Resource
from dr_orchestrator.errors import NotMeasured, UsageError
from dr_orchestrator.resources.drillable import Order
from dr_orchestrator.resources.rds_instance.points import RdsPointInTime, RdsSnapshot
from dr_orchestrator.runner import Components


def components(order: Order) -> Components:
    """The restorer of the drill's kind, its checks, and the two proofs of isolation."""
    drill, toolkit = order.drill, order.toolkit
    way = RdsSnapshot if drill.kind is Kind.SNAPSHOT_RESTORE else RdsPointInTime
    reach = functools.partial(_login, toolkit.account, drill)
    checks = SqlChecks(reach, functools.partial(reach, replace(order.copy, id=drill.resource.id)))
    database = drill.resource.database
    restorer = way(drill.resource, drill.selection, toolkit, SqlChecks(reach).answers if database else None)

    def probed(copy: Copy) -> Probed:
        if order.simulated:
            return Probed(False, f"{NOT_PROBED}: the lab has no network")
        return probe(reach(copy), *restorer.address())

    return Components(
        Suite(drill.checks, toolkit.clock, sql=checks, store_of=lambda _check: drill.resource.name),
        restorer=restorer,
        isolated=restorer.isolated,
        probe=probed if database else None,
    )


def writer(account: Account, resource: Resource, canary: Canary, clock: Clock) -> Writer:
    """What writes the heartbeat's row; its time is the database's own, but in a lab, whose time is the drill's."""
    database = resource.database
    if database is None:
        raise UsageError(f"{resource.name} does not say how to log in", "add `database` to the resource")

    def reach() -> Login:
        return login(account, resource.id, database)

    def now() -> datetime | None:
        return None if clock.pace == 1 else clock.now()

    return RowWriter(reach, canary.table, canary.column, now)


def _login(account: Account, drill: Drill, copy: Copy) -> Login:
    """The copy's address with the source's credentials: a restored instance keeps its master user."""
    if drill.resource.database is None:
        raise NotMeasured(f"{drill.resource.name} declares no database", "add `database` to the resource")
    return login(account, copy.id, drill.resource.database)
