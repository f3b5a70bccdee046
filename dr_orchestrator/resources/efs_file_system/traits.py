"""The size of a file system, as EFS tells it: some hours late."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dr_orchestrator.domain.resource_type import Traits


def traits(described: Mapping[str, Any]) -> Traits:
    """Its metered size, in all classes of storage."""
    size = (described.get("SizeInBytes") or {}).get("Value")
    return Traits(size=None if size is None else int(size))
