"""The mistakes that pydantic found -> problems with file, line, key and a fix."""

from __future__ import annotations

import types
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from dr_orchestrator.catalog.shapes.fields import HIDDEN, likely, quoted
from dr_orchestrator.catalog.source import Document, Key, Plain
from dr_orchestrator.errors import Problem

_WANTED = {"model_type": "a mapping", "dict_type": "a mapping", "list_type": "a list"}


def explain(
    error: ValidationError,
    document: Document,
    shape: type[BaseModel],
    apart: Callable[[Key], Collection[str]] = lambda _: (),
) -> Iterator[Problem]:
    """Tell every mistake; a missing key is not told where an unknown one is plainly that key misspelt.

    `apart` are the keys of the shape that nobody should be advised to write at a place.
    """
    found = [(_key(mistake["loc"]), mistake) for mistake in error.errors(include_url=False)]
    unknown = {key for key, mistake in found if mistake["type"] == "extra_forbidden"}
    for key, mistake in found:
        if mistake["type"] != "missing" or not any(_misspelt(key, other) for other in unknown):
            message, fix = _told(key, mistake, [each for each in keys_at(shape, key[:-1]) if each not in apart(key)])
            yield document.problem(key, message, fix)


def _key(loc: tuple[str | int, ...]) -> Key:
    return tuple(part for part in loc if part != "[key]")


def _misspelt(missing: Key, unknown: Key) -> bool:
    return missing[:-1] == unknown[:-1] and likely(str(unknown[-1]), [str(missing[-1])]).startswith("did you mean")


def _told(key: Key, mistake: Mapping[str, Any], legal: Iterable[str]) -> tuple[str, str]:
    """The message and the fix; `legal` are the keys at its place."""
    kind = mistake["type"]
    if kind == "wrong":
        return mistake["ctx"]["message"], mistake["ctx"]["fix"]
    if kind == "missing":
        return f"'{key[-1]}' is missing", "add it"
    if kind == "extra_forbidden":
        shown = HIDDEN if "://" in str(key[-1]) else quoted(key[-1])
        return f"{shown} is not a key here", likely(str(key[-1]), legal)
    if kind in ("too_short", "dict_too_short", "list_too_short"):
        return "is empty", "list at least one"
    if isinstance(mistake["input"], Plain) and not mistake["input"]:
        return "has no value", "give it one, or remove the key"
    return f"{_WANTED.get(kind, 'another value')} belongs here", _example(kind)


def _example(kind: str) -> str:
    return "begin each line below with '- '" if kind == "list_type" else "write `key: value` lines below it"


def keys_at(shape: type[BaseModel], key: Key) -> list[str]:
    """The keys that are legal at a place in a file of that shape."""
    parts = iter(key)
    for part in parts:
        field = next((f for name, f in shape.model_fields.items() if (f.alias or name) == part), None)
        inner = _model(field.annotation) if field else None
        if field is None or inner is None:
            return []
        if get_origin(field.annotation) in (dict, list):
            next(parts, None)  # the name or the number of the entry
        shape = inner
    return [field.alias or name for name, field in shape.model_fields.items()]


def _model(annotation: Any) -> type[BaseModel] | None:
    """The model inside `X`, `X | None`, `list[X]`, `dict[str, X]` or an annotated one of these."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    if get_origin(annotation) in (Annotated, Union, types.UnionType, list, dict):
        return next(filter(None, map(_model, get_args(annotation))), None)
    return None
