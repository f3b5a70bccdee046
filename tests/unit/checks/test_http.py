"""HTTP checks: the address stays with the copy, and neither a slow nor an endless answer holds up a drill."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest

from dr_orchestrator.checks.http import HttpChecks
from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.domain.drill import HttpAnswer
from dr_orchestrator.domain.run import Outcome
from dr_orchestrator.errors import NotMeasured
from tests.support.estate import REGION, RUN

COPY = Copy("cloudformation-stack", f"dro-{RUN}-shop", REGION, RUN, "a-drill", "a-service")
HEAD = b"HTTP/1.1 200 OK\r\nConnection: close\r\n"


@contextmanager
def server(*parts: bytes, pause: float = 0.0, sent: list[bytes] | None = None) -> Iterator[str]:
    """A server that sends the parts one by one, with pauses, and notes them in `sent`; its address."""
    asked_enough = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            try:
                with listening.accept()[0] as asking:
                    asking.recv(65536)
                    for part in parts:
                        asking.sendall(part)
                        if sent is not None:
                            sent.append(part)
                        if asked_enough.wait(pause):
                            return
            except OSError:
                pass

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}/"
        finally:
            asked_enough.set()
    thread.join()


@pytest.mark.parametrize(
    "parts", [(HEAD + b"\r\n", *[b"x"] * 300), (HEAD, *[b"A: b\r\n"] * 90)], ids=["body", "headers"]
)
def test_the_time_is_for_the_whole_answer(parts: tuple[bytes, ...]) -> None:
    """A server that drips bytes is never silent for long, and still ends with the check's time."""
    sent: list[bytes] = []
    with server(*parts, pause=0.1, sent=sent) as address:
        check = HttpAnswer("http", "{Url}", timeout=timedelta(seconds=0.5))
        result = HttpChecks(lambda _: {"Url": address}).perform(check, COPY)
    assert result.observed == "no answer: not complete within 0.5 s"
    assert len(sent) < len(parts)


def test_an_endless_answer_is_read_to_its_64th_kibibyte() -> None:
    """What stands in the first 64 KiB counts; what comes after is not waited for."""
    with server(HEAD + b"\r\nfirst", *[b"x" * 65536] * 50, b"last") as address:
        ask = HttpChecks(lambda _: {"Url": address}).perform
        assert ask(HttpAnswer("http", "{Url}", contains="first"), COPY).outcome is Outcome.PASSED
    with server(HEAD + b"\r\n" + b"x" * 65536, b"last") as address:
        ask = HttpChecks(lambda _: {"Url": address}).perform
        assert ask(HttpAnswer("http", "{Url}", contains="last"), COPY).outcome is Outcome.FAILED


@pytest.mark.parametrize("url", ["{Url}@127.0.0.2/", "{Url}.prod.example.com", "{Url}0/"])
def test_an_address_that_leaves_the_output_is_not_asked(url: str) -> None:
    """What follows an output must not make another host of it."""
    with pytest.raises(NotMeasured, match=r"is not an address at http://127\.0\.0\.1:9"):
        HttpChecks(lambda _: {"Url": "http://127.0.0.1:9"}).perform(HttpAnswer("http", url), COPY)


@pytest.mark.parametrize(
    "text",
    [
        "url=postgres://app:hunter2@db/shop",
        "AKIAIOSFODNN7EXAMPLE password=hunter2",
        '{"db": {"password": "hunter2", "name": "shop"}}',
        "<tr><td>DB_PASS</td><td>hunter2</td></tr>",
        "Authorization: Bearer hunter2",
        "API_KEY => 'hunter2'",
        "x" * 112 + " secret=hunter2",
    ],
)
def test_no_secret_of_an_answer_is_kept(text: str) -> None:
    """An environment page, or a debug one, tells logins: the report does not."""
    with server(HEAD + b"\r\n" + text.encode()) as address:
        check = HttpAnswer("http", "{Url}", contains="", timeout=timedelta(seconds=5))
        result = HttpChecks(lambda _: {"Url": address}).perform(check, COPY)
    assert result.outcome is Outcome.PASSED
    assert "hunter" not in result.observed
    assert "AKIA" not in result.observed
