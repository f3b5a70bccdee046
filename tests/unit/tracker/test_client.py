"""The client of a tracker: how long it is to be left alone, by its own clock, and what keeps it from being asked."""

from __future__ import annotations

from datetime import timedelta
from email.utils import format_datetime
from pathlib import Path

import httpx
import pytest

from dr_orchestrator.errors import UsageError
from dr_orchestrator.tracker.client import Client
from dr_orchestrator.tracker.faults import Later, NotSent, Rejected, TrackerFault
from tests.support.fakes import FakeClock
from tests.support.link_server import links
from tests.support.tls_front import Authority

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


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """A company's own."""
    return Authority.made(tmp_path_factory.mktemp("ca"), "private CA")


def refused(base: str) -> NotSent:
    client = Client("it", base, {}, (), FakeClock())
    try:
        with pytest.raises(NotSent) as raised:
            client.post("/x", {})
    finally:
        client.close()
    return raised.value


def test_a_private_authority_is_told_with_the_variable_that_is_heeded(
    authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Which is SSL_CERT_FILE: with the other one, that is for another library, it is refused as before."""
    with links(authority.certify("localhost", tmp_path)) as served:
        base = f"https://localhost:{served.port}"
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(authority.file))
        told = refused(base)
        assert "CERTIFICATE_VERIFY_FAILED" in told.message
        assert "SSL_CERT_FILE" in told.hint
        assert "REQUESTS_CA_BUNDLE is not" in told.hint
        monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
        assert "name the tracker in tiers.yaml" in refused(base.replace("localhost", "127.0.0.1")).hint
        client = Client("it", base, {}, (), FakeClock())
        with pytest.raises(TrackerFault) as raised:  # it is reached, and is no tracker
            client.post("/x", {})
        client.close()
        assert not isinstance(raised.value, NotSent)


def test_a_port_without_tls_is_told(authority: Authority) -> None:
    """As what it is."""
    with links() as served:
        assert "speaks https" in refused(f"https://127.0.0.1:{served.port}").hint


@pytest.mark.parametrize(("variable", "past"), [("HTTPS_PROXY", ""), ("ALL_PROXY", ""), ("HTTPS_PROXY", "10.0.0.0/8")])
def test_a_proxy_that_is_not_there_is_told_with_its_variable(
    variable: str, past: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And with NO_PROXY, by which the host is asked itself."""
    for each in ("HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(each, raising=False)
        monkeypatch.delenv(each.lower(), raising=False)
    monkeypatch.setenv(variable, "http://user:secretpw@127.0.0.1:1")
    monkeypatch.setenv("NO_PROXY", past)
    told = refused("https://jira.example.com")
    assert f"the proxy that {variable} names" in told.hint
    assert "jira.example.com in NO_PROXY" in told.hint
    assert "secretpw" not in f"{told.message}{told.hint}"


def test_without_a_proxy_none_is_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor of one that this machine's own trackers are not asked through."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    assert "see that the tracker is up" in refused("http://127.0.0.1:1").hint
