"""The file in which a customer's stack is recorded: JSON of one form, so that the same state is the same text."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import suppress
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


def write(path: Path, text: str) -> None:
    """Write a baseline whole, or not at all: beside its place first, and what stood there stands until it is there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    target = path.resolve()
    mode = target.stat().st_mode & 0o7777 if target.exists() else 0o666 & ~_umask()
    number, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with os.fdopen(number, "wb") as file:
            file.write(text.encode())
            os.fchmod(file.fileno(), mode)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(target)
    finally:
        with suppress(FileNotFoundError):
            Path(name).unlink()


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


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
    if recorded_at.tzinfo is None:
        raise NoBaseline("is not as `dro baseline` writes one: recorded_at has no time zone")
    for each in Aspect:
        if mistake := next(_SHAPES[each](documents[each], of["stack"], f"documents / {each.value}"), ""):
            raise NoBaseline(f"is not as `dro baseline` writes one: {mistake}")
    return Baseline(recorded_at, documents, digest(told))


def _mapping(told: Any, way: str) -> Iterator[str]:
    if not isinstance(told, dict):
        yield f"{way} is no mapping"


def _about(told: Any, stack: str, way: str) -> Iterator[str]:
    """A document about the stack: under its name alone, null where it was gone."""
    yield from _mapping(told, way)
    if set(told) != {stack}:
        yield f"{way} is not about {stack} alone"


def _of_stack(told: Any, stack: str, way: str) -> Iterator[str]:
    yield from _about(told, stack, way)
    if (itself := told[stack]) is None:
        return
    yield from _mapping(itself, f"{way} / {stack}")
    if not isinstance(itself.get("id"), str) or not itself["id"]:
        yield f"{way} / {stack} / id is no text"
    yield from _mapping(itself.get("resources"), f"{way} / {stack} / resources")


def _of_drift(told: Any, stack: str, way: str) -> Iterator[str]:
    yield from _about(told, stack, way)
    if told[stack] is not None:
        yield from _mapping(told[stack], f"{way} / {stack}")
        yield from _mapping(told[stack].get("resources"), f"{way} / {stack} / resources")


def _of_policies(told: Any, _: str, way: str) -> Iterator[str]:
    """The roles and the rules by name, null where one was gone; what names a policy names it by its ARN."""
    yield from _mapping(told, way)
    for kind in ("roles", "rules"):
        yield from _mapping(told.get(kind), f"{way} / {kind}")
        for name, each in told[kind].items():
            if each is not None:
                yield from _mapping(each, f"{way} / {kind} / {name}")
    for name, role in told["roles"].items():
        for part in ("attached", "boundary"):
            policies = (role or {}).get(part) or {}
            yield from _mapping(policies, f"{way} / roles / {name} / {part}")
            for arn in policies:
                if arn.count(":") < _COLONS:
                    yield f"{way} / roles / {name} / {part} / {arn} is no ARN"


def _of_history(told: Any, _: str, way: str) -> Iterator[str]:
    """The last change of each name: when, with its time zone, and the events of that second by their ids."""
    yield from _mapping(told, way)
    for name, last in told.items():
        here = f"{way} / {name}"
        yield from _mapping(last, here)
        if not _is_time(last.get("at")):
            yield f"{here} / at is no time with its time zone"
        yield from _mapping(last.get("events"), f"{here} / events")
        for id_, event in last["events"].items():
            yield from _mapping(event, f"{here} / events / {id_}")
            yield from (
                f"{here} / events / {id_} / {key} is no text"
                for key in ("call", "by")
                if not isinstance(event.get(key), str)
            )


def _is_time(told: Any) -> bool:
    try:
        return datetime.fromisoformat(told).tzinfo is not None
    except (TypeError, ValueError):
        return False


_COLONS = 5
_SHAPES = {
    Aspect.STACK: _of_stack,
    Aspect.DRIFT: _of_drift,
    Aspect.TEMPLATE: _about,
    Aspect.POLICIES: _of_policies,
    Aspect.HISTORY: _of_history,
}
"""The mistakes in each document, by the way to them; only the first is asked for: what is after it builds on it."""
