"""The directories that a look at the estate is given, whichever form each of them has."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from pathlib import Path

from dr_orchestrator.catalog.directory import backstage, table
from dr_orchestrator.domain.discovery.directory import Directory
from dr_orchestrator.errors import CatalogError, Problem, UsageError

_NAME = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")


def read(sources: Iterable[Path]) -> Directory:
    """All of them together; CatalogError with the place of what is wrong in them."""
    found, descriptors = Directory(), list[tuple[str, str]]()
    for each in sources:
        if not each.exists():
            raise CatalogError((Problem(str(each), 1, "", "there is no such file or folder", "name another"),))
        if each.is_file() and each.suffix.lower() in (".csv", ".tsv", ".txt"):
            found |= table.read(each)
        else:
            descriptors += backstage.files(each)
    return found | backstage.read(descriptors)


def name(written: str | None) -> str:
    """A service by the name that drill files give it; empty where none is named. UsageError where it is none."""
    if written is None:
        return ""
    if not _NAME.fullmatch(written) or len(written) > 40:
        told = "lower-case letters, digits and single dashes, a letter first, at most 40 characters"
        raise UsageError(f"'{written}' is not a legal name of a service", told)
    return written


def names(written: Iterable[str]) -> Collection[str]:
    """Likewise of several."""
    return frozenset(map(name, written))
