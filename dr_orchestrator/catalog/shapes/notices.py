"""The shape of notices in tiers.yaml: the channels, what goes to which, and how it is worded."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from dr_orchestrator.catalog.shapes.fields import (
    Reads,
    Shape,
    Span,
    Text,
    TimeZone,
    Truth,
    choice,
    shaped,
    word,
    wrong,
)
from dr_orchestrator.catalog.shapes.production import Hour
from dr_orchestrator.catalog.shapes.tracker import Variable
from dr_orchestrator.domain.notices.event import Event
from dr_orchestrator.domain.notices.policy import MARK

_MOST = 5000


def _wording(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise wrong("is no template", "write text, with {{ names }} of the event's facts")
    if len(value) > _MOST:
        raise wrong(f"holds {len(value)} letters", f"{_MOST} at most")
    return str(value)


EventWord = Annotated[Event, choice(Event, "an event")]
EventKey = Annotated[str, word([*Event], "an event")]
Template = Annotated[str, Reads(_wording, {"type": "string", "minLength": 1, "maxLength": _MOST})]
Mark = Annotated[
    str,
    shaped(
        rf"{MARK}(?!\w)[\w .,:;!()/#+-]*", f"a mark: it does not begin with {MARK}", f"{MARK}, and words behind it", 100
    ),
]


ChannelName = Annotated[
    str,
    shaped(
        r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*",
        "the name of a channel",
        "lower-case letters, digits and single dashes, a letter first, at most 40 characters",
        40,
        hides=True,
    ),
]


class Channel(Shape):
    """Where messages go. Its URL is a secret, and stands in the environment or in a file, never here."""

    url_env: Variable | None = Field(default=None, description="The environment variable that holds its URL.")
    url_file: Text | None = Field(
        default=None, description="The file that holds its URL; relative to the workspace where it is not absolute."
    )
    events: list[EventWord] | None = Field(default=None, description="The events that it is told of; all else.")


class Wording(Shape):
    """A template of an event: Jinja, in which the names of its facts are known."""

    title: Template | None = Field(default=None, description="The title, in one line.")
    body: Template | None = Field(default=None, description="The lines below it.")


class QuietHours(Shape):
    """Hours in which only what is urgent is sent: what aborted, and copies that may be left."""

    since: Hour = Field(description="From when on: HH:MM.")
    until: Hour = Field(description="Until when; of the next day where that is not later.")
    timezone: TimeZone = Field(description="The time zone of both, by its IANA name: Europe/Berlin.")


class Notices(Shape):
    """The people who are told of exercises: where, of what, and when."""

    channels: dict[ChannelName, Channel] = Field(default={}, description="The channels, by name.")
    templates: dict[EventKey, Wording] = Field(default={}, description="Templates by event, in place of the usual.")
    quiet_hours: QuietHours | None = Field(default=None, description="When only what is urgent is sent.")
    remind_before: list[Span] = Field(
        default=[], max_length=10, description="How long before a window of the calendar its drills are told of."
    )
    mark: Mark = Field(default=MARK, description=f"What every line of every message begins with, and it with {MARK}.")
    simulated: Truth = Field(default=False, description="Whether rehearsals are told of, too.")
