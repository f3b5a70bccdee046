"""What a ticket lacks, by what is known of it and of its finding: nothing more, and nothing twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from dr_orchestrator.domain.findings.tracked import Act, Entry, State
from dr_orchestrator.domain.tickets.policy import TrackerKind, TrackerPolicy
from dr_orchestrator.domain.tickets.ticket import Item, News, Ticket
from dr_orchestrator.domain.tickets.wanted import Wanted, wanted
from tests.support.ledger_samples import START
from tests.support.tracked import DAY, tracked

POLICY = TrackerPolicy(TrackerKind.JIRA_CLOUD, transitions={State.OPEN: "To Do", State.REMEDIATED: "Done"})
NOW = START + DAY
THERE = Ticket(1, "t", "k", START, remote="7", moved="open", owner="payments")
RAISED, NOTED = (Entry(START, "dro", act, "text") for act in (Act.RAISED, Act.NOTED))


def lacks(ticket: Ticket | None, news: tuple[News, ...] = (), policy: TrackerPolicy = POLICY, **of: object) -> Wanted:
    return wanted(Item(1, tracked(**of), ticket, news), policy, NOW)


@pytest.mark.parametrize(
    ("ticket", "state", "policy", "makes"),
    [
        (None, State.OPEN, POLICY, True),
        (None, State.IN_PROGRESS, POLICY, True),
        (None, State.NOT_REPRODUCIBLE, POLICY, False),
        (replace(THERE, remote="", intended_at=None), State.OPEN, POLICY, True),
        (replace(THERE, remote=""), State.REMEDIATED, POLICY, True),
        (replace(THERE, remote="", intended_at=None, gone="7", gone_at=START), State.OPEN, POLICY, False),
        (
            replace(THERE, remote="", intended_at=None, gone="7", gone_at=START),
            State.OPEN,
            replace(POLICY, anew=True),
            True,
        ),
        (replace(THERE, remote="", intended_at=None, gone="7"), State.OPEN, POLICY, True),
        (THERE, State.OPEN, POLICY, False),
    ],
)
def test_a_ticket_is_made_of_what_is_open(
    ticket: Ticket | None, state: State, policy: TrackerPolicy, makes: bool
) -> None:
    """Not of what is closed, unless its making was begun; not of what somebody deleted, unless that is wanted."""
    assert lacks(ticket, policy=policy, state=state).make is makes


def test_a_rehearsals_finding_wants_none_unless_that_is_declared() -> None:
    """Simulated is never evidence."""
    assert not lacks(None, simulated=True)
    assert lacks(None, policy=replace(POLICY, simulated=True), simulated=True).make


def test_what_is_as_it_should_be_lacks_nothing() -> None:
    """That it was raised is what the ticket is, and no comment."""
    assert not lacks(THERE)
    assert not lacks(THERE, (News(1, RAISED),))


def test_each_entry_is_told() -> None:
    """In order, but for the first."""
    news = (News(1, RAISED), News(2, NOTED))
    assert lacks(THERE, news) == Wanted(news=news[1:])


def test_another_state_is_another_status_where_one_is_declared() -> None:
    """Nobody knows the names of a workflow."""
    assert lacks(THERE, state=State.REMEDIATED).move is State.REMEDIATED
    assert lacks(THERE, state=State.IN_PROGRESS).move is None
    assert lacks(replace(THERE, moved="remediated")).move is State.OPEN
    github = TrackerPolicy(TrackerKind.GITHUB)
    assert lacks(THERE, policy=github, state=State.IN_PROGRESS).move is State.IN_PROGRESS


def test_the_end_of_an_acceptance_is_told_once() -> None:
    """It runs out by the clock."""
    until = START + DAY / 2
    accepted = {"state": State.ACCEPTED, "accepted_until": until}
    assert lacks(THERE, **accepted).lapse == until
    assert lacks(replace(THERE, lapse=until), **accepted) == Wanted()
    assert lacks(THERE, state=State.ACCEPTED, accepted_until=START + 2 * DAY).lapse is None


def test_another_owner_is_another_assignee_where_one_is_declared() -> None:
    """However the name is written."""
    policy = replace(POLICY, assignees={"Ada Lovelace": "ada@example.com"})
    assert lacks(THERE, policy=policy, owner="lovelace, ADA").assign
    assert not lacks(THERE, policy=policy, owner="eve").assign


@pytest.mark.parametrize(
    ("ticket", "state", "by_hand"),
    [
        (replace(THERE, closed=True), State.OPEN, True),
        (replace(THERE, closed=True, moved=""), State.IN_PROGRESS, True),
        (replace(THERE, closed=True), State.REMEDIATED, False),
        (replace(THERE, closed=True, moved="remediated"), State.OPEN, False),
        (THERE, State.OPEN, False),
        (replace(THERE, closed=True, remote=""), State.OPEN, False),
    ],
)
def test_what_was_closed_by_hand(ticket: Ticket, state: State, by_hand: bool) -> None:
    """And not by the program, while its finding is open."""
    assert ticket.closed_by_hand(state) is by_hand


def test_a_policy_is_named_by_where_its_tickets_are() -> None:
    """Another project, or another folder, is another tracker to the ledger."""
    jira = replace(POLICY, url="https://acme.example.com", project="DR", places={"url": "f:1:url", "": "f:1"})
    assert jira.name == "jira-cloud https://acme.example.com DR"
    assert TrackerPolicy().name == "markdown findings"
    assert (jira.place("url"), jira.place("project"), TrackerPolicy().place("url")) == ("f:1:url", "f:1", "tracker.url")


def test_a_lapse_of_long_ago_is_no_instant_of_now() -> None:
    """An acceptance without an end is none."""
    assert lacks(THERE, state=State.ACCEPTED, accepted_until=None) == Wanted()
    assert isinstance(NOW, datetime)
