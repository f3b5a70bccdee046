"""The word of a program on the environment that it made: its outputs, and of which recovery points its stores are."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from dr_orchestrator.errors import NotMeasured

POINTS = "recovery_points"
"""The output that tells the recovery points, by the names of the stores."""

LARGEST = 256 * 1024
"""Bytes of the file in which a program tells its outputs."""

_WRITE = 'write {"health_url": "https://..."} into it, or `terraform output -json`'
_WRITE_POINTS = 'such as {"database": "2026-11-20T09:00:00Z"}, or {"database": {"at": "...", "id": "SNAPSHOT"}}'


@dataclass(frozen=True)
class Point:
    """A recovery point as a program tells it: the instant whose data it holds, and its id, where it has one."""

    at: datetime
    id: str = ""

    def __str__(self) -> str:
        return f"{self.at.isoformat()} {self.id}".strip()


@dataclass(frozen=True)
class Told:
    """The outputs of a program, those without secrets, and its recovery points by store."""

    outputs: Mapping[str, str] = field(default_factory=dict)
    points: Mapping[str, Point] = field(default_factory=dict)


def point(text: str) -> Point:
    """A recovery point from its own words."""
    at, _, id = text.partition(" ")
    return Point(datetime.fromisoformat(at), id)


def read(file: Path, stores: Collection[str], secrets: Collection[str]) -> Told:
    """Read the file of the outputs: an object of texts, or as `terraform output -json` writes it; NotMeasured where it
    is none, or tells recovery points that are none. What holds one of our secrets is no output.
    """
    if not file.exists():
        return Told()
    told = {str(name): _value(value) for name, value in _object(file).items()}
    points = told.pop(POINTS, None)
    texts = {name: str(value) for name, value in told.items() if _is_plain(value)}
    kept = {name: value for name, value in texts.items() if not any(each in value for each in secrets if each)}
    return Told(kept, {} if points is None else _points(points, stores))


def _object(file: Path) -> dict[str, Any]:
    if (size := file.stat().st_size) > LARGEST:
        raise NotMeasured(f"DRO_OUTPUTS has {size:,} bytes, {LARGEST:,} are read")
    try:
        told = json.loads(file.read_text("utf-8"))
    except (ValueError, RecursionError) as wrong:
        raise NotMeasured(f"DRO_OUTPUTS is no JSON: {wrong}", _WRITE) from wrong
    if not isinstance(told, dict):
        raise NotMeasured("DRO_OUTPUTS is no object of JSON", _WRITE)
    return told


def _value(value: Any) -> Any:
    """The value of an output; None of what Terraform calls sensitive."""
    if isinstance(value, dict) and "value" in value and value.keys() <= {"value", "type", "sensitive"}:
        return None if value.get("sensitive") else value["value"]
    return value


def _is_plain(value: Any) -> bool:
    """Whether it is a text or a number: a list or an object is nothing that a check could name."""
    return isinstance(value, str | int | float) and not isinstance(value, bool) and value != ""


def _points(told: Any, stores: Collection[str]) -> dict[str, Point]:
    if not isinstance(told, dict):
        raise NotMeasured(f"{POINTS} in DRO_OUTPUTS is no object of JSON", _WRITE_POINTS)
    for name in told:
        if name not in stores:
            known = ", ".join(stores) or "none"
            raise NotMeasured(f"{POINTS} tells of '{name}', and the stores that are declared are: {known}")
    return {name: _point(name, value) for name, value in told.items()}


def _point(name: str, told: Any) -> Point:
    at, id = (told.get("at"), told.get("id", "")) if isinstance(told, dict) else (told, "")
    try:
        instant = datetime.fromisoformat(at) if isinstance(at, str) else None
    except ValueError:
        instant = None
    if instant is None or instant.tzinfo is None:
        raise NotMeasured(f"{POINTS} of '{name}' is no instant with a zone: {str(at)[:60]}", _WRITE_POINTS)
    return Point(instant.astimezone(UTC), str(id)[:200].replace("\n", " "))
