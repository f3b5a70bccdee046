"""The person who acts: as `DRO_OPERATOR` says, else the user of this machine."""

from __future__ import annotations

import getpass
import os

from dr_orchestrator.errors import UsageError

VARIABLE = "DRO_OPERATOR"


def operator() -> str:
    """The name that is kept with what is done; UsageError where the setting is none that fits in a line."""
    said = os.environ.get(VARIABLE, "").strip()
    if not said.isprintable():
        raise UsageError(f"{VARIABLE} is no name in one line", "name the person who acts, or unset it")
    if said:
        return said
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a container's user may have no name
        return "unknown"
