"""The shape of what an estate file says of a file system, and of what drills mount copies of it by."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Annotated

from pydantic import Field

from dr_orchestrator.catalog.shapes.fields import Duration, FilePath, Shape, Span, Text, shaped, whole
from dr_orchestrator.resources.estate import Entry, Found, Gib, Mistake, file_and_folder, too_often

Machine = Annotated[str, shaped(r"i-(?:[0-9a-f]{8}|[0-9a-f]{17})", "a machine's id", "such as i-0123456789abcdef0")]
SubnetId = Annotated[str, shaped(r"subnet-(?:[0-9a-f]{8}|[0-9a-f]{17})", "a subnet's id", "such as subnet-0123abcd")]
GroupName = Annotated[
    str, shaped(r"(?!sg-)[A-Za-z0-9][A-Za-z0-9 ._:/()#,@+=-]{0,254}", "a security group's name", "not its id")
]
VaultName = Annotated[
    str,
    shaped(r"[A-Za-z0-9_-]{2,50}|aws/efs/automatic-backup-vault", "a vault of AWS Backup", "its name"),
]


class Backups(Shape):
    """How AWS Backup keeps it in a vault; the last `kept` are there."""

    vault: VaultName = "aws/efs/automatic-backup-vault"
    every: Span = timedelta(days=1)
    newest: Duration = timedelta(hours=5)
    kept: Annotated[int, whole(1, 100)] = 35


class Mount(Shape):
    """By what drills mount copies: a machine of their own, and in a subnet of the isolated network a group of it."""

    reader: Machine
    subnet: SubnetId
    security_group: GroupName = "dro-mounts"


class FileSystem(Entry):
    """A file system with its files, kept in all zones or in one; `mount` is the drills' own, made with it."""

    gib: Gib
    zone: Annotated[str, shaped(r"[a-c]", "a zone's letter", "a, b or c")] | None = None
    files: dict[FilePath, Text] = Field(default_factory=dict)
    backups: Backups = Backups()
    mount: Mount | None = None

    def mistakes(self, found: Found, home: Path) -> Sequence[Mistake]:  # noqa: ARG002
        """Backups too close; a file that would have to be a folder, too; a reader that is a machine of production."""
        told = [*too_often(("backups", "every"), self.backups.every), *file_and_folder(self.files)]
        if self.mount and self.mount.reader in found.get("ec2-instance", {}):
            what = f"{self.mount.reader} is production's own, and mounts no copies"
            told.append((("mount", "reader"), what, "give it another id"))
        return told
