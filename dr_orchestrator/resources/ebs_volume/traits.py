"""The size of a volume, as EC2 describes it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dr_orchestrator.domain.resource_type import Traits
from dr_orchestrator.domain.resource_type.traits import gib


def traits(described: Mapping[str, Any]) -> Traits:
    """Its size, whether blocks of it were ever written or not."""
    return Traits(size=gib(described.get("Size")))
