"""The engine, version and size of what RDS runs, as it describes it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dr_orchestrator.domain.resource_type.traits import Traits, gib


def of_database(described: Mapping[str, Any]) -> Traits:
    """Those of an instance, or of a multi-AZ DB cluster; its size is the storage that it has."""
    return Traits(*_engine(described), gib(described.get("AllocatedStorage")))


def of_aurora(described: Mapping[str, Any]) -> Traits:
    """Those of an Aurora cluster, of whose size no description tells: its AllocatedStorage is 1, whatever it holds."""
    return Traits(*_engine(described))


def of_cluster_snapshot(described: Mapping[str, Any]) -> Traits:
    """Those of a cluster as its snapshot holds it, whichever of the two sorts that is."""
    is_aurora = str(described.get("Engine") or "").startswith("aurora")
    return of_aurora(described) if is_aurora else of_database(described)


def _engine(described: Mapping[str, Any]) -> tuple[str, str]:
    return str(described.get("Engine") or ""), str(described.get("EngineVersion") or "")
