"""Customers' stacks are looked at before a drill and after it: remembered by who goes on, and in no drill's way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pytest

from dr_orchestrator.domain.customer.looking import When
from dr_orchestrator.domain.run import CheckResult, Phase, Role
from dr_orchestrator.domain.verdict import Outcome, Verdict
from dr_orchestrator.errors import Aborted, LeaseLost, NotMeasured
from dr_orchestrator.runner import Components, Session
from tests.support.rehearsal import Drill
from tests.support.resuming import dead_in, resumed

LOOKS = {when: f"look at the customers' stacks, {when.value}" for when in When}


@dataclass
class Depending(Drill):
    """A drill whose service depends on a customer's stack."""

    outcome: Outcome = Outcome.PASSED
    given: list[tuple[When, list[str]]] = field(default_factory=list)

    def planned(self, when: When) -> Sequence[str]:
        return (f"acme {when.value}",)

    def look(self, when: When, before: Mapping[str, CheckResult]) -> Sequence[CheckResult]:
        self.given.append((when, sorted(before)))
        self.act(f"look {when.value}")
        return [CheckResult(f"acme {when.value}", "as recorded", "so", self.outcome, proves_data=False)]

    def session(self, call: object = None) -> Session:
        session = super().session()
        session.use(Components(self, restorer=self, customers=self))
        return session

    def run(self, session: Session | None = None) -> Session:
        with session or self.session() as run:
            run.look()
            run.restore("restore", run.choose("choose", run.restorer))
            run.verify()
        return run

    def looked(self) -> dict[str, Phase]:
        return {each.name: each.phase for each in self.ledger.steps.values() if each.role is Role.LOOK_AT_CUSTOMERS}


def test_it_is_looked_at_around_all_of_the_drill() -> None:
    """Before anything is made, and once all of it is gone; the second look is given what the first one saw."""
    drill = Depending()
    run = drill.run()
    assert drill.looked() == {LOOKS[When.BEFORE]: Phase.PREPARE, LOOKS[When.AFTER]: Phase.TEARDOWN}
    story = drill.ledger.story
    assert story.index("! look before") < story.index("! restore")
    assert story.index("! look after") > story.index("! destroy")
    assert [when for when, _ in drill.given] == [When.BEFORE, When.AFTER]
    assert "acme before" in drill.given[1][1]
    assert run.verdict is Verdict.PASSED


def test_a_difference_fails_the_drill_and_stops_nothing() -> None:
    """It is restored and verified all the same."""
    drill = Depending(outcome=Outcome.FAILED)
    run = drill.run()
    assert run.verdict is Verdict.FAILED
    assert "! checks" in drill.ledger.story


def test_a_look_after_that_breaks_costs_the_run_nothing_but_itself() -> None:
    """The run is judged and closed: that look's check was not reached."""
    drill = Depending(failing={"look after": NotMeasured("broken")})
    run = drill.run()
    assert drill.ledger.closing is not None
    assert run.cleanup.value == "CLEAN"


def test_who_lost_the_run_in_it_lets_go() -> None:
    """Its end is another process's."""
    drill = Depending(failing={"look after": LeaseLost.to_another("a run")})
    with pytest.raises(LeaseLost):
        drill.run()
    assert drill.ledger.closing is None


def test_a_stopped_drill_looks_no_second_time() -> None:
    """Whoever stopped it waits for its copies to go, and for nothing else."""
    drill = Depending(failing={"restore": Aborted("stopped")})
    drill.run()
    assert list(drill.looked()) == [LOOKS[When.BEFORE]]


def test_without_the_look_before_there_is_none_after() -> None:
    """A drill that never began proves nothing of a stack that nobody looked at."""
    drill = Depending(failing={"look before": NotMeasured("broken")})
    drill.run()
    assert list(drill.looked()) == [LOOKS[When.BEFORE]]


def test_who_goes_on_looks_before_no_second_time() -> None:
    """What the dead process saw is what the second look is compared with."""
    clock, ledger, run = dead_in("checks", make=Depending)
    resumed(clock, ledger, run, make=Depending)
    assert [each for each in ledger.story if each.startswith("! look")] == ["! look before", "! look after"]
