"""The look after a drill ends: by itself within its time, and at once where the run is stopped or another's."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from dr_orchestrator.domain.customer.looking import When, name_of
from dr_orchestrator.domain.customer_stack import Aspect
from dr_orchestrator.domain.verdict import Outcome
from dr_orchestrator.errors import Aborted, LeaseLost, NotMeasured, Stopped
from dr_orchestrator.runner.context import Undriven
from dr_orchestrator.wiring import App
from dr_orchestrator.wiring.customers.reaching import AFTER_S, Unmodified, preflight
from tests.support.customers import CUSTOMER, STACK, Acme, acme, recorded, stack_of


@pytest.fixture
def customer(tmp_path: Path) -> Iterator[tuple[Acme, App]]:
    with acme(tmp_path) as made:
        yield made


class Ended(Undriven):
    """A run that somebody ends once the look has asked so many times whether to go on."""

    def __init__(self, why: Stopped, after: int = 0) -> None:
        self.why, self.left = why, after

    def raise_if_stopped(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise self.why


def test_a_look_that_does_not_end_is_given_up_whole(customer: tuple[Acme, App]) -> None:
    """All stacks have one time together; what was seen by then counts, and the rest is not known."""
    made, here = customer
    stack = recorded(here, stack_of(here))
    fault = {"kind": "stuck", "service": "cloudformation", "action": "DetectStackDrift", "resource": STACK}
    made.lab.faults.add(fault)
    began = made.clock.monotonic()
    found = Unmodified(here, [stack, stack], Undriven()).look(When.AFTER, {})
    assert made.clock.monotonic() - began < AFTER_S + 60
    first, second = found[: len(Aspect)], found[len(Aspect) :]
    outcomes = {aspect: each.outcome for aspect, each in zip(Aspect, first, strict=True)}
    assert outcomes == {
        Aspect.STACK: Outcome.PASSED,
        Aspect.DRIFT: Outcome.INCONCLUSIVE,
        Aspect.TEMPLATE: Outcome.PASSED,
        Aspect.POLICIES: Outcome.PASSED,
        Aspect.HISTORY: Outcome.INCONCLUSIVE,
    }
    assert first[1].observed == "the look after the drill did not end within 15 minutes"
    assert {each.outcome for each in second} == {Outcome.INCONCLUSIVE}


@pytest.mark.parametrize("asked", [0, 5])
def test_a_stop_ends_it_and_what_it_had_not_reached_is_not_known(customer: tuple[Acme, App], asked: int) -> None:
    """Everything has a result, so that the run is judged: nothing is asked of AWS any more."""
    made, here = customer
    stack = recorded(here, stack_of(here))
    before = len(made.lab.journal)
    found = Unmodified(here, [stack], Ended(Aborted("ada wants it"), asked)).look(When.AFTER, {})
    assert [each.name for each in found] == [name_of(stack, aspect, When.AFTER) for aspect in Aspect]
    history = found[-1]
    assert (history.outcome, history.observed) == (
        Outcome.INCONCLUSIVE,
        "the look after the drill was ended: ada wants it",
    )
    assert len({each.outcome for each in found}) <= 1 + bool(asked)
    assert len(list(made.lab.journal)[before:]) <= asked + bool(asked)


def test_a_run_that_is_anothers_by_now_is_let_go(customer: tuple[Acme, App]) -> None:
    """Its end is that one's: no result is made of it."""
    _, here = customer
    with pytest.raises(LeaseLost):
        Unmodified(here, [recorded(here, stack_of(here))], Ended(LeaseLost("lost"))).look(When.AFTER, {})


def test_a_drill_in_the_customers_own_account_must_not_begin(customer: tuple[Acme, App]) -> None:
    """Its copies would be made there: it is refused, and by nothing that a drill goes on without."""
    _, here = customer
    stacks = [recorded(here, stack_of(here))]
    own, *_ = preflight(here, stacks, {"123456789012"})
    assert own.must
    assert own.perform() == f"account {CUSTOMER} is another than that of the drill"
    refused, *_ = preflight(here, stacks, {"123456789012", CUSTOMER})
    assert refused.must
    with pytest.raises(NotMeasured, match="its copies would be made there"):
        refused.perform()
