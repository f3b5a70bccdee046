"""A failover is asked for once, whatever becomes of the answer, and another's is never taken for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from unittest import mock

import pytest

from dr_orchestrator.aws.calls.api import Denied, Refused, Throttled
from dr_orchestrator.aws.rds import events
from dr_orchestrator.domain.failover import Zones
from dr_orchestrator.domain.run import ServerTime
from dr_orchestrator.errors import NotMeasured, Transient
from dr_orchestrator.resources.aurora_cluster.standby import ClusterStandby
from dr_orchestrator.resources.rds_instance.standby import RdsStandby
from tests.support.fakes import FakeClock

BEFORE = Zones("a", "b")
STALE = False, BEFORE
UNDER_WAY = True, BEFORE
MOVED = False, Zones("b", "a")
COPY: Any = mock.Mock(id="copy")
EARLIER = ServerTime("copy", "failover started", datetime(2026, 5, 1, 12, tzinfo=UTC), "rds:DescribeEvents")
NEW = ServerTime("copy", "failover started", datetime(2026, 5, 1, 13, tzinfo=UTC), "rds:DescribeEvents")


class Scripted:
    """A standby whose looks are told one after the other, the last again and again; `asked` is the call."""

    def __init__(self, way: Any) -> None:
        self.looks, self.events, self.asked = [STALE], [EARLIER], mock.Mock()
        self.standby: Any = way.__new__(way)
        self.standby._toolkit = mock.Mock(clock=FakeClock(), ceiling=3600.0)

    def seen(self, _: Any) -> tuple[bool, Zones]:
        return self.looks.pop(0) if len(self.looks) > 1 else self.looks[0]

    def fail_over(self) -> str:
        return str(self.standby.fail_over(COPY, BEFORE).words)


@pytest.fixture(params=[RdsStandby, ClusterStandby])
def scripted(request: pytest.FixtureRequest) -> Iterator[Scripted]:
    way = request.param
    made = Scripted(way)
    with (
        mock.patch.object(way, "seen", lambda _, copy: made.seen(copy)),
        mock.patch.object(way, "_asking", lambda *_: made.asked),
        mock.patch.object(way, "_settle", lambda *_: None),
        mock.patch.object(way, "told", lambda *_: list(made.events)),
    ):
        yield made


def busy(scripted: Scripted, *, repeated: bool) -> Refused:
    refused = Refused("it is rebooting")
    refused.code, refused.repeated = next(iter(scripted.standby.busy)), repeated
    return refused


def test_a_lost_answer_is_looked_for_in_awss_events_and_never_asked_for_again(scripted: Scripted) -> None:
    """Described is the old zone, for that may be stale; until AWS's events tell of a new failover nothing is known."""
    scripted.asked.side_effect = Transient("no answer")
    for match in ("no answer", "not asked for again", "not asked for again"):
        with pytest.raises(NotMeasured, match=match):
            scripted.fail_over()
    scripted.events.append(NEW)
    assert "AWS tells of it" in scripted.fail_over()
    assert scripted.asked.call_count == 1


@pytest.mark.parametrize("look", [UNDER_WAY, MOVED])
def test_what_is_under_way_before_this_run_asked_is_anothers(scripted: Scripted, look: tuple[bool, Zones]) -> None:
    """AWS itself, or a person, fails it over: that is no answer to what nobody asked, and is not measured."""
    scripted.looks = [look]
    with pytest.raises(NotMeasured, match="this run asked for none yet") as raised:
        scripted.fail_over()
    assert not isinstance(raised.value, Transient)
    assert scripted.asked.call_count == 0


@pytest.mark.parametrize("look", [UNDER_WAY, MOVED])
def test_what_is_under_way_after_a_lost_answer_is_this_runs(scripted: Scripted, look: tuple[bool, Zones]) -> None:
    """It was asked for once, and AWS shows it: nothing is asked again."""
    scripted.asked.side_effect = Transient("no answer")
    with pytest.raises(Transient):
        scripted.fail_over()
    scripted.looks = [look]
    assert "its answer was lost" in scripted.fail_over()
    assert scripted.asked.call_count == 1


def test_a_refusal_of_the_first_and_only_call_is_no_answer_to_it(scripted: Scripted) -> None:
    """Refused since one is under way, and never sent before: it began between the look and the call, by another."""
    scripted.looks, scripted.asked.side_effect = [STALE, UNDER_WAY], busy(scripted, repeated=False)
    with pytest.raises(NotMeasured, match="this run asked for none yet"):
        scripted.fail_over()
    scripted.looks, scripted.asked.side_effect = [STALE, UNDER_WAY], busy(scripted, repeated=True)
    assert "asked for, and taken" in scripted.fail_over()


@pytest.mark.parametrize("refusal", [Throttled, Denied])
def test_a_definite_refusal_is_no_lost_answer(scripted: Scripted, refusal: type[Any]) -> None:
    """AWS says that nothing came of it: it is told so, and asked for again where that may help."""
    scripted.asked.side_effect = [refusal("AWS's own words"), None]
    with pytest.raises(refusal, match="AWS's own words"):
        scripted.fail_over()
    assert "is to be left" in scripted.fail_over()
    assert scripted.asked.call_count == 2


@pytest.mark.parametrize("refusal", [Throttled, Denied])
def test_a_refusal_after_a_lost_answer_says_nothing_of_that(scripted: Scripted, refusal: type[Any]) -> None:
    """A try before it was not heard of: it may have taken effect, and nothing is asked again."""
    told = refusal("AWS's own words")
    told.repeated = True
    scripted.asked.side_effect = told
    with pytest.raises(refusal):
        scripted.fail_over()
    with pytest.raises(Transient, match="not asked for again"):
        scripted.fail_over()
    assert scripted.asked.call_count == 1


def test_each_way_is_asked_for_though_nothing_moved(scripted: Scripted) -> None:
    """A failover that left the old zone serving has ended: the way back is a failover of its own."""
    scripted.fail_over()
    assert scripted.standby.failed_over(COPY, BEFORE, lambda: True) == BEFORE
    scripted.fail_over()
    assert scripted.asked.call_count == 2


def test_who_serves_is_read_after_the_last_wait(scripted: Scripted) -> None:
    """What was seen before everything was whole again is not believed: AWS may have promoted the old one again."""
    again = True, Zones("b", "a")
    scripted.looks = [again, (False, Zones("")), STALE]
    assert scripted.standby.failed_over(COPY, BEFORE, lambda: True) == BEFORE


def test_where_nobody_serves_nothing_is_asked(scripted: Scripted) -> None:
    """AWS tells no zone that serves: it is looked again, and no zone is made up."""
    scripted.looks = [(False, Zones(""))]
    with pytest.raises(Transient, match="none that serves"):
        scripted.standby.zones(COPY)


@pytest.mark.parametrize("served", [True, False])
def test_what_aws_abandons_is_told_in_its_words_and_no_failure(scripted: Scripted, served: bool) -> None:
    """Whether the client is served or not: nothing was failed over, so nothing is told of how long that takes."""
    scripted.fail_over()
    scripted.events.append(replace(NEW, state=events.ABANDONED, source="rds:DescribeEvents: Abandoning it: why"))
    scripted.standby._toolkit.clock = FakeClock()
    seen: list[bool] = []

    def settle(_standby: Any, _copy: Any, _before: Zones, again: Callable[[], bool]) -> None:
        while not again():
            scripted.standby._toolkit.clock.sleep(1.0)
            seen.append(served)

    with (
        mock.patch.object(type(scripted.standby), "_settle", settle),
        pytest.raises(NotMeasured, match="AWS gave up the failover of copy: Abandoning it: why"),
    ):
        scripted.standby.failed_over(COPY, BEFORE, lambda: served)
    assert len(seen) == (0 if served else 10)


@pytest.mark.parametrize("state", sorted(events.GIVEN_UP - {events.ABANDONED}))
def test_a_standby_that_did_not_take_over_is_a_result(scripted: Scripted, state: str) -> None:
    """AWS tried, and went back: the zone of before is the answer that the drill of a copy asked for."""
    scripted.fail_over()
    scripted.events.append(replace(NEW, state=state))
    assert scripted.standby.failed_over(COPY, BEFORE, lambda: True) == BEFORE


def test_what_was_given_up_before_is_not_this_ones(scripted: Scripted) -> None:
    """An event of an earlier failover ends no wait."""
    scripted.events.append(replace(NEW, state=events.ABANDONED))
    scripted.fail_over()
    assert scripted.standby.failed_over(COPY, BEFORE, lambda: True) == BEFORE
