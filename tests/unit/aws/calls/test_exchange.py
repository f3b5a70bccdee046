"""AWS's answers are whole within a time; what was given up is cut off, not tried again, and sends nothing more."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from botocore.awsrequest import AWSPreparedRequest

from dr_orchestrator.aws.calls import exchange
from dr_orchestrator.aws.calls.api import Transient
from dr_orchestrator.errors import Aborted
from dr_orchestrator.waiting.stops import heeding
from tests.support.places import calling
from tests.support.slow_servers import Server, broken, dripping


def stopped_once(asked: threading.Event) -> Any:
    def raise_if_stopped() -> None:
        if asked.is_set():
            raise Aborted("stopped on request")

    return raise_if_stopped


def test_an_answer_has_a_time_to_be_whole_in(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that drips is never silent; its answer is late like one that never came, told by call and time."""
    monkeypatch.setattr(exchange, "WHOLE_S", 0.5)
    with dripping() as server:
        with pytest.raises(Transient, match=r"rds:DescribeDBInstances: no whole answer within 0.5 s") as late:
            calling(server.url)()
        assert late.value.hint
        assert server.cut.wait(10)
        assert len(server.asked) == 1


def test_the_time_is_for_all_tries(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each try spends of it: what is left for the next is less."""
    left: list[float] = []
    original = exchange.aside

    def aside(act: Any, *, within: float, **named: Any) -> Any:
        left.append(within)
        return original(act, within=within, **named)

    monkeypatch.setattr(exchange, "aside", aside)
    monkeypatch.setattr("botocore.retries.standard.ExponentialBackoff.delay_amount", lambda *_: 0.0)
    with broken() as server, pytest.raises(Transient):
        calling(server.url)()
    assert len(left) == 6
    assert left == sorted(left, reverse=True)
    assert left[0] == exchange.WHOLE_S
    assert left[-1] < left[0]


@pytest.mark.parametrize("header", ["Content-Length", "X-Amz-Decoded-Content-Length"])
def test_a_call_that_sends_much_has_as_much_more_time(monkeypatch: pytest.MonkeyPatch, header: str) -> None:
    """A file of a gigabyte does not go in the time of a question."""
    given: list[float] = []
    monkeypatch.setattr(exchange, "aside", lambda _act, *, within, **_: given.append(within))
    request = AWSPreparedRequest("PUT", "https://x", {header: str(10 * exchange.SLOWEST)}, None, False)
    exchange._call.set(("a call", {}))
    exchange._Answers(None).send(request)
    assert given == [exchange.WHOLE_S + 10]


def test_what_was_stopped_is_cut_and_not_tried_again() -> None:
    """The connection goes with the wait, so that no thread stays behind, and the server sees one request."""
    asked = threading.Event()
    with dripping() as server, heeding(stopped_once(asked)):
        call = calling(server.url)
        threading.Timer(0.3, asked.set).start()
        with pytest.raises(Aborted):
            call()
        assert server.cut.wait(10)
        assert len(server.asked) == 1


@pytest.mark.parametrize("again", [False, True])
def test_a_call_that_connects_after_it_was_given_up_sends_nothing(monkeypatch: pytest.MonkeyPatch, again: bool) -> None:
    """A write that waits for its connection must not reach AWS when the copies have been looked for already."""
    connecting, freed, asked = threading.Event(), threading.Event(), threading.Event()
    original, ended = exchange.AWSHTTPConnection.connect, threading.Event()

    def slow(self: Any) -> None:
        connecting.set()
        freed.wait()
        original(self)

    def send(self: Any, data: Any) -> None:
        try:
            sending(self, data)
        finally:
            ended.set()

    sending = exchange._Connection.send
    monkeypatch.setattr(exchange.AWSHTTPConnection, "connect", slow)
    monkeypatch.setattr(exchange._Connection, "send", send)
    with dripping() as server:
        call = calling(server.url)
        stop = threading.Thread(target=lambda: connecting.wait() and asked.set())
        stop.start()
        with heeding(stopped_once(asked)), pytest.raises(Aborted):
            call()
        stop.join()
        freed.set()
        assert ended.wait(10)
        assert not any(server.asked)
        if again:
            _sends_as_ever(server)


def _sends_as_ever(server: Server) -> None:
    stop = threading.Event()
    threading.Timer(0.3, stop.set).start()
    with heeding(stopped_once(stop)), pytest.raises(Aborted):
        calling(server.url)()
    assert any(server.asked)
