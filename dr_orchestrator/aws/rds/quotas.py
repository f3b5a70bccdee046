"""The quotas of RDS that copies count against: instances and clusters of every engine share them."""

from __future__ import annotations

from collections.abc import Iterable

from dr_orchestrator.aws.accounts import Account
from dr_orchestrator.aws.calls.api import Denied
from dr_orchestrator.aws.rds.objects import Shape
from dr_orchestrator.domain.preflight import Doubt
from dr_orchestrator.domain.resource_type import Quota
from dr_orchestrator.errors import NotMeasured, NotRecoverable

INSTANCES, CLUSTERS = "DBInstances", "DBClusters"
"""As RDS names them."""
_WORDS = {
    INSTANCES: "DB instances",
    CLUSTERS: "DB clusters",
    "ManualSnapshots": "manual snapshots",
    "ManualClusterSnapshots": "manual cluster snapshots",
}

_CALL = "rds:DescribeAccountAttributes"


def quota(account: Account, name: str) -> Quota:
    """How many there are in the region, and may be."""
    for each in account.api("rds").call("DescribeAccountAttributes")["AccountQuotas"]:
        if each["AccountQuotaName"] == name:
            return Quota(_WORDS[name], each["Used"], each["Max"])
    raise NotMeasured(f"RDS tells no quota of {name}", call=_CALL)


def room_for_snapshots(shape: Shape, accounts: Iterable[Account]) -> str:
    """The room for one more snapshot of a shape in each of some places: one that a drill takes, or copies, counts as
    made by hand. NotMeasured where there is none, Doubt where RDS does not tell.
    """
    name, told = f"Manual{shape.key.removeprefix('DB')}s", []
    for each in accounts:
        try:
            found = quota(each, name)
        except Denied:
            raise
        except (NotMeasured, NotRecoverable) as fault:
            raise Doubt(f"not known: {fault.message}") from fault
        told.append(f"{found} in {each.region}, 1 more for the drill")
        if found.used >= found.most:
            hint = "raise the quota, or delete snapshots that nobody needs any more"
            raise NotMeasured(f"too few left: {told[-1]}", hint, _CALL)
    return "; ".join(told)
