"""The flow runs of Prefect, as far as the program has to do with them: how they end."""

from __future__ import annotations

from collections.abc import Sequence

from dr_orchestrator.domain.outline import Outlined, exit_code
from dr_orchestrator.engine import in_a_flow_run
from dr_orchestrator.errors import Unsuccessful
from dr_orchestrator.wiring.app import App


def fail_for_run(here: App, name: str) -> None:
    """Within a flow run, raise Unsuccessful for a run that `dro run` would not end with 0; elsewhere do nothing."""
    if in_a_flow_run():
        run = here.ledger.queries.run(name)
        reasons = "; ".join(run.closing.reasons) if run.closing else "its process did not close it"
        _fail(f"run {name}: {_ended(run)}: {reasons}", name, [run], 1)


def fail_for_exercise(here: App, name: str) -> None:
    """Likewise for an exercise, and `dro quarterly`."""
    if in_a_flow_run():
        exercise, runs = here.ledger.queries.exercise_in_outline(name)
        others = "; ".join(f"{run.header.drill}: {_ended(run)}" for run in runs if exit_code([run]))
        told = f"exercise {name}: {exercise.verdict or 'not closed'}, {len(runs)} of {len(exercise.planned)} runs made"
        _fail(f"{told}; {others}" if others else told, name, runs, len(exercise.planned))


def _fail(told: str, name: str, runs: Sequence[Outlined], planned: int) -> None:
    if code := exit_code(runs, planned):
        raise Unsuccessful(name, told, code)


def _ended(run: Outlined) -> str:
    return f"{run.closing.verdict}, clean-up {run.closing.cleanup}" if run.closing else "not ended"
