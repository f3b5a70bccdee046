"""The quotas that AWS tells of an account, counted truthfully; moto knows none."""

from __future__ import annotations

from moto.cloudformation.responses import CloudFormationResponse
from moto.core.responses import ActionResult
from moto.rds.responses import RDSResponse

INSTANCES = 40
"""As AWS gives a new account."""

STACKS = 2000


def _of_rds(self: RDSResponse) -> ActionResult:
    used = len(self.backend.databases)
    return ActionResult({"AccountQuotas": [{"AccountQuotaName": "DBInstances", "Used": used, "Max": INSTANCES}]})


def _of_cloudformation(_: CloudFormationResponse) -> ActionResult:
    return ActionResult({"AccountLimits": [{"Name": "StackLimit", "Value": STACKS}]})


PATCHES = (
    (RDSResponse, "describe_account_attributes", _of_rds),
    (CloudFormationResponse, "describe_account_limits", _of_cloudformation),
)
