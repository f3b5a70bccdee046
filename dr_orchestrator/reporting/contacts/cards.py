"""Contacts as vCards 4.0 (RFC 6350), one a person or rota."""

from __future__ import annotations

import re
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime

from dr_orchestrator.domain.contacts.book import Book, Entry

_OCTETS = 75
_MAIL = re.compile(r"[^\s@<>,;]+@[^\s@<>,;]+\.[^\s@<>,;]+")
_PHONE = re.compile(r"\+?[0-9][0-9 ()./-]{4,28}[0-9]")
_URL = re.compile(r"https?://\S+")
_SPACE = uuid.UUID("6f0f2e43-7c0e-5b83-9d5b-5a1f4c1f0c72")


def cards(book: Book, at: datetime) -> str:
    """All cards: each contact once, with what they are to which services; and champions whom no contact names."""
    whose: dict[tuple[str, str], list[tuple[str, str, str]]] = {}
    for each in book.services:
        for entry in each.calls:
            whose.setdefault((entry.name, entry.reach), []).append((entry.role, each.title, each.owner))
        if not any(entry.name.casefold() == each.champion.casefold() for entry in each.calls):
            whose.setdefault((each.champion, ""), []).append(("DR champion", each.title, each.owner))
    return "".join(_card(name, reach, told, at) for (name, reach), told in whose.items())


def _card(name: str, reach: str, told: Sequence[tuple[str, str, str]], at: datetime) -> str:
    roles, owners = dict.fromkeys(role for role, _, _ in told), dict.fromkeys(owner for _, _, owner in told)
    lines = [
        "BEGIN:VCARD",
        "VERSION:4.0",
        f"UID:urn:uuid:{uuid.uuid5(_SPACE, f'{name}{chr(31)}{reach}')}",
        f"FN:{_escaped(name)}",
        f"ROLE:{_escaped(', '.join(roles))}",
        *(f"ORG:{_escaped(owner)}" for owner in owners),
        *_reached(Entry(name, "", reach)),
        "CATEGORIES:disaster recovery",
        f"NOTE:{_escaped(chr(10).join(f'{role} of {title}' for role, title, _ in told))}",
        f"REV:{at.astimezone(UTC):%Y%m%dT%H%M%SZ}",
        "END:VCARD",
    ]
    return "".join(f"{_folded(line)}\r\n" for line in lines)


def _reached(of: Entry) -> list[str]:
    """How somebody is reached, by the property that a phone knows; whatever it is none of is a note."""
    reach = of.reach.strip()
    if not reach:
        return []
    if _MAIL.fullmatch(reach):
        return [f"EMAIL:{_escaped(reach)}"]
    if _PHONE.fullmatch(reach):
        return [f"TEL;VALUE=text:{_escaped(reach)}"]
    if _URL.fullmatch(reach):
        return [f"URL:{_escaped_uri(reach)}"]
    found = [*(f"EMAIL:{_escaped(each)}" for each in _MAIL.findall(reach))]
    return [*found, f"NOTE:{_escaped(f'reach: {reach}')}"]


def _escaped(text: str) -> str:
    """A value of text: what separates values is escaped, and a line break is written out."""
    plain = text.replace("\\", "\\\\").replace(",", "\\,").replace(";", "\\;")
    return "\\n".join("".join(c if c.isprintable() else " " for c in line) for line in plain.splitlines())


def _escaped_uri(text: str) -> str:
    return "".join(each for each in text if each.isprintable() and not each.isspace())


def _folded(line: str) -> str:
    """A line of at most 75 octets, gone on with after a blank: no letter is cut."""
    parts: list[bytes] = []
    current = b""
    for letter in line:
        octets = letter.encode("utf-8", "replace")
        if len(current) + len(octets) > _OCTETS - (1 if parts else 0):
            parts.append(current)
            current = b""
        current += octets
    return "\r\n ".join(each.decode("utf-8") for each in (*parts, current))
