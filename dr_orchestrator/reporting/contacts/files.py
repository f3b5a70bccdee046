"""Writes the files of an export, and reads one back without a workspace."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from dr_orchestrator.domain.contacts.book import Book, Entry, OfService
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
    _refuse_others(out)
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
        at, who, declared = datetime.fromisoformat(said["exported_at"]), _text(said["by"]), _text(said["declared"])
        exported = Exported(at, who, str(folder.resolve()), declared, found.digest, found.signer)
    except (KeyError, TypeError, ValueError):
        exported = None
    if exported is None or exported.at.tzinfo is None or found.predicate_type != KIND:
        raise seal.BrokenSeal(f"{folder / ENVELOPE} is the seal of something else", "name the folder of an export")
    if f"{STEM}.json" not in found.files or f"{STEM}.html" not in found.files:
        raise seal.BrokenSeal(f"{folder / ENVELOPE} does not hold all files", "export the contacts anew")
    if others := _others(folder, {*found.files, ENVELOPE, PUBLIC}):
        told = f"{folder / others[0]} was not signed" + (f", nor were {len(others) - 1} more" if others[1:] else "")
        raise seal.BrokenSeal(told, "remove it, or export the contacts anew, to a folder of their own")
    if _declared(folder / f"{STEM}.json", found.files[f"{STEM}.json"]) != exported.declared:
        raise seal.BrokenSeal(f"{folder / STEM}.json holds other contacts than it is signed for", "trust none of it")
    return exported, found.files


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    value.encode()  # half a letter is none that could be shown
    return value


def _others(folder: Path, known: Collection[str]) -> list[str]:
    """The names in a folder that are none of these; what is hidden is shown to nobody."""
    return sorted(each.name for each in folder.iterdir() if each.name not in known and not each.name.startswith("."))


def _refuse_others(out: Path) -> None:
    """Refuse a folder with files of others in it: nobody could tell which were signed."""
    own = {ENVELOPE, PUBLIC, *(f"{STEM}.{ending}" for ending in ("html", "vcf", "json", "pdf"))}
    if out.is_dir() and (others := _others(out, own)):
        raise UsageError(f"{out} holds {others[0]}, which is no file of an export", "name a folder of their own")


def _declared(path: Path, digest: str) -> str:
    """The digest of the contacts that a file holds, whatever is said of it; empty where it holds none."""
    written = seal.read(path)
    try:
        if seal.digest_of(written) != digest:
            return ""
        return Book(tuple(map(_of_service, json.loads(written)["services"]))).digest
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return ""


def _of_service(told: Mapping[str, Any]) -> OfService:
    calls = tuple(Entry(each["name"], each["role"], each["reach"], _deputies(each)) for each in told["calls"])
    return OfService(**{each.name: told[each.name] for each in fields(OfService) if each.name != "calls"}, calls=calls)


def _deputies(told: Mapping[str, Any]) -> tuple[str, ...]:
    """The deputies of a contact; none where the file is from before there were any."""
    found = told.get("deputies", [])
    if not isinstance(found, list):
        raise TypeError
    return tuple(map(_text, found))


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
