"""The contacts of a workspace: exported, signed and recorded; and whether the newest export is still true."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from dr_orchestrator.domain.contacts.book import Book, book_of
from dr_orchestrator.domain.contacts.export import Exported, doubts
from dr_orchestrator.errors import UsageError
from dr_orchestrator.wiring.operator import operator

if TYPE_CHECKING:
    from dr_orchestrator.reporting.contacts.files import Written
    from dr_orchestrator.wiring.app import App

VARIABLE = "DRO_SIGNING_KEY_FILE"


@dataclass(frozen=True)
class Checked:
    """An export that was looked at, None where there is none, and why it is to be made anew."""

    export: Exported | None
    why: Sequence[str]


def key_file() -> Path:
    """The file of the key by which exports are signed; UsageError where no setting names one."""
    named = os.environ.get(VARIABLE, "").strip()
    if not named:
        told = f"{VARIABLE} is not set: the file of the key by which exports are signed"
        raise UsageError(told, "name a file outside of the workspace, then make the key once: dro contacts key")
    return Path(named).expanduser()


def book(here: App) -> Book:
    """The contacts that are declared."""
    return book_of(here.catalogue.services.values())


def export(here: App, to: Path) -> Written:
    """Write the files, and that they were written."""
    from dr_orchestrator.reporting.contacts import files, seal  # noqa: PLC0415 - signatures load slowly

    key = seal.read_key(key_file())
    written = files.write(book(here), to, here.settings.templates, key, operator(), here.clock.now())
    here.ledger.contacts.keep(written.export)
    return written


def check(here: App, folder: Path | None) -> Checked:
    """Whether an export, the newest where none is named, is young, of the contacts of now, and what was signed."""
    from dr_orchestrator.reporting.contacts.files import verify  # noqa: PLC0415 - signatures load slowly

    newest, declared, now = here.ledger.contacts.newest(), book(here).digest, here.clock.now()
    if folder is None and newest is None:
        return Checked(None, doubts(None, declared, now))
    place = folder or Path(newest.folder if newest else "")
    try:
        found, _ = verify(place)
    except UsageError as broken:
        known = newest if folder is None else None
        return Checked(known, [broken.message, *(doubts(known, declared, now) if known else ())])
    why = [*doubts(found, declared, now)]
    if newest is not None and found.signer != newest.signer:
        why.append(f"it is signed by {found.signer[:16]}, and the newest export that is known by {newest.signer[:16]}")
    return Checked(found, why)


def doubts_of(here: App, now: datetime) -> Sequence[str]:
    """Why the newest export that is known is to be made anew; the files themselves may lie elsewhere."""
    return doubts(here.ledger.contacts.newest(), book(here).digest, now)
