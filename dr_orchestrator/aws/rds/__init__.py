"""RDS instances: restore a snapshot, or a point in time, beside production."""

from dr_orchestrator.aws.rds.instance import RdsInstance
from dr_orchestrator.aws.rds.points import RdsPointInTime, RdsSnapshot

__all__ = ["RdsInstance", "RdsPointInTime", "RdsSnapshot"]
