"""A simulated AWS to drill against: moto with real durations, real PostgreSQL behind RDS, and failures on request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dr_orchestrator.lab.running import Lab, serve

__all__ = ["Lab", "serve"]
_HOMES = {"Lab": "running", "serve": "running"}


def __getattr__(name: str) -> Any:
    """Load on first use: moto alone takes seconds to import."""
    if name not in _HOMES:
        raise AttributeError(name)
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
