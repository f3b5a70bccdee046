"""The schemas that cfn-lint ships: those in its wheel, never newer ones of this machine's cache."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

import cfnlint
from cfnlint.schema.manager import ProviderSchemaManager

REGION = "us-east-1"
"""The region whose types are taken: it has the most."""

_SHIPPED = Path(cfnlint.__file__).parent / "data" / "schemas"


def schemas() -> Mapping[str, Mapping[str, Any]]:
    """The schema of each type, by its name, in order."""
    manager = ProviderSchemaManager(_SHIPPED / "providers", _SHIPPED / "resources")
    names = sorted(manager.get_resource_types(REGION))
    return {name: manager.get_resource_schema(REGION, name).schema for name in names}


def told() -> Mapping[str, str]:
    """Where the schemas come from: the release of cfn-lint, and the day of its schemas."""
    date = json.loads((_SHIPPED / "version.json").read_text(encoding="utf-8"))["schema_date"]
    return {"cfn-lint": version("cfn-lint"), "schemas": date, "region": REGION}
