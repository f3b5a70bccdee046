"""The origin of an asset that is not where an app takes it from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from dr_orchestrator.domain.app import Asset


@dataclass(frozen=True)
class Origin:
    """The place that an asset is copied from, in words; `put` puts it where it belongs.

    It tells how many bytes that took, None where somebody was quicker.
    """

    words: str
    put: Callable[[], int | None]


class Kit(Protocol):
    """How assets of one form are published."""

    def seen(self, asset: Asset) -> str:
        """The thing that is there already, in words; empty where nothing is."""

    def origin(self, asset: Asset, in_production: Asset) -> Origin | None:
        """Where it is copied from; None where it is nowhere."""
