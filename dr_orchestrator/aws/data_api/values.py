"""The values of the Data API: what a statement is given, and the fields of an answer by the types that it tells."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

from dr_orchestrator.domain.statements import Rows, Value
from dr_orchestrator.errors import NotMeasured


def given(values: Sequence[Value]) -> list[dict[str, Any]]:
    """The parameters of a statement, named `p1`, `p2` and so on."""
    return [{"name": f"p{number}", "value": _field(value)} for number, value in enumerate(values, 1)]


def _field(value: Value) -> dict[str, Any]:
    if value is None:
        return {"isNull": True}
    for kind, key in ((bool, "booleanValue"), (int, "longValue"), (float, "doubleValue")):
        if isinstance(value, kind):
            return {key: value}
    return {"stringValue": str(value)}


def _aware(text: str) -> datetime:
    """An instant: it is told in UTC, mostly without saying so."""
    read = datetime.fromisoformat(text)
    return read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)


_READ: Mapping[str, Callable[[str], Any]] = {
    "timestamptz": _aware,
    "timestamp": datetime.fromisoformat,
    "date": date.fromisoformat,
    "time": time.fromisoformat,
    "numeric": Decimal,
    "json": json.loads,
    "jsonb": json.loads,
}
"""How the text of a value is read, by the name that PostgreSQL has for its type; text of another type is text."""

_PLAIN = ("longValue", "doubleValue", "booleanValue", "blobValue")


def rows(answer: Mapping[str, Any]) -> Rows:
    """The rows of an answer, as values of Python; NotMeasured where AWS tells a value in no form that is known."""
    kinds = [str(column.get("typeName", "")).lower() for column in answer.get("columnMetadata") or ()]
    return Rows([tuple(map(_value, record, kinds or [""] * len(record))) for record in answer.get("records") or ()])


def _value(field: Mapping[str, Any], kind: str) -> Any:
    if field.get("isNull"):
        return None
    if "stringValue" in field:
        return _of_text(str(field["stringValue"]), kind)
    if "arrayValue" in field:
        return _list(field["arrayValue"], kind.removeprefix("_"))
    for key in _PLAIN:
        if key in field:
            return Decimal(str(field[key])) if kind == "numeric" else field[key]
    raise NotMeasured(f"a value of type {kind or 'unknown'} is told in no form that is known", call=CALL)


def _of_text(text: str, kind: str) -> Any:
    try:
        return _READ.get(kind, str)(text)
    except (ValueError, ArithmeticError):
        return text  # infinity, NaN, a year before Christ: no value of Python's


def _list(array: Mapping[str, Any], kind: str) -> list[Any]:
    for key, values in array.items():
        if key == "arrayValues":
            return [_list(each, kind) for each in values]
        return [_of_text(each, kind) if isinstance(each, str) else each for each in values]
    return []


CALL = "rds-data:ExecuteStatement"
