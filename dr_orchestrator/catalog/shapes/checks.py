"""The shapes of checks: a name, and exactly one claim about the copy."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Self

from pydantic import ConfigDict, Field, model_validator

from dr_orchestrator.catalog.shapes.fields import (
    Answer,
    AnswerUrl,
    Attribute,
    Identifier,
    Scalar,
    Shape,
    Span,
    Stored,
    Text,
    TimeZone,
    Truth,
    whole,
    wrong,
)
from dr_orchestrator.catalog.shapes.proofs import (
    BUCKET_OF_REPLICA,
    OF_REPLICA,
    AnswersWithin,
    Command,
    Counts,
    Deep,
    Files,
    Integrity,
    SameObjects,
    WholeRead,
)
from dr_orchestrator.catalog.shapes.there import SameInBoth

_IN_REPLICA = "In a replica: the table's logical id in the template. Left out elsewhere."
_INTERVAL = "How often the heartbeat is written; its newest one may be this far behind."


class RowsAtLeast(Shape):
    """A table of the copy holds at least this many rows, counted."""

    table: Identifier = Field(description="The table, schema.table where it is not on the search path.")
    minimum: Annotated[int, whole(1)] = Field(description="The least number of rows, 1 or more.")
    database: Stored | None = Field(default=None, description=OF_REPLICA)


class NewestRow(Shape):
    """The newest value of a time column in the copy; the heartbeat among them is what RPA is read from."""

    table: Identifier = Field(description="An ordinary table, schema.table where it is not on the search path.")
    column: Identifier = Field(description="Its time column.")
    canary: Truth = Field(default=False, description="True for the heartbeat table, which RPA is read from.")
    interval: Span = Field(default=timedelta(minutes=1), description=_INTERVAL)
    within: Span | None = Field(default=None, description="How old the newest row may be at the disruption.")
    timezone: TimeZone | None = Field(
        default=None, description="The zone that a column without one is written in, such as UTC."
    )
    database: Stored | None = Field(default=None, description=OF_REPLICA)


class Query(Shape):
    """A query against the copy returns one expected value."""

    sql: Text = Field(description="One SELECT that reads a table of the source and returns one value.")
    equals: Answer = Field(description="The value expected, compared as text; NULL equals nothing.")
    database: Stored | None = Field(default=None, description=OF_REPLICA)


class _OfStore(Shape):
    """A check of what a store of a replica holds, which is a table or a bucket."""

    table: Stored | None = Field(default=None, description=_IN_REPLICA)
    bucket: Stored | None = Field(default=None, description=BUCKET_OF_REPLICA)

    @property
    def store(self) -> str | None:
        """The one that it names."""
        return self.bucket or self.table

    @model_validator(mode="after")
    def _one_store(self) -> Self:
        if self.table and self.bucket:
            raise wrong("a check reads one store: a table, or a bucket", "keep one of `table` and `bucket`")
        return self


class ItemsAtLeast(_OfStore):
    """A table of the copy holds at least this many items, a bucket so many objects; counted by reading them."""

    minimum: Annotated[int, whole(1)] = Field(description="The least number of items, 1 or more.")


class CanaryItem(_OfStore):
    """The heartbeat item of a table, or object of a bucket, which RPA is read from."""

    key: dict[Attribute, Scalar] = Field(min_length=1, description="The item's key: attribute name and value.")
    attribute: Attribute = Field(description="The attribute with the time, ISO 8601 or Unix seconds.")
    interval: Span = Field(default=timedelta(minutes=1), description=_INTERVAL)


class RestoredState(Shape):
    """The restore took effect: the marker of `dro canary` is the restored instant's, and the source has moved on."""

    table: Identifier | None = Field(
        default=None, description="The heartbeat's table (SQL). In a replica: the table's logical id in the template."
    )
    column: Identifier | None = Field(default=None, description="Its time column (SQL).")
    key: Annotated[dict[Attribute, Scalar], Field(min_length=1)] | None = Field(
        default=None, description="The heartbeat item's key (DynamoDB)."
    )
    attribute: Attribute | None = Field(default=None, description="Its attribute with the time (DynamoDB).")
    database: Stored | None = Field(default=None, description=OF_REPLICA)
    bucket: Stored | None = Field(default=None, description=BUCKET_OF_REPLICA)

    @property
    def store(self) -> str | None:
        """The table or bucket of a replica that it names."""
        return self.bucket or self.table

    @model_validator(mode="after")
    def _one_store(self) -> RestoredState:
        if self.bucket and (self.table or self.database):
            other = "table" if self.table else "database"
            raise wrong("a marker is in one store", f"keep one of `bucket` and `{other}`")
        return self


class HttpAnswer(Shape):
    """An endpoint of the rebuilt stack answers."""

    url: AnswerUrl = Field(description="The address; an output of the stack stands in braces: {HealthUrl}.")
    status: Annotated[int, whole(100, 599)] = Field(default=200, description="The HTTP status expected.")
    contains: Text | None = Field(default=None, description="Text that the body holds.")
    timeout: Span = Field(default=timedelta(seconds=10), description="How long to wait for the answer.")


class EventArrives(Shape):
    """An event on the replica's own bus arrives in the replica's own log group."""

    bus: Stored = Field(description="The bus: its logical id in the template. No other is ever sent anything.")
    log_group: Stored = Field(description="The log group that a rule of the template writes it to: its logical id.")
    source: Text = Field(description="The event's source, as the customer's rule delivers it; none of AWS's own.")
    detail_type: Text = Field(description="Its detail-type.")
    detail: dict[Attribute, Scalar] = Field(default={}, description="What it holds beside that, and a token.")
    within: Span = Field(default=timedelta(minutes=1), description="How long it may take.")


Plain = RowsAtLeast | NewestRow | Query | ItemsAtLeast | CanaryItem | RestoredState | HttpAnswer | EventArrives
Claim = Plain | Deep | SameInBoth
CLAIMS = (
    *("rows-at-least", "newest-row", "query", "items-at-least", "canary-item", "restored-state", "http-answer"),
    "event-arrives",
    *("whole-read", "integrity", "answers-within", "counts", "command", "same-objects", "files"),
    "same-in-both",
)
OF_DATABASE = (RowsAtLeast, NewestRow, Query)
DEEP_OF_DATABASE = (WholeRead, Integrity, AnswersWithin, Counts)
OF_TABLE = (ItemsAtLeast, CanaryItem)
OF_DATA = (*OF_DATABASE, *OF_TABLE, RestoredState)


class Check(Shape):
    """A claim about the copy: a name, and exactly one of the claims."""

    model_config = ConfigDict(json_schema_extra={"oneOf": [{"required": [claim]} for claim in CLAIMS]})

    name: Text = Field(description="What the check proves, as reports show it; unique in its drill.")
    mandatory: Truth = Field(default=True, description="False where the drill may pass without it.")
    rows_at_least: RowsAtLeast | None = Field(
        default=None, alias="rows-at-least", description="A table holds at least so many rows (SQL)."
    )
    newest_row: NewestRow | None = Field(
        default=None, alias="newest-row", description="The newest row of a table, and its age (SQL)."
    )
    query: Query | None = Field(default=None, description="A query returns an expected value (SQL).")
    items_at_least: ItemsAtLeast | None = Field(
        default=None, alias="items-at-least", description="A table holds at least so many items (DynamoDB)."
    )
    canary_item: CanaryItem | None = Field(
        default=None, alias="canary-item", description="The heartbeat item of a table (DynamoDB)."
    )
    restored_state: RestoredState | None = Field(
        default=None,
        alias="restored-state",
        description="The restore took effect: the marker of `dro canary` shows it.",
    )
    http_answer: HttpAnswer | None = Field(
        default=None, alias="http-answer", description="An endpoint of the rebuilt stack answers (replica)."
    )
    event_arrives: EventArrives | None = Field(
        default=None, alias="event-arrives", description="An event on the rebuilt stack's own bus arrives (replica)."
    )

    whole_read: WholeRead | None = Field(
        default=None, alias="whole-read", description="Every block of every table is read (SQL), or of a volume."
    )
    integrity: Integrity | None = Field(
        default=None, description="What the engine (SQL), or a file system, can prove of itself holds."
    )
    answers_within: AnswersWithin | None = Field(
        default=None, alias="answers-within", description="A statement answers fast enough (SQL)."
    )
    counts: Counts | None = Field(default=None, description="As many rows as in the source (SQL).")
    command: Command | None = Field(
        default=None, description="A program of your own passes (databases, replica, volumes)."
    )
    same_objects: SameObjects | None = Field(
        default=None, alias="same-objects", description="The objects are the source's as of the instant (buckets)."
    )
    files: Files | None = Field(
        default=None, description="Files are there, with the content that is told of them (volumes)."
    )
    same_in_both: SameInBoth | None = Field(
        default=None, alias="same-in-both", description="Both regions hold the same, once the name leads back."
    )

    @property
    def proves_data(self) -> bool:
        """Whether what it claims is of the restored data."""
        claim = self.claim
        return isinstance(claim, (*OF_DATA, Counts, SameObjects, Files)) or (
            isinstance(claim, Command) and claim.proves_data
        )

    @property
    def claims(self) -> dict[str, Claim]:
        """The claims that are written, by the key they stand under."""
        written = {key: getattr(self, key.replace("-", "_")) for key in CLAIMS}
        return {key: claim for key, claim in written.items() if claim is not None}

    @property
    def claim(self) -> Claim:
        """The one claim."""
        return next(iter(self.claims.values()))

    @model_validator(mode="after")
    def _one_claim(self) -> Check:
        if len(self.claims) != 1:
            found = " and ".join(self.claims) or "none"
            raise wrong(f"a check makes exactly one claim, this has {found}", f"one of: {', '.join(CLAIMS)}")
        return self


def of_system(schema: str, table: str) -> bool:
    """Whether a table is the server's own: its catalogues are full in an empty database, too."""
    return (schema or table).startswith("pg_") or schema == "information_schema"
