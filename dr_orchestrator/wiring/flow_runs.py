"""The flow runs of Prefect, as far as the program has to do with them: how they end, and the end of those that died.

Prefect shows a flow run whose process was killed as running for good. So the ledger holds a lease for each, as it does
for the run or the exercise in it; a sweep ends those whose lease ran out, where an API of Prefect is configured.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from uuid import UUID

from dr_orchestrator.domain.counted import counted
from dr_orchestrator.domain.outline import Outlined, exit_code
from dr_orchestrator.engine import api_configured, flow_run, in_a_flow_run
from dr_orchestrator.errors import DroError, Unsuccessful
from dr_orchestrator.runner.driver import Listening
from dr_orchestrator.runner.lease import LeaseHolder
from dr_orchestrator.runner.stop import CANCELLED, words_of
from dr_orchestrator.wiring.app import App

log = logging.getLogger(__name__)

SWEEP = "sweep"
"""The lease beside those of flow runs: that of the one sweep of the schedule."""

DIED = "its process died, and a sweep ended it; the ledger has what became of its runs"
AT_ONCE = 100
"""So many flow runs are asked after in one call; Prefect answers at most 200."""

_held: set[str] = set()


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
        made = f"{len(runs)} of {counted(len(exercise.planned), 'run')} made"
        told = f"exercise {name}: {exercise.verdict or 'not closed'}, {made}"
        _fail(f"{told}; {others}" if others else told, name, runs, len(exercise.planned))


def why_stopped(stopped: BaseException) -> str:
    """The words for what breaks a flow run off: Prefect says to its process, not in the exception, that it cancels."""
    listener = sys.modules.get("prefect._internal.control_listener")
    cancelled = listener is not None and in_a_flow_run() and listener.get_intent() == "cancel"
    return CANCELLED if cancelled else words_of(stopped)


@contextmanager
def telling_why_stopped() -> Iterator[None]:
    """Within: what breaks a flow run off takes along why, for the record of the run."""
    try:
        yield
    except BaseException as stopped:
        if not isinstance(stopped, Exception) and not hasattr(stopped, "__notes__"):
            stopped.add_note(why_stopped(stopped))
        raise


@contextmanager
def held(here: App) -> Iterator[None]:
    """While inside, the flow run in which this is, if it is in one, is known as that of a living process."""
    name = flow_run()
    if not name or name in _held:
        yield
        return
    here.ledger.forget_flow_run(name)  # Prefect gave it to this process: whoever had it before it does not any more
    holder = LeaseHolder(here.ledger.flow_leases, name, here.stop, here.machine)
    holder.take()
    _held.add(name)
    try:
        with holder.beating():
            yield
    finally:
        _held.discard(name)
        _forget(here, [name])


def end_dead(here: App, wait: bool = False) -> list[str]:
    """End, as CRASHED, the flow runs whose processes died; none where Prefect is not configured, or does not answer.

    With `wait` the leases of which nobody is heard are outwaited first.
    """
    if not api_configured():
        return []
    known = [name for name in here.ledger.queries.flow_runs() if name != SWEEP and name not in _held]
    ears = Listening(here.ledger.flow_leases, here.machine)
    living = {each.name for each in (ears.outwait(known) if wait else ears.note(known))}
    dead = [name for name in known if name not in living]
    try:
        seen, crashed = _crash(dead) if dead else ([], [])
    except Exception as error:  # noqa: BLE001 - whatever Prefect is or says must not keep a sweep from its end
        log.warning("Prefect still shows flow runs of dead processes, and the next sweep ends them: %s", error)
        return []
    _forget(here, seen)
    return crashed


def _crash(dead: Sequence[str]) -> tuple[list[str], list[str]]:
    """Those that this Prefect knows, which have all ended by now; and those of them that were ended here."""
    from prefect.client.orchestration import get_client  # noqa: PLC0415 - it takes seconds
    from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterId  # noqa: PLC0415
    from prefect.states import Crashed  # noqa: PLC0415

    client = get_client(sync_client=True)
    if silent := client.api_healthcheck():
        raise silent
    parts = [dead[start : start + AT_ONCE] for start in range(0, len(dead), AT_ONCE)]
    wanted = [FlowRunFilter(id=FlowRunFilterId(any_=[UUID(name) for name in part])) for part in parts]
    known = [run for each in wanted for run in client.read_flow_runs(flow_run_filter=each)]
    running = [run for run in known if run.state is None or not run.state.is_final()]
    for run in running:
        client.set_flow_run_state(run.id, Crashed(message=DIED))
    return [str(run.id) for run in known], [str(run.id) for run in running]


def _forget(here: App, names: Iterable[str]) -> None:
    for name in names:
        try:
            here.ledger.forget_flow_run(name)
        except DroError as error:
            log.warning("flow run %s is forgotten by the next sweep: %s", name, error)


def _fail(told: str, name: str, runs: Sequence[Outlined], planned: int) -> None:
    if code := exit_code(runs, planned):
        raise Unsuccessful(name, told, code)


def _ended(run: Outlined) -> str:
    return f"{run.closing.verdict}, clean-up {run.closing.cleanup}" if run.closing else "not ended"
