"""Runs that died, and runs whose copies resisted: each is taken down by its ledger rows, and closed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from dr_orchestrator.domain.copy import TERMINAL, Copy, CopyRecord, CopyState
from dr_orchestrator.domain.cost import Cost, Rates, cost
from dr_orchestrator.domain.judge.judgement import Fault, Record
from dr_orchestrator.domain.leading import NAME_TYPE
from dr_orchestrator.domain.run import Run
from dr_orchestrator.domain.verdict import Cleanup, Outcome
from dr_orchestrator.errors import DrillFault, LeaseLost, UsageError
from dr_orchestrator.runner.context import Drive, Undriven
from dr_orchestrator.runner.ending import cleanup_of, close, error_text, record_outcome
from dr_orchestrator.runner.journal import Journal
from dr_orchestrator.runner.lease import LeaseHolder
from dr_orchestrator.runner.patience import TEARING_DOWN, again
from dr_orchestrator.runner.sweep.exercises import publish_exercises
from dr_orchestrator.runner.sweep.labs import lab_is_gone
from dr_orchestrator.runner.sweep.ports import SweepContext
from dr_orchestrator.runner.teardown import Outlived, reason, state_after, was_outlived


@dataclass(frozen=True)
class Swept:
    """The fate of one copy; `why` says what keeps it, where it is still there. `age` counts from its intent.

    `cost` is what a copy that is still there has cost since then; None of one that is gone, or of which nothing is left
    but what others made of it.
    """

    copy: Copy
    state: CopyState
    age: timedelta
    why: str = ""
    cost: Cost | None = None

    @property
    def gone(self) -> bool:
        """Whether the copy is no more: proven, or assumed with its lab."""
        return self.state in TERMINAL

    @property
    def assumed(self) -> bool:
        """Whether nobody took it down: it is assumed gone with its lab."""
        return self.state is CopyState.GONE_WITH_LAB


@dataclass(frozen=True)
class SweptRun:
    """The fate of a run, which is kept as it was before; `why` says what kept it from being swept at all."""

    run: Run
    copies: list[Swept]
    why: str = ""


def dead_runs(here: SweepContext) -> list[Run]:
    """Runs that are open although no living process drives them, oldest first."""
    found = here.ledger.queries.open_runs()
    return [run for run in reversed(found) if not alive(here, run.header.id)]


def resistant_runs(here: SweepContext) -> list[Run]:
    """Closed runs that left copies behind, or could not prove them gone, oldest first."""
    return here.ledger.queries.unsettled_runs()[::-1]


def alive(here: SweepContext, run: str) -> bool:
    """Whether a process that was heard of lately drives the run."""
    lease = here.ledger.leases.lease(run)
    return lease is not None and lease.held


def unsettled(run: Run) -> list[CopyRecord]:
    """The copies that a run left, the newest first; what a stack owns goes with it, or alone once the stack is gone."""
    left = [row for row in reversed(run.copies) if row.state not in TERMINAL]
    left.sort(key=lambda row: row.copy.type != NAME_TYPE)  # a name goes before what it may still lead to
    stacks = {row.copy.id for row in left if not row.copy.parent}
    return [row for row in left if row.copy.parent not in stacks]


def sweep_run(here: SweepContext, run: Run, why: str) -> list[Swept]:
    """Take down all that a run left, and close it where it is open; its measures and evidence are kept."""
    swept = take_down(here, run, why)
    publish_exercises(here, [run])
    return swept.copies


def take_down(here: SweepContext, run: Run, why: str) -> SweptRun:
    """Likewise, but for the page of its exercise."""
    name = run.header.id
    keeper = LeaseHolder(here.ledger.leases, name, here.stop, here.machine)
    try:
        keeper.take()
    except UsageError as held:  # another sweep, or whoever resumed it, was quicker: what is left is theirs
        return left_alone(here, run, held.message)
    with keeper.beating():
        run = here.ledger.queries.run(name)  # as it stands now that nobody else drives it: others may have meanwhile
        try:
            swept = [_take_down(here, run, row, keeper) for row in unsettled(run)]
            keeper.raise_if_lost()
        except LeaseLost:  # this process slept, and somebody has resumed the run: the rest is theirs
            return left_alone(here, here.ledger.queries.run(name), f"run {name} is driven by another process by now")
        if run.closing is None:
            _close(here, run, why, swept)
        elif swept and all(each.gone for each in swept):
            how = next((f"{each.why}: found" for each in swept if each.why), "what was left was taken down")
            told = f"{how} by a sweep on {here.clock.now():%Y-%m-%d %H:%M} UTC"
            here.ledger.amend_cleanup(name, Cleanup.CLEAN, [*run.closing.cleanup_reasons, told])
        else:
            _keep_outlived(here, run, swept)
    here.publish_run(name)
    return SweptRun(run, swept)


def left_alone(here: SweepContext, run: Run, why: str = "") -> SweptRun:
    """A run as it stands: for whoever only looks, or could not sweep it."""
    now = here.clock.now()
    return SweptRun(run, [Swept(row.copy, row.state, now - row.intended_at, why) for row in unsettled(run)], why)


def cost_so_far(here: SweepContext, run: Run, row: CopyRecord) -> Cost:
    """The cost of a copy since its intent, by the rates of tiers.yaml."""
    rates = here.rates()
    if rates == Rates():
        return Cost(None, why="tiers.yaml declares no `costs`")
    try:
        billed = here.cloud.destroyer(run.header, row.copy, Undriven()).billed(row.copy.id)
    except DrillFault as fault:
        return Cost(None, rates.currency, fault.message)
    return cost(rates, billed, here.clock.now() - row.intended_at)


def cost_of_what_stands(here: SweepContext, run: Run, row: CopyRecord) -> Cost | None:
    """Likewise; None where the copy itself is known to be gone, and only what others made of it is there."""
    return None if outlived_before(run, row.copy) else cost_so_far(here, run, row)


def _take_down(here: SweepContext, run: Run, row: CopyRecord, drive: Drive) -> Swept:
    """Take a copy down, and write what became of it: while the run is ours."""
    copy, age, outlived = row.copy, here.clock.now() - row.intended_at, False
    drive.raise_if_lost()
    try:
        take_down = here.cloud.destroyer(run.header, copy, drive).destroy
        state, why = again(lambda: take_down(copy), TEARING_DOWN, here.clock), ""
    except LeaseLost:
        raise
    except Exception as error:  # noqa: BLE001 - what keeps one copy must not keep the others
        state, why, outlived = state_after(error, row), error_text(error), isinstance(error, Outlived)
        if no_more := lab_is_gone(run.header.provenance):
            state, why = CopyState.GONE_WITH_LAB, no_more
    drive.raise_if_lost()
    record_outcome(here.ledger, copy, state, here.clock, run.copies)
    return Swept(copy, state, age, why, None if outlived or state in TERMINAL else cost_of_what_stands(here, run, row))


def outlived_before(run: Run, copy: Copy) -> bool:
    """Whether what others made of a copy was seen once it was gone, by the run or by a sweep of it."""
    return run.closing is not None and was_outlived(copy, run.closing.cleanup_reasons)


def _keep_outlived(here: SweepContext, run: Run, swept: list[Swept]) -> None:
    """Write what was seen to outlive a copy: whoever may not ask later must not take it for gone."""
    before = run.closing.cleanup_reasons if run.closing else ()
    told = [(each.copy, reason(each.copy, each.why)) for each in swept]
    new = [words for copy, words in told if was_outlived(copy, [words]) and not was_outlived(copy, before)]
    if new:
        here.ledger.amend_cleanup(run.header.id, Cleanup.LEFTOVERS, [*before, *new])


def _close(here: SweepContext, run: Run, why: str, swept: list[Swept]) -> None:
    journal = Journal(run.header, here.ledger, here.clock, run)
    journal.open()
    lease = here.ledger.leases.lease(run.header.id)
    asked = lease.abort_by if lease else ""
    fault = Fault(Outcome.ABORTED, f"aborted by {asked}: {why}") if asked else Fault(Outcome.INCONCLUSIVE, why)
    record = Record(
        run.header,
        journal.events,
        journal.steps,
        journal.checks,
        run.points,
        (),
        cleanup_of([each.state for each in swept]),
        [reason(each.copy, each.why) for each in swept if each.why],
        fault,
    )
    close(record, here.ledger, here.clock)
