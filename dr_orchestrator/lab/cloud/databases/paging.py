"""Listings of RDS as AWS answers them, page by page; moto answers with everything at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from moto.core.responses import ActionResult
from moto.rds.exceptions import InvalidParameterValue

FEWEST, MOST = 20, 100
"""The bounds of MaxRecords in AWS."""


def page(
    key: str, found: list[Any], given: dict[str, Any], name: Callable[[Any], str], fewest: int = 1
) -> ActionResult:
    """The page after the marker, which is the name of the last one on the page before."""
    size, marker = int(given.get("MaxRecords") or MOST), str(given.get("Marker") or "")
    if not fewest <= size <= MOST:
        raise InvalidParameterValue(f"Invalid value {size} for MaxRecords. Must be between {fewest} and {MOST}")
    names = [name(each) for each in found]
    first = names.index(marker) + 1 if marker in names else 0
    shown = found[first : first + size]
    more = name(shown[-1]) if first + size < len(found) else None
    return ActionResult({key: shown, "Marker": more})


def filters(given: dict[str, Any]) -> dict[str, list[str]]:
    """The filters of a request, by name."""
    return {each["Name"]: each["Values"] for each in given.get("Filters", [])}
