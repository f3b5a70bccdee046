"""How settings are read by people, so that two are the same where their words are."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

from dr_orchestrator.domain.counted import counted
from dr_orchestrator.domain.parity import NONE, OFF

__all__ = ["OFF", "ON", "digest", "listed", "on", "policy", "shortened", "tags"]

ON = "on"
LONGEST = 300
"""The most letters of a value that are kept; the digest of all of it stands behind those."""

_NOT_OURS = ("aws:", "dr-drill:")
"""How the names of tags begin that AWS gives by itself, and that drills give their copies."""


def on(value: object) -> str:
    """Whether a thing is switched on."""
    return ON if value else OFF


def listed(values: Iterable[object]) -> str:
    """Values in the order of their letters, whatever order AWS tells them in."""
    return shortened(", ".join(sorted(map(str, values)))) or NONE


def tags(worn: Iterable[Mapping[str, str]]) -> str:
    """The tags that the owner gave."""
    return listed(f"{each['Key']}={each['Value']}" for each in worn if not each["Key"].startswith(_NOT_OURS))


def policy(text: str, name: str) -> str:
    """A policy of a resource, by its statements and their digest; the resource's own name in it stands for any."""
    if not text:
        return NONE
    try:
        held = json.loads(text)
    except ValueError:
        held = {"Statement": [text]}
    statements = held.get("Statement", []) if isinstance(held, dict) else [held]
    return f"{counted(len(statements) if isinstance(statements, list) else 1, 'statement')}, {digest(held, name)}"


def digest(value: Any, name: str = "") -> str:
    """The first letters of the SHA-256 of a value, in which a name stands for any."""
    written = json.dumps(value, sort_keys=True, default=str)
    return hashlib.sha256((written.replace(name, "{name}") if name else written).encode()).hexdigest()[:12]


def shortened(text: str) -> str:
    """A text as it is, or its beginning and the digest of all of it."""
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 20]}… ({digest(text)})"
