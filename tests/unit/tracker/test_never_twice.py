"""Ways in which a second ticket, or none, could come of one finding: what is lost, late, dropped, or out of sight."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from dr_orchestrator.domain.findings.acts import Accept, Note, NotReproducible
from dr_orchestrator.domain.tickets.policy import TrackerKind
from dr_orchestrator.domain.tickets.ticket import Ticket
from dr_orchestrator.errors import UsageError
from dr_orchestrator.tracker import client, one
from dr_orchestrator.tracker.sync import CLAIM, Sync
from dr_orchestrator.wiring import notifying, ticketing, tickets
from tests.support.tracked import APPROVER
from tests.support.trackers.serving import Answering, Asked, Fault, Refused, once
from tests.support.trackers.worlds import World, world

Answer = Callable[[Asked], tuple[int, Any]]


@pytest.fixture
def github(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """GitHub, and one finding."""
    with world(TrackerKind.GITHUB, tmp_path, monkeypatch) as made:
        made.find("one")
        yield made


def server(there: World) -> Answering:
    assert there.server is not None
    return there.server


def makes(asked: Asked) -> bool:
    """Whether a call makes a ticket."""
    return asked.method == "POST" and asked.path.endswith(("/issue", "/issues"))


def answering(there: World, changed: Callable[[Answer, Asked], tuple[int, Any]]) -> Any:
    """Within: the tracker answers so; `changed` is told how it would."""
    whole = server(there).answer
    return mock.patch.object(server(there), "answer", lambda asked: changed(whole, asked))


def noted(there: World, text: str, ago: int = 0) -> None:
    key = (there.finding("one").fingerprint, False)
    there.here.ledger.findings.act([key], Note(text), "ada", there.clock.now() - timedelta(seconds=ago))


def blind(whole: Answer, asked: Asked) -> tuple[int, Any]:
    """A token that has lost sight of issues."""
    if asked.method == "GET" and asked.path.endswith("/issues"):
        return 200, []
    if asked.method == "GET" and "/issues/" in asked.path:
        raise Refused(404, {"message": "Not Found"})
    return whole(asked)


def test_a_request_that_is_given_up_is_written_never(github: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Though its connection stands at last: it is surely not done, and no second ticket comes of it later."""
    connected, released, ended = client.Client._read, threading.Event(), threading.Event()
    begun: list[str] = []

    def slowly(self: client.Client, method: str, *given: Any) -> Any:
        if method != "POST" or begun:
            return connected(self, method, *given)
        begun.append(method)
        released.wait(20)
        try:
            return connected(self, method, *given)
        finally:
            ended.set()

    monkeypatch.setattr(client.Client.__init__, "__defaults__", (0.5,))
    with mock.patch.object(client.Client, "_read", slowly), mock.patch.object(client.Client, "close", lambda _: None):
        done = github.sync()
        released.set()
        assert ended.wait(20)
    assert "not reached within 0.5 s" in done.left[github.finding("one").fingerprint]
    assert github.all_there() == []
    known = github.known("one")
    assert known is not None
    assert not known.unsure
    assert github.sync().in_line
    assert len(github.all_there()) == 1


def test_slow_refusals_are_waited_for_no_longer_than_a_claim_lasts(github: World) -> None:
    """The time that they take counts, and not only what they ask for."""

    def slow(whole: Answer, asked: Asked) -> tuple[int, Any]:
        if makes(asked):
            github.clock.sleep(25)
            raise Refused(429, {"message": "slow"}, Retry_After="1")
        return whole(asked)

    with answering(github, slow):
        done = github.sync()
    assert "answers 429" in done.stopped
    assert github.clock.monotonic() < CLAIM.total_seconds() / 4


def test_nothing_is_asked_again_that_is_anothers_by_now(github: World) -> None:
    """While a refusal was waited out, another sync took the ticket: it makes it."""

    def taken(whole: Answer, asked: Asked) -> tuple[int, Any]:
        if makes(asked):
            with mock.patch.object(github.clock, "sleep", lambda _: None):
                name = github.here.tracker.name
                outbox = github.here.ledger.tickets.outbox(name, "other:1")
                (item,) = outbox.items()
                with mock.patch.object(github.here.ledger.tickets.times, "_machine", _Later(github)):
                    outbox.claim(item, "k", CLAIM)
            raise Refused(429, {"message": "slow"}, Retry_After="1")
        return whole(asked)

    with answering(github, taken):
        done = github.sync()
    assert "is another sync's by now" in done.left[github.finding("one").fingerprint]
    assert sum(map(makes, server(github).calls)) == 1


class _Later:
    """A clock by which every claim has run out."""

    def __init__(self, of: World) -> None:
        self._of = of

    def now(self) -> Any:
        return self._of.clock.now() + 2 * CLAIM

    def monotonic(self) -> float:
        return self._of.clock.monotonic() + 2 * CLAIM.total_seconds()


def test_a_ticket_out_of_sight_for_a_while_is_taken_again(github: World) -> None:
    """Five in a row end the sync, and what became of them meanwhile is told; a person's word looks once more, too."""
    names = ["one", *"abcdefg"]
    github.find(*names[1:])
    assert github.sync().in_line
    with answering(github, blind):
        done = github.sync()
    assert done.stopped
    assert len(done.left) == 5
    github.clock.sleep(3600)
    noted(github, "seen again")
    first = next(each for each in done.left)
    tickets.make_anew(github.here, first)
    assert github.sync().in_line
    assert all(github.ticket(name).remote for name in names)
    assert len(github.all_there()) == len({*github.all_there()}) == 8
    assert github.there("one")[0].text.count("seen again") == 1


@pytest.mark.parametrize(("hours", "made"), [(0, 0), (2, 1)])
def test_unasked_it_is_made_anew_after_an_hour_out_of_sight(
    hours: int, made: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And only where it is still not there then."""
    with world(TrackerKind.GITHUB, tmp_path, monkeypatch, more="anew: true") as there:
        there.find("one")
        there.sync()
        there.by_hand("delete", "one")
        assert not there.sync().in_line
        there.clock.sleep(3600 * hours)
        assert there.sync().in_line is bool(made)
        assert len(there.all_there()) == made


def test_a_lost_ticket_of_a_closed_finding_is_never_made_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither unasked, nor by a person's word, which is refused; once it is found again there is one more, once."""
    with world(TrackerKind.GITHUB, tmp_path, monkeypatch, more="anew: true") as there:
        there.find("one", "two")
        there.sync()
        for name in ("one", "two"):
            there.by_hand("delete", name)
        there.sync()
        keys = [(there.finding(name).fingerprint, False) for name in ("one", "two")]
        there.clock.sleep(60)
        there.here.ledger.findings.act([keys[0]], NotReproducible("tried ten times"), "ada", there.clock.now())
        until = there.clock.now() + timedelta(days=2)
        there.here.ledger.findings.act([keys[1]], Accept(APPROVER, "it is old", until), "ada", there.clock.now())
        for _ in range(3):
            there.clock.sleep(7200)
            there.sync()
            assert there.all_there() == []
        with pytest.raises(UsageError, match="is closed"):
            tickets.make_anew(there.here, keys[0][0])
        there.clock.sleep(7200)
        there.find("one")
        for _ in range(3):
            there.clock.sleep(7200)
            there.sync()
        assert there.all_there() == [f"dro-{keys[0][0]}"]


def test_a_lost_ticket_is_noticed_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a finding that is not closed, on AWS, within a week of when it was seen to be lost."""
    with world(TrackerKind.GITHUB, tmp_path, monkeypatch) as there:
        there.find("one", "two")
        there.sync()

        def raised() -> list[tuple[str, str]]:
            found, blind = notifying._of_days(there.here, there.clock.now())
            assert blind == ""
            told = [pair for each in found if each.of for pair in zip(each.keys, each.facts["items"], strict=True)]
            return [(key, line) for key, line in told if key.startswith("ticket ")]

        def seen() -> list[str]:
            return [key for key, _ in raised()]

        assert seen() == []
        there.by_hand("delete", "one")
        there.by_hand("delete", "two")
        there.sync()
        assert len(seen()) == 2
        before = seen()
        there.clock.sleep(3600)
        there.here.ledger.findings.act(
            [(there.finding("two").fingerprint, False)], NotReproducible("tried"), "ada", there.clock.now()
        )
        there.sync()
        assert seen() == [each for each in before if there.finding("one").fingerprint in each]
        ((_, line),) = raised()
        assert "acme/dr#1" in line
        assert "dro tickets anew" in line
        there.clock.sleep(8 * 86400)
        there.sync()
        assert seen() == []


def test_a_folder_that_comes_back_has_the_same_tickets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another checkout of one ledger sees none of them; the first goes on with its own."""
    with world(TrackerKind.MARKDOWN, tmp_path, monkeypatch) as there:
        there.find("one", "two")
        there.sync()
        there.folder.rename(tmp_path / "elsewhere")
        assert len(there.sync().left) == 2
        (tmp_path / "elsewhere").rename(there.folder)
        there.clock.sleep(3600)
        noted(there, "over there")
        assert there.sync().in_line
        assert "over there" in there.there("one")[0].text
        assert len(there.all_there()) == 2


def test_one_that_is_made_anew_tells_its_whole_history(github: World) -> None:
    """All that the deleted one told, and no comment repeats it."""
    github.sync()
    github.clock.sleep(3600)
    noted(github, "of old")
    github.sync()
    github.by_hand("delete", "one")
    github.sync()
    tickets.make_anew(github.here, github.finding("one").fingerprint)
    for _ in range(2):
        assert github.sync().in_line
    assert github.there("one")[0].text.count("of old") == 1


def test_of_one_that_nobody_answers_for_there_are_two_at_most(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its search lags longer than is declared: a third takes a person's word, and so the first is found in the end."""
    with world(TrackerKind.JIRA_CLOUD, tmp_path, monkeypatch) as there:
        there.find("one")
        server(there).lag = timedelta(days=1)
        server(there).fault = lambda asked: Fault.LOST if makes(asked) else None
        for _ in range(3):
            there.clock.sleep(3600)
            done = there.sync()
        assert sum(map(makes, server(there).calls)) == 2
        told = done.left[there.finding("one").fingerprint]
        assert "asked for 2 times, nobody answered" in told
        assert "dro tickets anew" in told
        began = there.clock.monotonic()
        there.sync()
        assert there.clock.monotonic() == began  # one look, and no wait
        there.clock.sleep(86_400)
        done = there.sync()
        assert there.ticket("one").ref == "DR-1"
        assert "DR-2 there too, with the label of DR-1" in done.left[there.finding("one").fingerprint]


def test_without_labels_and_without_an_answer_there_are_two_at_most(github: World) -> None:
    """Then nothing finds it, and a person is asked."""
    server(github).pushes = False  # type: ignore[attr-defined]
    server(github).fault = lambda asked: Fault.LOST if makes(asked) else None
    for _ in range(3):
        github.clock.sleep(86_400)
        done = github.sync()
    assert len(server(github).issues) == 2
    assert "dro tickets anew" in done.left[github.finding("one").fingerprint]
    tickets.make_anew(github.here, github.finding("one").fingerprint)
    server(github).pushes, server(github).fault = True, lambda _: None  # type: ignore[attr-defined]
    assert github.sync().in_line


def test_labels_that_are_dropped_make_no_second_ticket(github: World) -> None:
    """However often it is synced; once a person labels it, the others are made."""
    github.find("two", "three")
    server(github).pushes = False  # type: ignore[attr-defined]
    for _ in range(3):
        assert "made without its labels" in github.sync().stopped
    (issue,) = server(github).issues.values()
    server(github).pushes = True  # type: ignore[attr-defined]
    issue.labels = [*("dro-finding", next(each for each in _keys(github) if each in str(issue.body)))]
    assert github.sync().in_line
    assert len(server(github).issues) == 3


def _keys(there: World) -> list[str]:
    return [f"dro-{there.finding(name).fingerprint}" for name in ("one", "two", "three")]


@pytest.mark.parametrize("lost", [0, 3])
def test_what_is_noted_while_a_ticket_is_made_is_told(github: World, lost: int) -> None:
    """By a machine whose clock is behind, too: what was drafted is known by number, and nothing is told twice."""
    github.clock.sleep(7200)
    noted(github, "before")
    github.clock.sleep(60)
    asked_to_make, left = one.One._asked_to_make, [1]

    def meanwhile(self: one.One, draft: Any) -> Any:
        if left:
            left.clear()
            noted(github, "meanwhile", ago=5)
        return asked_to_make(self, draft)

    posts, reads = once(makes, Fault.LOST), [Fault.BROKEN] * lost

    def fault(asked: Asked) -> Fault | None:
        if asked.method == "GET" and asked.path.endswith("/1") and reads:
            return reads.pop()
        return posts(asked)

    server(github).fault = fault
    with mock.patch.object(one.One, "_asked_to_make", meanwhile):
        github.sync()
    github.clock.sleep(3600)
    assert github.sync().in_line
    text = github.there("one")[0].text
    assert (text.count("before"), text.count("meanwhile")) == (1, 1)


def test_refusals_in_a_row_keep_nobody_from_being_made(github: World) -> None:
    """Five that are always refused, all before one that is refused once: the next sync gets past them and makes it."""
    github.find(*"abcde")
    good = github.here.ledger.tickets.listed(github.here.tracker.name)[-1].finding.fingerprint
    first = [1]

    def refusing(whole: Answer, asked: Asked) -> tuple[int, Any]:
        is_good = good in str(asked.body)
        if makes(asked) and (first or not is_good):
            first[:] = [] if is_good else first
            raise Refused(422, {"message": "Validation Failed"})
        return whole(asked)

    with answering(github, refusing):
        for left in (6, 5):
            github.clock.sleep(86_400)
            done = github.sync()
            assert (len(done.left), done.stopped) == (left, "")
    assert github.all_there() == [f"dro-{good}"]


def test_what_fails_is_tried_in_turn(github: World) -> None:
    """What was tried longest ago comes first of it, after all that never failed."""
    github.find("two", "three")
    with ticketing._syncing(github.here) as made:
        items = github.here.ledger.tickets.listed(github.here.tracker.name)
        now, ours = github.clock.now(), [Ticket(each.number, "t", "k") for each in items]
        ours[0] = replace(ours[0], error="why", tried_at=now)
        ours[1] = replace(ours[1], error="why", tried_at=now - timedelta(hours=1))
        given = [replace(item, ticket=ticket) for item, ticket in zip(items, ours, strict=True)]
        assert [each.number for each in made._in_order(given)] == [items[n].number for n in (2, 1, 0)]


def test_a_ticket_that_is_refused_as_gone_is_surely_not_made(github: World) -> None:
    """Issues that are switched off: it is no doubt, and is told as what it is."""

    def off(whole: Answer, asked: Asked) -> tuple[int, Any]:
        if makes(asked):
            raise Refused(410, {"message": "Issues are disabled for this repo"})
        return whole(asked)

    with answering(github, off):
        done = github.sync()
    assert "see that the project is there and takes issues" in done.left[github.finding("one").fingerprint]
    known = github.known("one")
    assert known is not None
    assert (known.unsure, known.tries) == (False, 0)
    assert github.sync().in_line


def test_two_tickets_of_one_finding_are_told(github: World) -> None:
    """With both names, until one is closed."""
    github.sync()
    (issue,) = server(github).issues.values()
    other = server(github).made(issue.project, issue.title, issue.body, [*issue.labels], issue.status)
    done = github.sync()
    assert "acme/dr#2 there too, with the label of acme/dr#1" in done.left[github.finding("one").fingerprint]
    server(github).close(other)
    assert github.sync().in_line


def test_an_old_list_overrules_no_later_sync(github: World) -> None:
    """Another sync closed a ticket while this one had listed it as open."""
    github.find("two")
    github.sync()
    github.clock.sleep(7200)
    look, left = Sync._look_there, [1]

    def listed(self: Sync) -> None:
        look(self)
        if left:
            left.clear()
            github.passes("one")
            github.clock.sleep(1)
            assert github.sync().in_line

    with mock.patch.object(Sync, "_look_there", listed):
        github.sync()
    assert (github.ticket("one").status, github.ticket("one").closed) == ("completed", True)
