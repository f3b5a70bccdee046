"""Writes the files of an export, and reads one back without a workspace."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from dr_orchestrator.domain.contacts.book import Book
from dr_orchestrator.domain.contacts.export import MOST_AGE, Exported
from dr_orchestrator.errors import UsageError
from dr_orchestrator.reporting.contacts import seal
from dr_orchestrator.reporting.contacts.cards import cards
from dr_orchestrator.reporting.contacts.printing import print_pdf
from dr_orchestrator.reporting.render import render, to_json, write_file
from dr_orchestrator.reporting.wording import iso

STEM, ENVELOPE, PUBLIC = "contacts", "contacts.dsse.json", "contacts.pub"
KIND = "urn:dr-orchestrator:contacts:v1"


@dataclass(frozen=True)
class Written:
    """The files of an export; `unprinted` is why there is no PDF among them."""

    export: Exported
    files: tuple[Path, ...]
    unprinted: str = ""


def write(book: Book, out: Path, templates: Sequence[Path], key: Ed25519PrivateKey, who: str, now: datetime) -> Written:
    """Write page, cards, JSON, a PDF where one can be printed, and the seal over them, which comes last."""
    signer, until = seal.fingerprint(key.public_key()), now + MOST_AGE
    told = {"at": now, "until": until, "who": who, "signer": signer}
    page = render("contacts.html.j2", templates, book=book, stem=STEM, report=_Report(), **told)
    try:
        (out / ENVELOPE).unlink(missing_ok=True)  # what is half written is signed by nobody
        files = [
            write_file(out, STEM, "html", page),
            write_file(out, STEM, "vcf", cards(book, now)),
            write_file(out, STEM, "json", to_json(_as_json(book, now, until))),
        ]
        pdf = out / f"{STEM}.pdf"
        pdf.unlink(missing_ok=True)
        unprinted = print_pdf(files[0], pdf)
        files += [] if unprinted else [pdf]
        predicate = {"exported_at": iso(now), "declared": book.digest, "by": who}
        envelope = seal.sealed(out, [each.name for each in files], KIND, predicate, key)
        public = write_file(out, STEM, "pub", seal.public_pem(key))
        sealed = write_file(out, STEM, "dsse.json", envelope)
    except OSError as wrong:
        raise UsageError(f"{wrong.filename or out}: {wrong.strerror}", "name a folder that may be written") from None
    made = seal.opened(out, ENVELOPE, key.public_key())
    export = Exported(now, who, str(out.resolve()), book.digest, made.digest, signer)
    return Written(export, (*files, public, sealed), unprinted)


def verify(folder: Path, key: Path | None = None) -> tuple[Exported, Mapping[str, str]]:
    """Hold an export to its seal, offline: what it is, and its files; BrokenSeal where it does not hold.

    Without a `key` of yours it is held to the one that lies beside it, which whoever changed it may have changed, too.
    """
    public = seal.read_public(key or folder / PUBLIC)
    found = seal.opened(folder, ENVELOPE, public)
    said: Mapping[str, Any] = found.predicate
    try:
        at = datetime.fromisoformat(said["exported_at"])
        exported = Exported(at, said["by"], str(folder.resolve()), said["declared"], found.digest, found.signer)
    except (KeyError, TypeError, ValueError):
        exported = None
    if exported is None or exported.at.tzinfo is None or found.predicate_type != KIND:
        raise seal.BrokenSeal(f"{folder / ENVELOPE} is the seal of something else", "name the folder of an export")
    if f"{STEM}.json" not in found.files or f"{STEM}.html" not in found.files:
        raise seal.BrokenSeal(f"{folder / ENVELOPE} does not hold all files", "export the contacts anew")
    if (folder / f"{STEM}.pdf").exists() and f"{STEM}.pdf" not in found.files:
        raise seal.BrokenSeal(f"{folder / STEM}.pdf was not signed", "remove it, or export the contacts anew")
    return exported, found.files


@dataclass(frozen=True)
class _Report:
    """The facts that the page around asks of any report."""

    simulated: bool = False
    stamp: str = ""


def _as_json(book: Book, now: datetime, until: datetime) -> dict[str, Any]:
    return {
        "schema_version": 1,
        "exported_at": iso(now),
        "until": iso(until),
        "declared": book.digest,
        "services": [
            {**asdict(each), "calls": [asdict(of) for of in each.calls], "deputies": [of.name for of in each.deputies]}
            for each in book.services
        ],
        "tiers": [
            {
                "tier": each.tier,
                "name": each.name,
                "escalation": [{**asdict(of.entry), "services": [*of.services]} for of in each.calls],
            }
            for each in book.tiers
        ],
    }
