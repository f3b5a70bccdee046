"""Asks the name servers of a zone themselves, as a stranger would: no resolver in between, that remembers."""

from __future__ import annotations

import secrets
import socket
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from dr_orchestrator.domain.leading import RecordType
from dr_orchestrator.waiting.aside import Late, aside

PORT = 53
WITHIN_S = 2.0
"""Real seconds in which a name server answers; it is asked again at the next look."""

_CODES = {RecordType.A: 1, RecordType.CNAME: 5}
_SOA = 6
_IN, _LARGEST = 1, 4096
_ANSWER, _AUTHORITATIVE, _CUT, _FAILED = 0x8000, 0x0400, 0x0200, 0x000F
_POINTER, _LONGEST_NAME, _LONGEST_LABEL = 0xC0, 255, 63


class Unusable(Exception):
    """The answer is none, not of the zone's own server, or not of what was asked."""


@dataclass(frozen=True)
class Message:
    """An answer: its values of the type that was asked for, in small letters and without the dot at the end."""

    values: tuple[str, ...]


def ask(server: str, name: str, of: RecordType, within: float = WITHIN_S) -> Message:
    """The authoritative answer of a server, `host` or `host:port`; Unusable where there is none in time."""
    return _asked(server, name, _CODES[of], within)


def silent(servers: Sequence[str], zone: str) -> list[str]:
    """Why, of each server that gives no authoritative answer on the zone itself."""
    found = []
    for server in servers:
        try:
            _asked(server, zone, _SOA, WITHIN_S)
        except Unusable as wrong:
            found.append(str(wrong))
    return found


def _asked(server: str, name: str, of: int, within: float) -> Message:
    host, _, port = server.partition(":")
    try:
        query, token = _query(name, of)
        place = host, int(port or PORT)
        told = aside(lambda: _exchange(*place, query, within), what=f"the answer of {server}", within=within + 1)
    except (OSError, OverflowError, ValueError, Late) as wrong:  # a name that is none is told as ValueError
        raise Unusable(f"{server} does not answer: {str(wrong) or type(wrong).__name__}") from None
    try:
        return _read(told, token, query[12:], of)
    except Unusable as wrong:
        raise Unusable(f"{server}: {wrong}") from None
    except (IndexError, OSError, ValueError, struct.error):
        raise Unusable(f"{server} answers what cannot be read") from None


def _exchange(host: str, port: int, query: bytes, within: float) -> bytes:
    family, kind, proto, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_DGRAM)[0]
    with socket.socket(family, kind, proto) as asking:
        asking.settimeout(within)
        asking.connect(address)  # then nobody else's answer comes in
        asking.send(query)
        return asking.recv(_LARGEST)


def _query(name: str, of: int) -> tuple[bytes, int]:
    """A question that asks for no recursion, with a random id; ValueError of what is no name of the DNS."""
    token = secrets.randbelow(1 << 16)
    labels = name.rstrip(".").encode("ascii").split(b".")
    if not all(0 < len(each) <= _LONGEST_LABEL for each in labels):
        raise ValueError(f"'{name}' is no name of the DNS")
    asked = b"".join(bytes([len(each)]) + each for each in labels)
    return struct.pack("!6H", token, 0, 1, 0, 0, 0) + asked + b"\0" + struct.pack("!2H", of, _IN), token


def _read(told: bytes, token: int, question: bytes, of: int) -> Message:
    got, flags, questions, answers, _, _ = struct.unpack_from("!6H", told)
    if got != token or questions != 1 or told[12 : 12 + len(question)].lower() != question.lower():
        raise Unusable("the answer is to another question")
    if not flags & _ANSWER or flags & (_CUT | _FAILED) or not flags & _AUTHORITATIVE:
        raise Unusable(f"no answer of the zone's own: flags {flags:04x}")
    return Message(tuple(_values(told, 12 + len(question), answers, of)))


def _values(told: bytes, at: int, answers: int, of: int) -> Iterator[str]:
    """The values of what was asked for: of that name, that type and the internet, and of nothing else beside it."""
    asked, _ = _name(told, 12)
    for _ in range(answers):
        owner, at = _name(told, at)
        kind, within, _, size = struct.unpack_from("!HHIH", told, at)
        at += 10
        if (owner, kind, within) == (asked, of, _IN) and of in _CODES.values():
            yield socket.inet_ntoa(told[at : at + size]) if of == _CODES[RecordType.A] else _name(told, at)[0]
        at += size


def _name(told: bytes, at: int) -> tuple[str, int]:
    """A name at a place, and the place behind it; each pointer leads back, so that none goes round."""
    labels: list[str] = []
    behind, floor = -1, at
    while size := told[at]:
        if size & _POINTER == _POINTER:
            behind = at + 2 if behind < 0 else behind
            at = struct.unpack_from("!H", told, at)[0] & 0x3FFF
            if at >= floor:
                raise IndexError("a pointer that leads nowhere")
            floor = at
            continue
        labels.append(told[at + 1 : at + 1 + size].decode("ascii").lower())
        at += 1 + size
        if sum(map(len, labels)) > _LONGEST_NAME:
            raise IndexError("longer than any name")
    return ".".join(labels), behind if behind >= 0 else at + 1


@dataclass(frozen=True)
class Leads:
    """How many servers lead to a value and to no other, what the others say, and how many of those gave no answer."""

    led: int
    others: str
    silent: int


def leads(servers: Sequence[str], name: str, of: RecordType, to: str) -> Leads:
    """Ask each of the servers whether a name leads to a value, and to no other."""
    led, silent, others = 0, 0, []
    for server in servers:
        try:
            values = ask(server, name, of).values
        except Unusable as wrong:
            silent += 1
            others.append(str(wrong))
            continue
        if set(values) == {to.rstrip(".").lower()}:
            led += 1
        else:
            others.append(f"{server} leads to {', '.join(values) or 'nothing'}")
    return Leads(led, "; ".join(others), silent)
