"""Contacts as vCards 4.0 (RFC 6350), one a person or rota."""

from __future__ import annotations

import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from dr_orchestrator.domain.contacts.book import Book, Entry

_OCTETS = 75
_MAIL = re.compile(r"[^\s@<>,;]+@[^\s@<>,;]+\.[^\s@<>,;]+")
_PHONE = re.compile(r"\+?[0-9][0-9 ()./-]{4,28}[0-9]")
_URL = re.compile(r"https?://\S+")
_SPACE = uuid.UUID("6f0f2e43-7c0e-5b83-9d5b-5a1f4c1f0c72")


@dataclass(frozen=True)
class _Part:
    """The part that somebody has in a service, and who acts there where they are away."""

    role: str
    title: str
    owner: str
    deputies: tuple[Entry, ...] = ()

    @property
    def told(self) -> str:
        away = ", ".join(dict.fromkeys(each.name for each in self.deputies))
        return f"{self.role} of {self.title}" + (f"; where away: {away}" if away else "")


def cards(book: Book, at: datetime) -> str:
    """All cards: each contact once, with what they are to which services; and champions whom no contact names."""
    whose: dict[tuple[str, str], list[_Part]] = {}
    for each in book.services:
        for entry in each.calls:
            part = _Part(entry.role, each.title, each.owner, each.acting_for(entry))
            whose.setdefault((entry.name, entry.reach), []).append(part)
        if not any(entry.name.casefold() == each.champion.casefold() for entry in each.calls):
            whose.setdefault((each.champion, ""), []).append(_Part("DR champion", each.title, each.owner))
    return "".join(_card(name, reach, told, at) for (name, reach), told in whose.items())


def _card(name: str, reach: str, parts: Sequence[_Part], at: datetime) -> str:
    roles, owners = dict.fromkeys(each.role for each in parts), dict.fromkeys(each.owner for each in parts)
    agents = dict.fromkeys(_uid(of.name, of.reach) for each in parts for of in each.deputies)
    lines = [
        "BEGIN:VCARD",
        "VERSION:4.0",
        f"UID:{_uid(name, reach)}",
        f"FN:{_escaped(name)}",
        f"ROLE:{_escaped(', '.join(roles))}",
        *(f"ORG:{_escaped(owner)}" for owner in owners),
        *_reached(Entry(name, "", reach)),
        *(f"RELATED;TYPE=agent:{each}" for each in agents),  # in the RFC's words: who may act on their behalf
        "CATEGORIES:disaster recovery",
        f"NOTE:{_escaped(chr(10).join(each.told for each in parts))}",
        f"REV:{at.astimezone(UTC):%Y%m%dT%H%M%SZ}",
        "END:VCARD",
    ]
    return "".join(f"{_folded(line)}\r\n" for line in lines)


def _uid(name: str, reach: str) -> str:
    return f"urn:uuid:{uuid.uuid5(_SPACE, f'{name}{chr(31)}{reach}')}"


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
