"""The wait for a name: how long it took, whose patience it is, and what nobody could see."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest

from dr_orchestrator.domain import planes
from dr_orchestrator.domain.clock import Moment
from dr_orchestrator.domain.copy import Copy, CopyState, Identity
from dr_orchestrator.domain.evidence import Asked, Ready
from dr_orchestrator.domain.leading import Way
from dr_orchestrator.domain.led import Led, Told, Turned, ways
from dr_orchestrator.domain.run import CheckResult
from dr_orchestrator.errors import NotMeasured, NotRecoverable, Transient
from dr_orchestrator.runner import Components, Session, plain
from dr_orchestrator.runner.leading import GIVEN_UP_S, Leading
from tests.support.fakes import FakeClock
from tests.support.records import HEADER
from tests.support.rehearsal import RUN, Drill
from tests.support.resuming import dead_in, died, resumed

LONG_AGO = timedelta(seconds=2 * GIVEN_UP_S)
NOWHERE, EVERYWHERE = Told(4, 0, "all lead elsewhere"), Told(4, 4, "all lead there", everywhere=True)


def waited(told: Callable[[float], Told], asked: timedelta = timedelta()) -> tuple[timedelta, timedelta, Told]:
    """Wait as a run does; `told` is what name servers tell so many seconds after the wait began."""
    clock = FakeClock()
    clock.sleep(LONG_AGO.total_seconds())
    began = clock.monotonic()
    runs = SimpleNamespace(
        _journal=SimpleNamespace(offset=lambda: timedelta(seconds=clock.monotonic())),
        _clock=clock,
        _context=SimpleNamespace(raise_if_stopped=lambda: None),
    )
    names = SimpleNamespace(told=lambda _: told(clock.monotonic() - began))
    return Leading._waited(cast("Any", runs), cast("Any", names), Way.THERE, asked)


def test_patience_is_from_the_start_of_this_process() -> None:
    """A run that was resumed has waited for nobody yet; how long it took is from the first process's word on."""
    first, every, told = waited(lambda after: EVERYWHERE if after >= 20 else NOWHERE)
    assert first == every == LONG_AGO + timedelta(seconds=20)
    assert told is EVERYWHERE


def test_it_leads_there_when_route_53_says_so_too() -> None:
    """The wait ends with the later of the two."""
    first, every, _ = waited(lambda after: Told(4, 4, "", everywhere=after >= 40), LONG_AGO)
    assert (first, every) == (timedelta(), timedelta(seconds=40))


def test_a_name_that_is_seen_elsewhere_fails() -> None:
    """Some server answered something else to the end."""
    with pytest.raises(NotRecoverable, match="1 of 4 name servers lead there"):
        waited(lambda _: Told(4, 1, "", silent=2))


@pytest.mark.parametrize(("led", "silent"), [(0, 4), (3, 1)])
def test_servers_that_do_not_answer_are_no_failure_of_what_is_drilled(led: int, silent: int) -> None:
    """Nobody was seen to be led elsewhere: it was not measured."""
    with pytest.raises(NotMeasured, match=f"{led} of 4 name servers lead there"):
        waited(lambda _: Told(4, led, "", silent=silent))


def test_a_cluster_that_nobody_can_ask_is_no_failure_of_what_is_drilled() -> None:
    """Each name server led there, and said when: that was seen, and what switches them could not be asked."""
    with pytest.raises(NotMeasured, match="4 of 4 name servers lead there"):
        waited(lambda _: Told(4, 4, "", unheard=True))
    first, every, _ = waited(lambda after: Told(4, 4, "", everywhere=after >= 40, unheard=after < 40), LONG_AGO)
    assert (first, every) == (timedelta(), timedelta(seconds=40))


def test_spans_of_an_interrupted_run_are_told_as_upper_bounds() -> None:
    """In the check, and after it was read back from the ledger."""
    spans = [timedelta(seconds=each) for each in (10, 20, 30, 60)]
    led = Led(Way.THERE, *spans, 4, "env.example.com", at_most=True)
    assert "led to env.example.com at most 30 s after it was asked for, the first at most 20 s" in led.result.observed
    assert ways([led.result]) == {Way.THERE: led}


NAME = Copy("drill-name", f"Z1/dro-{RUN}-shop.drills.example.com", "us-east-1", RUN, HEADER.drill, HEADER.service)


class Standing:
    """What a name stands on: it has no identity before it was asked for, and is told by AWS's own id then."""

    def __init__(self, drill: Drill, title: str) -> None:
        self._drill, self.title = drill, title
        self.copy = replace(NAME, type="health-check", id=f"dro-{RUN}-{title}")

    def ask(self) -> Asked:
        return cast("Asked", self._drill.act(f"ask for {self.title}", Asked(Identity(f"arn:{self.title}", self.title))))

    def ready(self) -> Ready:
        return cast("Ready", self._drill.act(f"{self.title} is ready", Ready()))

    def destroy(self, copy: Copy) -> CopyState:
        assert copy == self.copy
        return cast("CopyState", self._drill.act(f"destroy {self.title}", CopyState.DELETED))


class Name:
    """A name whose servers follow after so many looks; it tells the drill's story what is done to it."""

    copy, ttl = NAME, timedelta(seconds=60)

    def __init__(self, drill: Drill, looks: int = 3, stands_on: tuple[Standing, ...] = ()) -> None:
        self._drill, self._looks, self._seen, self.stands_on = drill, looks, 0, stands_on

    def planes(self) -> CheckResult:
        return planes.result("eu-west-1", "aws", [])

    def make(self) -> Asked:
        return cast("Asked", self._drill.act("make the name", Asked(Identity("arn:name", "name"))))

    def lead(self, way: Way, copy: Copy) -> Turned:
        del copy
        self._seen = 0
        return cast("Turned", self._drill.act(f"lead {way}", Turned(f"{way}.example.com")))

    def told(self, way: Way) -> Told:
        del way
        self._seen += 1
        return EVERYWHERE if self._seen >= self._looks else NOWHERE

    def destroy(self, copy: Copy) -> CopyState:
        del copy
        return cast("CopyState", self._drill.act("destroy the name", CopyState.DELETED))


class Named(Drill):
    """A drill whose name stands on two copies of its own, one after the other."""

    def session(self, call: Any = plain) -> Session:
        session = super().session(call)
        stands_on = Standing(self, "control"), Standing(self, "check")
        session.use(Components(self, restorer=self, name=cast("Any", Name(self, stands_on=stands_on))))
        return session

    def run(self, session: Session | None = None) -> Session:
        """What flows/region_failover.py does, with a copy in place of the environment."""
        with session or self.session() as run:
            run.name_it()
            point = run.choose("choose", run.restorer)
            run.restore("restore", point, teardown="destroy", wait="ready", reaches=Moment.INFRASTRUCTURE_READY)
            run.lead("lead the name there", Way.THERE)
            run.verify()
            run.lead("lead the name back", Way.BACK)
        return run


def led(drill: Drill) -> None:
    """Such a drill of a name that stands on nothing."""
    session = drill.session()
    session.use(Components(drill, restorer=drill, name=cast("Any", Name(drill))))
    Named.run(cast("Named", drill), session)


def test_the_lost_region_is_asked_nothing_before_the_name_leads_back() -> None:
    """A script that compares both regions earlier is refused: until then one of them counts as lost."""
    drill = Drill()
    session = drill.session()
    session.use(Components(drill, restorer=drill, name=cast("Any", Name(drill)), both=cast("Any", ())))
    with pytest.raises(TypeError, match="once the name leads back"), session as run:
        run.name_it()
        point = run.choose("choose", run.restorer)
        run.restore("restore", point, teardown="destroy", wait="ready", reaches=Moment.INFRASTRUCTURE_READY)
        run.lead("lead the name there", Way.THERE)
        run.verify()
        run.compare_both()


def test_a_name_is_led_there_and_back_and_both_are_checks() -> None:
    """It is made before the disruption, waited for each time, and goes before what it led to."""
    drill = Drill()
    led(drill)
    acts = [line for line in drill.ledger.story if line.startswith("! ")]
    told = ["make the name", "choose", "restore", "ready", "lead there", "checks", "lead back"]
    assert [each.removeprefix("! ") for each in acts if "destroy" not in each] == told
    assert [each for each in acts if "destroy" in each] == ["! destroy the name", "! destroy"]
    found = ways(drill.ledger.checks)
    assert {way: (each.to, each.first, each.at_most) for way, each in found.items()} == {
        way: (f"{way}.example.com", each.first, False) for way, each in found.items()
    }
    assert found[Way.THERE].first == found[Way.THERE].every >= timedelta(seconds=10)
    assert drill.ledger.closing is not None


def test_a_call_without_an_answer_ends_no_making_of_a_name() -> None:
    """Something is made by then: it is asked again, as in a recovery."""
    drill, silent = Drill(), [Transient("no answer")] * 3
    act = drill.act

    def silently(name: str, result: Any = None) -> Any:
        if name == "make the name" and silent:
            raise silent.pop()
        return act(name, result)

    drill.act = silently  # type: ignore[method-assign]
    led(drill)
    assert ways(drill.ledger.checks).keys() == {Way.THERE, Way.BACK}


def test_the_answers_of_before_are_waited_out_on_the_clock() -> None:
    """On the way there, and not on the way back: people are served once nobody is led elsewhere."""
    drill = Drill()
    led(drill)
    steps = [each.name for each in drill.ledger.steps.values() if "outwait" in each.name]
    assert steps == ["lead the name there: outwait the answers of before"]


def test_a_drill_without_a_name_leads_none() -> None:
    """It is a defect of its flow, told by its kind."""
    session = Drill().session()
    with pytest.raises(TypeError, match="has no name"):
        session._names  # noqa: B018


def acts(story: list[str]) -> list[str]:
    """What was done to the name, and to what it stands on, in order."""
    about = ("control", "check", "name")
    return [
        each.removeprefix("! ") for each in story if each.startswith("! ") and each.split()[-1] in (*about, "ready")
    ]


def test_what_a_name_stands_on_is_made_before_it_and_goes_after_it() -> None:
    """Each is intended before anything is asked for, known by what AWS gave it before it is waited for, and destroyed
    in the reverse order of its making, once the name is gone.
    """
    drill = Named()
    drill.run()
    done = acts(drill.ledger.story)
    made = [each for each in done if "destroy" not in each]
    assert made[:5] == ["ask for control", "control is ready", "ask for check", "check is ready", "make the name"]
    assert [each for each in done if "destroy" in each] == ["destroy the name", "destroy check", "destroy control"]
    story = drill.ledger.story
    for title in ("control", "check"):
        intended, created = (f"{verb} dro-{RUN}-{title}{rest}" for verb, rest in (("intend", ""), ("copy", " created")))
        places = [story.index(each) for each in (intended, f"! ask for {title}", created, f"! {title} is ready")]
        assert places == sorted(places)
        assert places[0] < story.index("! ask for control"), "all are intended before the first is made"
    assert [drill.ledger.rows[f"dro-{RUN}-{each}"].identity for each in ("control", "check")] == [
        Identity(f"arn:{each}", each) for each in ("control", "check")
    ]


def test_a_name_that_is_made_is_not_made_again_and_its_planes_are_told_once() -> None:
    """A run that was resumed goes on behind it; what the name stands on is destroyed all the same."""
    clock, ledger, run = dead_in("restore", make=Named)
    begun = len(ledger.story)
    resumed(clock, ledger, run, make=Named)
    done = acts(ledger.story[begun:])
    assert not [each for each in done if each.startswith(("ask for", "make"))]
    assert [each for each in done if "destroy" in each] == ["destroy the name", "destroy check", "destroy control"]
    assert [each.name for each in ledger.checks].count(planes.CHECK) == 1


def test_a_name_that_died_while_it_was_made_is_asked_for_again() -> None:
    """Also what it stands on, for only AWS knows which of it there is: each adopts its own."""
    clock, ledger, run = dead_in("make the name", make=Named)
    begun = len(ledger.story)
    resumed(clock, ledger, run, make=Named)
    made = acts(ledger.story[begun:])[:5]
    assert made == ["ask for control", "control is ready", "ask for check", "check is ready", "make the name"]
    assert ledger.story.count(f"intend dro-{RUN}-control") == 1
    assert [each.name for each in ledger.checks].count(planes.CHECK) == 1


def test_a_name_that_led_there_is_not_led_there_again() -> None:
    """What it took stands in the check of the process that died; the next leads it back alone."""
    drill = Named()
    run = died(drill, lambda _: "! checks" in drill.ledger.story)
    before = ways(run.checks)
    assert before.keys() == {Way.THERE}
    begun = len(drill.ledger.story)
    resumed(drill.clock, drill.ledger, run, make=Named)
    turned = [each for each in drill.ledger.story[begun:] if each.startswith("! lead ")]
    assert turned == ["! lead back"]
    assert ways(drill.ledger.checks)[Way.THERE] == before[Way.THERE]
