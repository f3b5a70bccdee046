"""Aurora PostgreSQL as AWS does it: a cluster's data is there without an instance, and is not reached without one."""

from dr_orchestrator.lab.cloud.aurora.answers import PATCHES
from dr_orchestrator.lab.cloud.aurora.backend import Clusters
from dr_orchestrator.lab.cloud.aurora.models.cluster import Cluster
from dr_orchestrator.lab.cloud.aurora.models.member import Member

__all__ = ["PATCHES", "Cluster", "Clusters", "Member"]
