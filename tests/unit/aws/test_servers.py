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
def saying(flags: int, token: int = 0, tail: bytes = b"", answers: int = 0) -> Iterator[str]:
    """A server that answers every question so; `token` is added to the question's own."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as here:
        here.bind(("127.0.0.1", 0))

        def once() -> None:
            asked, whose = here.recvfrom(512)
            got = struct.unpack_from("!H", asked)[0]
            here.sendto(struct.pack("!6H", (got + token) & 0xFFFF, flags, 1, answers, 0, 0) + asked[12:] + tail, whose)

        thread = threading.Thread(target=once, daemon=True)
        thread.start()
        yield f"127.0.0.1:{here.getsockname()[1]}"
        thread.join(5)


def test_a_name_leads_where_every_server_says(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that leads elsewhere, to nothing, or that does not answer is told, and is none of those that lead there."""
    monkeypatch.setattr(servers, "WITHIN_S", 0.2)
    with serving(TO) as there, serving("lost.invalid") as elsewhere, serving() as nowhere:
        seen = leads([there, elsewhere, nowhere, "ns:abc"], NAME, RecordType.CNAME, f"{TO.upper()}.")
    assert (seen.led, seen.silent) == (1, 1)
    assert f"{elsewhere} leads to lost.invalid" in seen.others
    assert f"{nowhere} leads to nothing" in seen.others


def test_two_values_lead_to_neither() -> None:
    """As long as some are led elsewhere, the name does not lead there."""
    with serving(TO, "lost.invalid") as both:
        assert leads([both], NAME, RecordType.CNAME, TO).led == 0


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
        assert leads([there], "other.example.org", RecordType.CNAME, TO).led == 0


def answer(*records: bytes, of: int = 5) -> tuple[bytes, bytes]:
    """An authoritative answer of so many records, and its question."""
    question = servers._query(NAME, of)[0][12:]
    return struct.pack("!6H", 7, 0x8400, 1, len(records), 0, 0) + question + b"".join(records), question


def record(data: bytes, of: int = 5, within: int = 1, owner: bytes = b"\xc0\x0c") -> bytes:
    return owner + struct.pack("!HHIH", of, within, 60, len(data)) + data


def test_pointers_that_go_round_are_no_answer() -> None:
    """A message may be anything: it is read in a bounded time."""
    question = servers._query(NAME, 5)[0][12:]
    loop = struct.pack("!6H", 7, 0x8400, 1, 1, 0, 0) + question
    loop += struct.pack("!H", 0xC000 | len(loop)) + struct.pack("!HHIH", 5, 1, 60, 2) + b"\xc0\x0c"
    with pytest.raises(IndexError):
        servers._read(loop, 7, question, 5)


def test_a_record_of_another_name_or_class_is_no_value() -> None:
    """What stands beside the answer is not where the name leads."""
    mine, other = record(b"\x01a\0", owner=b"\x03DRO" + b"\0"), record(b"\x01b\0", within=3)
    told, question = answer(mine, other, record(b"\x01c\0"))
    assert servers._read(told, 7, question, 5).values == ("c",)


@pytest.mark.parametrize(
    "server",
    ["a..b", "ns:abc", "2001:db8::1", "127.0.0.1:99999", f"{'a' * 70}.example.com", ""],
    ids=["an empty label", "no port", "an address of IPv6", "a port too high", "a label too long", "none"],
)
def test_what_is_no_server_is_told(server: str) -> None:
    """Whatever Route 53 names, or is made to: unusable, and no defect of the program."""
    with pytest.raises(Unusable):
        ask(server, NAME, RecordType.CNAME, within=0.2)


@pytest.mark.parametrize("name", ["a..b", f"{'a' * 70}.example.com", "bücher.example.com"])
def test_what_is_no_name_is_told(name: str) -> None:
    """No server is asked for it."""
    with pytest.raises(Unusable):
        ask("127.0.0.1:1", name, RecordType.CNAME, within=0.2)


def test_an_address_that_is_cut_off_is_no_answer() -> None:
    """Three numbers are no address: the server is told, and asked again."""
    tail = record(b"\xc0\0\x02", of=1)
    with saying(0x8400, tail=tail, answers=1) as there, pytest.raises(Unusable, match="cannot be read"):
        ask(there, NAME, RecordType.A)


def test_a_server_that_has_not_the_zone_is_silent() -> None:
    """Each server is asked for the zone itself; one that tells nothing of it, or nothing at all, is named."""
    with serving(TO) as there:
        assert servers.silent([there], NAME) == []
        (why,) = servers.silent([there], "other.example.org")
    assert there in why
