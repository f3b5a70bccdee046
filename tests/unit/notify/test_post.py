"""The process that sends, against real receivers: what arrived, what surely did not, and what nobody knows."""

from __future__ import annotations

import smtplib
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from apprise.plugins.clickatell import NotifyClickatell

from dr_orchestrator.domain.notices.ports import Doubtful, Refused
from dr_orchestrator.domain.notices.text import Message, Unmarked, marked
from dr_orchestrator.lab.programs import free_port
from dr_orchestrator.notify import child
from dr_orchestrator.notify.post import ApprisePost
from tests.support.link_server import links
from tests.support.receivers.hook import CUT, HEADER, SECRET, SILENT, hooked
from tests.support.receivers.mail import mailed
from tests.support.tls_front import Authority

SAID = marked("EXERCISE", "Drills <b>& more</b>", "one: 1 < 2\ntwo & three\nfour *five* @here")


@pytest.fixture(scope="module")
def post() -> Iterator[ApprisePost]:
    """One process for all."""
    made = ApprisePost()
    yield made
    made.close()


def test_a_hook_gets_it_once_as_it_is(post: ApprisePost) -> None:
    """Word for word, with the header of its URL."""
    with hooked() as hook:
        post.send(hook.url, SAID, urgent=False)
        (took,) = hook.took
        assert (took["title"], took["message"]) == (SAID.title, SAID.body)
        assert hook.headers[0]["x-secret"] == HEADER


@pytest.mark.parametrize("answer", [400, 401, 404, 429, 503])
def test_an_answer_that_says_no_is_a_refusal(post: ApprisePost, answer: int) -> None:
    """It is told by its number, the URL never."""
    with hooked(answer) as hook, pytest.raises(Refused, match=str(answer)) as told:
        post.send(hook.url, SAID, urgent=True)
    assert hook.took == []
    assert SECRET not in str(told.value)


@pytest.mark.parametrize("answer", [301, 303, 307, 500, 502, 504])
def test_an_answer_of_whoever_may_have_taken_it_is_a_doubt(post: ApprisePost, answer: int) -> None:
    """A hook that takes a message and then redirects, or breaks down; a redirect is followed nowhere."""
    with hooked(answer) as hook, pytest.raises(Doubtful, match=str(answer)) as told:
        post.send(hook.url, SAID, urgent=True)
    assert hook.took == []
    assert SECRET not in str(told.value)


def test_of_targets_of_a_get_what_one_took_is_not_sent_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first takes it, the second refuses: nobody sends it to the first once more."""
    for name, way in ((requests.Session, "send"), (smtplib.SMTP, "sendmail")):
        monkeypatch.setattr(name, way, getattr(name, way))
    for way in ("connect", "starttls", "login"):
        monkeypatch.setattr(smtplib.SMTP, way, getattr(smtplib.SMTP, way))
    monkeypatch.setattr(NotifyClickatell, "request_rate_per_sec", 0)
    child._look()
    with hooked(200, 404) as hook:
        monkeypatch.setattr(NotifyClickatell, "notify_url", f"http://127.0.0.1:{hook.port}/send")
        url = "clickatell://apikey/15551230000/15551230001"
        state, why = child.sent(url, SAID.title, SAID.body, False, "EXERCISE")
    assert (state, why) == (child.UNKNOWN, "taken in part: answered 404")


def test_nobody_reached_is_a_refusal(post: ApprisePost) -> None:
    """Nothing listens there, or the name is nobody's: nothing can have arrived."""
    for url in (f"json://127.0.0.1:{free_port()}/{SECRET}", "json://no-such-host.invalid/x?cto=1"):
        with pytest.raises(Refused, match="not reached"):
            post.send(url, SAID, urgent=False)


def test_a_private_authority_is_told_with_the_variable_that_is_heeded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing was sent; with it the receiver is reached, and by another name than its certificate's it is not."""
    authority = Authority.made(tmp_path, "private CA")
    with links(authority.certify("localhost", tmp_path)) as served:
        url = f"jsons://localhost:{served.port}/{SECRET}?rto=4&cto=4"
        assert "set REQUESTS_CA_BUNDLE" in refused(url)
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(authority.file))
        assert "is another host's" in refused(url.replace("localhost", "127.0.0.1"))
        post = ApprisePost()
        with pytest.raises(Doubtful, match="answered 501"):  # it is reached, and is no hook
            post.send(url, SAID, urgent=False)
        post.close()


@pytest.mark.parametrize("answers", [False, True])
def test_a_proxy_that_lets_nothing_through_is_told(answers: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that is not there, and one that refuses the tunnel: nothing was sent, and no password is told."""
    with hooked(407) as proxy:
        port = proxy.port if answers else free_port()
        monkeypatch.setenv("HTTPS_PROXY", f"http://user:secretpw@127.0.0.1:{port}")
        monkeypatch.delenv("NO_PROXY", raising=False)
        monkeypatch.delenv("no_proxy", raising=False)
        told = refused("jsons://hook.example.com/x?rto=4&cto=4")
    assert "HTTPS_PROXY" in told and "secretpw" not in told


def refused(url: str) -> str:
    """The words of a process of its own, which reads its environment as it begins."""
    post = ApprisePost()
    try:
        with pytest.raises(Refused) as raised:
            post.send(url, SAID, urgent=False)
    finally:
        post.close()
    return str(raised.value)


@pytest.mark.parametrize("answer", [SILENT, CUT])
def test_a_receiver_that_says_nothing_is_a_doubt(post: ApprisePost, answer: int) -> None:
    """It got the message, and is sent it once: nobody here knows."""
    with hooked(answer) as hook, pytest.raises(Doubtful) as told:
        post.send(hook.url + "&retry=3", SAID, urgent=False)
    assert hook.titles == {SAID.title: 1}
    assert SECRET not in str(told.value)


def test_a_mail_arrives_marked_in_each_part(post: ApprisePost) -> None:
    """Text and HTML alike; the subject, too, and who it is from."""
    with mailed() as box:
        post.send(box.url, SAID, urgent=False)
        (mail,) = box.took
        assert "EXERCISE" in mail["subject"]
        for text in box.texts:
            lines = [each for each in text.replace("<br/>", "\n").splitlines() if each.strip()]
            assert [each for each in lines if "EXERCISE" not in each] == []


def test_a_mail_server_that_refuses_is_a_refusal(post: ApprisePost) -> None:
    """By its number; and one that is not there."""
    with mailed() as box:
        box.refuses = "451 not now"
        with pytest.raises(Refused, match="451"):
            post.send(box.url, SAID, urgent=False)
    with pytest.raises(Refused):
        post.send(box.url, SAID, urgent=False)


@pytest.mark.parametrize(
    "url", ["nonsense", "https://", "", "json://127.0.0.1/a, json://127.0.0.1/b", "file:///etc/passwd"]
)
def test_what_is_no_url_of_one_channel_is_refused(post: ApprisePost, url: str) -> None:
    """Nothing is sent to any of several."""
    with pytest.raises(Refused, match="not that of one channel"):
        post.send(url, SAID, urgent=False)


def test_a_line_without_the_mark_is_not_sent(post: ApprisePost) -> None:
    """Whoever made the message."""
    with hooked() as hook:
        for said in (
            Message("EXERCISE: one", "EXERCISE: two\nthree"),
            Message("one", "EXERCISE: two"),
            Message("EXERCISE: one", "EXERCISE: two\u2028three"),
            Message("", ""),
        ):
            with pytest.raises(Unmarked, match="not sent"):
                post.send(hook.url, said, urgent=False)
    assert hook.took == []


def test_a_process_that_hangs_or_dies_is_a_doubt_and_the_next_is_another() -> None:
    """It is ended by its own id; what it was sending is not sent again."""
    post = ApprisePost(within_s=0.0)
    try:
        with hooked() as hook, hooked(SILENT) as silent:
            post.send(hook.url, SAID, urgent=False)
            with pytest.raises(Doubtful):
                post.send(silent.url.replace("rto=1", "rto=60"), SAID, urgent=False)
            post.send(hook.url, SAID, urgent=False)  # a new one has its time to start
            assert hook.titles[SAID.title] == 2
    finally:
        post.close()
