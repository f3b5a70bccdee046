"""The parts of a drill of an RDS instance, and who writes its heartbeat."""

from __future__ import annotations

from functools import partial

from dr_orchestrator.aws.accounts import Account
from dr_orchestrator.canary.beating import Writer
from dr_orchestrator.domain.kind import Kind
from dr_orchestrator.domain.ports import Clock
from dr_orchestrator.domain.service import Canary, Resource
from dr_orchestrator.resources import on_production, rows
from dr_orchestrator.resources.drillable import Order
from dr_orchestrator.resources.rds_instance.points import RdsPointInTime, RdsSnapshot
from dr_orchestrator.resources.rds_instance.production import ProductionInstance
from dr_orchestrator.resources.rds_instance.promotion import RdsPromotion
from dr_orchestrator.resources.rds_instance.restore import DOOR
from dr_orchestrator.resources.rds_instance.standby import RdsStandby
from dr_orchestrator.resources.rds_instance.vaulted import RdsFromVault
from dr_orchestrator.runner import Components


def components(order: Order) -> Components:
    """The restorer of the drill's kind, its checks, and the two proofs of isolation; none of production."""
    if (on := order.drill.production) is not None:
        own = ProductionInstance(order.drill.resource, order.toolkit, on)
        return on_production.components(order, on, own, DOOR)
    if order.drill.kind is Kind.AZ_FAILOVER:
        return rows.components(order, RdsStandby, DOOR)
    if order.drill.kind is Kind.REPLICA_PROMOTION:
        return rows.components(order, partial(RdsPromotion, of=order.drill.replicates), DOOR)
    way: rows.Way = RdsSnapshot if order.drill.kind is Kind.SNAPSHOT_RESTORE else RdsPointInTime
    if order.drill.vault is not None:
        way = partial(RdsFromVault, vault=order.drill.vault)
    return rows.components(order, way, DOOR)


def writer(account: Account, resource: Resource, canary: Canary, clock: Clock) -> Writer:
    """The writer of the heartbeat's row in the instance."""
    return rows.writer(account, resource, canary, clock, DOOR)
