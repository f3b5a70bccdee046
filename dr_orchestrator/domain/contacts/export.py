"""An export of the contacts, and why one is no longer to be relied upon."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

MOST_AGE = timedelta(days=30)
"""How old a contacts file may be."""


@dataclass(frozen=True)
class Exported:
    """A file of contacts: when and by whom it was made, where, of which contacts and signed by which key.

    `declared` is the digest of the contacts, `manifest` that of the signed list of its files.
    """

    at: datetime
    who: str
    folder: str
    declared: str
    manifest: str
    signer: str


def doubts(of: Exported | None, declared: str, now: datetime) -> Sequence[str]:
    """Why a file is to be made anew; none where it is as it should be."""
    if of is None:
        return ["no contacts file was exported"]
    found = []
    if now - of.at > MOST_AGE:
        found.append(f"the contacts file of {of.at:%Y-%m-%d} is older than {MOST_AGE.days} days")
    if of.at > now:
        found.append(f"the contacts file is of {of.at:%Y-%m-%d %H:%M} UTC, which is yet to come")
    if of.declared != declared:
        found.append(f"other contacts are declared now than in the file of {of.at:%Y-%m-%d}")
    return found
