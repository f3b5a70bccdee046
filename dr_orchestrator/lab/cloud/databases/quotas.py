"""The quotas that RDS tells of an account, counted truthfully; moto knows none."""

from __future__ import annotations

from moto.core.responses import ActionResult
from moto.rds.responses import RDSResponse

INSTANCES = 40
CLUSTERS = 40
"""As AWS gives a new account."""


def _of_rds(self: RDSResponse) -> ActionResult:
    used = (("DBInstances", self.backend.databases, INSTANCES), ("DBClusters", self.backend.clusters, CLUSTERS))
    told = [{"AccountQuotaName": name, "Used": len(held), "Max": most} for name, held, most in used]
    return ActionResult({"AccountQuotas": told})


PATCHES = ((RDSResponse, "describe_account_attributes", _of_rds),)
