"""Fingerprints of definitions: what two runs share when they ran the same thing, whatever the files looked like."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import is_dataclass, replace
from datetime import date, timedelta
from typing import Any

from pydantic import BaseModel

from dr_orchestrator.domain.defaults import told
from dr_orchestrator.domain.drill import Drill
from dr_orchestrator.domain.service import Service

_ABOUT = {"summary", "file", "digest"}


def of_drill(drill: Drill) -> str:
    """The digest of all that decides how a drill runs and is judged; wording and file names are left out."""
    service = drill.service
    definition = {
        **{name: value for name, value in told(drill) if name not in _ABOUT},
        "service": (service.name, service.tier, service.objectives),
        **({"customer stacks": service.customer_stacks} if service.customer_stacks else {}),
    }
    return _sha256(definition)


def of_catalogue(services: Mapping[str, Service], drills: Mapping[str, Drill], settings: Mapping[str, object]) -> str:
    """The digest of all that a workspace declares."""
    return _sha256({"services": services, "drills": _named(drills), "settings": settings})


def _named(drills: Mapping[str, Drill]) -> dict[str, object]:
    return {name: (drill.summary, drill.digest) for name, drill in drills.items()}


def of_record(*parts: object) -> str:
    """The digest of what somebody recorded, whatever its file looked like."""
    return _sha256(parts)


def _sha256(value: object) -> str:
    written = json.dumps(value, default=_plain, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(written.encode()).hexdigest()[:16]


def _plain(value: Any) -> Any:
    """The forms of what JSON has no words for; durations in whole microseconds."""
    if is_dataclass(value) and not isinstance(value, type):
        return {"": type(value).__name__, **dict(told(value))}
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if isinstance(value, timedelta):
        return value // timedelta(microseconds=1)
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"a definition cannot hold a {type(value).__name__}")


def stamped(drill: Drill) -> Drill:
    """The drill with its digest."""
    return replace(drill, digest=of_drill(drill))
