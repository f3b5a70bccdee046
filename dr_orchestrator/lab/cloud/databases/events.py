"""The events that RDS writes down of its databases; moto knows few of the messages, and dates them to when they are
made.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Protocol

from moto.core.responses import ActionResult
from moto.rds.models import Event
from moto.rds.responses import RDSResponse

from dr_orchestrator.lab.cloud.databases.paging import page
from dr_orchestrator.lab.cloud.databases.windows import aware
from dr_orchestrator.lab.cloud.world import naive, world

KEPT = timedelta(days=14)


class Source(Protocol):
    """A database, or a snapshot, that events are written of."""

    @property
    def resource_id(self) -> str:
        """Its identifier."""

    @property
    def arn(self) -> str:
        """Its ARN."""


class Told(Event):
    """An event of a given time: it is seen from then on."""

    def __init__(self, kind: str, source: Source, at: datetime, message: str, category: str) -> None:
        self.source_type = kind
        self.source_identifier = source.resource_id
        self.source_arn = source.arn
        self.date = naive(at)
        self.message = message
        self.event_categories = [category]


def seen(events: list[Any], given: dict[str, Any]) -> list[Any]:
    """The events that DescribeEvents shows, oldest first: those of the last hour, unless it is asked for others."""
    now = world().now()
    until = aware(given["EndTime"]) if given.get("EndTime") else now
    since = until - timedelta(minutes=int(given.get("Duration") or 60))
    if given.get("StartTime"):
        since = aware(given["StartTime"])
    first, last = naive(max(since, now - KEPT)), naive(min(until, now))
    wanted = set(given.get("EventCategories") or ())
    found = [each for each in events if first <= each.date <= last]
    return sorted(
        (each for each in found if not wanted or wanted & set(each.event_categories)), key=lambda each: each.date
    )


def _events(self: RDSResponse) -> ActionResult:
    given = self.params
    found = seen(self.backend.describe_events(given.get("SourceIdentifier"), given.get("SourceType")), given)
    names = {id(event): str(number) for number, event in enumerate(found)}
    return page("Events", found, given, lambda each: names[id(each)])


PATCHES = ((RDSResponse, "describe_events", _events),)
