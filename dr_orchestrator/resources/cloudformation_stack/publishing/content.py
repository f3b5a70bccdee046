"""The content of an app's files, as the assembly holds it: a file as it is, a folder as the archive that the CDK makes.

Source of the archive's form: zipDirectory of the package cdk-assets. Files alone, in order, links followed, each of
1980-01-01 and with its mode: so that the same folder is the same archive, whenever it is made.
"""

from __future__ import annotations

import mimetypes
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from dr_orchestrator.domain.app import Asset
from dr_orchestrator.errors import NotMeasured

_ZIP, _ANY = "application/zip", "application/octet-stream"
_LONG_AGO = (1980, 1, 1, 0, 0, 0)
_UNIX = 3


@dataclass(frozen=True)
class Held:
    """A file or folder of the assembly."""

    path: Path

    @property
    def type(self) -> str:
        """Its media type, by its name."""
        return _ZIP if self.path.is_dir() else type_of(self.path.name)

    @contextmanager
    def open(self) -> Iterator[IO[bytes]]:
        """Within: all of it; of a folder the archive. NotMeasured where it cannot be read."""
        try:
            opened: IO[bytes] = archive(self.path) if self.path.is_dir() else self.path.open("rb")
        except OSError as wrong:
            raise NotMeasured(f"{self} cannot be read: {wrong.strerror}: {wrong.filename}", "see its rights") from wrong
        with opened:
            yield opened

    def __str__(self) -> str:
        return f"the assembly's {self.path.name}"


def of(asset: Asset) -> Held | None:
    """The file or folder that an asset is made of; None where the assembly does not hold it."""
    path = Path(asset.source)
    fits = asset.source and (path.is_dir() if asset.zipped else path.is_file())
    return Held(path) if fits else None


def type_of(name: str) -> str:
    """The media type of a file, by its name."""
    return mimetypes.guess_type(name)[0] or _ANY


def archive(folder: Path) -> IO[bytes]:
    """The archive of a folder, in a file that nobody else sees; NotMeasured where a link of it leads out of it."""
    kept: IO[bytes] = TemporaryFile()  # noqa: SIM115 - whoever asked closes it
    try:
        with ZipFile(kept, "w", ZIP_DEFLATED) as written:
            for name, path in sorted((path.relative_to(folder).as_posix(), path) for path in _files(folder)):
                entry = ZipInfo(name, _LONG_AGO)
                entry.compress_type, entry.create_system = ZIP_DEFLATED, _UNIX
                entry.external_attr = (path.stat().st_mode & 0xFFFF) << 16
                entry.file_size = path.stat().st_size
                with path.open("rb") as read, written.open(entry, "w") as into:
                    while piece := read.read(1 << 20):
                        into.write(piece)
    except BaseException:
        kept.close()
        raise
    kept.seek(0)
    return kept


def _files(folder: Path) -> Iterator[Path]:
    root = folder.resolve()
    for at, folders, names in os.walk(folder, followlinks=True):
        here = Path(at)
        folders[:] = [each for each in folders if _inside(here / each, root) not in here.resolve().parents]
        for name in names:
            _inside(here / name, root)
            yield here / name


def _inside(path: Path, root: Path) -> Path:
    """Where a path really leads: nothing from outside of the asset is published."""
    real = path.resolve()
    if not real.is_relative_to(root):
        raise NotMeasured(f"{path.name} of the assembly's {root.name} leads out of it, to {real}", "see `cdk synth`")
    return real
