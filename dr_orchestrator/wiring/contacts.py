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


def kept_key_file(home: Path, out: Path | None = None) -> Path:
    """The file of the private key; UsageError where it lies in the workspace, or among what is exported."""
    path = key_file()
    for place in filter(None, (home, out)):
        if path.resolve().is_relative_to(place.resolve()):
            told = f"{path} lies in {place}, which is shown to others: the key by which exports are signed is a secret"
            raise UsageError(told, f"set {VARIABLE} to a file outside of the workspace and of the export")
    return path


def book(here: App) -> Book:
    """The contacts that are declared."""
    return book_of(here.catalogue.services.values())


def export(here: App, to: Path) -> Written:
    """Write the files, and that they were written."""
    from dr_orchestrator.reporting.contacts import files, seal  # noqa: PLC0415 - signatures load slowly

    key = seal.read_key(kept_key_file(here.settings.home, to))
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
    why = [*doubts(found, declared, now), *_of_signer(found, newest)]
    return Checked(found, why)


def _of_signer(found: Exported, newest: Exported | None) -> list[str]:
    """Why it may be signed by somebody else: the key that lies beside it proves nothing."""
    from dr_orchestrator.reporting.contacts import seal  # noqa: PLC0415 - signatures load slowly

    why, own = [], ""
    if os.environ.get(VARIABLE, "").strip():
        try:
            own = seal.known(key_file())
        except UsageError as wrong:
            why.append(f"it cannot be held to your key: {wrong.message}")
    elif newest is None:
        told = f"the key that signed it is not known here: {found.signer}"
        why.append(f"{told}; set {VARIABLE} to a file of the key that you know, or of its public part")
    if own and found.signer != own:
        why.append(f"it is signed by {found.signer[:16]}, and {VARIABLE} holds {own[:16]}")
    if newest is not None and found.signer != newest.signer:
        why.append(f"it is signed by {found.signer[:16]}, and the newest export that is known by {newest.signer[:16]}")
    return why


def doubts_of(here: App, now: datetime) -> Sequence[str]:
    """Why the newest export that is known is to be made anew; the files themselves may lie elsewhere."""
    return doubts(here.ledger.contacts.newest(), book(here).digest, now)
