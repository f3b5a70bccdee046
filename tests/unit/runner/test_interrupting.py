"""A drill that cuts its copy off: what comes before the failover, and the checks after it, are no part of its clock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from dr_orchestrator.domain.clock import Moment
from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.domain.evidence import Seen
from dr_orchestrator.domain.failover import Counted
from dr_orchestrator.domain.run import PROVE_ISOLATION, CheckResult
from dr_orchestrator.domain.verdict import Outcome, Verdict
from dr_orchestrator.errors import NotRecoverable
from dr_orchestrator.runner import Components, Session
from tests.support.failovers import ScriptedClient
from tests.support.fakes import FakeClock
from tests.support.records import HEARTBEAT, ROWS
from tests.support.rehearsal import Drill, measures
from tests.support.resuming import dead_in, resumed
from tests.support.switching import CLOCK, Failing


class Reading(ScriptedClient):
    """A client that takes a minute to read back what it wrote."""

    def count(self) -> Counted:
        self.clock.sleep(60)
        return super().count()


@dataclass
class Whole(Failing):
    """A drill that restores its copy, gives it a standby, fails it over and verifies it; a step comes after that."""

    client: Callable[[FakeClock], ScriptedClient] = Reading
    results: list[CheckResult] | None = field(default_factory=lambda: [ROWS, HEARTBEAT])

    def isolated(self, copy: Copy) -> Seen:
        self.act("isolated")
        return Seen(f"{copy.id} is alone")

    def session(self, call: object = None) -> Session:
        session = super().session(call)
        parts = Components(self, restorer=self, isolated=self.isolated, standby=self, client=self.connect)
        session.use(parts)
        return session

    def run(self, session: Session | None = None) -> Session:
        with session or self.session() as run:
            point = run.choose("choose", run.restorer)
            run.restore("restore", point)
            run.stand_by()
            run.open_copy()
            run.fail_over("fail over")
            run.verify()
            run.step("go on", self.act, "go on")
        return run


def acts(drill: Drill) -> list[str]:
    return [line[2:] for line in drill.ledger.story if line.startswith("! ")]


def test_its_recovery_is_the_outage_alone() -> None:
    """A restore of hours before it and checks of hours after it cost nothing: what the client went without counts."""
    drill = Whole(takes={"ready": 7200.0, "checks": 7200.0})
    assert drill.run().verdict is Verdict.PASSED
    assert measures(drill).rta == timedelta(minutes=1)
    assert {each.moment for each in drill.ledger.events} == {*CLOCK, Moment.CLEAN}


def test_its_copy_is_proven_alone_before_anything_writes_to_it() -> None:
    """The client comes after the proof of isolation; a copy that reaches further is never written to."""
    drill = Whole(failing={"isolated": NotRecoverable("it reaches production")})
    assert drill.run().verdict is Verdict.FAILED
    assert (drill.clients, acts(drill)[-1]) == ([], "destroy")
    steps = {step.name: step.outcome for step in drill.ledger.steps.values()}
    assert steps[PROVE_ISOLATION] is Outcome.FAILED


def test_nothing_is_lost_by_where_its_copy_came_from() -> None:
    """The age of the recovery point is no loss of a failover: its history is not looked back at."""
    drill = Whole()
    drill.run()
    assert drill.ledger.points
    assert not [step for step in drill.ledger.steps.values() if "look back" in step.name]


@pytest.mark.parametrize(("dies_in", "times"), [("checks", 2), ("go on", 1)])
def test_it_is_verified_once(dies_in: str, times: int) -> None:
    """The clock stopped before the checks were begun: whether they passed is told by their own step."""
    clock, ledger, run = dead_in(dies_in, make=Whole)
    drill = resumed(clock, ledger, run, make=Whole)
    assert (acts(drill).count("checks"), acts(drill).count("ask")) == (times, 1)
    assert ledger.closing is not None
    assert ledger.closing.verdict is Verdict.PASSED
