"""The parts of a drill of a multi-AZ DB cluster, and who writes its heartbeat: both by the cluster's writer."""

from __future__ import annotations

from functools import partial

from dr_orchestrator.aws.accounts import Account
from dr_orchestrator.aws.clusters.restoring import DOOR
from dr_orchestrator.canary.beating import Writer
from dr_orchestrator.domain.kind import Kind
from dr_orchestrator.domain.ports import Clock
from dr_orchestrator.domain.service import Canary, Resource
from dr_orchestrator.resources import on_production, rows
from dr_orchestrator.resources.drillable import Order
from dr_orchestrator.resources.multi_az_cluster.own import ProductionZones
from dr_orchestrator.resources.multi_az_cluster.points import MultiAzPointInTime, MultiAzSnapshot
from dr_orchestrator.resources.multi_az_cluster.standby import MultiAzStandby
from dr_orchestrator.resources.multi_az_cluster.vaulted import MultiAzFromVault
from dr_orchestrator.runner import Components


def components(order: Order) -> Components:
    """The restorer of the drill's kind, its checks, and the two proofs of isolation; none of production."""
    if (on := order.drill.production) is not None:
        own = ProductionZones(order.drill.resource, order.toolkit, on)
        return on_production.components(order, on, own, DOOR)
    if order.drill.kind is Kind.AZ_FAILOVER:
        return rows.components(order, MultiAzStandby, DOOR)
    way: rows.Way = MultiAzSnapshot if order.drill.kind is Kind.SNAPSHOT_RESTORE else MultiAzPointInTime
    if order.drill.vault is not None:
        way = partial(MultiAzFromVault, vault=order.drill.vault)
    return rows.components(order, way, DOOR)


def writer(account: Account, resource: Resource, canary: Canary, clock: Clock) -> Writer:
    """The writer of the heartbeat's row in the cluster."""
    return rows.writer(account, resource, canary, clock, DOOR)
