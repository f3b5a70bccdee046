"""The file in which a customer's stack is recorded: JSON of one form, so that the same state is the same text."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from dr_orchestrator.domain.customer.differing import digest
from dr_orchestrator.domain.customer_stack import Aspect, Baseline, CustomerStack

SCHEMA = 1
LARGEST = 8_000_000
"""Bytes of such a file, at most; a template is of a million, at most."""


class NoBaseline(ValueError):
    """A file is there that is no baseline; the words say why."""


def default_file(service: str, name: str) -> str:
    """Where the baseline of a service's stack lies unless the service says otherwise."""
    return f"baselines/{service}-{name}.json"


def text(stack: CustomerStack, recorded_at: datetime, documents: Mapping[Aspect, Any]) -> str:
    """The text of a baseline."""
    told = {
        "schema": SCHEMA,
        "account": stack.account,
        "region": stack.region,
        "stack": stack.stack,
        "recorded_at": recorded_at.isoformat(timespec="seconds"),
        "documents": {each.value: documents[each] for each in Aspect},
    }
    return json.dumps(told, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def read(path: Path, account: str, region: str, stack: str) -> Baseline | None:
    """The baseline that a file holds of a stack; None where there is no such file, NoBaseline where it holds none."""
    if not path.exists():
        return None
    try:
        if path.stat().st_size > LARGEST:
            raise NoBaseline(f"is larger than {LARGEST:,} bytes")
        told = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, json.JSONDecodeError, RecursionError) as wrong:
        raise NoBaseline(f"cannot be read: {wrong}") from wrong
    return _parsed(told, {"account": account, "region": region, "stack": stack})


def _parsed(told: Any, of: Mapping[str, str]) -> Baseline:
    if not isinstance(told, dict) or told.get("schema") != SCHEMA:
        raise NoBaseline("is not a baseline of this program")
    if other := [f"{key} {told.get(key)}" for key, value in of.items() if told.get(key) != value]:
        raise NoBaseline(f"was recorded of another stack: {', '.join(other)}")
    try:
        documents = {each: told["documents"][each.value] for each in Aspect}
        recorded_at = datetime.fromisoformat(told["recorded_at"])
    except (KeyError, TypeError, ValueError) as wrong:
        raise NoBaseline(f"lacks something: {wrong}") from wrong
    if recorded_at.tzinfo is None or not all(isinstance(each, dict) for each in documents.values()):
        raise NoBaseline("is not as `dro baseline` writes one")
    return Baseline(recorded_at, documents, digest(told))
