"""A name server on loopback, which answers from what a zone holds: UDP, one question, no recursion."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from collections.abc import Callable, Sequence

Answers = Callable[[str, int], Sequence[tuple[int, str]] | None]
"""The values of a name of a type, each with its TTL; None where the name is in no zone of the server's."""

A, CNAME = 1, 5
_HOST, _LARGEST, _IN = "127.0.0.1", 512, 1
_AUTHORITATIVE, _REFUSED = 0x8400, 0x8005
_ITSELF = 0xC00C
"""The name of the question, as an answer points to it."""


class NameServer:
    """A server in a thread of its own; its port is whichever was free."""

    def __init__(self, answers: Answers) -> None:
        self._answers = answers
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((_HOST, 0))
        self.address = f"{_HOST}:{self._socket.getsockname()[1]}"
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._serve, name="lab-names", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Answer no more."""
        self._ended.set()
        with contextlib.suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:
            last.sendto(b"", self._socket.getsockname())  # whoever waits in recvfrom() is woken by this
        self._thread.join(5)
        self._socket.close()

    def _serve(self) -> None:
        while not self._ended.is_set():
            try:
                asked, whose = self._socket.recvfrom(_LARGEST)
                if told := self._answer(asked):
                    self._socket.sendto(told, whose)
            except (OSError, struct.error, IndexError, UnicodeDecodeError):
                continue  # what cannot be read is not answered

    def _answer(self, asked: bytes) -> bytes:
        if len(asked) < 12:
            return b""
        token, _, questions, *_ = struct.unpack_from("!6H", asked)
        name, at = _name(asked)
        of, _ = struct.unpack_from("!2H", asked, at)
        question = asked[12 : at + 4]
        found = self._answers(name, of) if questions == 1 else None
        if found is None:
            return struct.pack("!6H", token, _REFUSED, 1, 0, 0, 0) + question
        records = b"".join(_record(of, ttl, value) for ttl, value in found)
        return struct.pack("!6H", token, _AUTHORITATIVE, 1, len(found), 0, 0) + question + records


def _name(asked: bytes) -> tuple[str, int]:
    labels, at = [], 12
    while size := asked[at]:
        labels.append(asked[at + 1 : at + 1 + size].decode("ascii").lower())
        at += 1 + size
    return ".".join(labels), at + 1


def _record(of: int, ttl: int, value: str) -> bytes:
    data = socket.inet_aton(value) if of == A else _encoded(value)
    return struct.pack("!3HIH", _ITSELF, of, _IN, ttl, len(data)) + data


def _encoded(name: str) -> bytes:
    labels = (each.encode("ascii") for each in name.rstrip(".").split("."))
    return b"".join(bytes([len(each)]) + each for each in labels) + b"\0"
