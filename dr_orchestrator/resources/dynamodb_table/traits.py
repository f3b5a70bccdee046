"""The size of a table, as DynamoDB tells it: some hours late."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dr_orchestrator.domain.resource_type import Traits


def traits(described: Mapping[str, Any]) -> Traits:
    """The size of its items."""
    size = described.get("TableSizeBytes")
    return Traits(size=None if size is None else int(size))
