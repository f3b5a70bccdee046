"""The vocabulary in which a resource type declares itself: plain data, from which every room derives what it must know.

No room but `resources/` knows a type by its name. The guard, the IAM policies, the rules and the JSON Schema of drill
files, names of copies, quotas, inventories and the reports' words all follow from what stands here.
"""

from dr_orchestrator.domain.resource_type.calls import (
    BACKED,
    COMMON,
    DISCOVERY,
    HELD,
    IMPORT,
    Calls,
    CallTable,
    Effect,
    Inquiry,
    OwnFailover,
    Write,
)
from dr_orchestrator.domain.resource_type.copies import CopyType, HeldType, Naming, Quota
from dr_orchestrator.domain.resource_type.declared import (
    Beat,
    Content,
    ResourceType,
    beside_the_source,
    where_the_drill_says,
)
from dr_orchestrator.domain.resource_type.target import By, Target
from dr_orchestrator.domain.resource_type.traits import Described, Told, Trait, Traits
from dr_orchestrator.domain.resource_type.types import Types

__all__ = [
    "BACKED",
    "COMMON",
    "DISCOVERY",
    "HELD",
    "IMPORT",
    "Beat",
    "By",
    "CallTable",
    "Calls",
    "Content",
    "CopyType",
    "Described",
    "Effect",
    "HeldType",
    "Inquiry",
    "Naming",
    "OwnFailover",
    "Quota",
    "ResourceType",
    "Target",
    "Told",
    "Trait",
    "Traits",
    "Types",
    "Write",
    "beside_the_source",
    "where_the_drill_says",
]
