"""The one change that drills make to a copy of RDS: its master user gets a new password, and nothing else changes."""

from __future__ import annotations

from collections.abc import Mapping

TAKES = frozenset({"MasterUserPassword", "ApplyImmediately", "ManageMasterUserPassword"})
"""The parameters of the call."""

ONLY: Mapping[str, tuple[object, ...]] = {"ApplyImmediately": (True,), "ManageMasterUserPassword": (None, False)}
"""It holds at once; and it is none that RDS manages, whose secret would be one more thing that a drill makes."""

WHEN = "no version of the login opens the copy"
"""The occasion of it."""

KEPT_TAKES = frozenset({"ApplyImmediately", "ManageMasterUserPassword"})
KEPT_ONLY: Mapping[str, tuple[object, ...]] = {"ApplyImmediately": (True,), "ManageMasterUserPassword": (True,)}
"""The same of a copy that is asked by the Data API, which logs in by a secret alone: RDS makes it, and drops it."""
