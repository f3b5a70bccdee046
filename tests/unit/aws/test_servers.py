"""Name servers are asked themselves: an answer counts that is theirs, of what was asked, and of nothing else."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from dr_orchestrator.aws.drill_name import servers
from dr_orchestrator.aws.drill_name.servers import Unusable, ask, leads
from dr_orchestrator.domain.leading import RecordType
from dr_orchestrator.lab.names import CNAME, NameServer

NAME, TO = "dro-1.drills.example.com", "env.eu-central-1.example.com"


@contextmanager
def serving(*values: str, of: int = CNAME) -> Iterator[str]:
    server = NameServer(lambda name, kind: [(60, each) for each in values if kind == of] if name == NAME else None)
    try:
        yield server.address
    finally:
        server.stop()


@contextmanager
def saying(flags: int, token: int = 0, tail: bytes = b"") -> Iterator[str]:
    """A server that answers every question so; `token` is added to the question's own."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as here:
        here.bind(("127.0.0.1", 0))

        def once() -> None:
            asked, whose = here.recvfrom(512)
            got = struct.unpack_from("!H", asked)[0]
            here.sendto(struct.pack("!6H", (got + token) & 0xFFFF, flags, 1, 0, 0, 0) + asked[12:] + tail, whose)

        thread = threading.Thread(target=once, daemon=True)
        thread.start()
        yield f"127.0.0.1:{here.getsockname()[1]}"
        thread.join(5)


def test_a_name_leads_where_every_server_says(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that leads elsewhere, to nothing, or that does not answer is told, and is none of those that lead there."""
    monkeypatch.setattr(servers, "WITHIN_S", 0.2)
    with serving(TO) as there, serving("lost.invalid") as elsewhere, serving() as nowhere:
        led, told = leads([there, elsewhere, nowhere], NAME, RecordType.CNAME, f"{TO.upper()}.")
    assert led == 1
    assert f"{elsewhere} leads to lost.invalid" in told
    assert f"{nowhere} leads to nothing" in told


def test_two_values_lead_to_neither() -> None:
    """As long as some are led elsewhere, the name does not lead there."""
    with serving(TO, "lost.invalid") as both:
        assert leads([both], NAME, RecordType.CNAME, TO)[0] == 0


def test_an_address_is_read_as_one() -> None:
    """An A record's value is an address of four numbers."""
    with serving("192.0.2.1", of=1) as there:
        assert ask(there, NAME, RecordType.A).values == ("192.0.2.1",)


@pytest.mark.parametrize(
    ("flags", "token"),
    [(0x8000, 0), (0x8405, 0), (0x8600, 0), (0x0400, 0), (0x8400, 1)],
    ids=["not authoritative", "refused", "cut off", "a question", "of another question"],
)
def test_an_answer_that_is_not_the_servers_own_is_none(flags: int, token: int) -> None:
    """What a cache, a forger or a broken server says is not where the name leads."""
    with saying(flags, token) as there, pytest.raises(Unusable):
        ask(there, NAME, RecordType.CNAME)


def test_a_name_of_no_zone_of_its_is_refused_and_told() -> None:
    """A server that has not the zone leads nowhere."""
    with serving(TO) as there:
        assert leads([there], "other.example.org", RecordType.CNAME, TO)[0] == 0


def test_pointers_that_go_round_are_no_answer() -> None:
    """A message may be anything: it is read in a bounded time."""
    question = servers._query(NAME, RecordType.CNAME)[0][12:]
    loop = struct.pack("!6H", 7, 0x8400, 1, 1, 0, 0) + question
    loop += struct.pack("!H", 0xC000 | len(loop)) + struct.pack("!HHIH", 5, 1, 60, 2) + b"\xc0\x0c"
    with pytest.raises(IndexError):
        servers._read(loop, 7, question, RecordType.CNAME)
