"""The quotas that RDS tells of an account, counted truthfully; moto knows none."""

from __future__ import annotations

from moto.core.responses import ActionResult
from moto.rds.responses import RDSResponse

INSTANCES = 40
CLUSTERS = 40
SNAPSHOTS = 100
"""As AWS gives a new account."""


def _of_rds(self: RDSResponse) -> ActionResult:
    by_hand = (
        [each for each in kept.values() if each.snapshot_type == "manual"]
        for kept in (self.backend.database_snapshots, self.backend.cluster_snapshots)
    )
    used = (
        ("DBInstances", self.backend.databases, INSTANCES),
        ("DBClusters", self.backend.clusters, CLUSTERS),
        ("ManualSnapshots", next(by_hand), SNAPSHOTS),
        ("ManualClusterSnapshots", next(by_hand), SNAPSHOTS),
    )
    told = [{"AccountQuotaName": name, "Used": len(held), "Max": most} for name, held, most in used]
    return ActionResult({"AccountQuotas": told})


PATCHES = ((RDSResponse, "describe_account_attributes", _of_rds),)
