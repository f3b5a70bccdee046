"""The parts of a drill of an Aurora cluster, and who writes its heartbeat: both by the cluster's writer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from dr_orchestrator.aws.accounts import Account
from dr_orchestrator.aws.clusters import production
from dr_orchestrator.aws.clusters.restoring import DOOR
from dr_orchestrator.canary.beating import Writer
from dr_orchestrator.domain.kind import Kind
from dr_orchestrator.domain.ports import Clock
from dr_orchestrator.domain.service import Canary, Resource
from dr_orchestrator.resources import on_production, rows
from dr_orchestrator.resources.aurora_cluster.own import ProductionCluster
from dr_orchestrator.resources.aurora_cluster.points import ClusterPointInTime, ClusterSnapshot
from dr_orchestrator.resources.aurora_cluster.standby import ClusterStandby
from dr_orchestrator.resources.aurora_cluster.vaulted import ClusterFromVault
from dr_orchestrator.resources.aurora_cluster.worldwide.switching import GlobalStandby, address
from dr_orchestrator.resources.drillable import Order
from dr_orchestrator.runner import Components


def components(order: Order) -> Components:
    """The restorer of the drill's kind, its checks, and the two proofs of isolation; none of production."""
    if (on := order.drill.production) is not None:
        own = ProductionCluster(order.drill.resource, order.toolkit, on)
        return on_production.components(order, on, own, DOOR)
    if order.drill.kind is Kind.AZ_FAILOVER:
        return rows.components(order, ClusterStandby, DOOR)
    if order.drill.secondary is not None:
        over = partial(GlobalStandby, secondary=order.drill.secondary)
        return rows.components(order, over, replace(DOOR, address=partial(_wherever, order)))
    way: rows.Way = ClusterSnapshot if order.drill.kind is Kind.SNAPSHOT_RESTORE else ClusterPointInTime
    if order.drill.vault is not None:
        way = partial(ClusterFromVault, vault=order.drill.vault)
    return rows.components(order, way, DOOR)


def _wherever(order: Order, described: Mapping[str, Any] | None, name: str) -> tuple[str, int]:
    """Where the source answers, or the copy: by the endpoint of its global cluster, once it has one."""
    found = address(order.toolkit, order.copy) if name == order.copy.id else None
    return found or production.address(described, name)


def writer(account: Account, resource: Resource, canary: Canary, clock: Clock) -> Writer:
    """The writer of the heartbeat's row in the cluster."""
    return rows.writer(account, resource, canary, clock, DOOR)
