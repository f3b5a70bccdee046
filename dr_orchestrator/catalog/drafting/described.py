"""The drill files that are there, as far as a look at the estate needs them: with gaps and mistakes, but readable."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dr_orchestrator.catalog.gaps import is_gap
from dr_orchestrator.catalog.load import service_files
from dr_orchestrator.catalog.source import Document, Key, parse, text_of
from dr_orchestrator.documents.events import Stop
from dr_orchestrator.errors import CatalogError, Problem


@dataclass(frozen=True)
class Declared:
    """A resource that a file declares: its name there, and what it names."""

    name: str
    type: str
    id: str
    region: str
    account: str


@dataclass(frozen=True)
class Described:
    """A service that a file describes; `raw` is the file as it was read, byte for byte."""

    path: Path
    raw: bytes
    document: Document
    service: str
    resources: tuple[Declared, ...]
    resource_names: frozenset[str]
    drills: frozenset[str]

    @property
    def text(self) -> str:
        """Its text; a mark of its encoding stays in it."""
        return self.raw.decode("utf-8")

    def value(self, key: str) -> str:
        """The text of one of its keys; empty where there is none, or a gap."""
        found = self._data.get(key)
        return str(found) if isinstance(found, str) and not is_gap(found) else ""

    def has_gap(self, key: str) -> bool:
        """Whether a gap stands there."""
        return is_gap(self._data.get(key))

    def problem(self, key: Key, message: str, fix: str = "") -> Problem:
        """Something about a key of it."""
        return self.document.problem(key, message, fix)

    @property
    def _data(self) -> Mapping[str, Any]:
        return self.document.data if isinstance(self.document.data, dict) else {}


def described(drills: Path) -> list[Described]:
    """Every service file of a folder; CatalogError with the place of each that cannot be read."""
    folder = drills.absolute()
    read = [_read(path, f"{folder.name}/{path.name}") for path in service_files(folder)]
    if wrong := [each for each in read if isinstance(each, Problem)]:
        raise CatalogError(tuple(wrong))
    return [each for each in read if isinstance(each, Described)]


def _read(path: Path, file: str) -> Described | Problem:
    try:
        text = text_of(path)
        raw = path.read_bytes()
    except Stop as stop:
        return Problem(file, stop.line, "", stop.message, stop.fix)
    except OSError as wrong:
        return Problem(file, 1, "", f"cannot be read: {wrong.strerror}", "check its permissions")
    document = parse(text, file)
    if document.problems:
        return document.problems[0]
    if not isinstance(document.data, dict):
        return document.problem((), "is no mapping", "write `key: value` lines, or move it out of this folder")
    name = document.data.get("service")
    return Described(
        path,
        raw,
        document,
        name if isinstance(name, str) and not is_gap(name) else path.stem,
        tuple(_resources(document.data.get("resources"))),
        _names(document.data.get("resources")),
        _names(document.data.get("drills")),
    )


def _names(written: Any) -> frozenset[str]:
    return frozenset(written) if isinstance(written, dict) else frozenset()


def _resources(written: Any) -> Iterator[Declared]:
    for name, body in written.items() if isinstance(written, dict) else ():
        told = body if isinstance(body, dict) else {}
        yield Declared(name, *(str(told.get(key) or "") for key in ("type", "id", "region", "account")))
