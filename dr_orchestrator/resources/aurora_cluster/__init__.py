"""Aurora clusters of PostgreSQL and MySQL: a snapshot or an instant is restored, then an instance made in it."""

from dr_orchestrator.resources.aurora_cluster.type import TYPE

__all__ = ["TYPE"]
