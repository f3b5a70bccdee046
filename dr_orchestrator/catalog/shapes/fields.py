"""How single values are written: each reader turns the written into a typed value, or says what is wrong."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from dr_orchestrator.catalog.source import Plain
from dr_orchestrator.domain.objective import Limit, parse_duration, parse_limit
from dr_orchestrator.domain.proof import Tolerance

T = TypeVar("T")
_DURATION = r"(?:\d+(?:\.\d+)?\s*[smhd]\s*)+"
_LONGEST_SHOWN = 60
_SECRET_URL = re.compile(r"(?<!http)(?<!https)(?<!ftp)://|^mailtos?:", re.IGNORECASE)
HIDDEN = "'***', which is hidden, for it may be a secret,"
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


class Shape(BaseModel):
    """A mapping in a drill file; a key that it does not know is a mistake."""

    model_config = ConfigDict(extra="forbid", frozen=True)


@dataclass(frozen=True, eq=False)
class Reads:
    """Tells pydantic how a field is read, and editors how it is written."""

    read: Callable[[Any], object]
    schema: Mapping[str, Any]

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Read the value by the reader alone."""
        return core_schema.no_info_plain_validator_function(self.read)

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """Describe the text, not the value that it becomes."""
        return dict(self.schema)


def wrong(message: str, fix: str = "") -> PydanticCustomError:
    """The error of a value that cannot be accepted: what is wrong, and what to write."""
    return PydanticCustomError("wrong", "{message}", {"message": message, "fix": fix})


def likely(word: str, legal: Iterable[str]) -> str:
    """The legal word that was probably meant, else all that are legal."""
    words = sorted(legal)
    close = difflib.get_close_matches(word.replace("_", "-"), words, n=1, cutoff=0.7) or difflib.get_close_matches(
        word, words, n=1, cutoff=0.6
    )
    if close:
        return f"did you mean '{close[0]}'?"
    return f"one of: {', '.join(words)}" if words else ""


def quoted(written: object) -> str:
    """A value as messages show it: not longer than a line can bear, and no URL but of the web: others hold secrets."""
    whole = str(written)
    if _SECRET_URL.search(whole):
        return HIDDEN
    return f"'{whole}'" if len(whole) <= _LONGEST_SHOWN else f"'{whole[:_LONGEST_SHOWN]}...'"


def text(value: object) -> str:
    """Some text; a number or truth value has to be quoted to be text."""
    if isinstance(value, Plain):
        if not value:
            raise wrong("has no value", "give it one, or remove the key")
        raise wrong(f"{value} is not text in YAML", f'quote it: "{value}"')
    if not isinstance(value, str):
        raise wrong(f"is {_collection(value)} where text belongs", "write text")
    if not value.strip():
        raise wrong("is empty", "give it a value, or remove the key")
    if _CONTROL.search(value):
        raise wrong("holds a control character", "remove it")
    return str(value)


def scalar(value: object) -> str:
    """Text, or a number or truth value as it was written."""
    return str(value) if isinstance(value, Plain) and value else text(value)


def scalar_or_empty(value: object) -> str:
    """A scalar that may also be the empty text, in quotes."""
    return "" if value == "" and not isinstance(value, Plain) else scalar(value)


def _collection(value: object) -> str:
    return "a list" if isinstance(value, list) else "a mapping"


def shaped(pattern: str, what: str, rule: str, longest: int = 2000, *, hides: bool = False) -> Reads:
    """Text of a pattern: `what` such a text is, and the rule in words for whoever wrote another; where it `hides`, no
    URL in its place is shown.
    """

    def read(value: object) -> str:
        written = text(value)
        if not re.fullmatch(pattern, written, re.ASCII) or len(written) > longest:
            shown = HIDDEN if hides and "://" in written else quoted(written)
            raise wrong(f"{shown} is not {what}", rule)
        return written

    return Reads(read, {"type": "string", "pattern": f"^(?:{pattern})$", "maxLength": longest})


def _parsed(parse: Callable[[str], T], what: str, rule: str, schema: Mapping[str, Any]) -> Reads:
    def read(value: object) -> T:
        written = scalar(value)
        try:
            return parse(written)
        except (ValueError, OverflowError) as mistake:
            raise wrong(f"{quoted(written)} is not {what}", rule) from mistake

    return Reads(read, schema)


def choice(options: type[StrEnum], what: str) -> Reads:
    """One of an enum's values."""

    def read(value: object) -> StrEnum:
        written = scalar(value)
        try:
            return options(written)
        except ValueError as mistake:
            raise wrong(f"{quoted(written)} is not {what}", likely(written, [*options])) from mistake

    return Reads(read, {"type": "string", "enum": [option.value for option in options]})


def word(options: Sequence[str], what: str) -> Reads:
    """One of some words."""

    def read(value: object) -> str:
        written = scalar(value)
        if written not in options:
            raise wrong(f"{quoted(written)} is not {what}", likely(written, options))
        return written

    return Reads(read, {"type": "string", "enum": [*options]})


def whole(least: int, most: int = 1_000_000_000_000) -> Reads:
    """A whole number within bounds."""

    def read(value: object) -> int:
        if isinstance(value, Plain) and re.fullmatch(r"-?[0-9]{1,15}", value) and least <= int(value) <= most:
            return int(value)
        shown = quoted(value) if isinstance(value, str) else _collection(value)
        bounds = f"from {least} to {most}" if most < 1_000_000 else f"from {least} up"
        raise wrong(f"{shown} is not a whole number {bounds}", "write digits only, without quotes")

    return Reads(read, {"type": "integer", "minimum": least, "maximum": most})


def _truth(value: object) -> bool:
    if isinstance(value, Plain) and value.lower() in ("true", "false"):
        return value.lower() == "true"
    raise wrong(f"{quoted(value)} is not a truth value", "write true or false")


def _zone(written: str) -> str:
    try:
        ZoneInfo(written)
    except (ZoneInfoNotFoundError, OSError, ValueError) as unknown:
        raise ValueError(written) from unknown
    return written


def _positive(written: str) -> timedelta:
    value = parse_duration(written)
    if value <= timedelta():
        raise ValueError(written)
    return value


def _money(written: str) -> Decimal:
    if not re.fullmatch(r"[0-9]{1,12}(\.[0-9]{1,9})?", written):
        raise ValueError(written)
    return Decimal(written)


def _latency(written: str) -> timedelta:
    found = re.fullmatch(r"([0-9]{1,9}(?:\.[0-9]{1,6})?)ms", written)
    return timedelta(milliseconds=float(found[1])) if found else _positive(written)


def _factor(written: str) -> float:
    if not re.fullmatch(r"[0-9]{1,4}(\.[0-9]{1,4})?", written) or not float(written):
        raise ValueError(written)
    return float(written)


def _share(written: str) -> Tolerance:
    found = re.fullmatch(r"([0-9]{1,12})|([0-9]{1,3}(?:\.[0-9]{1,6})?)\s*%", written)
    if not found:
        raise ValueError(written)
    return Tolerance(int(found[1])) if found[1] else Tolerance(share=float(found[2]) / 100)


def _limit(written: str) -> Limit | None:
    return None if written == "none" else parse_limit(written)


def _instant(written: str) -> datetime:
    instant = datetime.fromisoformat(written)
    if instant.tzinfo is None:
        raise ValueError(written)
    return instant.astimezone(UTC)


_DURATION_SCHEMA = {"type": "string", "pattern": f"^{_DURATION}$"}

Text = Annotated[str, Reads(text, {"type": "string", "minLength": 1})]
Scalar = Annotated[str, Reads(scalar, {"type": ["string", "number", "boolean"]})]
Answer = Annotated[str, Reads(scalar_or_empty, {"type": ["string", "number", "boolean"]})]
Truth = Annotated[bool, Reads(_truth, {"type": "boolean"})]
Name = Annotated[
    str,
    shaped(
        r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*",
        "a legal name",
        "lower-case letters, digits and single dashes, a letter first, at most 40 characters",
        40,
    ),
]
Region = Annotated[str, shaped(r"[a-z]{2,5}(?:-[a-z]+)+-\d{1,2}", "an AWS region", "such as us-east-1")]
Account = Annotated[str, shaped(r"\d{12}", "an AWS account", "twelve digits, in quotes")]
RoleArn = Annotated[
    str,
    shaped(
        r"arn:aws(?:-[a-z]+)*:iam::\d{12}:role/(?:[!-~]+/)?[\w+=,.@-]{1,64}",
        "the ARN of an IAM role",
        "such as arn:aws:iam::123456789012:role/dro-read",
    ),
]
VaultName = Annotated[
    str,
    shaped(
        r"(?:arn:aws(?:-[a-z]+)*:backup:[a-z0-9-]+:\d{12}:backup-vault:)?"
        r"(?:[A-Za-z0-9_-]{2,50}|aws/efs/automatic-backup-vault)",
        "a vault of AWS Backup",
        "its name, or its ARN where another account shares it",
    ),
]
StackName = Annotated[str, shaped(r"[A-Za-z][A-Za-z0-9-]{0,127}", "a stack's name", "letters, digits and hyphens")]
BaselineFile = Annotated[
    str,
    shaped(
        r"(?!.*\.\.)[A-Za-z0-9_][A-Za-z0-9_./-]*\.json",
        "a file beside the drill files",
        "relative to this file, within its folder, ending in .json",
    ),
]
Address = Annotated[str, shaped(r"https?://[^\s{}]+", "an address", "such as https://wiki.example.com/runbook")]
OUTPUT = r"(?:[A-Za-z][A-Za-z0-9-]*\.)?[A-Za-z0-9_]+"
"""An output of a template, of one stack of an app (Orders.Url), or of a program (health_url)."""

Output = Annotated[str, shaped(OUTPUT, "an output", "letters, digits and underscores, as the program tells it", 255)]
AnswerUrl = Annotated[
    str,
    shaped(
        rf"(?:https?://[^\s{{}}]*)?\{{{OUTPUT}\}}(?:[^\s{{}}]|\{{{OUTPUT}\}})*",
        "an address in the copy",
        "name an output of the stack: {HealthUrl}",
    ),
]
FilePath = Annotated[
    str,
    shaped(
        r"/(?!.*(?:^|/)\.\.?(?:/|$))[^\n]+[^/\n]|/[^/\n.]",
        "a path of a file",
        "begin with a slash, at the root of its file system: /srv/app/VERSION",
        1000,
    ),
]
Held = Annotated[
    str,
    shaped(r"present|[0-9a-f]{64}", "what a file holds", "write its SHA-256, 64 hexadecimal digits, or `present`"),
]
Identifier = Annotated[
    str,
    shaped(
        r"[A-Za-z_][A-Za-z0-9_$]*(?:\.[A-Za-z_][A-Za-z0-9_$]*)?",
        "a table or column name",
        "letters, digits and underscores; schema.table is legal too",
        127,
    ),
]
LogicalId = Annotated[
    str, shaped(r"[A-Za-z0-9]+", "a logical id", "letters and digits, as in the template's Resources", 255)
]
Stored = Annotated[
    str,
    shaped(
        r"(?:[A-Za-z0-9-]+/)*[A-Za-z0-9]+",
        "a logical id",
        "letters and digits, as in the template's Resources; of a stack within, Stack/Resource",
        500,
    ),
]
Part = Annotated[
    str,
    shaped(
        r"(?:[A-Za-z0-9-]+/)*[A-Za-z0-9]+(?:\.[^\s./]+)*",
        "a part of a template",
        "a logical id, as in the template's Resources, or Resource.Property; of an app, Stack/Resource",
        500,
    ),
]
Network = Annotated[
    str,
    shaped(
        r"(?:vpc|subnet|sg)-(?:[0-9a-f]{8}|[0-9a-f]{17})",
        "the id of a VPC, a subnet or a security group",
        "such as subnet-0123456789abcdef0",
    ),
]
BoundaryName = Annotated[
    str,
    shaped(
        r"(?:arn:aws(?:-[a-z]+)*:iam::\d{12}:policy/(?:[!-~]+/)?)?[\w+=,.@-]{1,128}",
        "the name or the ARN of a managed policy",
        "such as dro-boundary",
    ),
]
BucketName = Annotated[
    str,
    shaped(r"[a-z0-9][a-z0-9-]{1,61}[a-z0-9]", "the name of a bucket", "3 to 63 small letters, digits and dashes"),
]
KeyName = Annotated[
    str,
    shaped(
        r"arn:aws(?:-[a-z]+)*:kms:[a-z0-9-]+:\d{12}:(?:key|alias)/[\w/-]{1,256}|alias/[\w/-]{1,250}|[\da-f-]{36}",
        "the alias, the ARN or the id of a KMS key",
        "such as alias/dr-drills",
    ),
]
Attribute = Annotated[str, shaped(r"[^\s]+", "an attribute name", "no blanks", 255)]
Day = Annotated[
    date,
    _parsed(date.fromisoformat, "a date", "such as 2026-10-06", {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$"}),
]
Instant = Annotated[
    datetime,
    _parsed(_instant, "an instant", "such as 2026-11-20T09:00:00Z, zone included", {"type": "string"}),
]
TimeZone = Annotated[
    str, _parsed(_zone, "a time zone", "an IANA name, such as UTC or Europe/Berlin", {"type": "string"})
]
Money = Annotated[
    Decimal, _parsed(_money, "an amount of money", "digits only, such as 0.159", {"type": "number", "minimum": 0})
]
Duration = Annotated[timedelta, _parsed(parse_duration, "a duration", "such as 90m, 4h or 1d 12h", _DURATION_SCHEMA)]
Span = Annotated[timedelta, _parsed(_positive, "a duration above 0", "such as 90m, 4h or 1d 12h", _DURATION_SCHEMA)]
_LATENCY = rf"^(?:\d+(?:\.\d+)?ms|{_DURATION})$"
Latency = Annotated[
    timedelta, _parsed(_latency, "a short time", "such as 250ms or 1.5s", {"type": "string", "pattern": _LATENCY})
]
Factor = Annotated[float, _parsed(_factor, "a factor", "a number above 0, such as 1.5", {"type": "number"})]
_A_SHARE = "a number of rows, or a share such as 0.1%"
Share = Annotated[Tolerance, _parsed(_share, "a tolerance", _A_SHARE, {"type": ["string", "integer"]})]
Bound = Annotated[
    Limit | None,
    _parsed(
        _limit,
        "a limit",
        'such as "< 4h", "<= 30m" or none',
        {"type": "string", "pattern": rf"^(?:none|\s*<=?\s*{_DURATION})$"},
    ),
]
