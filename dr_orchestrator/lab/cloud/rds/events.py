"""What RDS writes down of its instances; moto knows few of the messages, and dates them to when they are made."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from moto.rds.models import Event

from dr_orchestrator.lab.cloud.rds.models import Instance, aware
from dr_orchestrator.lab.cloud.world import naive, world

KEPT = timedelta(days=14)
BEGUN, FINISHED = "Backing up DB instance", "Finished DB instance backup"


class Told(Event):
    """An event of an instance, of a given time: it is seen from then on."""

    def __init__(self, instance: Instance, at: datetime, message: str, category: str) -> None:
        self.source_type = "db-instance"
        self.source_identifier = instance.db_instance_identifier
        self.source_arn = instance.arn
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
