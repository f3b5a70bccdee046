"""How the live copy of a run is verified: isolated, checked, probed, and proven in depth off the recovery clock."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial

from dr_orchestrator.domain import lost_region
from dr_orchestrator.domain.clock import Moment
from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.domain.parity import Parity
from dr_orchestrator.domain.ports import Checks
from dr_orchestrator.domain.run import (
    ASK_TENANTS,
    COMPARE,
    PROBE,
    PROVE_IN_DEPTH,
    PROVE_ISOLATION,
    CheckResult,
    Phase,
    Probed,
    Role,
)
from dr_orchestrator.domain.verdict import Outcome
from dr_orchestrator.errors import DrillFault, Stopped
from dr_orchestrator.runner.components import Components, not_probed
from dr_orchestrator.runner.ending import ChecksDidNotPass
from dr_orchestrator.runner.entering import enter
from dr_orchestrator.runner.journal import Journal
from dr_orchestrator.runner.performing import Performer


class Verification:
    """Verifies a copy, and writes down each result and each moment that was reached by it."""

    def __init__(self, components: Components, copy: Copy, journal: Journal, perform: Performer) -> None:
        self._components, self._copy, self._journal, self._perform = components, copy, journal, perform

    def __call__(self, name: str) -> None:
        """Perform every check; the recovery clock stops only when all the mandatory ones have passed.

        A copy that is not where it should be is asked nothing: the run ends, which takes it down. That production
        does not answer it is tried afterwards, off the clock, of what has proven to be the restored copy alone; and its
        settings are compared with its source's.
        """
        if not self._verified_before(name):
            self.open()
            self._verify(name)
        self._ask_for_tenants()
        if self._components.lost is not None and all(each.name != lost_region.CHECK for each in self._journal.checks):
            self._journal.check(self._components.lost())
        if self._components.probe is not None and not self._passed(PROBE, Role.PROBE):
            probe = self._components.probe if self._proven() else not_probed
            self._perform(PROBE, probe, self._copy, phase=Phase.TEARDOWN, role=Role.PROBE)
        if self._components.afterwards is not None and not self._passed(PROVE_IN_DEPTH, Role.PROVE_IN_DEPTH):
            later, role = self._components.afterwards, Role.PROVE_IN_DEPTH
            self._perform(PROVE_IN_DEPTH, self._results, later, phase=Phase.TEARDOWN, role=role)
        if self._components.compared is not None and not self._passed(COMPARE, Role.COMPARE):
            compared = self._components.compared
            self._perform(COMPARE, self._compare, compared, phase=Phase.TEARDOWN, role=Role.COMPARE)

    def _ask_for_tenants(self) -> None:
        """Ask the verified copy for each tenant of a container; what goes wrong there costs the run nothing."""
        asks = self._components.asks_tenants
        if asks is None or not self._proven() or self._passed(ASK_TENANTS, Role.ASK_TENANTS):
            return
        try:
            self._perform(ASK_TENANTS, asks, self._copy, phase=Phase.TEARDOWN, role=Role.ASK_TENANTS)
        except Stopped:
            raise
        except DrillFault:
            return  # the step says what; its items are settled by whoever began the container

    def open(self) -> None:
        """Prove the copy's isolation, and log in to it."""
        if self._components.isolated is not None:
            look = partial(self._components.isolated, self._copy)
            prove = partial(self._perform.confirmed, look, within=math.inf)  # however long: it changes nothing
            self._perform(PROVE_ISOLATION, prove, phase=Phase.VERIFY, role=Role.PROVE_ISOLATION)
        enter(self._components.entrance, self._copy, self._perform)

    def compare_both(self, name: str, checks: Checks) -> None:
        """Compare what stands in both regions: after the failback, for only then may the lost one be asked."""
        if not self._journal.passed_before(name, Phase.TEARDOWN):
            self._perform(name, self._results, checks, phase=Phase.TEARDOWN)

    def _verified_before(self, name: str) -> bool:
        if self._journal.header.kind.interrupts:
            return self._journal.passed_before(name, Phase.VERIFY, Role.VERIFY)
        return self._journal.has(Moment.SERVICE_VERIFIED)

    def _passed(self, name: str, role: Role) -> bool:
        return self._journal.passed_before(name, Phase.TEARDOWN, role)

    def _proven(self) -> bool:
        """Whether what was checked stands apart from production and has shown the restored data."""
        apart = any(
            step.role is Role.PROVE_ISOLATION and step.outcome is Outcome.PASSED for step in self._journal.steps
        )
        checks = [check for check in self._journal.checks if check.mandatory and check.proves_data]
        read = any(check.outcome is Outcome.PASSED for check in checks)
        return apart and read and self._journal.has(Moment.SERVICE_VERIFIED)

    def _verify(self, name: str) -> None:
        def verify() -> None:
            mandatory = [result for result in self._results(self._components.checks) if result.mandatory]
            unproven = [result for result in mandatory if result.outcome is not Outcome.PASSED]
            if unproven or not mandatory:
                raise ChecksDidNotPass(unproven)

        clocked = not self._journal.header.kind.interrupts
        if clocked:
            self._journal.reach(Moment.DATA_RESTORED)
        try:
            self._perform(name, verify, phase=Phase.VERIFY, role=Role.VERIFY)
        except ChecksDidNotPass:
            return  # the verdict rests on the results themselves
        if clocked:
            self._journal.reach(Moment.DATA_VERIFIED)
            self._journal.reach(Moment.SERVICE_VERIFIED)

    def _compare(self, compared: Callable[[Copy], Parity]) -> Probed:
        found = compared(self._copy)
        self._journal.differ(found.differences)
        return Probed(bool(found.compared), str(found))

    def _results(self, checks: Checks) -> list[CheckResult]:
        """Perform checks, and write down what each found."""
        results = list(checks.all(self._copy, tuple(self._journal.points), self._journal.disrupted()))
        for result in results:
            self._journal.check(result)
        return results
