"""What can be drilled: one package a resource type, and the one line that each of them has here."""

from dr_orchestrator.domain.resource_type import Types
from dr_orchestrator.resources import cloudformation_stack, dynamodb_table, rds_instance
from dr_orchestrator.resources.drillable import Drillable

TYPES: Types[Drillable] = Types(
    (
        rds_instance.TYPE,
        dynamodb_table.TYPE,
        cloudformation_stack.TYPE,
    )
)
