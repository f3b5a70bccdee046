"""The resource types of CloudFormation, as their providers publish them in its registry.

`known` tells one type, `permissions` the rights that making and deleting some takes. The knowledge is in `types.json`,
distilled by `make registry`; `exceptions` is what no schema tells.
"""

from dr_orchestrator.aws.template.registry.schema import Protection, Reference, Target, TypeSchema
from dr_orchestrator.aws.template.registry.table import Phase, known, permissions, source, type_names

__all__ = [
    "Phase",
    "Protection",
    "Reference",
    "Target",
    "TypeSchema",
    "known",
    "permissions",
    "source",
    "type_names",
]
