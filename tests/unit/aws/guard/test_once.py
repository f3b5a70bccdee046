"""The one leave to change production: one operation, one target, all of its parameters, once for a step of this run."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from dr_orchestrator.aws.guard import Forbidden, Guard
from dr_orchestrator.aws.once import Once
from dr_orchestrator.errors import NotMeasured, Transient
from tests.support.estate import REGION
from tests.support.guarded import SOURCES
from tests.support.types import CALLS

GIVEN = {"DBInstanceIdentifier": "orders-prod", "ForceFailover": True}


class Ledger:
    """What a ledger would say: how many steps were begun, and why no word holds."""

    def __init__(self, begun: int = 0) -> None:
        self.begun, self.lapsed = begun, ""

    def once(self) -> Once:
        return Once("rds:RebootDBInstance", GIVEN, REGION, lambda: self.lapsed, lambda: self.begun)


def guard(once: Once | None, driven: Callable[[bool], None] = lambda _: None) -> Guard:
    return Guard(CALLS, sources=SOURCES, once=once, driven=driven)


def sent(of: Guard) -> None:
    """As botocore does it: checked when it is made, and again as it goes out."""
    of.check("rds", "RebootDBInstance", GIVEN, REGION)
    of._check_try("rds", "RebootDBInstance", GIVEN, REGION)


def test_it_goes_out_once_for_each_step() -> None:
    """Not before a step was begun, once after it, and once more after the way back was."""
    ledger = Ledger()
    of = guard(ledger.once())
    for step in (0, 1, 2):
        ledger.begun = step
        if step:
            sent(of)
        with pytest.raises(Transient, match="not asked again"):
            sent(of)


def test_a_try_again_of_the_same_call_does_not_go_out() -> None:
    """botocore repeats what broke on its way: of this call it does not."""
    ledger = Ledger()
    of = guard(ledger.once())
    ledger.begun = 1
    of.check("rds", "RebootDBInstance", GIVEN, REGION)
    of._check_try("rds", "RebootDBInstance", GIVEN, REGION)
    with pytest.raises(Transient):
        of._check_try("rds", "RebootDBInstance", GIVEN, REGION)


def test_what_a_dead_process_began_is_no_leave_for_this_one() -> None:
    """The step is in the ledger before the call: whether that was made nobody knows, and it is not made now."""
    of = guard(Ledger(begun=1).once())
    with pytest.raises(Transient):
        sent(of)


def test_what_another_process_began_while_the_run_was_taken_over_is_none_either() -> None:
    """Counted again once the lease is this process's: the step that came in between was the other's."""
    ledger = Ledger()
    of = guard(ledger.once())
    ledger.begun = 1
    of.inherit()
    with pytest.raises(Transient):
        sent(of)
    ledger.begun = 2
    sent(of)


def test_words_that_lapse_end_it() -> None:
    """They are asked for at each call: an approval whose day ended lets nothing more through."""
    ledger = Ledger()
    of = guard(ledger.once())
    ledger.begun, ledger.lapsed = 1, "no approval of the plan holds today"
    with pytest.raises(NotMeasured, match="no approval of the plan"):
        sent(of)


def test_whoever_lost_the_run_sends_nothing() -> None:
    """The lease is asked before it is counted as sent."""

    def lost(_: bool) -> None:
        raise RuntimeError("another process drives the run")

    ledger = Ledger()
    once = ledger.once()
    ledger.begun = 1
    with pytest.raises(RuntimeError):
        sent(guard(once, lost))
    sent(guard(once))


OTHERS: dict[str, tuple[str, dict[str, Any], str]] = {
    "another of production": ("RebootDBInstance", {**GIVEN, "DBInstanceIdentifier": "another-prod"}, REGION),
    "in another case": ("RebootDBInstance", {**GIVEN, "DBInstanceIdentifier": "Orders-Prod"}, REGION),
    "a restart": ("RebootDBInstance", {**GIVEN, "ForceFailover": False}, REGION),
    "left to its default": ("RebootDBInstance", {"DBInstanceIdentifier": "orders-prod"}, REGION),
    "with more": ("RebootDBInstance", {**GIVEN, "Tags": []}, REGION),
    "in another region": ("RebootDBInstance", GIVEN, "eu-central-1"),
    "nowhere": ("RebootDBInstance", GIVEN, ""),
    "a change": ("ModifyDBInstance", {"DBInstanceIdentifier": "orders-prod", "MultiAZ": True}, REGION),
    "a deletion": ("DeleteDBInstance", {"DBInstanceIdentifier": "orders-prod", "SkipFinalSnapshot": True}, REGION),
    "a stop": ("StopDBInstance", {"DBInstanceIdentifier": "orders-prod"}, REGION),
    "a cluster's": ("FailoverDBCluster", {"DBClusterIdentifier": "orders-prod"}, REGION),
}


@pytest.mark.parametrize("call", OTHERS.values(), ids=OTHERS)
def test_nothing_else_goes_through(call: tuple[str, dict[str, Any], str]) -> None:
    """Whatever was approved: every other write on production is refused as it ever was."""
    ledger = Ledger()
    of = guard(ledger.once())
    ledger.begun = 2
    operation, given, region = call
    with pytest.raises(Forbidden):
        of.check("rds", operation, given, region)


def test_without_the_leave_the_call_itself_is_refused() -> None:
    """A run of a copy, a plan, a sweep: production is a source, and no copy."""
    with pytest.raises(Forbidden):
        guard(None).check("rds", "RebootDBInstance", GIVEN, REGION)
