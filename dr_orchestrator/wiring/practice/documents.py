"""The document of a review as it is now: its text, and its digest where that says something."""

from __future__ import annotations

import hashlib
import logging
import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

from dr_orchestrator.checks.links.asking import Links
from dr_orchestrator.checks.links.guarding import Unaskable
from dr_orchestrator.documents.markdown import links
from dr_orchestrator.domain.review.looking import Looked, Sighting
from dr_orchestrator.domain.review.plan import Check, Review, plain
from dr_orchestrator.domain.verdict import Outcome
from dr_orchestrator.errors import without_secrets
from dr_orchestrator.wiring.app import App

log = logging.getLogger(__name__)
MOST_BYTES = 2 * 1024 * 1024
MOST_LINKS = 300
FOLDER = "reviews"
_MARKDOWN = (".md", ".markdown")
_WEB = ("http", "https")
_NO_PAGES = ("mailto", "tel", "sms", "data")
_UNREADABLE = (OSError, RuntimeError, ValueError)
"""Raised by a path that is too long, leads to itself, or is none."""


@dataclass(frozen=True)
class Document:
    """A document as it was read; `text` is None where it could not be, or is none, and `digest` empty where it says
    nothing.
    """

    read: Looked
    digest: str = ""
    text: str | None = None
    file: Path | None = None


def read(here: App, plan: Review, asks: Links) -> Document:
    """Read the document of a review."""
    return _fetched(plan, asks) if plan.remote else _of_file(here, plan)


def of_links(here: App, plan: Review, of: Document, asks: Links) -> list[Looked]:
    """Whether each link of the document answers; those that lead to no page are left out."""
    if of.text is None:
        return [_looked("all", Outcome.INCONCLUSIVE, "only those of Markdown can be told")]
    found = [each for each in links(of.text) if _leads(each)]
    if not found:
        return [_looked("all", Outcome.PASSED, "it has none")]
    found, more = found[:MOST_LINKS], len(found) - MOST_LINKS
    sound = [each for each in found if _sound(plan, each)]
    web = [each for each in sound if _scheme(each) in _WEB or (plan.remote and not _scheme(each))]
    absolute = [urljoin(plan.document, each) if plan.remote else each for each in web]
    told = [
        _looked(plain(link), each.outcome, each.told) for link, each in zip(absolute, asks.all(absolute), strict=True)
    ]
    beside = [each for each in sound if each not in web]
    none = [_looked(plain(each), Outcome.FAILED, "it is no address") for each in found if each not in sound]
    if more > 0:
        none.append(_looked("all", Outcome.INCONCLUSIVE, f"it has {more:,} more than the {MOST_LINKS} that are asked"))
    return [*told, *(_beside(here, of, each) for each in beside), *none]


def see_files(here: App, run: str, service: str) -> None:
    """Keep which digests the documents of a service have as a run of it ends: those that are files, which costs
    nothing. No mistake in them is in a run's way.
    """
    if not (here.settings.drills / FOLDER).is_dir():
        return
    from dr_orchestrator.catalog.practice import reviews  # noqa: PLC0415 - few workspaces declare reviews

    try:
        plans = reviews.plans(here.settings.drills, here.catalogue.services).values()
        of_it = [each for each in plans if not each.remote and any(of.service == service for of in each.services)]
        read, now = [(plan.document, _of_file(here, plan).digest) for plan in of_it], here.clock.now()
        if seen := [Sighting(document, digest, now, run) for document, digest in read if digest]:
            here.ledger.practice.see(*seen)
    except Exception as wrong:  # noqa: BLE001 - the run has ended, and nothing here takes that back
        log.warning("which documents held as run %s ended is not kept: %s", run, without_secrets(str(wrong)))


def _of_file(here: App, plan: Review) -> Document:
    path = here.settings.home / plan.document
    try:
        if not path.resolve().is_relative_to(here.settings.home.resolve()):
            return Document(_of_it(plan, Outcome.FAILED, "it leads out of the workspace"))
        if not path.is_file():
            return Document(_of_it(plan, Outcome.FAILED, "there is no such file in the workspace"))
        if path.stat().st_size > MOST_BYTES:
            return Document(_of_it(plan, Outcome.INCONCLUSIVE, f"it is larger than {MOST_BYTES:,} bytes"))
        content = path.read_bytes()
    except _UNREADABLE as wrong:
        return Document(_of_it(plan, Outcome.INCONCLUSIVE, f"it cannot be read: {_reason(wrong)}"))
    told = _of_it(plan, Outcome.PASSED, f"{len(content):,} bytes")
    return Document(told, _digest(content), _text(content) if path.suffix.lower() in _MARKDOWN else None, path)


def _fetched(plan: Review, asks: Links) -> Document:
    try:
        found = asks.fetched(plan.document)
    except Unaskable as why:
        return Document(_of_it(plan, Outcome.INCONCLUSIVE, str(why)))
    kind = found.type.partition(";")[0].strip().lower()
    told = _of_it(plan, Outcome.PASSED, f"{len(found.content):,} bytes, {kind or 'of no type'}")
    if kind not in ("text/markdown", "text/x-markdown", "text/plain"):  # a page is made anew each time it is asked for
        return Document(told)
    markdown = "markdown" in kind or urlsplit(plan.document).path.lower().endswith(_MARKDOWN)
    return Document(told, _digest(found.content), _text(found.content) if markdown else None)


def _beside(here: App, of: Document, link: str) -> Looked:
    """A link to another file of the workspace."""
    home = here.settings.home.resolve()
    shown = plain(link)
    if scheme := _scheme(link):
        return _looked(shown, Outcome.INCONCLUSIVE, f"nobody asks what is of {scheme}:, only https and http")
    try:
        path = ((of.file or home).parent / unquote(urlsplit(link).path)).resolve()
        if not path.is_relative_to(home):
            return _looked(shown, Outcome.FAILED, "it leads out of the workspace")
        there = path.exists()
    except _UNREADABLE as wrong:
        return _looked(shown, Outcome.FAILED, f"there is no such file: {_reason(wrong)}")
    if not there:
        return _looked(shown, Outcome.FAILED, "there is no such file in the workspace")
    return _looked(shown, Outcome.PASSED, "it is there")


def _leads(link: str) -> bool:
    """Whether a link leads to a page or a file, not to a place within, an address of mail, or a phone."""
    return not link.startswith("#") and _scheme(link) not in _NO_PAGES


def _scheme(link: str) -> str:
    """The scheme of a link; empty for that of a file, or of a page beside its own."""
    found = re.match(r"([A-Za-z][A-Za-z0-9+.-]*):", link)
    return found[1].lower() if found else ""


def _sound(plan: Review, link: str) -> bool:
    """Whether a link can be read at all."""
    try:
        urlsplit(urljoin(plan.document, link) if plan.remote else link)
    except ValueError:
        return False
    return True


def _reason(wrong: Exception) -> str:
    return getattr(wrong, "strerror", None) or "its path leads nowhere"


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _text(content: bytes) -> str:
    return content.decode("utf-8-sig", "replace")


def _of_it(plan: Review, outcome: Outcome, told: str) -> Looked:
    return Looked(Check.DOCUMENT, plan.kept.document, outcome, told)


def _looked(link: str, outcome: Outcome, told: str) -> Looked:
    return Looked(Check.LINKS, link, outcome, told)
