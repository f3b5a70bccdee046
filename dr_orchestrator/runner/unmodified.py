"""The looks at customers' stacks around a drill: before anything is made, and once all of it is gone again."""

from __future__ import annotations

from dr_orchestrator.domain.customer.looking import When
from dr_orchestrator.domain.customer.port import Customers
from dr_orchestrator.domain.evidence import Seen
from dr_orchestrator.domain.run import LOOK_AT_CUSTOMERS, Phase, Role
from dr_orchestrator.errors import LeaseLost
from dr_orchestrator.runner.journal import Journal
from dr_orchestrator.runner.performing import Performer


def look_before(customers: Customers | None, journal: Journal, perform: Performer) -> None:
    """Look before the drill, and write down what was seen; what an earlier process of the run saw stays as it is."""
    if customers is None:
        return
    known = {each.name for each in journal.checks}
    if not set(customers.planned(When.BEFORE)) <= known:
        _look(customers, When.BEFORE, journal, perform, Phase.PREPARE)


def look_after(customers: Customers | None, journal: Journal, perform: Performer) -> None:
    """Look after the drill, where there was a look before it; nothing that goes wrong costs the run its end.

    A look that was not taken is a check that was not reached.
    """
    known = {each.name for each in journal.checks}
    if customers is None or not known & set(customers.planned(When.BEFORE)):
        return
    try:
        _look(customers, When.AFTER, journal, perform, Phase.TEARDOWN)
    except LeaseLost:
        raise
    except Exception:  # noqa: BLE001 - the step says what went wrong; the run must be judged and closed all the same
        return


def _look(customers: Customers, when: When, journal: Journal, perform: Performer, phase: Phase) -> None:
    known = {each.name: each for each in journal.checks}

    def look() -> Seen:
        results = customers.look(when, known)
        for each in results:
            if when is When.AFTER or each.name not in known:
                journal.check(each)
        return Seen("; ".join(f"{each.name}: {each.outcome.value}" for each in results))

    perform(f"{LOOK_AT_CUSTOMERS}, {when.value}", look, phase=phase, role=Role.LOOK_AT_CUSTOMERS)
