"""The client of a tracker: how long it is to be left alone, by its own clock, and what keeps it from being asked."""

from __future__ import annotations

from datetime import timedelta
from email.utils import format_datetime

import httpx
import pytest

from dr_orchestrator.errors import UsageError
from dr_orchestrator.tracker.client import Client
from dr_orchestrator.tracker.faults import Later, NotSent, Rejected
from tests.support.fakes import FakeClock

SECOND = {"message": "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."}
SPENT = {"x-ratelimit-remaining": "0"}


def after(status: int, body: object = None, ahead: timedelta = timedelta(), **headers: str) -> float:
    """The seconds that an answer has the client wait, whose clock is ahead of the tracker's; headers by `_` for `-`."""
    clock = FakeClock()
    theirs = clock.now()
    clock.step(ahead)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    if ahead:
        named["date"] = format_datetime(theirs, usegmt=True)
    client = Client("it", "http://127.0.0.1:1", {}, (), clock)
    try:
        with pytest.raises(Later) as raised:
            client._told("GET /x", httpx.Response(status, headers=named, json=body))
    finally:
        client.close()
    return raised.value.after.total_seconds()


def reset(seconds: int) -> str:
    return str(int(FakeClock().now().timestamp()) + seconds)


def test_githubs_second_limit_is_known_by_its_words() -> None:
    """It has no header, and is no missing right: a minute."""
    assert after(403, SECOND) == 60
    assert after(403, SECOND, retry_after="7") == 7


def test_a_missing_right_is_none() -> None:
    """Which no waiting mends."""
    client = Client("it", "http://127.0.0.1:1", {}, (), FakeClock())
    with pytest.raises(Rejected):
        client._told("GET /x", httpx.Response(403, json={"message": "Resource not accessible"}))
    client.close()


@pytest.mark.parametrize("status", [403, 429])
@pytest.mark.parametrize("ahead", [timedelta(), timedelta(hours=1), timedelta(hours=-1)])
def test_a_reset_is_heeded_by_the_trackers_own_clock(status: int, ahead: timedelta) -> None:
    """Whatever ours says, and though there is no Retry-After."""
    told = after(status, {}, ahead, x_ratelimit_remaining="0", x_ratelimit_reset=reset(3000))
    assert told == 3000


def test_other_words_for_a_reset() -> None:
    """GitLab's name, and Jira's form; one that is over is none, and asks for no second try each second."""
    assert after(429, {}, ratelimit_reset=reset(40)) == 40
    assert after(429, {}, x_ratelimit_reset=(FakeClock().now() + timedelta(seconds=50)).isoformat()) == 50
    assert after(429, {}, x_ratelimit_reset=reset(-60)) == 10
    assert after(429, {}, x_ratelimit_reset="soon") == 10
    assert after(429, {}) == 10


@pytest.mark.parametrize(
    ("name", "value"),
    [("ALL_PROXY", "socks5://u:secretpw@10.0.0.1:1080"), ("SSL_CERT_FILE", "/nowhere.pem"), ("HTTPS_PROXY", "ftp://x")],
)
def test_an_environment_that_is_wrong_is_told(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before anything is asked, with what to mend, and without a proxy's password."""
    monkeypatch.setenv(name, value)
    with pytest.raises(UsageError, match="it cannot be asked from here") as raised:
        Client("it", "https://jira.example.com", {}, (), FakeClock())
    assert name.removeprefix("ALL").removeprefix("HTTPS") in raised.value.hint
    assert "secretpw" not in raised.value.message


def test_a_proxy_that_refuses_was_surely_not_asked_further(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tracker has heard nothing: nothing is to be looked for."""
    client = Client("it", "http://127.0.0.1:1", {}, (), FakeClock())

    def refuses(*_: object) -> httpx.Response:
        raise httpx.ProxyError("407 Proxy Authentication Required")

    monkeypatch.setattr(client, "_read", refuses)
    with pytest.raises(NotSent, match="407"):
        client.post("/x", {})
    client.close()
