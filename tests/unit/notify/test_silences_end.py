"""The end of silences: each that stands is ended by what Alertmanager shows, and one that cannot be keeps no other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from dr_orchestrator.domain.copy import CopyState
from dr_orchestrator.domain.silences.silence import Done, State
from tests.support.fakes import FakeClock
from tests.support.ledger_samples import START
from tests.support.receivers.silencing import LEASE, MARGIN, POLICY, World, silencing

OTHER = replace(POLICY, matchers={"instance": "{id}"})


@pytest.fixture
def there(tmp_path: Path) -> Iterator[World]:
    """A run that is heard of now."""
    with silencing(tmp_path) as world:
        yield world


def gone(there: World) -> None:
    """A copy that was silenced, and is proven gone since."""
    meant = there.made(id="drill-gone")
    there.sync()
    there.ledger.change_copy(meant, CopyState.DELETED, START)


def test_what_alertmanager_forgot_is_not_deleted(there: World) -> None:
    """Up to 0.25 it answers 500 to that: one such would keep all others from their silences for ever."""
    there.alerts.old = True
    gone(there)
    there.alerts.held.clear()
    there.made()
    done = there.sync()
    assert (len(done.ended), len(done.made), done.left) == (1, 1, {})
    assert "DELETE" not in there.alerts.asked


@pytest.mark.parametrize("answers", [[500, 500], [403], [400]])
def test_one_that_is_not_deleted_keeps_no_other(there: World, answers: list[int]) -> None:
    """It is told and tried again; those that are due are made in the same round."""
    meant = [there.made(id=f"drill-{each}") for each in "ab"]
    there.sync()
    for each in meant:
        there.ledger.change_copy(each, CopyState.DELETED, START)
    there.made()
    there.alerts.answers["DELETE"] = answers
    done = there.sync()
    assert [len(each) for each in (done.ended, done.made, done.left)] == [1, 1, 1]
    assert len(there.sync().ended) == 1
    assert len(there.alerts.standing) == 1


def test_a_404_ends_nothing_that_still_stands(there: World) -> None:
    """It is asked again, and stays open for as long as it is shown."""
    gone(there)
    there.alerts.answers["DELETE"] = [404]
    left = there.sync().left
    assert "shows it all the same" in next(iter(left.values()))
    assert there.known.state is State.STANDS
    assert len(there.alerts.standing) == 1
    assert len(there.sync().ended) == 1
    assert there.alerts.standing == []


def test_one_that_is_gone_when_it_is_deleted_is_ended(there: World) -> None:
    """Somebody else ended it between the look and the end: 404, and nothing is shown any more."""
    gone(there)
    there.alerts.answers["DELETE"] = [404]
    shown = there.alerts.shown(there.alerts.standing[0])
    there.alerts.says["GET"] = [[shown]]
    there.alerts.held.clear()
    assert len(there.sync().ended) == 1


def test_it_has_run_out_when_alertmanager_shows_so(there: World) -> None:
    """A machine whose clock is ahead takes none for over that stands; with its copy it is deleted."""
    there.alerts.clock = behind = FakeClock(there.clock.now() - timedelta(minutes=4))
    meant = there.made()
    there.sync()
    for clock in (there.clock, behind):
        clock.sleep(MARGIN.total_seconds() - 180)
    there.sync()
    assert there.known.state is State.STANDS
    there.ledger.change_copy(meant, CopyState.DELETED, START)
    assert len(there.sync().ended) == 1
    assert there.alerts.standing == []


def test_one_of_a_run_that_died_is_over_once_it_is_shown_so(there: World) -> None:
    """Whichever clock is ahead; one that somebody ended there is remembered as such."""
    there.alerts.clock = ahead = FakeClock(there.clock.now() + timedelta(minutes=4))
    there.made()
    there.sync()
    for clock in (there.clock, ahead):
        clock.sleep(MARGIN.total_seconds() - 20)
    there.sync()
    assert there.known.state is State.STANDS
    there.alerts.lift(there.known.remote)
    there.sync()
    assert there.known.state is State.LIFTED


def test_another_label_replaces_the_old_silence(there: World) -> None:
    """None is left that matches by the old one."""
    there.made()
    there.sync()
    first = there.known.remote
    there.policy = OTHER
    there.clock.sleep(301)
    there.beat()
    there.sync()
    (said,) = there.alerts.standing
    assert said["id"] == there.known.remote != first
    assert [each["name"] for each in said["matchers"]] == ["instance"]


@pytest.mark.parametrize("dies", ["before begin", "after begin", "before keep", "after keep"])
def test_whoever_is_killed_while_it_replaces_one_leaves_one(there: World, dies: str) -> None:
    """At each boundary; with its copy it is ended, whatever label it is matched by."""
    meant = there.made()
    there.sync()
    there.policy = OTHER
    there.clock.sleep(301)
    there.beat()
    with pytest.raises(KeyboardInterrupt):
        there.sync(dies=dies)
    there.clock.sleep(121)
    there.beat()
    there.sync("two:2")
    assert [each["id"] for each in there.alerts.standing] == [there.known.remote]
    there.policy = POLICY
    there.ledger.change_copy(meant, CopyState.DELETED, START)
    assert len(there.sync("two:2").ended) == 1
    assert there.alerts.standing == []


def test_what_was_ended_by_its_old_label_is_not_made_anew(there: World) -> None:
    """Somebody ended it there: another label changes nothing in that."""
    there.made()
    there.sync()
    there.alerts.lift(there.known.remote)
    there.policy = OTHER
    there.clock.sleep(301)
    there.beat()
    there.sync()
    assert (there.alerts.standing, there.known.state) == ([], State.LIFTED)


def test_whoever_asks_has_each_looked_at(there: World) -> None:
    """Whatever its age: what is lost is made anew, what was ended stays so, and what stands is left as it is."""
    there.made()
    there.sync()
    assert there.sync(each=True) == Done()
    assert there.alerts.asked.count("POST") == 1
    there.alerts.held.clear()
    assert there.sync() == Done()
    assert len(there.sync(each=True).made) == 1
    there.alerts.lift(there.known.remote)
    there.sync(each=True)
    assert there.known.state is State.LIFTED


def test_where_production_is_not_known_silences_are_ended_alone(there: World) -> None:
    """None is made, none is prolonged, and each that would be is told."""
    gone(there)
    there.made(id="drill-old")
    there.sync()
    ends, there.blind = there.ends, "the drill files cannot be read"
    there.made(id="drill-new")
    there.clock.sleep(301)
    there.ledger.leases.beat("r-1", "run:1", LEASE)
    done = there.sync()
    assert (done.made, done.prolonged) == ([], [])
    assert set(done.left.values()) == {"the drill files cannot be read"}
    assert len(done.left) == 2
    assert there.ends == ends[-1:]
