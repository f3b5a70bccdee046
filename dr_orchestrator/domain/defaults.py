"""Fields that definitions have got since digests of them were first kept."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import MISSING, Field, fields
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

SINCE = {"since": True}
"""The metadata of a field that was added to a definition: at its default it is left out of digests, so that what was
written before it came keeps the digest that it had."""

ASIDE = {"aside": True}
"""The metadata of a field that tells where a definition was written, and is no part of it: no digest has it."""


def told(record: DataclassInstance) -> Iterator[tuple[str, Any]]:
    """The fields of a definition, by name and value, but for those that were added and are at their default, and for
    those that are no part of it.
    """
    for field in fields(record):
        if field.metadata.get("aside"):
            continue
        value = getattr(record, field.name)
        if not (field.metadata.get("since") and value == _default(field)):
            yield field.name, value


def _default(field: Field[Any]) -> Any:
    return field.default_factory() if field.default_factory is not MISSING else field.default
