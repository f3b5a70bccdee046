"""The shape of what an estate file says of a volume, and of the machine that reads copies of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Annotated

from pydantic import Field

from dr_orchestrator.catalog.shapes.fields import Duration, FilePath, Shape, Span, Text, shaped, whole
from dr_orchestrator.resources.estate import Entry, Found, Gib, Mistake, file_and_folder, too_often

Machine = Annotated[str, shaped(r"i-[0-9a-f]{8}(?:[0-9a-f]{9})?", "a machine's id", "such as i-0123456789abcdef0")]


class Snapshots(Shape):
    """How it is snapshotted; the last `kept` are there."""

    every: Span = timedelta(days=1)
    newest: Duration = timedelta(hours=5)
    kept: Annotated[int, whole(1, 100)] = 14


class Volume(Entry):
    """A volume with its files, in a zone of the region; the `reader` is a machine of the drills' own, made with it."""

    gib: Gib
    zone: Annotated[str, shaped(r"[a-c]", "a zone's letter", "a, b or c")] = "a"
    files: dict[FilePath, Text] = Field(default_factory=dict)
    snapshots: Snapshots = Snapshots()
    reader: Machine | None = None

    def mistakes(self, found: Found, home: Path) -> Sequence[Mistake]:  # noqa: ARG002
        """Snapshots too close; a file that would have to be a folder, too; a reader that is a machine of production."""
        told = [*too_often(("snapshots", "every"), self.snapshots.every), *file_and_folder(self.files)]
        if self.reader in found.get("ec2-instance", {}):
            what = f"{self.reader} is production's own, and reads no copies of volumes"
            told.append((("reader",), what, "give it another id"))
        return told
