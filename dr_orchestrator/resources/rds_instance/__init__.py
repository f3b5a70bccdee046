"""RDS instances: restore a snapshot, or a point in time, beside production."""

from dr_orchestrator.resources.rds_instance.type import TYPE

__all__ = ["TYPE"]
