"""Failovers: measured by their client, asked for once, and never told of what nobody saw."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from dr_orchestrator.domain.clock import Moment
from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.domain.failover import FAILBACK, FAILOVER, NAMES, Outage, Zones, read, switches
from dr_orchestrator.domain.verdict import Outcome, Verdict
from dr_orchestrator.errors import NotRecoverable, Transient
from dr_orchestrator.runner import Session
from dr_orchestrator.runner.failing_over import GIVEN_UP_S, STEADY_S, STEADY_WRITES
from tests.support.failovers import ScriptedClient
from tests.support.fakes import FakeClock
from tests.support.rehearsal import COPY
from tests.support.resuming import dead_in, died, resumed
from tests.support.switching import (
    A_SERVES,
    B_SERVES,
    CLOCK,
    ZERO_S,
    Blind,
    CutOff,
    Disturbed,
    Early,
    Failing,
    Gone,
    Idle,
    Late,
    Refused,
    Robbed,
    Slow,
)


def test_the_copy_is_given_its_standby_once() -> None:
    """It is a step of the recovery like any other: the next process of the run does not ask for it again."""

    class Standing(Failing):
        def run(self, session: Session | None = None) -> Session:
            with session or self.session() as run:
                run.stand_by()
                run.step("go on", self.act, "go on")
            return run

    clock, ledger, run = dead_in("go on", make=Standing)
    resumed(clock, ledger, run, make=Standing)
    assert [line for line in ledger.story if line in {"! stand by", "! go on"}] == ["! stand by", "! go on", "! go on"]
    assert ledger.steps[1].name == "give the copy a standby"


def test_a_failover_is_measured_from_a_steady_client_to_the_count() -> None:
    """Its steps come in their order, each in the ledger; its check holds all that was told, and reads back the same."""
    drill = Failing(takes={"ask": 20.0, "wait": 40.0})
    drill.run()

    passed = [(step.name, step.outcome) for step in drill.ledger.steps.values()][:4]
    steps = ("fail over: a client writes", "fail over", "fail over: wait until it serves again")
    assert passed == [(each, Outcome.PASSED) for each in (*steps, "fail over: count what was acknowledged")]
    assert drill.clients[0].story == ["begin", "end", "end"]
    switched = drill.switched()
    assert (switched.before, switched.after, switched.moved) == (A_SERVES, B_SERVES, True)
    assert (switched.steady, switched.asked) == (timedelta(seconds=STEADY_S), timedelta(seconds=STEADY_S))
    assert switched.outage == Outage(timedelta(seconds=90), timedelta(seconds=150))
    assert (switched.counted.acknowledged, switched.gone) == (200, 0)
    (check,) = drill.ledger.checks
    assert (check.name, check.outcome) == (NAMES[FAILOVER], Outcome.PASSED)
    assert drill.ledger.steps[4].detail == str(read(check))


def test_the_clock_of_a_failover_is_its_clients() -> None:
    """Nobody had to notice or to decide: T0 to T3 are when the outage began, and the service is verified at its end."""
    drill = Failing(takes={"ask": 20.0, "wait": 40.0})
    session = drill.run()

    began, ended = timedelta(seconds=90), timedelta(seconds=150)
    assert drill.moments() == {**dict.fromkeys(CLOCK, began), Moment.SERVICE_VERIFIED: ended}
    opened = session.header.started_at
    assert all(each.at == opened + each.offset for each in drill.ledger.events if each.moment in CLOCK)


def test_a_client_writes_as_long_as_it_takes_to_be_steady() -> None:
    """So few writes as one a second are waited for: a hundred of them come before anything is asked for."""
    drill = Failing(client=Slow)
    drill.run()
    assert drill.switched().steady == timedelta(seconds=STEADY_WRITES)
    assert drill.ledger.steps[1].detail == f"{STEADY_WRITES} writes, all acknowledged"


def test_the_last_write_before_a_failover_is_answered() -> None:
    """While one is on its way the failover waits: what the failover cost is not mixed with what came before it."""
    drill = Failing(client=Late)
    drill.run()
    assert drill.switched().asked == timedelta(seconds=300)


@pytest.mark.parametrize(("client", "lasted"), [(Disturbed, 0.0), (Idle, GIVEN_UP_S + 1)])
def test_a_client_that_is_never_steady_measures_nothing(client: type[ScriptedClient], lasted: float) -> None:
    """One that fails is told at once, one that hardly writes is given up: nothing is failed over, and nobody failed."""
    drill = Failing(client=client)
    drill.run()
    assert (drill.verdict(), drill.asked(), drill.ledger.checks) == (Verdict.INCONCLUSIVE, 0, [])
    assert "the client's writes are not answered, though nothing was failed over yet" in " ".join(drill.reasons)
    assert drill.ledger.steps[1].duration == timedelta(seconds=lasted)


def test_a_copy_without_a_standby_is_not_failed_over() -> None:
    """There is nothing to fail over to: that is a failed drill, and not a call to AWS."""
    drill = Failing(serving=Zones("us-east-1a"))
    drill.run()
    assert (drill.verdict(), drill.asked()) == (Verdict.FAILED, 0)
    assert f"{COPY.id} has no standby: us-east-1a serves, no zone stands by" in " ".join(drill.reasons)


def test_a_client_that_is_cut_off_fails_the_drill() -> None:
    """No write is taken again: after half an hour, from when the failover was asked for, the copy is given up."""
    drill = Failing(client=CutOff, takes={"ask": 20.0, "wait": 40.0})
    drill.run()
    assert (drill.verdict(), drill.ledger.checks, drill.moments()) == (Verdict.FAILED, [], {})
    assert "no write was acknowledged again for 30 m" in " ".join(drill.reasons)
    assert drill.ledger.steps[3].duration == timedelta(seconds=GIVEN_UP_S - 20)
    assert set(drill.clients[0].story) == {"begin", f"cut off since {ZERO_S + STEADY_S}", "end"}


def test_a_failover_that_nobody_saw_is_not_measured() -> None:
    """The client noticed nothing for half an hour: the copy serves, yet there is no outage to tell of, and no clock."""
    drill = Failing(client=Blind, takes={"ask": 20.0, "wait": 40.0})
    drill.run()
    switched = drill.switched()
    assert (switched.outage, switched.moved, switched.outcome) == (None, True, Outcome.INCONCLUSIVE)
    assert (drill.moments(), drill.ledger.steps[3].duration) == ({}, timedelta(seconds=GIVEN_UP_S - 20))


def test_an_outage_that_began_before_it_was_asked_for_is_not_measured() -> None:
    """It is another's outage: it is told, and no moment of the recovery rests on it."""
    drill = Failing(client=Early)
    drill.run()
    assert drill.switched().outcome is Outcome.INCONCLUSIVE
    assert "that began before the failover was asked for" in str(drill.switched())
    assert drill.moments() == {}


def test_what_failed_in_passing_is_asked_for_again_from_the_same_zones() -> None:
    """Whether the first call took effect is not known: the zones of before stay, and the time counts from it."""
    drill = Failing(passing=[Transient("connection reset")])
    drill.run()
    assert (drill.asked(), drill.zones_read) == (2, 1)
    assert drill.switched().asked == timedelta(seconds=STEADY_S)
    assert drill.switched().before == A_SERVES


def test_what_was_looked_up_before_the_call_is_no_outage_of_it() -> None:
    """A standby that tells when its call went out is believed: an outage that began before is another's."""
    drill = Failing(sent=ZERO_S + STEADY_S + 7)
    drill.run()
    assert drill.switched().asked == timedelta(seconds=STEADY_S + 7)
    early = Failing(sent=ZERO_S + 10_000)
    early.run()
    assert (early.switched().measured, early.switched().outcome) == (False, Outcome.INCONCLUSIVE)


def test_a_standby_is_told_which_way_is_asked_for() -> None:
    """There and back may lead to an instance of their own."""
    drill = Failing(ways=(FAILOVER, FAILBACK))
    drill.run()
    assert drill.asked_ways == [FAILOVER, FAILBACK]


def test_the_way_back_has_a_client_of_its_own_and_leaves_the_clock() -> None:
    """It starts from the zone that serves by then, counts the writes of the way before, and moves no moment."""
    there, both = Failing(), Failing(ways=(FAILOVER, FAILBACK))
    there.run()
    both.run()
    back = both.switched(FAILBACK)
    assert (back.before, back.after, back.outcome) == (B_SERVES, A_SERVES, Outcome.PASSED)
    assert both.moments() == there.moments()
    first, second = both.clients
    assert ("looked for 200 of before" in first.story, "looked for 200 of before" in second.story) == (False, True)


A_WRITES = replace(B_SERVES, server="writer-1")
OTHERS = [A_SERVES, replace(B_SERVES, server="writer-2")]
"""What another may have made of what the failover left: the zone of before, or another writer in the same zone."""


@pytest.mark.parametrize("production", [True, False])
@pytest.mark.parametrize("found", OTHERS)
def test_what_somebody_failed_over_meanwhile_is_not_failed_back(production: bool, found: Zones) -> None:
    """A process that goes on holds it to what the ledger has after the failover: nothing is sent, nothing measured."""

    class Named(Failing):
        def failed_over(self, copy: Copy, before: Zones, served: Callable[[], bool]) -> Zones:
            super().failed_over(copy, before, served)
            return A_WRITES

        def session(self, call: Any = None) -> Session:
            session = super().session(call)
            session.use(replace(session.components, production=production))
            return session

    both = partial(Named, ways=(FAILOVER, FAILBACK))
    drill = both()
    run = died(drill, lambda line: line == "finish fail back: a client writes passed")
    assert drill.switched().after.server == "writer-1"

    rest = resumed(drill.clock, drill.ledger, run, make=partial(both, serving=found))

    assert isinstance(rest, Failing)
    assert (rest.asked_ways, rest.verdict(), set(switches(rest.ledger.checks))) == (
        [],
        Verdict.INCONCLUSIVE,
        {FAILOVER},
    )
    assert "failed over by another since the failover of this run" in " ".join(rest.reasons)
    assert "Nothing is asked for" in " ".join(rest.reasons)


def test_a_zone_of_before_that_is_told_for_a_moment_is_looked_at_again() -> None:
    """AWS's answers may be old: what the second look finds as the failover left it is failed back."""

    class Stale(Failing):
        def zones(self, copy: Copy) -> Zones:
            super().zones(copy)
            return A_SERVES if self.zones_read == 2 else self.serving

    drill = Stale(ways=(FAILOVER, FAILBACK))
    drill.run()
    assert drill.switched(FAILBACK).outcome is Outcome.PASSED


def test_a_way_back_alone_sets_no_clock() -> None:
    """Where nobody saw the failover, the outage of the failback is not told for it."""
    clients = iter((Blind, ScriptedClient))

    def client(clock: FakeClock) -> ScriptedClient:
        return next(clients)(clock)

    drill = Failing(client=client, ways=(FAILOVER, FAILBACK))
    drill.run()
    assert (drill.switched(FAILBACK).measured, drill.moments()) == (True, {})


def test_what_vanished_on_the_way_back_fails_it() -> None:
    """Writes that outlived the failover and are gone after the failback are lost all the same."""
    drill = Failing(client=Robbed, ways=(FAILOVER, FAILBACK))
    drill.run()
    assert (drill.switched().gone, drill.switched(FAILBACK).gone) == (0, 3)
    assert drill.verdict() is Verdict.FAILED


EARLY_ENDS: list[tuple[type[ScriptedClient], dict[str, BaseException]]] = [
    (Refused, {}),
    (Disturbed, {}),
    (Gone, {}),
    (CutOff, {}),
    (ScriptedClient, {"ask": NotRecoverable("no")}),
    (ScriptedClient, {"ask": KeyboardInterrupt()}),
    (ScriptedClient, {"wait": ValueError("a defect")}),
    (ScriptedClient, {"wait": KeyboardInterrupt()}),
]
"""Whatever may end a failover early: its client, its standby, a defect of ours, or somebody at the terminal."""


@pytest.mark.parametrize(("client", "failing"), EARLY_ENDS)
def test_a_client_is_ended_whatever_happens(client: type[ScriptedClient], failing: dict[str, BaseException]) -> None:
    """None goes on writing to a copy that is taken down, and none holds up the end of the process."""
    drill = Failing(client=client, failing=failing)
    with suppress(ValueError, KeyboardInterrupt):
        drill.run()
    assert (drill.clients[0].story[-1], drill.ledger.checks) == ("end", [])
    assert drill.ledger.closing is not None


@pytest.mark.parametrize("unwritten", [Moment.DISRUPTION, Moment.SERVICE_VERIFIED])
def test_a_failover_that_was_counted_is_not_asked_for_again(unwritten: Moment) -> None:
    """The next process fails back alone; the clock stays the first client's, written or not."""
    both = partial(Failing, ways=(FAILOVER, FAILBACK))
    drill = both(takes={"ask": 20.0, "wait": 40.0})
    run = died(drill, lambda line: line == f"event {unwritten}")
    drill.clock.sleep(3600)

    resumed(drill.clock, drill.ledger, run, make=partial(both, serving=B_SERVES))

    assert drill.asked() == 2
    assert set(switches(drill.ledger.checks)) == {FAILOVER, FAILBACK}
    began, ended = timedelta(seconds=90), timedelta(seconds=150)
    assert drill.moments() == {**dict.fromkeys(CLOCK, began), Moment.SERVICE_VERIFIED: ended}
    opened = run.header.started_at
    assert all(each.at == opened + each.offset for each in drill.ledger.events if each.moment in CLOCK)
    assert drill.switched(FAILBACK).asked >= timedelta(hours=1)


@pytest.mark.parametrize(
    ("events", "told"),
    [((), "nothing of one"), (("failover started", "failover completed"), "failover started, failover completed")],
)
@pytest.mark.parametrize("step", ["ask", "wait"])
def test_a_failover_whose_client_died_is_refused(step: str, events: tuple[str, ...], told: str) -> None:
    """AWS's own events tell what became of it, and its zones: it is not asked for again, and nothing is measured."""
    clock, ledger, run = dead_in(step, make=Failing)

    rest = resumed(clock, ledger, run, make=partial(Failing, events=events, serving=B_SERVES))

    assert isinstance(rest, Failing)
    assert (rest.clients, rest.asked(), rest.verdict()) == ([], 1, Verdict.INCONCLUSIVE)
    reasons = " ".join(rest.reasons)
    assert f"the process that asked for 'fail over' died, and its client with it: by AWS's events {told}; " in reasons
    assert f"{B_SERVES}. It is not asked for again" in reasons
    asked = next(each for each in ledger.steps.values() if each.name == "fail over")
    assert rest.looked_since == [asked.started_at]
    assert any(each.name == "fail over: look what became of it" for each in ledger.steps.values())


def test_a_process_that_died_before_it_asked_hinders_nothing() -> None:
    """Its client wrote, and no more: the next process measures the failover with a client of its own."""
    drill = Failing()
    run = died(drill, lambda line: line == "finish fail over: a client writes passed")

    rest = resumed(drill.clock, drill.ledger, run, make=Failing)

    assert isinstance(rest, Failing)
    assert (rest.asked(), rest.looked_since, rest.switched().outcome) == (1, [], Outcome.PASSED)


@pytest.mark.parametrize(("parts", "missing"), [({"standby": None}, "standby"), ({"client": None}, "client")])
def test_a_drill_without_its_parts_is_a_defect(parts: dict[str, Any], missing: str) -> None:
    """A kind that nobody gave a client, or a standby, is told by name; nothing is failed over."""
    drill = Failing()
    session = drill.session()
    session.use(replace(session.components, **parts))
    with pytest.raises(TypeError, match=f"^az-failover has no {missing}$"):
        drill.run(session)
    assert drill.asked() == 0


@pytest.mark.parametrize("returns", [True, False])
def test_production_is_waited_for_until_it_is_whole_again(returns: bool) -> None:
    """It is production's own standby: nobody goes on while it lacks; whether it returns its drill tells."""
    drill = Failing()
    session = drill.session()
    session.use(replace(session.components, production=True, returns=returns))
    assert (session.on_copy, session.returns) == (False, returns)
    drill.run(session)
    assert [line for line in drill.ledger.story if line in {"! ask", "! wait", "! stand by"}] == [
        *("! ask", "! wait", "! stand by"),
    ]
    assert "fail over: wait until production has a standby again" in [each.name for each in drill.ledger.steps.values()]
    assert drill.switched().production
