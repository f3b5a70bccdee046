"""Aurora clusters of PostgreSQL: restore a snapshot, or a point in time, beside production; then an instance in it."""

from dr_orchestrator.resources.aurora_cluster.type import TYPE

__all__ = ["TYPE"]
