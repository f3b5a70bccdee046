"""How long the credentials are good that the machine gives; nothing of them but their end is looked at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from botocore.credentials import RefreshableCredentials


@dataclass(frozen=True)
class Lifetime:
    """Whether credentials last, or until when (UTC, None where nobody knows), and that in words."""

    lasting: bool
    told: str
    until: datetime | None = None


def lifetime(credentials: Any) -> Lifetime:
    """The lifetime of a botocore session's credentials.

    Those of the environment are read again from the same variables, which a running process never sees change.
    """
    if credentials is None:
        return Lifetime(False, "no credentials")
    way = str(credentials.method)
    if isinstance(credentials, RefreshableCredentials):
        if way != "env":
            return Lifetime(True, f"credentials by {way}, refreshed by themselves")
        until: datetime = credentials._expiry_time.astimezone(UTC)
        return Lifetime(False, f"credentials of the environment end at {until:%Y-%m-%d %H:%M} UTC", until)
    if credentials.token:
        advice = "" if way == "env" else "; log in again before they do, and a drill goes on with the new ones"
        return Lifetime(False, f"temporary credentials by {way}: when they end is not known{advice}")
    return Lifetime(True, f"lasting credentials by {way}")
