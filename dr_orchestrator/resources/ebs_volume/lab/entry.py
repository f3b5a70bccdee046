"""The shape of what an estate file says of a volume, and of the machine that reads copies of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Annotated

from pydantic import Field

from dr_orchestrator.catalog.shapes.fields import Duration, FilePath, Shape, Span, Text, shaped, whole
from dr_orchestrator.resources.estate import Entry, Found, Gib, Mistake

Machine = Annotated[str, shaped(r"i-[0-9a-f]{8}(?:[0-9a-f]{9})?", "a machine's id", "such as i-0123456789abcdef0")]


class Snapshots(Shape):
    """How it is snapshotted; the last `kept` are there."""

    every: Span = timedelta(days=1)
    newest: Duration = timedelta(hours=5)
    kept: Annotated[int, whole(1, 100)] = 14


class Volume(Entry):
    """A volume with its files, in a zone of the region; the `reader` is a machine of the drills' own, made with it."""

    gib: Gib
    zone: Annotated[str, shaped(r"[a-z]", "a zone's letter", "such as a")] = "a"
    files: dict[FilePath, Text] = Field(default_factory=dict)
    snapshots: Snapshots = Snapshots()
    reader: Machine | None = None

    def mistakes(self, found: Found, home: Path) -> Sequence[Mistake]:  # noqa: ARG002
        """Its reader is no machine of production, which has no business with copies."""
        if self.reader not in found.get("ec2-instance", {}):
            return ()
        return [
            (("reader",), f"{self.reader} is production's own, and reads no copies of volumes", "give it another id")
        ]
