"""Multi-AZ DB clusters of RDS, of PostgreSQL and MySQL: AWS makes the writer and two readable standbys by itself."""

from dr_orchestrator.resources.multi_az_cluster.type import TYPE

__all__ = ["TYPE"]
