"""RDS as AWS does it: restores that take their time, windows that are checked, events, a False that counts."""

from dr_orchestrator.lab.cloud.rds.backend import Rds
from dr_orchestrator.lab.cloud.rds.listings import PATCHES
from dr_orchestrator.lab.cloud.rds.models import Instance

__all__ = ["PATCHES", "Instance", "Rds"]
