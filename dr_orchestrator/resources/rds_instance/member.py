"""An RDS instance as part of an environment."""

from __future__ import annotations

from dr_orchestrator.aws.rds.objects import INSTANCES
from dr_orchestrator.aws.toolkit import Toolkit
from dr_orchestrator.domain.copy import Place
from dr_orchestrator.resources.member import DatabaseMember
from dr_orchestrator.resources.rds_instance.name import NAME
from dr_orchestrator.resources.rds_instance.restore import RdsInstance


class InstanceMember(DatabaseMember):
    """The instances in an environment."""

    def __init__(self, toolkit: Toolkit, place: Place) -> None:
        super().__init__(NAME, INSTANCES, toolkit, place, lambda source, there: RdsInstance(source, None, there))
