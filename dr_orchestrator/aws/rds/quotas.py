"""The quotas of RDS that copies count against: instances and clusters of every engine share them."""

from __future__ import annotations

from dr_orchestrator.aws.accounts import Account
from dr_orchestrator.domain.resource_type import Quota
from dr_orchestrator.errors import NotMeasured

INSTANCES, CLUSTERS = "DBInstances", "DBClusters"
"""As RDS names them."""
_WORDS = {INSTANCES: "DB instances", CLUSTERS: "DB clusters"}


def quota(account: Account, name: str) -> Quota:
    """How many there are in the region, and may be."""
    for each in account.api("rds").call("DescribeAccountAttributes")["AccountQuotas"]:
        if each["AccountQuotaName"] == name:
            return Quota(_WORDS[name], each["Used"], each["Max"])
    raise NotMeasured(f"RDS tells no quota of {name}", call="rds:DescribeAccountAttributes")
