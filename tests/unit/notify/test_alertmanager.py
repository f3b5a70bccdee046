"""Alertmanager as it may answer: no date, clock, id or lost answer of it makes a silence longer, or a drill fail."""

from __future__ import annotations

import http.client
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dr_orchestrator.domain.copy import CopyState
from dr_orchestrator.domain.silences.ports import Fault, Wanted
from dr_orchestrator.domain.silences.silence import State
from dr_orchestrator.errors import UsageError
from dr_orchestrator.notify.address import address_of
from dr_orchestrator.notify.alertmanager import HttpAlertmanager
from tests.support.fakes import FakeClock
from tests.support.ledger_samples import START
from tests.support.receivers.alerts import TOKEN
from tests.support.receivers.silencing import MARGIN, World, silencing

WANTED = Wanted({"db": "drill-1"}, START, START + MARGIN, "EXERCISE")
SAID = {
    "id": "0-1",
    "status": {"state": "active"},
    "startsAt": "2026-11-20T09:00:00Z",
    "endsAt": "2026-11-20T09:15:00Z",
    "matchers": [{"name": "db", "value": "drill-r-1", "isRegex": False, "isEqual": True}],
    "createdBy": "dro",
    "comment": "EXERCISE dro run r-1 copy drill-r-1",
}


@pytest.fixture
def there(tmp_path: Path) -> Iterator[World]:
    """A run that is heard of now."""
    with silencing(tmp_path) as world:
        yield world


@pytest.mark.parametrize("date", ["Sat, 20 Nov 2027 09:00:00 GMT", "Fri, 20 Nov 2026 08:50:00 GMT"])
def test_a_time_far_from_ours_makes_no_silence(there: World, date: str) -> None:
    """A proxy's date, or a clock that is wrong: told with what to do, while what is gone is ended all the same."""
    meant = there.made("r-1", id="drill-gone")
    there.sync()
    there.ledger.change_copy(meant, CopyState.DELETED, START)
    there.made()
    there.alerts.date = date
    done = there.sync()
    assert len(done.ended) == 1
    assert "this machine's clock" in done.left["rds-instance drill-r-1 of run r-1"]
    assert "NTP" in done.left["rds-instance drill-r-1 of run r-1"]
    assert there.alerts.standing == []
    there.alerts.date = ""
    assert len(there.sync().made) == 1


@pytest.mark.parametrize("date", ["soon", "Fri, 99 Nov 2026 09:00:00 GMT", "Fri, 31 Dec 9999 23:59:59 -2300"])
def test_a_date_that_is_none_is_no_time(there: World, date: str) -> None:
    """This machine's is taken, or none is made where it is far away; nothing escapes."""
    there.made()
    there.alerts.date = date
    there.sync()
    assert all(ends <= there.clock.now() + MARGIN for ends in there.ends)


@pytest.mark.parametrize(
    "odd",
    [
        {"endsAt": "2026-11-20T09:15:00"},
        {"startsAt": "0001-01-01T00:00:00+14:00"},
        {"endsAt": "9999-12-31T23:59:59-14:00"},
        {"endsAt": 7},
        {"id": "a\x00b"},
        {"id": "x" * 500},
        {"status": {}},
        {"matchers": [7]},
    ],
)
def test_an_odd_silence_is_a_fault(there: World, odd: dict[str, Any]) -> None:
    """Whatever it says: told, and nothing is made beside what cannot be read."""
    there.made()
    there.alerts.says["GET"] = [[{**SAID, **odd}]]
    assert "no list of silences" in next(iter(there.sync().left.values()))
    assert there.alerts.held == {}
    assert len(there.sync().made) == 1


def test_the_last_instant_is_an_end_like_any_other(there: World) -> None:
    """One that stands for ever by its answer, or ended there, is read without a fault."""
    there.made()
    there.sync()
    over = {**SAID, "id": there.known.remote, "endsAt": "9999-12-31T23:59:59Z", "status": {"state": "expired"}}
    there.clock.sleep(301)
    there.beat()
    there.alerts.says["GET"] = [[over]]
    there.sync()
    assert there.known.state is State.STANDS


@pytest.mark.parametrize("made", [{"silenceID": "a\x00b"}, {"silenceID": ""}, {}, [], 7, {"silenceID": "\ud800"}])
def test_an_id_that_is_none_is_not_kept(there: World, made: Any) -> None:
    """It is in doubt, and found again by its comment."""
    there.made()
    there.alerts.says["POST"] = [made]
    assert "without an id" in next(iter(there.sync().left.values()))
    assert there.known.state is State.MEANT
    there.sync()
    assert len(there.alerts.held) == 1
    assert there.known.state is State.STANDS


def test_what_was_given_up_before_it_was_sent_is_never_sent(there: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name or a host that answers late: its thread looks before it sends, so that nothing was done surely."""
    connect, close = http.client.HTTPConnection.connect, http.client.HTTPConnection.close
    go_on, over, asking = threading.Event(), threading.Event(), threading.current_thread()

    def late(link: http.client.HTTPConnection) -> None:
        go_on.wait()
        connect(link)

    def closed(link: http.client.HTTPConnection) -> None:
        close(link)
        if threading.current_thread() is not asking and go_on.is_set():
            over.set()

    monkeypatch.setattr(http.client.HTTPConnection, "connect", late)
    monkeypatch.setattr(http.client.HTTPConnection, "close", closed)
    at = HttpAlertmanager(address_of(there.alerts.url, "HERE", TOKEN), there.clock, 0.05)
    with pytest.raises(Fault, match="no whole answer") as wrong:
        at.post(WANTED, "")
    go_on.set()
    assert over.wait(20)
    assert wrong.value.surely
    assert (there.alerts.asked, there.alerts.held) == ([], {})


@pytest.mark.parametrize(
    ("url", "asked"),
    [
        ("http://[::1]", ("::1", 80)),
        ("https://[2001:db8::7]", ("2001:db8::7", 443)),
        ("http://[::1]:9093", ("::1", 9093)),
        ("http://127.0.0.1", ("127.0.0.1", 80)),
    ],
)
def test_an_address_of_numbers_is_asked_as_it_is(
    url: str, asked: tuple[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """At the port that is usual for its scheme where it names none."""
    seen: list[tuple[str, int]] = []

    def connect(address: tuple[str, int], *_: object, **__: object) -> None:
        seen.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "create_connection", connect)
    with pytest.raises(Fault, match="not reached"):
        HttpAlertmanager(address_of(url, "HERE"), FakeClock()).find("db", "x")
    assert set(seen) == {asked}


def test_a_machine_without_certificates_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    """Like any that is not reached: told, and surely nothing was done."""

    def broken() -> None:
        raise OSError("no certificates")

    monkeypatch.setattr("ssl.create_default_context", broken)
    with pytest.raises(Fault, match="no certificates") as wrong:
        HttpAlertmanager(address_of("https://127.0.0.1", "HERE"), FakeClock()).post(WANTED, "")
    assert wrong.value.surely


@pytest.mark.parametrize("path", ["/hunter2%2Fa%20b", "/ab/c", "/t0p%2Dsecret/x"])
@pytest.mark.parametrize("how", ["{raw}", "{plain}", "https://alerts.example.com{raw}/api/v2"])
def test_no_part_of_a_path_is_told(path: str, how: str) -> None:
    """Neither as it is written nor as it is meant, nor the whole of it."""
    from urllib.parse import unquote

    at = HttpAlertmanager(address_of(f"https://alerts.example.com{path}", "HERE"), FakeClock())
    told = at._masked("at " + how.format(raw=path, plain=unquote(path)))
    for secret in (path, unquote(path), "hunter2", "secret", "alerts.example.com"):
        assert secret not in told


@pytest.mark.parametrize("url", ["http://alertmanager:9093/alertmanager", "http://alerts.example.com/api/v2/"])
def test_a_path_goes_over_plain_http(url: str) -> None:
    """Alertmanager often stands below a path of a cluster's own network; a login or a token does not go there so."""
    assert address_of(url, "HERE").scheme == "http"
    with pytest.raises(UsageError, match="not sent over plain http"):
        address_of(url, "HERE", "a-token")
