"""Silences of copies at a real server: made once, prolonged with the run, ended with the copy, or by themselves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from dr_orchestrator.domain.copy import CopyState, Identity
from dr_orchestrator.domain.silences.silence import Done, State
from dr_orchestrator.errors import DroError, UsageError
from dr_orchestrator.notify.address import address_of
from tests.support.fakes import FakeClock
from tests.support.ledger_samples import PROVENANCE, START, copy, header
from tests.support.receivers.alerts import CUT, CUT_BEFORE, SECRET, SILENT, TOKEN
from tests.support.receivers.silencing import LEASE, MARGIN, POLICY, World, silencing


@pytest.fixture
def there(tmp_path: Path) -> Iterator[World]:
    """A run that is heard of now."""
    with silencing(tmp_path) as world:
        yield world


def test_a_copy_is_silenced_by_its_own_name(there: World) -> None:
    """From its intent on: each matcher an equality, in our words, until a margin after the heartbeat; and once."""
    there.made()
    there.clock.sleep(5)
    assert there.sync().made == ["rds-instance drill-r-1 of run r-1"]
    (said,) = there.alerts.standing
    assert said["matchers"] == [
        {"name": "db", "value": "drill-r-1", "isRegex": False, "isEqual": True},
        {"name": "region", "value": "eu-west-2", "isRegex": False, "isEqual": True},
    ]
    assert (said["createdBy"], said["comment"]) == ("dro", "EXERCISE dro run r-1 copy drill-r-1")
    assert there.ends == [there.clock.now() - timedelta(seconds=5) + MARGIN]
    assert (there.known.state, there.known.remote, there.known.ends_at) == (State.STANDS, said["id"], there.ends[0])
    assert there.sync() == Done()
    assert there.alerts.asked.count("POST") == 1
    assert there.alerts.tokens == {f"Bearer {TOKEN}"}


def test_it_is_prolonged_under_the_same_id_while_the_run_lives(there: World) -> None:
    """A third of the margin later; for days, it never ends later than a margin after the last heartbeat."""
    there.made()
    there.sync()
    first = there.known.remote
    for _ in range(100):
        there.clock.sleep(MARGIN.total_seconds() / 3)
        there.beat()
        assert len(there.sync().prolonged) == 1
        assert there.ends == [there.clock.now() + MARGIN]
    assert there.known.remote == first
    assert len(there.alerts.held) == 1


def test_it_ends_by_itself_when_the_run_is_not_heard_of(there: World) -> None:
    """Whoever syncs, whenever, adds nothing; a run that is driven again is silenced anew."""
    there.made()
    there.sync()
    last = there.clock.now()
    for _ in range(40):
        there.clock.sleep(60)
        there.sync("two:2")
        assert all(ends <= last + MARGIN for ends in there.ends)
    assert there.alerts.standing == []
    assert there.known.state is State.ENDED
    there.ledger.leases.take("r-1", "run:2", LEASE)
    assert len(there.sync().made) == 1


def test_no_margin_makes_it_longer_than_an_hour(there: World) -> None:
    """From the time of asking."""
    there.policy = replace(POLICY, margin=timedelta(hours=5))
    there.made()
    there.sync()
    assert there.ends == [there.clock.now() + timedelta(hours=1)]


def test_its_end_is_by_the_clock_of_alertmanager(there: World) -> None:
    """A machine whose clock is a little off, to either side, makes no silence longer."""
    for minutes in (-3, 3):
        there.alerts.clock = FakeClock(there.clock.now() + timedelta(minutes=minutes))
        meant = there.made(id=f"drill-{minutes + 3}")
        there.sync()
        assert there.ends == [there.alerts.clock.now() + MARGIN]
        there.ledger.change_copy(meant, CopyState.DELETED, START)
        there.sync()


def test_it_is_ended_when_the_copy_is_gone(there: World) -> None:
    """Once; one that Alertmanager forgot, or that has ended there, is ended, too."""
    for state in (CopyState.DELETED, CopyState.NEVER_CREATED):
        meant = there.made(id=f"drill-{state}")
        there.sync()
        there.ledger.change_copy(meant, state, START)
        assert len(there.sync().ended) == 1
        assert there.alerts.standing == []
        assert there.sync() == Done()
    for forget in (there.alerts.held.clear, lambda: [there.alerts.lift(each) for each in there.alerts.held]):
        meant = there.made(id=f"drill-{forget}")
        there.sync()
        forget()
        there.ledger.change_copy(meant, CopyState.DELETED, START)
        assert len(there.sync().ended) == 1
    assert there.ledger.silences.standing() == []


def test_what_alertmanager_forgot_is_made_anew(there: World) -> None:
    """It had lost its disk; what somebody ended there stays ended."""
    there.made()
    there.sync()
    there.alerts.held.clear()
    there.clock.sleep(301)
    there.beat()
    assert len(there.sync().made) == 1
    there.alerts.lift(there.known.remote)
    for _ in range(3):
        there.clock.sleep(301)
        there.beat()
        there.sync()
    assert there.alerts.standing == []
    assert (there.known.state, there.known.error) == (State.LIFTED, "somebody ended it there: it is not made again")


@pytest.mark.parametrize("dies", ["before begin", "after begin", "before keep", "after keep"])
@pytest.mark.parametrize("when", ["made", "prolonged", "ended"])
def test_whoever_is_killed_leaves_one_silence_or_none(there: World, dies: str, when: str) -> None:
    """At each boundary: another process finds what is there, makes none twice, and ends it with the copy."""
    meant = there.made()
    if when != "made":
        there.sync()
        there.clock.sleep(301)
        there.beat()
    if when == "ended":
        there.ledger.change_copy(meant, CopyState.DELETED, START)
    with pytest.raises(KeyboardInterrupt):
        there.sync(dies=dies)
    there.clock.sleep(121)
    there.beat()
    there.sync("two:2")
    assert len(there.alerts.standing) == (when != "ended")
    assert len(there.alerts.held) == 1
    if when != "ended":
        assert there.known.remote == there.alerts.standing[0]["id"]
        there.ledger.change_copy(meant, CopyState.DELETED, START)
        there.sync("two:2")
    assert there.alerts.standing == []
    assert there.ledger.silences.standing() == []


@pytest.mark.parametrize("answer", [CUT, CUT_BEFORE, SILENT, 500, 503])
def test_a_lost_answer_makes_no_second_silence(there: World, answer: int) -> None:
    """It is looked for by our own words before it is asked for again; and the round ends there."""
    there.made()
    there.alerts.answers["POST"] = [answer]
    assert len(there.sync(within_s=1.0 if answer == SILENT else 5.0).left) == 1
    assert there.known.state is State.MEANT
    there.clock.sleep(1)
    there.sync()
    assert len(there.alerts.held) == 1
    assert there.known.state is State.STANDS
    assert there.known.remote == there.alerts.standing[0]["id"]


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_what_may_be_asked_twice_is_asked_again(there: World, method: str) -> None:
    """After an answer that was lost, in the same round."""
    meant = there.made()
    there.sync()
    there.ledger.change_copy(meant, CopyState.DELETED, START)
    there.alerts.answers[method] = [CUT_BEFORE]
    assert len(there.sync().ended) == 1
    assert there.alerts.standing == []


@pytest.mark.parametrize(
    ("answer", "told"),
    [(401, "renew the token"), (403, "the right to make silences"), (404, "path prefix"), (302, "has moved")],
)
def test_a_refusal_is_told_with_what_to_do(there: World, answer: int, told: str) -> None:
    """And ends the round, for it would refuse the rest, too; no secret is told, and nothing is silenced."""
    for number in range(3):
        there.made(id=f"drill-{number}")
    there.alerts.answers["GET"] = [answer]
    left = there.sync().left
    assert there.alerts.asked == ["GET"]
    assert len(left) == 3
    assert all(told in why and SECRET not in why and TOKEN not in why for why in left.values())
    assert len(there.sync().made) == 3


def test_one_that_is_refused_keeps_no_other_from_its_silence(there: World) -> None:
    """400 is of that silence alone; it is tried again in the next round."""
    for number in range(2):
        there.made(id=f"drill-{number}")
    there.alerts.answers["POST"] = [400]
    done = there.sync()
    assert (len(done.made), len(done.left)) == (1, 1)
    assert len(there.sync().made) == 1


def test_a_server_that_is_not_there_is_told(there: World) -> None:
    """Nothing was done surely: it is as if nothing was meant."""
    there.made()
    there.alerts.port = 1
    assert "it is not reached" in next(iter(there.sync().left.values()))


@pytest.mark.parametrize("name", ["orders-prod", "ORDERS-PROD", "carts-prod"])
def test_production_is_never_silenced(there: World, name: str) -> None:
    """Neither by its name, in whatever case, nor by an ARN that holds it; Alertmanager is not even asked."""
    arn = f"arn:aws:rds:eu-west-2:1:db:{name}"
    for policy, meant in ((POLICY, copy(id=name)), (replace(POLICY, matchers={"arn": "{arn}"}), copy(id="drill-x"))):
        there.policy = policy
        there.ledger.intend_copy(meant, START)
        there.ledger.change_copy(meant, CopyState.CREATED, START, Identity(arn, "db-1"))
    left = there.sync().left
    assert all("whose alerts are never silenced" in why for why in left.values())
    assert len(left) == 2
    assert there.alerts.asked == []


def test_an_arn_that_is_not_known_yet_is_waited_for(there: World) -> None:
    """And no silence is made without it."""
    there.policy = replace(POLICY, matchers={"arn": "{arn}"})
    meant = there.made()
    assert "not known yet" in next(iter(there.sync().left.values()))
    there.ledger.change_copy(meant, CopyState.CREATED, START, Identity("arn:aws:rds:eu-west-2:1:db:drill-r-1", "db-1"))
    assert len(there.sync().made) == 1


def test_a_rehearsal_is_silenced_by_consent_alone(there: World) -> None:
    """Its alerts are nobody's."""
    there.ledger.open_run(header("r-2", provenance=replace(PROVENANCE, simulated=True)))
    there.ledger.leases.take("r-2", "run:2", LEASE)
    there.made("r-2")
    assert there.sync() == Done()
    there.policy = replace(POLICY, simulated=True)
    assert len(there.sync().made) == 1


def test_two_at_once_make_one(there: World) -> None:
    """Who comes second finds it."""
    there.made()
    with pytest.raises(KeyboardInterrupt):
        there.sync(dies="after begin")
    assert there.sync("two:2") == Done(made=[], left={})
    assert there.alerts.held == {}


@pytest.mark.parametrize(
    ("url", "token", "why"),
    [
        ("alerts.example.com", "", "holds no URL of Alertmanager"),
        ("https://alerts.example.com/?x=hunter2", "", "holds no URL of Alertmanager"),
        ("https://alerts.example.com:port", "", "holds no URL of Alertmanager"),
        ("http://alerts.example.com", TOKEN, "not sent over plain http"),
        ("http://ada:hunter2@alerts.example.com", "", "not sent over plain http"),
        ("https://ada:hunter2@alerts.example.com", TOKEN, "a token besides"),
    ],
)
def test_an_address_that_is_none_is_told_by_its_place(url: str, token: str, why: str) -> None:
    """And never by what it holds."""
    with pytest.raises(UsageError, match=why) as wrong:
        address_of(url, "DR_ALERTS_URL (drills/tiers.yaml:8)", token)
    assert "hunter" not in str(wrong.value)
    assert isinstance(wrong.value, DroError)
