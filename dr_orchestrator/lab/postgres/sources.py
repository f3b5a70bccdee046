"""The sources of a database's restores: its base backups, and its archive."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Base:
    """A base backup: usable for any instant from `ended` (Unix seconds) on."""

    folder: Path
    ended: float


@dataclass
class Source:
    """The sources of a database's restores: its bases, its archive and how far that reaches (Unix seconds)."""

    archive: Path
    reaches: float
    database: str
    bases: list[Base] = field(default_factory=list)
    retired: list[Base] = field(default_factory=list)
    pending: list[tuple[str, float]] = field(default_factory=list)
    segments: int = 0
    based: threading.Event = field(default_factory=threading.Event)
    backing_up: bool = False
    _looking: threading.Lock = field(default_factory=threading.Lock)

    def archived_until(self) -> float:
        """The newest commit (Unix seconds) whose WAL segment has arrived in the archive."""
        with self._looking:  # several describe the instance at once, and the writer asks too
            while self.pending and (self.archive / f"{self.pending[0][0]}.gz").exists():
                self.reaches = self.pending.pop(0)[1]
                self.segments += 1
            return self.reaches
