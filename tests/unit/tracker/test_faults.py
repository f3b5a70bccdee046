"""What goes wrong with a tracker: it is told with tracker, call and what to do; nothing is lost, and nothing twice."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from unittest import mock

import pytest

from dr_orchestrator.domain.findings.acts import Note
from dr_orchestrator.domain.tickets.policy import JIRAS, TrackerKind
from dr_orchestrator.errors import UsageError
from dr_orchestrator.tracker import client
from dr_orchestrator.tracker.sync import CLAIM, Sync
from dr_orchestrator.wiring import ticketing
from tests.support.trackers.forges import FakeGitHub, FakeGitLab
from tests.support.trackers.jira import FakeJira
from tests.support.trackers.serving import TOKEN, UNDONE, Asked, Fault, Refused, once
from tests.support.trackers.worlds import REMOTE, VARIABLE, World, world

JIRA = TrackerKind.JIRA_CLOUD


@pytest.fixture(params=REMOTE)
def remote(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    """A tracker that is asked over HTTP, and one finding."""
    with world(request.param, tmp_path, monkeypatch) as made:
        made.find("one")
        yield made


@pytest.fixture
def jira(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    """Jira Cloud, and one finding."""
    with world(JIRA, tmp_path, monkeypatch) as made:
        made.find("one")
        yield made


def makes(asked: Asked) -> bool:
    """Whether a call makes a ticket."""
    return asked.method == "POST" and asked.path.endswith(("/issue", "/issues"))


def always(which: Callable[[Asked], bool], what: Fault) -> Callable[[Asked], Fault | None]:
    return lambda asked: what if which(asked) else None


def served(there: World) -> FakeJira | FakeGitHub | FakeGitLab:
    assert isinstance(there.server, FakeJira | FakeGitHub | FakeGitLab)
    return there.server


@pytest.mark.campaign(8)
@pytest.mark.parametrize("what", list(Fault))
def test_one_failure_makes_none_twice_and_loses_none(
    remote: World, what: Fault, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The making fails once, in each of the ways: the very sync goes on, and there is one in the end."""
    monkeypatch.setattr(client.Client.__init__, "__defaults__", (0.3,))
    served(remote).fault = once(makes, what)
    done = remote.sync()
    if not done.in_line:  # a refusal that tells nothing is the next sync's
        assert remote.sync().in_line
    served(remote).release.set()
    assert len(remote.all_there()) == 1
    assert served(remote).many("POST", "issue") >= (1 if what not in UNDONE else 2)


@pytest.mark.campaign(2)
def test_a_tracker_that_is_down_is_told_and_asked_no_more(remote: World) -> None:
    """After a few tickets in a row the others are left for the next sync, which makes each once."""
    remote.find(*(f"drill-{number}" for number in range(8)))
    served(remote).fault = always(makes, Fault.BROKEN)
    done = remote.sync()
    assert done.stopped
    assert "answers 500" in done.stopped
    assert "the next sync goes on where this one ended" in done.stopped
    assert sum(map(makes, served(remote).calls)) == 5
    served(remote).fault = lambda _: None
    remote.clock.sleep(CLAIM.total_seconds())
    assert remote.sync().in_line
    assert len(remote.all_there()) == 9


@pytest.mark.campaign(2)
def test_nobody_there_is_told(remote: World) -> None:
    """No port answers: nothing was sent, and the next sync begins anew."""
    served(remote).fault = always(lambda _: True, Fault.CUT)
    done = remote.sync()
    assert remote.here.tracker.name in done.stopped
    assert "no answer" in done.stopped
    assert remote.known("one") is None
    served(remote).fault = lambda _: None
    assert remote.sync().in_line


@pytest.mark.campaign(2)
def test_a_refused_token_ends_the_sync_and_is_shown_nowhere(
    remote: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """What the tracker says of it is told without the token, though the tracker repeats it."""
    caplog.set_level(logging.DEBUG)
    monkeypatch.setattr(served(remote), "is_known", lambda _: False)
    done = remote.sync()
    assert "answers 401: bad credentials ***" in done.stopped
    assert "token_env" in done.stopped
    assert TOKEN not in done.stopped + caplog.text
    ledger = b"".join(path.read_bytes() for path in (remote.home / ".dro").rglob("*") if path.is_file())
    assert TOKEN.encode() not in ledger
    assert remote.all_there() == []


@pytest.mark.campaign(2)
def test_a_token_that_is_not_set_is_told_before_anything(remote: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the variable, and by where that is named; one with a line break is refused, for it would be another header."""
    monkeypatch.delenv(VARIABLE)
    with pytest.raises(UsageError, match=rf"{VARIABLE} is not set.*drills/tiers.yaml:8:tracker.token_env"):
        remote.sync()
    monkeypatch.setenv(VARIABLE, "a\nb")
    with pytest.raises(UsageError, match="no token in one line"):
        remote.sync()
    assert served(remote).calls == []


@pytest.mark.campaign(2)
def test_a_project_that_is_not_there_is_told_with_its_place(remote: World) -> None:
    """Of the declaration, file, line and key; nothing is lost."""
    served(remote).projects.clear()
    done = remote.sync()
    assert "drills/tiers.yaml:8:tracker.project" in done.stopped
    assert "answers 404" in done.stopped
    served(remote).projects.add(served(remote).PROJECT)
    assert remote.sync().in_line


@pytest.mark.campaign(2)
def test_a_right_that_is_missing_is_told(remote: World) -> None:
    """Of each ticket; and its making was surely not done, so that nothing is looked for."""

    def answer(asked: Asked) -> tuple[int, object]:
        if makes(asked):
            raise Refused(403, {"message": "You do not have permission to create issues"})
        return whole(asked)

    whole = served(remote).answer
    with mock.patch.object(served(remote), "answer", answer):
        done = remote.sync()
    told = done.left[remote.finding("one").fingerprint]
    assert "answers 403: You do not have permission to create issues" in told
    known = remote.known("one")
    assert known is not None
    assert (known.intended_at, known.error) == (None, told)
    assert remote.sync().in_line
    assert remote.ticket("one").error == ""


@pytest.mark.campaign(4)
@pytest.mark.parametrize(("after", "waits"), [("7", 7), ("Fri, 20 Nov 2026 09:00:30 GMT", 30), ("soon", 10)])
def test_a_tracker_that_wants_to_be_asked_later_is_waited_for(remote: World, after: str, waits: int) -> None:
    """For as long as it says, where that is short; 429 is no work that may have been done."""
    whole, left = served(remote).answer, [1]

    def answer(asked: Asked) -> tuple[int, object]:
        if makes(asked) and left:
            left.clear()
            raise Refused(429, {"message": "slow down"}, Retry_After=after)
        return whole(asked)

    began = remote.clock.monotonic()
    with mock.patch.object(served(remote), "answer", answer):
        assert remote.sync().in_line
    assert remote.clock.monotonic() - began == pytest.approx(waits, abs=1)
    assert sum(map(makes, served(remote).calls)) == 2
    assert len(remote.all_there()) == 1


@pytest.mark.campaign(2)
def test_one_that_wants_to_be_asked_much_later_is_left_alone(remote: World) -> None:
    """Nothing waits for an hour: the sync ends and says so, and nothing is looked for afterwards."""
    whole = served(remote).answer

    def answer(asked: Asked) -> tuple[int, object]:
        if makes(asked):
            raise Refused(503, {"message": "maintenance"}, Retry_After="3600")
        return whole(asked)

    with mock.patch.object(served(remote), "answer", answer):
        done = remote.sync()
    assert "asked again in 3600 s" in done.stopped
    assert remote.clock.monotonic() == 0
    assert remote.sync().in_line
    assert sum(map(makes, served(remote).calls)) == 2


def test_githubs_other_limit_is_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A 403 whose rate is used up tells until when; it is no missing right."""
    with world(TrackerKind.GITHUB, tmp_path, monkeypatch) as there:
        there.find("one")
        whole, left = served(there).answer, [1]
        reset = str(int(there.clock.now().timestamp()) + 20)

        def answer(asked: Asked) -> tuple[int, object]:
            if makes(asked) and left:
                left.clear()
                raise Refused(403, {"message": "limit"}, X_RateLimit_Remaining="0", X_RateLimit_Reset=reset)
            return whole(asked)

        with mock.patch.object(served(there), "answer", answer):
            assert there.sync().in_line
        assert there.clock.monotonic() == pytest.approx(20, abs=1)


@pytest.mark.campaign(2)
def test_a_search_that_lags_is_asked_again_before_a_second_is_made(remote: World) -> None:
    """The answer was lost, and the tracker finds the new ticket only after a while: it is found, and none made."""
    server = served(remote)
    server.lag = timedelta(seconds=150 if remote.kind in JIRAS else 50)
    server.fault = once(makes, Fault.LOST)
    done = remote.sync()
    assert done.in_line
    assert [text for _, text in done.found] == [f"found there as {remote.ticket('one').ref}"]
    assert sum(map(makes, server.calls)) == 1
    assert len(remote.all_there()) == 1


@pytest.mark.campaign(2)
def test_what_surely_was_not_made_is_made_again(remote: World) -> None:
    """The answer was an error, nothing was done, and after looking in vain it is made once more."""
    served(remote).fault = once(makes, Fault.BROKEN)
    done = remote.sync()
    assert done.in_line
    assert len(done.made) == 1
    assert len(remote.all_there()) == 1


@pytest.mark.campaign(2)
def test_one_that_was_remediated_while_nobody_knew_gets_no_ticket(remote: World) -> None:
    """Its making was begun, it is not there, and there is nothing left to do."""
    served(remote).fault = always(makes, Fault.BROKEN)
    remote.sync()
    remote.clock.sleep(3600)
    remote.passes("one")
    served(remote).fault = lambda _: None
    assert remote.sync().in_line
    assert remote.all_there() == []
    known = remote.known("one")
    assert known is not None
    assert not known.unsure


@pytest.mark.campaign(2)
def test_a_comment_whose_answer_is_lost_is_looked_for(remote: World) -> None:
    """By its mark, among the ticket's comments: it is told once."""
    remote.sync()
    remote.clock.sleep(60)
    key = (remote.finding("one").fingerprint, False)
    remote.here.ledger.findings.act([key], Note("told once"), "ada", remote.clock.now())
    served(remote).fault = once(lambda asked: asked.method == "POST" and "comment" in asked.path + "notes", Fault.LOST)
    remote.sync()
    remote.clock.sleep(CLAIM.total_seconds())
    assert remote.sync().in_line
    assert remote.there("one")[0].text.count("told once") == 1


@pytest.mark.campaign(2)
def test_two_syncs_at_once_make_none_twice(remote: World) -> None:
    """Each of them begins before the other has made anything."""
    remote.find(*(f"drill-{number}" for number in range(6)))
    together, whole, done = threading.Barrier(2), Sync._pass, []

    def begins(self: Sync, items: object) -> object:
        if not done:
            together.wait(20)
        return whole(self, items)  # type: ignore[arg-type]

    def one() -> None:
        ticketing.sync(remote.here)

    with mock.patch.object(Sync, "_pass", begins):
        threads = [threading.Thread(target=one) for _ in range(2)]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
    done.append(True)
    assert len(remote.all_there()) == len({*remote.all_there()}) == 7
    assert remote.sync().in_line


def test_a_ticket_that_another_sync_holds_is_told(jira: World) -> None:
    """Whose it is, and for how long yet; the others are brought up to date."""
    jira.find("two")
    items = jira.here.ledger.tickets.listed(jira.here.tracker.name)
    jira.here.ledger.tickets.outbox(jira.here.tracker.name, "somebody:1").claim(items[0], "k", CLAIM)
    done = jira.sync()
    assert "somebody:1" in done.left[items[0].finding.fingerprint]
    assert "600 s" in done.left[items[0].finding.fingerprint]
    assert len(jira.all_there()) == 1


def test_a_sync_that_took_too_long_lets_go(jira: World) -> None:
    """While it was silent another took the ticket over: it writes nothing of it any more."""
    whole = served(jira).answer

    def answer(asked: Asked) -> tuple[int, object]:
        if makes(asked):
            jira.clock.sleep(CLAIM.total_seconds() + 1)
            items = jira.here.ledger.tickets.listed(jira.here.tracker.name)
            jira.here.ledger.tickets.outbox(jira.here.tracker.name, "other:1").claim(items[0], "k", CLAIM)
        return whole(asked)

    with mock.patch.object(served(jira), "answer", answer):
        done = jira.sync()
    assert "is another sync's by now" in done.left[jira.finding("one").fingerprint]
    jira.clock.sleep(CLAIM.total_seconds() + 1)
    assert jira.sync().in_line
    assert len(jira.all_there()) == 1


def test_a_way_that_the_workflow_does_not_offer_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With what it offers from here, and where the name is written; the comment is there all the same."""
    with world(JIRA, tmp_path, monkeypatch) as there:
        there.find("one")
        there.sync()
        served(there).WAYS = {"To Do": [("Start", "In Progress")]}  # type: ignore[misc]
        there.clock.sleep(7200)
        there.passes("one")
        done = there.sync()
        told = done.left[there.finding("one").fingerprint]
        assert "no way to 'Done', but 'Start' to 'In Progress'" in told
        assert "drills/tiers.yaml:8:tracker.transitions" in told
        assert ": remediated" in there.there("one")[0].text
        served(there).issues[10_000].status = "In Progress"
        served(there).WAYS = {"In Progress": [("Done", "Resolved"), ("Close", "Done")]}  # type: ignore[misc]
        assert there.sync().in_line
        assert there.there("one")[0].status == "Done"


def test_nobody_to_assign_is_told_and_the_ticket_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Until somebody mends the declaration."""
    with world(JIRA, tmp_path, monkeypatch) as there:
        there.find("one")
        served(there).USERS = {}  # type: ignore[misc]
        done = there.sync()
        told = done.left[there.finding("one").fingerprint]
        assert "no users who may be given issues" in told
        assert "drills/tiers.yaml:8:tracker.assignees" in told
        assert len(there.all_there()) == 1
        assert "no users" in there.sync().left[there.finding("one").fingerprint]
        served(there).USERS = {"ada@example.com": "acc-ada"}  # type: ignore[misc]
        assert there.sync().in_line
        assert there.there("one")[0].assignee == "acc-ada"


@pytest.mark.parametrize("kind", [TrackerKind.GITHUB, TrackerKind.GITLAB])
def test_labels_that_are_dropped_end_the_sync(
    kind: TrackerKind, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By them alone a ticket is found whose answer is lost: without them no other is made."""
    with world(kind, tmp_path, monkeypatch) as there:
        there.find("one", "two")
        server = served(there)
        server.pushes = server.labelling = False  # type: ignore[union-attr]
        done = there.sync()
        assert "made without its labels" in done.stopped
        assert len(server.issues) == 1


def test_fields_are_filled_in_and_a_wrong_one_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the names of facts; numbers and mappings stay such."""
    more = 'fields: {priority: {name: High}, customfield_1: "{service}/{severity}", customfield_2: 7, duedate: "{due}"}'
    with world(JIRA, tmp_path, monkeypatch, more=more) as there:
        there.find("one")
        served(there).refuses = {"customfield_2"}  # type: ignore[union-attr]
        told = there.sync().left[there.finding("one").fingerprint]
        assert "customfield_2: Field 'customfield_2' cannot be set." in told
        served(there).refuses = set()  # type: ignore[union-attr]
        assert there.sync().in_line
        (issue,) = served(there).issues.values()
        wanted = {"priority": {"name": "High"}, "customfield_1": "orders/high", "customfield_2": 7}
        assert issue.more == {**wanted, "duedate": "2026-11-27"}


def test_an_answer_that_is_none_of_the_trackers_is_told(jira: World) -> None:
    """A login page in between, say, or a redirect to one: the token goes nowhere else."""
    with mock.patch.object(
        served(jira), "answer", side_effect=Refused(302, None, Location="https://login.example.com/x")
    ):
        done = jira.sync()
    assert "has moved to https://login.example.com/x" in done.stopped


def test_a_slow_tracker_is_given_up(jira: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer has its time, all of it; nobody knows then what was done, and it is looked for."""
    monkeypatch.setattr(client.Client.__init__, "__defaults__", (0.3,))
    served(jira).fault = once(makes, Fault.SLOW)
    done = jira.sync()
    served(jira).release.set()
    assert done.in_line
    assert len(done.found) == len(jira.all_there()) == 1


def test_a_ticket_that_is_closed_already_stays_as_it_was_closed(jira: World) -> None:
    """Though another status is declared for what is remediated: nobody is fought over how."""
    jira.sync()
    served(jira).issues[10_000].status = "Won't Do"
    jira.clock.sleep(7200)
    jira.passes("one")
    assert jira.sync().in_line
    assert jira.there("one")[0].status == "Won't Do"
    assert jira.ticket("one").moved == "remediated"


def test_what_is_refused_keeps_nothing_else_from_being_made(jira: World) -> None:
    """However many are refused in a row: each is told, and the others are made."""
    jira.find(*(f"drill-{number}" for number in range(8)))
    refused = {f"dro-{jira.finding(name).fingerprint}" for name in ("one", *(f"drill-{n}" for n in range(4)))}
    whole = served(jira).answer

    def answer(asked: Asked) -> tuple[int, object]:
        if makes(asked) and refused & {*asked.body["fields"]["labels"]}:
            raise Refused(400, {"errors": {"summary": "no"}})
        return whole(asked)

    with mock.patch.object(served(jira), "answer", answer):
        done = jira.sync()
    assert done.stopped == ""
    assert len(done.left) == 5
    assert len(jira.all_there()) == 4


def test_a_pull_request_is_no_ticket(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """GitHub lists it among issues, and it may wear any label."""
    with world(TrackerKind.GITHUB, tmp_path, monkeypatch) as there:
        there.find("one")
        key = f"dro-{there.finding('one').fingerprint}"
        whole = served(there).answer

        def answer(asked: Asked) -> tuple[int, object]:
            if asked.method == "GET" and asked.path.endswith("/issues"):
                asks = {"number": 9, "state": "open", "labels": [{"name": "dro-finding"}, {"name": key}]}
                return 200, [{**asks, "pull_request": {}}]
            return whole(asked)

        with mock.patch.object(served(there), "answer", answer):
            done = there.sync()
        assert (len(done.made), done.found) == (1, [])
