"""An open run: its steps, its teardowns, its end."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from types import TracebackType

from dr_orchestrator.domain.clock import Moment
from dr_orchestrator.domain.leading import Way
from dr_orchestrator.domain.led import ways
from dr_orchestrator.domain.verdict import Cleanup
from dr_orchestrator.errors import Aborted, DrillFault, LeaseLost
from dr_orchestrator.runner.afterwards import ask_for_times, look_back
from dr_orchestrator.runner.ending import cleanup_of, close, fault_of
from dr_orchestrator.runner.failing_over import FailingOver
from dr_orchestrator.runner.leading import Leading
from dr_orchestrator.runner.promoting import Promoting
from dr_orchestrator.runner.unmodified import look_after
from dr_orchestrator.runner.verifying import Verification
from dr_orchestrator.waiting import stops


class Session(FailingOver, Leading, Promoting):
    """An open run. Whatever happens inside its `with` block, it ends torn down, judged and in the ledger.

    With `recorded` it goes on where a dead process left the run: what passed is not done again, a copy that was
    asked for is adopted, and the clock has gone on. `destroy` takes down a copy that the dead process made and this one
    did not come to.
    """

    _compared = False

    def open_copy(self) -> None:
        """Prove the copy's isolation, and log in to it: only then may anything be asked of it, or written to it."""
        Verification(self.components, self.copy, self._journal, self._perform).open()

    def verify(self, name: str = "verify") -> None:
        """Verify the copy; the recovery clock stops only when all the mandatory checks have passed."""
        Verification(self.components, self.copy, self._journal, self._perform)(name)

    def compare_both(self, name: str = "compare both regions") -> None:
        """Prove, once the name leads back, that both regions hold the same, where the drill says of what.

        TypeError before it does: until then the region counts as lost, and nothing is asked of it.
        """
        if Way.BACK not in ways(self._journal.checks):
            raise TypeError("both regions are compared once the name leads back, and it does not")
        self._compared = True
        if self.components.both is not None:
            Verification(self.components, self.copy, self._journal, self._perform).compare_both(
                name, self.components.both
            )

    def __enter__(self) -> Session:
        self._journal.open()
        return self

    def __exit__(
        self, _type: type[BaseException] | None, error: BaseException | None, _trace: TracebackType | None
    ) -> bool:
        """Tear down, judge, close. A fault of the drill ends here; a defect of ours, or a stop, passes on."""
        with self._context.apart():
            return self._end(error)

    def _end(self, error: BaseException | None) -> bool:
        stops.heed_no_more()
        if isinstance(error, LeaseLost):
            return False  # another process drives the run now: its copies and its end are that one's
        self._let_go_of_others()
        reasons = ["the teardown was cut short; `dro sweep` finishes it"]
        try:
            self._compare_if_not_done(error)
            if self._components is not None:
                ask_for_times(self._components, self.copy, self._ledger, self._journal, self._perform)
            reasons = self._tear_down()
            self._looked_back = look_back(self._chosen_from, self._clock, self._perform)
            if self._components is not None and not isinstance(error, Aborted):
                look_after(self._components.customers, self._journal, self._perform)
        except LeaseLost:
            raise
        except BaseException as stopped:
            self._close(error or stopped, reasons)
            raise
        self._close(error, reasons)
        return isinstance(error, DrillFault)

    def _compare_if_not_done(self, error: BaseException | None) -> None:
        """Compare both regions where the drill says so, and its script is from before there was such a step."""
        if error is None and Way.BACK in ways(self._journal.checks) and not self._compared:
            with suppress(DrillFault):  # the step says what went wrong; the copies go in any case
                self.compare_both()

    def _let_go_of_others(self) -> None:
        """Raise LeaseLost where this process slept, and the run is another's by now: not a copy of it is touched."""
        if self._context.lease.driven_elsewhere():
            raise LeaseLost.to_another(self.header.id)

    def _close(self, error: BaseException | None, reasons: Sequence[str]) -> None:
        self._let_go_of_others()
        step = self._perform.broken_by(error)
        fault = fault_of(error, step) if error is not None else None
        record = self._journal.record(
            worst_cases=[worst for worst in self._looked_back if worst is not None],
            cleanup=self.cleanup,
            cleanup_reasons=reasons,
            fault=fault,
            histories_unknown=self._looked_back.count(None),
            doubts=self._doubts(),
            clock_doubts=self._journal.clock_doubts,
            elsewhere=self.copy.region != self.header.provenance.region,
        )
        self.verdict = close(record, self._ledger, self._clock)

    def _tear_down(self) -> list[str]:
        """Destroy every copy of the run, last first; what keeps one is returned."""
        states, reasons = self._teardowns.perform(self._let_go_of_others)
        self.cleanup = cleanup_of(states)
        if self.cleanup is Cleanup.CLEAN and self._journal.events:
            with suppress(Exception):  # a ledger that refuses this moment may still take the verdict
                self.reached(Moment.CLEAN)
        return reasons
