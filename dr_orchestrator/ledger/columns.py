"""How the record's values are held in SQL: instants, spans, closed sets of words, free text and lists of names."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Dialect,
    Enum,
    ForeignKey,
    Integer,
    String,
    Text,
    TypeDecorator,
)
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP
from sqlalchemy.types import TypeEngine

_MICROSECOND = timedelta(microseconds=1)

# AUTOINCREMENT exists in SQLite for the type INTEGER only; its integers have 64 bits all the same.
Serial = BigInteger().with_variant(Integer, "sqlite")

# The lists of the record only; whatever is counted, compared or joined has a column of its own.
Listing = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


class Instant(TypeDecorator[datetime]):
    """A moment in UTC to the microsecond: timestamptz in PostgreSQL, ISO 8601 text in SQLite, which sorts by time."""

    impl = String(32)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Choose the column type of the database."""
        return dialect.type_descriptor(TIMESTAMP(timezone=True) if dialect.name == "postgresql" else String(32))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | str | None:
        """Refuse a datetime without a zone: whoever reads it back could not know when it was."""
        if value is None:
            return None
        if value.utcoffset() is None:
            raise ValueError(f"{value.isoformat()} has no time zone and cannot be recorded")
        utc = value.astimezone(UTC)
        return utc if dialect.name == "postgresql" else utc.isoformat(timespec="microseconds")

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Give the moment back in UTC, whatever zone the database session has."""
        if value is None:
            return None
        moment: datetime = datetime.fromisoformat(value) if isinstance(value, str) else value
        if moment.utcoffset() is None:  # as earlier releases wrote into SQLite when a copy was created and gone: in UTC
            return moment.replace(tzinfo=UTC)
        return moment.astimezone(UTC)


class Span(TypeDecorator[timedelta]):
    """A duration as whole microseconds; the column's name ends in `_us`."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: timedelta | None, dialect: Dialect) -> int | None:  # noqa: ARG002
        """Write microseconds; no float comes near a duration."""
        return None if value is None else value // _MICROSECOND

    def process_result_value(self, value: int | None, dialect: Dialect) -> timedelta | None:  # noqa: ARG002
        """Read microseconds."""
        return None if value is None else value * _MICROSECOND


class Words(TypeDecorator[str]):
    """Text from anywhere: what no database can hold is replaced, for a strange answer must not end a drill."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """Replace what cannot be stored."""
        return None if value is None else storable(value)


class Written(TypeDecorator[Any]):
    """A value of any shape, as the JSON text that people would write; nothing is `null`."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str:  # noqa: ARG002
        """Write JSON text."""
        return storable(json.dumps(value, ensure_ascii=False, default=str))

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:  # noqa: ARG002
        """Read the value."""
        return None if value is None else json.loads(value)


class Names(TypeDecorator[tuple[str, ...]]):
    """A list of texts, in order."""

    impl = Listing
    cache_ok = True

    def process_bind_param(self, value: tuple[str, ...] | None, dialect: Dialect) -> list[str] | None:  # noqa: ARG002
        """Write a JSON list."""
        return None if value is None else [storable(text) for text in value]

    def process_result_value(self, value: Any, dialect: Dialect) -> tuple[str, ...] | None:  # noqa: ARG002
        """Read a tuple, as the records hold it."""
        return None if value is None else tuple(value)


class Figures(TypeDecorator[Mapping[str, Any]]):
    """The figures that a check measured, by names, as JSON; empty in rows from before it was kept."""

    impl = Listing
    cache_ok = True

    def process_bind_param(self, value: Mapping[str, Any] | None, dialect: Dialect) -> Any:  # noqa: ARG002
        """Write a JSON object; none where nothing was measured."""
        return _plain(value) if value else None

    def process_result_value(self, value: Any, dialect: Dialect) -> Mapping[str, Any]:  # noqa: ARG002
        """Read a mapping, as the records hold it."""
        return value or {}


def _plain(value: Any) -> Any:
    """A value as JSON of any database can hold it."""
    if isinstance(value, Mapping):
        return {storable(str(key)): _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return storable(value) if isinstance(value, str) else value


def storable(text: str) -> str:
    """The text without NUL (which PostgreSQL refuses) and without lone surrogates (which are not UTF-8)."""
    return text.replace("\x00", "␀").encode("utf-8", "replace").decode("utf-8")


def choice(name: str, words: type[StrEnum], *, null: bool = False, grows: bool = False) -> Column[Any]:
    """A column of one of a set of words, held as words; the database checks them unless the set `grows`."""
    kind = Enum(
        words,
        name=name,
        native_enum=False,
        create_constraint=not grows,
        length=32,
        values_callable=lambda members: [member.value for member in members],
    )
    return Column(name, kind, nullable=null)


def together(name: str, *columns: str) -> CheckConstraint:
    """A constraint: these columns are all known or all unknown."""
    first, *others = columns
    same = " AND ".join(f"({first} IS NULL) = ({other} IS NULL)" for other in others)
    return CheckConstraint(same, name=name)


def number() -> Column[int]:
    """A column that counts the rows: facts are read back as they were written, which times cannot always tell."""
    return Column("number", Serial, primary_key=True, autoincrement=True)


def of_run(**more: Any) -> Column[str]:
    """A column that names the run that a row belongs to."""
    return Column("run", Text, ForeignKey("run.id"), nullable=False, **more)


def words(name: str) -> Column[str]:
    """A column of free text that every row has."""
    return Column(name, Words, nullable=False)


def since(name: str) -> Column[str]:
    """A column that rows from before it was kept leave empty."""
    return Column(name, Words, nullable=False, server_default="")


def of_store() -> Column[str]:
    """A column that names the store that a row is about; empty for the copy itself."""
    return since("store")


def flag(name: str) -> Column[bool]:
    """A column that is true or false."""
    return Column(name, Boolean, nullable=False)


def instant(name: str, *, null: bool = False) -> Column[Any]:
    """A column of a moment."""
    return Column(name, Instant, nullable=null)


def span(name: str, *, null: bool = False) -> Column[Any]:
    """A column of a duration."""
    return Column(name, Span, nullable=null)
