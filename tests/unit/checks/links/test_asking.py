"""Links of a document are asked politely and safely: nothing private, no login, and what is not known is not failed."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest

from dr_orchestrator.checks.links.asking import Links
from dr_orchestrator.checks.links.guarding import Unaskable, target
from dr_orchestrator.domain.verdict import Outcome
from tests.support.link_server import DOCUMENT, Served, links
from tests.support.tls_front import Authority

HERE = ("127.0.0.1",)
PASSED, FAILED, UNSURE = Outcome.PASSED, Outcome.FAILED, Outcome.INCONCLUSIVE


@pytest.fixture(scope="module")
def server() -> Iterator[Served]:
    """A server of links."""
    with links() as served:
        yield served


@pytest.mark.parametrize(
    ("path", "outcome", "told"),
    [
        ("status/200", PASSED, "answered 200"),
        ("no-head", PASSED, "answered 200"),
        ("to//status/200", PASSED, "answered 200"),
        ("status/404", FAILED, "answered 404"),
        ("status/410", FAILED, "answered 410"),
        ("to//status/404", FAILED, "answered 404"),
        ("status/500", FAILED, "answered 500"),
        ("to/http://xn--a.com/", FAILED, "it is no address"),
        ("circle", FAILED, "its redirects lead in a circle"),
        ("on/1", FAILED, "it redirects more than 5 times"),
        ("status/401", UNSURE, "answered 401: it wants a login"),
        ("status/403", UNSURE, "answered 403: it lets nobody in who has no login"),
        ("status/429", UNSURE, "answered 429: it wants to be asked less often"),
        ("status/503", UNSURE, "answered 503: it is out of service for the moment"),
    ],
)
def test_a_link_is_told_as_it_answers(server: Served, path: str, outcome: Outcome, told: str) -> None:
    """A dead one fails; one that would answer another, or later, is not known."""
    found = Links(HERE).one(server.url(path))
    assert (found.outcome, found.told) == (outcome, told)


def test_one_that_asks_for_fewer_questions_is_not_asked_again() -> None:
    """Nor does it get a second question by GET."""
    with links() as served:
        Links(HERE).one(served.url("status/429"))
        assert [method for method, _, _ in served.asked] == ["HEAD"]


def test_a_server_that_says_nothing_is_given_up(server: Served) -> None:
    """Its time is over, and nothing is known of it."""
    found = Links(HERE, within_s=0.3).one(server.url("slow"))
    assert (found.outcome, found.told) == (UNSURE, "no answer within 0.3 s")


def test_nobody_at_home_is_not_known() -> None:
    """A port that refuses proves nothing against the link: it may be this machine that cannot reach it."""
    with links() as gone:
        port = gone.port
    assert Links(HERE).one(f"http://127.0.0.1:{port}/").outcome is UNSURE


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1/",
        "http://localhost/",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://10.0.0.7/",
        "http://169.254.169.254/latest/meta-data/",
        "http://[64:ff9b::a00:7]/",
        "http://2130706433/",
        "http://0.0.0.0/",
        "http://[fec0::1]/",
        "http://[::a9fe:a9fe]/",
        "http://[::ffff:0:a9fe:a9fe]/",
        "http://[64:ff9b:1::a9fe:a9fe]/",
        "http://[::5efe:a9fe:a9fe]/",
        "http://[2002:a9fe:a9fe::]/",
        "http://168.63.129.16/",
    ],
)
def test_nothing_of_ones_own_network_is_asked(address: str) -> None:
    """However it is written, unless its host is allowed by name."""
    with pytest.raises(Unaskable, match=r"not public|not known here"):
        target(address, ())


def test_a_public_name_that_leads_within_is_not_asked() -> None:
    """Neither at once, nor by a redirect, nor where one of its addresses is public."""
    with pytest.raises(Unaskable, match="not public"):
        target("https://docs.example/", (), lambda _host, _port: ["93.184.215.14", "10.0.0.7"])
    with links() as served:
        looked = {"docs.example": ["127.0.0.1"]}
        asks = Links((f"127.0.0.1:{served.port}",), lookup=lambda host, _: looked.get(host, [host]))
        found = asks.one(served.url(f"to/http://docs.example:{served.port}/status/200"))
        assert found.outcome is UNSURE
        assert "not public" in found.told
        assert [path for _, path, _ in served.asked] == [f"/to/http://docs.example:{served.port}/status/200"]


def test_a_name_is_looked_up_once_a_question() -> None:
    """What was guarded is what is asked: no second look-up can lead elsewhere."""
    with links() as served:
        looked: list[str] = []

        def once(host: str, _port: int) -> list[str]:
            looked.append(host)
            return ["127.0.0.1"] if len(looked) == 1 else ["10.0.0.7"]

        found = Links(("docs.example",), lookup=once).one(served.url("status/200", host="docs.example"))
        assert found.outcome is PASSED
        assert looked == ["docs.example"]
        assert served.asked[0][2]["host"] == f"docs.example:{served.port}"


def test_no_login_is_sent(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Not one of the address, which is not asked at all, nor one of this machine's own files."""
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login ada password secret\n")
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    with links() as served:
        Links(HERE).one(served.url("status/200"))
        assert "authorization" not in {name.lower() for name in served.asked[0][2]}
        found = Links(HERE).one(f"http://ada:secret@127.0.0.1:{served.port}/")
        assert (found.outcome, "secret" in found.told, len(served.asked)) == (UNSURE, False, 1)


def test_no_proxy_of_the_environment_is_asked(server: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """It would see each address, and resolve it by itself."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    assert Links(HERE).one(server.url("status/200")).outcome is PASSED


def test_https_that_leads_to_http_is_dead(tmp_path: Path) -> None:
    """Whoever follows it is sent on in the clear."""
    authority = Authority.made(tmp_path, "ours")
    trusting = ssl.create_default_context(cafile=str(authority.file))
    with links(authority.certify("docs.example", tmp_path)) as served:
        asks = Links(("docs.example",), lookup=lambda _host, _port: ["127.0.0.1"], tls=trusting)
        assert asks.one(served.url("status/200", "https", "docs.example")).outcome is PASSED
        found = asks.one(served.url("plain", "https", "docs.example"))
        assert (found.outcome, found.told) == (FAILED, "it leads from https to http, at docs.example")
        stranger = Links(("docs.example",), lookup=lambda _host, _port: ["127.0.0.1"])
        assert stranger.one(served.url("status/200", "https", "docs.example")).outcome is UNSURE


def test_only_so_many_are_asked_at_once() -> None:
    """However many a document has; their answers come in its order."""
    with links() as served:
        found = Links(HERE, at_once=2).all([served.url(f"status/{200 + 204 * (n % 2)}?{n}") for n in range(12)])
        assert [each.outcome for each in found] == [PASSED, FAILED] * 6
        assert served.most <= 2


@pytest.mark.parametrize("address", ["ftp://example.com/", "http://", "https://[::1", "http://xn--a.com/"])
def test_what_is_no_address_is_dead(address: str) -> None:
    """Nobody can follow it."""
    assert Links().one(address).outcome is FAILED


def test_a_document_is_fetched_as_it_is(server: Served) -> None:
    """With its type; one that is not there, or too large, is not known."""
    server.documents["runbook.md"] = ("text/markdown", DOCUMENT)
    server.documents["endless"] = ("text/plain", b"x" * (2 * 1024 * 1024 + 1))
    found = Links(HERE).fetched(server.url("to//runbook.md"))
    assert (found.content, found.type) == (DOCUMENT, "text/markdown")
    for path, told in (("status/404", "answered 404"), ("endless", "larger than"), ("circle", "circle")):
        with pytest.raises(Unaskable, match=told):
            Links(HERE).fetched(server.url(path))
