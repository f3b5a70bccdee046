"""A container's verified copy is asked for its tenants once, off the clock; what goes wrong costs the run nothing."""

from __future__ import annotations

from dataclasses import dataclass

from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.domain.evidence import Seen
from dr_orchestrator.domain.run import Phase, Role
from dr_orchestrator.domain.verdict import Outcome, Verdict
from dr_orchestrator.errors import Aborted, NotMeasured
from dr_orchestrator.runner import Components, Session
from tests.support.rehearsal import Drill, measures
from tests.support.resuming import dead_in, resumed


@dataclass
class Container(Drill):
    """A drill whose copy is asked for tenants."""

    asks: bool = True

    def isolated(self, copy: Copy) -> Seen:
        del copy
        return self.act("prove isolation", Seen("apart"))

    def tenants(self, copy: Copy) -> Seen:
        del copy
        return self.act("tenants", Seen("3 tenants asked for"))

    def session(self, call: object = None) -> Session:
        session = super().session()
        asks = self.tenants if self.asks else None
        session.use(Components(self, restorer=self, isolated=self.isolated, asks_tenants=asks))
        return session


def asked(drill: Drill) -> list[tuple[Phase, Outcome]]:
    return [(step.phase, step.outcome) for step in drill.ledger.steps.values() if step.role is Role.ASK_TENANTS]


def test_the_copy_is_asked_once_it_is_verified() -> None:
    """By a step of its own, which is in no figure."""
    drill, without = Container(), Container(asks=False)
    drill.run()
    without.run()
    assert asked(drill) == [(Phase.TEARDOWN, Outcome.PASSED)]
    story = drill.ledger.story
    assert story.index("! checks") < story.index("! tenants") < story.index("! destroy")
    assert measures(drill).rta == measures(without).rta


def test_what_goes_wrong_costs_the_run_nothing() -> None:
    """Its verdict is that of a run that asked for none."""
    drill = Container(failing={"tenants": NotMeasured("no answer", "look")})
    drill.run()
    assert asked(drill)[-1][1] is not Outcome.PASSED
    assert drill.ledger.closing is not None
    assert drill.ledger.closing.verdict is Verdict.PASSED


def test_a_stop_stops() -> None:
    """As in any other step."""
    drill = Container(failing={"tenants": Aborted("stopped", "again")})
    drill.run()
    assert drill.ledger.closing is not None
    assert drill.ledger.closing.verdict is Verdict.ABORTED


def test_the_next_process_asks_what_a_dead_one_did_not() -> None:
    """And nothing twice that was asked."""
    clock, ledger, run = dead_in("tenants", make=Container)
    again = resumed(clock, ledger, run, make=Container)
    assert asked(again)[-1][1] is Outcome.PASSED
