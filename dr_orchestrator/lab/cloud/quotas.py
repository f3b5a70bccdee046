"""The quotas that AWS tells of an account, counted truthfully; moto knows none."""

from __future__ import annotations

from moto.cloudformation.responses import CloudFormationResponse
from moto.core.responses import ActionResult
from moto.rds.responses import RDSResponse

INSTANCES = 40
CLUSTERS = 40
"""As AWS gives a new account."""

STACKS = 2000


def _of_rds(self: RDSResponse) -> ActionResult:
    used = (("DBInstances", self.backend.databases, INSTANCES), ("DBClusters", self.backend.clusters, CLUSTERS))
    told = [{"AccountQuotaName": name, "Used": len(held), "Max": most} for name, held, most in used]
    return ActionResult({"AccountQuotas": told})


def _of_cloudformation(_: CloudFormationResponse) -> ActionResult:
    return ActionResult({"AccountLimits": [{"Name": "StackLimit", "Value": STACKS}]})


PATCHES = (
    (RDSResponse, "describe_account_attributes", _of_rds),
    (CloudFormationResponse, "describe_account_limits", _of_cloudformation),
)
