"""A simulated AWS to drill against: moto with real durations, real PostgreSQL behind RDS, and failures on request.

`start`, `read` and `stop` are for a lab in the background; `wiring.lab` serves one in this process, on any clock.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dr_orchestrator.lab.process import LabInfo, read, start, stop
    from dr_orchestrator.lab.running import Lab

__all__ = ["Lab", "LabInfo", "read", "start", "stop"]
_HOMES = {
    "LabInfo": "process",
    "read": "process",
    "start": "process",
    "stop": "process",
    "Lab": "running",
}


def __getattr__(name: str) -> Any:
    """Load on first use: moto alone takes seconds to import."""
    if name not in _HOMES:
        raise AttributeError(name)
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
