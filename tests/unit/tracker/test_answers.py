"""Answers that are no answer: of another shape, without an end, or of somebody who only resembles."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import pytest

from dr_orchestrator.domain.findings.acts import Note
from dr_orchestrator.domain.tickets.policy import TrackerKind, TrackerPolicy
from dr_orchestrator.domain.tickets.ports import Tracker
from dr_orchestrator.domain.tickets.ticket import Seen
from dr_orchestrator.tracker.client import Answer, Client
from dr_orchestrator.tracker.cloud import JiraCloud
from dr_orchestrator.tracker.data_center import JiraDataCenter
from dr_orchestrator.tracker.faults import AnswerLost, Rejected
from dr_orchestrator.tracker.github import GitHub
from dr_orchestrator.tracker.gitlab import GitLab
from tests.support.trackers.serving import Asked
from tests.support.trackers.worlds import world

KINDS = {
    TrackerKind.JIRA_CLOUD: JiraCloud,
    TrackerKind.JIRA_DATA_CENTER: JiraDataCenter,
    TrackerKind.GITHUB: GitHub,
    TrackerKind.GITLAB: GitLab,
}
ISSUE = {"number": 1, "iid": 1, "project_id": 4, "state": "open", "id": "7", "key": "DR-1"}


class Told:
    """A client that is told the same, or one thing after the other, and remembers what it was asked."""

    def __init__(self, *answers: object, headers: Sequence[Mapping[str, str]] = ({},)) -> None:
        self._answers, self._headers = itertools.cycle(answers), itertools.cycle(headers)
        self.asked: list[tuple[str, Any]] = []

    def call(self, method: str, path: str) -> str:
        return f"{method} {path}"

    def get(self, path: str, params: Any = None) -> Answer:
        self.asked.append((path, params))
        return Answer(200, next(self._headers), next(self._answers))

    find = put = patch = post = get


def tracker(kind: TrackerKind, told: Told, **more: str) -> Tracker:
    return KINDS[kind](cast(Client, told), TrackerPolicy(**{"kind": kind, "project": "DR", **more}))  # type: ignore


ASKS: Mapping[str, Callable[[Tracker], object]] = {
    "read": lambda of: of.read("a/b#1"),
    "look": lambda of: of.look("dro-ab"),
    "ours": lambda of: [*of.ours()],
    "tells": lambda of: of.tells("a/b#1", "mark"),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("data", [None, {}, [[]], "x", 7, [None], {"issues": {}, "total": 1, "comments": "x"}])
@pytest.mark.parametrize("ask", ASKS)
def test_an_answer_of_another_shape_is_none(kind: TrackerKind, data: object, ask: str) -> None:
    """It is neither a ticket nor an empty list, by which another one would be made."""
    with pytest.raises(AnswerLost, match="the answer"):
        ASKS[ask](tracker(kind, Told(data)))


@pytest.mark.parametrize("kind", KINDS)
def test_one_answer_of_another_shape_keeps_nothing_else_from_being_told(
    kind: TrackerKind, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sync tells it of that ticket, and goes on with the others."""
    with world(kind, tmp_path, monkeypatch) as there:
        assert there.server is not None
        there.find("one", "two")
        there.sync()
        there.clock.sleep(7200)
        keys = [(there.finding(name).fingerprint, False) for name in ("one", "two")]
        there.here.ledger.findings.act(keys, Note("news"), "ada", there.clock.now())
        whole, number = there.server.answer, there.ticket("one").remote.rpartition("#")[2]

        def answer(asked: Asked) -> tuple[int, object]:
            return (200, {}) if asked.method == "GET" and asked.path.endswith(f"/{number}") else whole(asked)

        monkeypatch.setattr(there.server, "answer", answer)
        assert "the answer has no" in there.sync().left[there.finding("one").fingerprint]
        assert "news" in there.there("two")[0].text


@pytest.mark.parametrize("kind", KINDS)
def test_a_list_without_an_end_is_left(kind: TrackerKind) -> None:
    """Where the tracker gives the same page, or names the same token, again and again."""
    same = {"issues": [ISSUE], "total": 9, "isLast": False, "nextPageToken": "same"}
    jira = kind in (TrackerKind.JIRA_CLOUD, TrackerKind.JIRA_DATA_CENTER)
    told = Told(same if jira else [ISSUE] * 100)
    with pytest.raises(AnswerLost, match="read already"):
        tracker(kind, told).look("dro-ab")
    assert len(told.asked) < 4


def test_a_token_that_comes_again_ends_a_list_that_is_empty() -> None:
    """Jira Cloud may give pages without issues."""
    told = Told({"issues": [], "isLast": False, "nextPageToken": "same"})
    with pytest.raises(AnswerLost, match="read already"):
        tracker(TrackerKind.JIRA_CLOUD, told).look("dro-ab")


@pytest.mark.parametrize("kind", [TrackerKind.GITHUB, TrackerKind.GITLAB])
def test_a_short_page_with_a_link_is_not_the_last(kind: TrackerKind) -> None:
    """The link's question is asked of the same path; a full page whose links do not lead on is the last."""
    link = '<https://evil.example/x?page=1&labels=a>; rel="prev", <https://evil.example/x?after=abc&page=2>; rel="next"'
    other = {**ISSUE, "number": 2, "iid": 2}
    told = Told([ISSUE], [other] * 100, headers=({"link": link}, {"link": '<https://evil.example/x>; rel="first"'}))
    found = tracker(kind, told).look("dro-ab")
    assert len(found) == 101
    assert [path for path, _ in told.asked] == [told.asked[0][0]] * 2
    assert (told.asked[1][1]["after"], told.asked[1][1]["labels"]) == ("abc", "dro-ab")


@pytest.mark.parametrize(
    ("kind", "found"),
    [
        (TrackerKind.JIRA_CLOUD, {"accountId": "acc-joann", "displayName": "ann@example.com"}),
        (TrackerKind.JIRA_CLOUD, {"accountId": "acc-joann", "emailAddress": "joann@example.com"}),
        (TrackerKind.JIRA_DATA_CENTER, {"name": "joann", "emailAddress": "ann@example.com.evil.example"}),
        (TrackerKind.GITLAB, {"id": 5, "username": "joann"}),
        (TrackerKind.GITLAB, {"id": 5, "public_email": "joann@example.com"}),
    ],
)
def test_nobody_who_only_resembles_is_assigned(kind: TrackerKind, found: dict[str, object]) -> None:
    """A search by e-mail finds them, too: the declaration has to name an id."""
    told = Told([found])
    with pytest.raises(Rejected, match="no users"):
        tracker(kind, told).assign("4#1", "ann@example.com")


@pytest.mark.parametrize(
    ("data", "url"),
    [({"baseUrl": "https://acme.atlassian.net/"}, "https://acme.atlassian.net/browse/DR-1"), ({}, ""), ([], "")],
)
def test_a_token_with_scopes_leads_to_the_site_of_people(data: object, url: str) -> None:
    """By Jira's own word: of the address that is asked nobody sees a page."""
    of = tracker(TrackerKind.JIRA_CLOUD, Told({}, {}, data, ISSUE), url="https://api.atlassian.com/ex/jira/1-2")
    of.open()
    assert of.read("7").url == url


def test_what_was_moved_in_gitlab_is_not_closed_by_hand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is listed where it was, closed: without any news, it is followed by the very list."""
    with world(TrackerKind.GITLAB, tmp_path, monkeypatch) as there:
        there.find("one")
        there.sync()
        there.by_hand("move_away", "one")
        there.clock.sleep(7200)
        for _ in range(2):
            assert there.sync().in_line
        assert (there.ticket("one").ref, there.ticket("one").closed) == ("acme/ops#1", False)


def test_what_was_moved_out_of_sight_is_not_closed_either() -> None:
    """GitLab closed it for having moved."""
    moved = {**ISSUE, "state": "closed", "moved_to_id": 9, "labels": ["dro-finding", "dro-ab"]}
    seen: Seen = tracker(TrackerKind.GITLAB, Told(moved, [])).read("4#1")
    assert (seen.status, seen.closed) == ("moved", False)
