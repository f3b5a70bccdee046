"""Whose a ticket is: that which says so in its own text, and no label that anybody may set, nor another ledger's."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import text

from dr_orchestrator.domain.tickets.policy import TrackerKind
from dr_orchestrator.domain.tickets.ticket import LABEL, Seen, key_of, whose, whose_in
from dr_orchestrator.wiring import ticketing
from tests.support.tracked import found
from tests.support.trackers.serving import Asked, Fault, Issue
from tests.support.trackers.worlds import REMOTE, World, world


@pytest.fixture(params=REMOTE)
def remote(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    with world(request.param, tmp_path, monkeypatch) as made:
        made.find("one")
        yield made  # type: ignore[misc]


def labelled(there: World, says: str) -> Issue:
    """An issue of somebody's that wears the labels of a finding's ticket."""
    assert there.server is not None
    jira = there.kind is TrackerKind.JIRA_CLOUD
    text_ = {"type": "paragraph", "content": [{"type": "text", "text": says}]}
    body = {"type": "doc", "version": 1, "content": [text_]} if jira else says
    status = {TrackerKind.GITHUB: "open", TrackerKind.GITLAB: "opened"}.get(there.kind, "To Do")
    labels = [LABEL, f"dro-{found('one').fingerprint}"]
    return there.server.made(there.server.PROJECT, "a stranger's", body, labels, status)


def other_ledger(there: World) -> None:
    """From here on it is another ledger, which knows of no ticket."""
    with there.here.ledger._engine.begin() as connection:
        connection.execute(text("UPDATE this_ledger SET id = 'another'"))
        connection.execute(text("DELETE FROM ticket"))


STRANGE = (
    "nothing of ours",
    f"dr-orchestrator dro-{found('one').fingerprint}",
    f"dr-orchestrator dro-{found('one').fingerprint} of ledger 00f00f00f00f00f0",
    "dr-orchestrator dro-00000000 of ledger 00f00f00f00f00f0",
)


@pytest.mark.parametrize("says", STRANGE)
def test_a_strangers_issue_is_not_taken_for_its_labels(remote: World, says: str) -> None:
    """Nothing is written into it and none is made beside it; the person who is told takes its label away."""
    issue = labelled(remote, says)
    for _ in range(2):
        left = remote.sync().left[found("one").fingerprint]
        assert "and one is made" in left
        assert "dr-orchestrator dro-" in left
    assert (issue.comments, len(remote.all_there())) == ([], 1)
    (planned,) = ticketing.plan(remote.here)
    assert (planned.found, len(planned.strange)) == ("", 1)
    issue.labels.clear()
    assert remote.sync().in_line
    assert len(remote.all_there()) == 1
    assert (issue.comments, remote.there("one")[0].text.count("0 rows") > 0) == ([], True)


def test_it_is_taken_once_a_person_writes_whose_it_is(remote: World) -> None:
    """In the words that they are told."""
    issue = labelled(remote, "nothing of ours")
    told = remote.sync().left[found("one").fingerprint]
    words = next(each for each in told.split("'") if each.startswith("dr-orchestrator dro-"))
    issue.body = f"{issue.body}\n{words}"
    done = remote.sync()
    assert [name for name, _ in done.found] == [found("one").fingerprint]
    assert done.in_line
    assert len(remote.all_there()) == 1


def test_a_stranger_hides_no_ticket_of_ours(remote: World) -> None:
    """Ours is found beside it though the search knows theirs first; theirs is told of, and left alone."""
    issue = labelled(remote, "nothing of ours")
    kept = [*issue.labels]
    issue.labels.clear()
    remote.sync()
    ref = remote.ticket("one").ref
    issue.labels[:] = kept
    with remote.here.ledger._engine.begin() as connection:
        connection.execute(text("DELETE FROM ticket"))
    done = remote.sync()
    assert remote.ticket("one").ref == ref
    assert "there too, with the label" in done.left[found("one").fingerprint]
    assert (issue.comments, len(remote.all_there())) == ([], 2)


def test_a_label_counts_for_nothing_while_it_is_looked_for(remote: World) -> None:
    """The answer was lost, nothing was made, and somebody's issue wears the label by then: it is not taken."""
    assert remote.server is not None
    issue = labelled(remote, "nothing of ours")
    kept = [*issue.labels]
    issue.labels.clear()
    lost = [Fault.BROKEN]

    def fault(asked: Asked) -> Fault | None:
        makes = asked.method == "POST" and asked.path.rstrip("/").endswith(("/issue", "/issues"))
        if makes and lost:
            issue.labels[:] = kept
            return lost.pop()
        return None

    remote.server.fault = fault
    assert "none is made" in remote.sync().left[found("one").fingerprint]
    assert (issue.comments, remote.all_there()) == ([], [kept[1]])


def test_another_ledgers_ticket_stays_that_ledgers(there: World) -> None:
    """In a project, or a folder, that two share: it is told, nothing is written there, and none is made."""
    there.find("one")
    there.sync()
    before = there.there("one")
    other_ledger(there)
    for _ in range(2):
        assert "two ledgers need two projects, or folders" in there.sync().left[found("one").fingerprint]
    assert there.there("one") == before
    assert there.known("one") is not None
    assert there.known("one").remote == ""  # type: ignore[union-attr]


def test_a_file_that_another_ledger_put_there_is_not_written_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the place of ours that is gone: neither as ours that is back, nor where ours was."""
    with world(TrackerKind.MARKDOWN, tmp_path, monkeypatch) as there:
        there.find("one")
        there.sync()
        (path,) = there.folder.rglob("dro-*.md")
        theirs = path.read_text().replace(" of ledger ", " of ledger 0f0f")
        path.write_text(theirs)
        there.clock.sleep(7200)
        assert "not of this ledger" in there.sync().left[found("one").fingerprint]
        path.unlink()
        there.sync()
        path.write_text(theirs)
        assert not there.sync().in_line
        assert path.read_text() == theirs


def test_a_ticket_from_before_ledgers_had_names_goes_on(there: World) -> None:
    """The ledger that knows it by its id needs no word of it."""
    there.find("one")
    there.sync()
    with there.here.ledger._engine.begin() as connection:
        name = connection.execute(text("SELECT id FROM this_ledger")).scalar_one()
    if there.server is None:
        (path,) = there.folder.rglob("dro-*.md")
        path.write_text(path.read_text().replace(f" of ledger {name}", ""))
    else:
        (issue,) = there.server.named(LABEL)
        issue.body = "somebody wrote it anew"
    there.clock.sleep(7200)
    there.passes("one")
    assert there.sync().in_line
    assert there.ticket("one").closed


def test_the_last_words_count() -> None:
    """What a ticket quotes stands before its own; and one of another ledger is known as such."""
    own = whose("dro-ab", "1f")
    assert whose_in(f"```\ndr-orchestrator {whose('dro-ab', '2f')}\n```\ndr-orchestrator {own}") == own
    assert whose_in("dr-orchestrator dro-ab") == "dro-ab"
    assert whose_in("dr-orchestrator dro-ab_c, and dr-orchestrator") == ""
    assert [Seen("1", "1", "", "", False, (), each).is_anothers("1f") for each in (own, "dro-ab", "")] == [False] * 3
    assert Seen("1", "1", "", "", False, (), whose("dro-ab", "2f")).is_anothers("1f")


def test_each_finding_of_each_world_has_words_of_its_own(there: World) -> None:
    """By the ledger's name, which stays as it is."""
    there.find("one", "two")
    items = there.here.ledger.tickets.outbox("x", "y").items()
    names = {there.here.ledger.tickets.outbox("x", each).ledger for each in "yz"}
    assert len(names) == 1
    assert len({whose(key_of(each.finding), *names) for each in items}) == 2
