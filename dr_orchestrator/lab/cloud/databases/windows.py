"""The instants that a database can be restored to."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from moto.rds.exceptions import RDSClientError

from dr_orchestrator.lab.cloud.world import Database, world

LAG = timedelta(minutes=5)
"""How far the latest restorable time is behind in AWS."""
Window = tuple[datetime, datetime]


def reach(retention: int, since: datetime, database: Database | None) -> Window | None:
    """The earliest and latest instants that `retention` days of backups reach; None where there are none yet."""
    latest: datetime | None = world().now() - LAG
    if database is not None:
        archived = database.restorable_until()
        latest = min(archived, world().now() - LAG) if archived else None
    earliest = max(world().now() - timedelta(days=retention), since)
    return (earliest, latest) if latest and earliest <= latest else None


def within(window: Window | None, asked: datetime | str | None, name: str) -> datetime:
    """The instant that is asked for, or the newest; refused where it is outside the window of `name`."""
    if window is None:
        raise RDSClientError("InvalidRestoreFault", f"{name} has no restorable time yet.")
    at = aware(asked) if asked else window[1]
    # A time that was read from us comes back rounded.
    if not window[0] <= at <= window[1] + timedelta(milliseconds=1):
        bounds = " to ".join(each.isoformat() for each in window)
        raise RDSClientError("InvalidRestoreFault", f"{at.isoformat()} is outside {bounds}.")
    return at


def aware(at: datetime | str) -> datetime:
    """A time from a request, in UTC."""
    parsed = datetime.fromisoformat(at) if isinstance(at, str) else at
    return parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed.astimezone(UTC)
