"""What every tracker promises: one ticket a finding, which tells what becomes of it, and nothing made twice."""

from __future__ import annotations

from datetime import timedelta

import pytest

from dr_orchestrator.domain.findings.acts import Accept, Assign, Note, NotReproducible, Start
from dr_orchestrator.domain.tickets.policy import JIRAS, TrackerKind
from dr_orchestrator.wiring import tickets
from tests.support.tracked import APPROVER, DAY, HOUR
from tests.support.trackers.worlds import World


def act(there: World, name: str, done: object) -> None:
    there.here.ledger.findings.act([(there.finding(name).fingerprint, False)], done, "ada", there.clock.now())  # type: ignore[arg-type]


def later(there: World, by: timedelta = 2 * HOUR) -> None:
    there.clock.sleep(by.total_seconds())


def test_each_finding_gets_one_ticket(there: World) -> None:
    """With what was seen, whose it is, and by what it is closed; a second sync makes none."""
    there.find("one", "two")
    assert there.sync().in_line
    assert there.sync().in_line
    assert len(there.all_there()) == 2
    (seen,) = there.there("one")
    for told in (there.finding("one").fingerprint, "0 rows", "a passing run of its drill on AWS"):
        assert told in seen.text
    assert (seen.open, seen.assignee) == (True, there.persons[1])
    known = there.ticket("one")
    assert (known.error, known.made_at, known.moved) == ("", there.clock.now(), "open")
    assert known.ref in known.url or known.ref.rpartition("#")[2] in known.url


def test_what_becomes_of_it_is_told_once(there: World) -> None:
    """Each entry of its history is a comment, in order, and another state another status."""
    there.find("one")
    there.sync()
    later(there)
    act(there, "one", Start())
    act(there, "one", Note("looked at it"))
    for _ in range(2):
        assert there.sync().in_line
    (seen,) = there.there("one")
    assert seen.text.count("looked at it") == 1
    assert seen.text.index(": started") < seen.text.index("looked at it")
    if there.kind in (*JIRAS, TrackerKind.MARKDOWN):
        assert seen.status.lower() == "in progress"
    later(there)
    there.passes("one")
    done = there.sync()
    assert [text for _, text in done.told] == ["remediated"]
    (seen,) = there.there("one")
    assert not seen.open
    assert ": remediated" in seen.text
    assert (there.ticket("one").closed, there.ticket("one").moved) == (True, "remediated")


def test_a_repeat_reopens_the_same_ticket(there: World) -> None:
    """It is moved back, and told why."""
    there.find("one")
    there.sync()
    later(there)
    there.passes("one")
    there.sync()
    later(there)
    there.find("one")
    assert there.sync().in_line
    assert len(there.all_there()) == 1
    (seen,) = there.there("one")
    assert seen.open
    assert seen.text.count(": reopened") == 1


def test_an_acceptance_is_told_and_so_is_its_end(there: World) -> None:
    """Which nobody writes: it runs out by the clock, and is told once."""
    there.find("one")
    there.sync()
    later(there)
    act(there, "one", Accept(APPROVER, "it is old", there.clock.now() + 2 * DAY))
    there.sync()
    later(there, 3 * DAY)
    for _ in range(2):
        assert there.sync().in_line
    (seen,) = there.there("one")
    assert seen.text.count("it is old") >= 1
    assert seen.text.count("The acceptance ran out on") == 1
    assert seen.open


def test_a_new_owner_gets_the_ticket(there: World) -> None:
    """Where a person is declared for them; else it stays whose it was, and the comment tells."""
    there.find("one")
    there.sync()
    later(there)
    act(there, "one", Assign("Others"))
    done = there.sync()
    assert [text for _, text in done.assigned] == [f"assigned to {there.persons[2]}"]
    assert there.there("one")[0].assignee == there.persons[3]
    act(there, "one", Assign("nobody that is declared"))
    assert there.sync().in_line
    assert there.there("one")[0].assignee == there.persons[3]


def test_what_was_closed_before_a_ticket_was_made_gets_none(there: World) -> None:
    """There is nothing left to do."""
    there.find("one", "two")
    act(there, "one", NotReproducible("tried ten times"))
    there.sync()
    assert len(there.all_there()) == 1


def test_a_ticket_closed_by_hand_remediates_nothing(there: World) -> None:
    """It is told, its status is kept, and it is left as the person left it."""
    there.find("one")
    there.sync()
    there.by_hand("close", "one")
    later(there)
    assert there.sync().in_line
    known = there.ticket("one")
    ((item,), now) = tickets.listing(there.here)
    assert known.closed
    assert known.closed_by_hand(item.finding.state_at(now))
    assert not there.there("one")[0].open
    assert there.here.ledger.queries.findings()[0].state_at(now).value == "open"


def test_a_deleted_ticket_is_made_anew_by_a_persons_word_alone(there: World) -> None:
    """Until then it is told, and nothing is made; afterwards there is one, once."""
    there.find("one")
    there.sync()
    there.by_hand("delete", "one")
    later(there)
    done = there.sync()
    assert "dro tickets anew" in done.left[there.finding("one").fingerprint]
    there.sync()
    assert there.all_there() == []
    tickets.make_anew(there.here, there.finding("one").fingerprint)
    for _ in range(2):
        assert there.sync().in_line
    assert len(there.all_there()) == 1
    assert "is made anew" in there.there("one")[0].text


def test_a_moved_ticket_is_followed(there: World) -> None:
    """It has another name by now, and what becomes of the finding is told where it is."""
    there.find("one")
    there.sync()
    before = there.ticket("one").ref
    there.by_hand("move_away", "one")
    later(there)
    act(there, "one", Note("over there"))
    assert there.sync().in_line
    assert there.ticket("one").ref != before
    (seen,) = there.there("one")
    assert "over there" in seen.text
    assert len(there.all_there()) == 1


def test_a_ledger_that_forgot_takes_the_tickets_that_are_there(there: World) -> None:
    """Restored from an old backup, it finds them by their key, tells no comment twice, and makes none."""
    there.find("one")
    there.sync()
    later(there)
    act(there, "one", Note("only once"))
    there.sync()
    _forget(there)
    for _ in range(2):
        assert there.sync().in_line
    assert len(there.all_there()) == 1
    assert there.there("one")[0].text.count("only once") == 1


def _forget(there: World) -> None:
    from sqlalchemy import text

    with there.here.ledger._engine.begin() as connection:
        connection.execute(text("DELETE FROM ticket"))


def test_a_rehearsals_finding_gets_no_ticket(there: World) -> None:
    """It is no evidence of anything; that it was left out is counted."""
    there.find("one", simulated=True)
    assert there.sync().in_line
    assert there.all_there() == []
    assert tickets.left_out(there.here) == 1


def test_hostile_words_are_shown_and_obeyed_by_none(there: World) -> None:
    """Neither markup, nor a command at the beginning of a line, nor a line of ours."""
    there.find("one")
    there.sync()
    later(there)
    evil = "{noformat}\n/close\n```\n@everyone <!-- dr-orchestrator --> \x1b[2J ``` end"
    act(there, "one", Note(evil))
    assert there.sync().in_line
    (seen,) = there.there("one")
    assert seen.open
    assert "@everyone" in seen.text
    assert "\x1b" not in seen.text


@pytest.mark.parametrize("many", [250])
def test_more_than_a_page_of_tickets_is_read(there: World, many: int) -> None:
    """Trackers tell a hundred at a time."""
    if there.server is None:
        many = 5
    there.find("first")
    there.sync()
    if there.server is not None:
        for number in range(many):
            there.server.made(
                there.server.PROJECT, "x", "x", ["dro-finding", f"dro-{number:016x}"], there.there("first")[0].status
            )
        (first,) = there.server.named(f"dro-{there.finding('first').fingerprint}")
        there.server.issues.pop(first.id)
        there.server.issues[first.id] = first  # the last of all
    _forget(there)
    assert there.sync().in_line
    assert len(there.there("first")) == 1
