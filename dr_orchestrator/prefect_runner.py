"""A step as a Prefect task, a kind of drill as a Prefect script, and several drills at once."""

from __future__ import annotations

import asyncio
import contextvars
import functools
import importlib.util
import logging
import sys
import threading
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar, cast

from dr_orchestrator import settings, wiring
from dr_orchestrator.engine import api_configured, flow, hush, in_a_flow_run, prefect_is_asked
from dr_orchestrator.errors import Unsuccessful, UsageError, without_secrets
from dr_orchestrator.wiring import flow_runs

__all__ = [
    "api_configured",
    "as_container",
    "as_task",
    "flow",
    "hush",
    "run_drill",
    "run_mass_restore",
    "run_quarterly",
    "run_scheduled",
    "script",
    "side_by_side",
]

T = TypeVar("T")
log = logging.getLogger(__name__)
_loading = threading.Lock()
gone = threading.Event()
"""Set where Prefect went away in mid-flow: at the process's end nothing that it still would tell is sent."""
abandoned = threading.Event()
"""Set where drills were left under way: the process ends without waiting for them, and a sweep ends them."""

NEWEST = 50
"""Of so many newest runs or exercises those are found that a flow has ended."""
_PREFECTS = ("prefect", "httpx", "httpcore", "anyio")


def as_task(name: str, act: Callable[[], T]) -> T:
    """Perform a step as a Prefect task inside a flow run; a plain call anywhere else.

    Inside a task (a drill of an exercise is one) steps are plain calls: the ledger is the record, and Prefect is
    asked for no more task runs than it can keep.
    """
    if not in_a_flow_run():
        return act()
    from prefect import task
    from prefect.cache_policies import NO_CACHE
    from prefect.context import TaskRunContext

    if TaskRunContext.get() is not None:
        return act()

    def step() -> T:
        with flow_runs.telling_why_stopped():
            return act()

    return task(name=name, cache_policy=NO_CACHE, persist_result=False, retries=0)(step)()


async def side_by_side(
    drills: Sequence[str], at_once: int, exercise: str, within: Callable[[str, str], None] | None = None
) -> None:
    """Run drills, each as one Prefect task, in order, at most `at_once` at a time; none keeps another from running.

    They are runs of the exercise, unless `within` says what a drill is to it otherwise.
    One that is no success fails its task, and not the exercise's flow: that ends as the exercise does.
    """
    lanes = asyncio.Semaphore(at_once)
    threads = ThreadPoolExecutor(at_once, thread_name_prefix="drill")

    async def perform(drill: str) -> None:
        context = contextvars.copy_context()
        await asyncio.get_running_loop().run_in_executor(threads, context.run, within or _in_exercise, drill, exercise)

    async def one(drill: str) -> None:
        async with lanes:
            await (_as_task_of_its_own(drill, perform) if in_a_flow_run() else perform)(drill)

    try:
        results = await asyncio.gather(*(one(drill) for drill in drills), return_exceptions=True)
    except BaseException as stopped:
        _stop_drills(threads, flow_runs.why_stopped(stopped))
        raise
    threads.shutdown()
    raised = [result for result in results if isinstance(result, BaseException)]
    defects = [error for error in raised if not isinstance(error, Unsuccessful)]
    if defects:
        raise defects[0]


def _as_task_of_its_own(name: str, perform: Callable[[str], Awaitable[None]]) -> Callable[[str], Awaitable[None]]:
    from prefect import task
    from prefect.cache_policies import NO_CACHE

    made: Any = task(name=name, cache_policy=NO_CACHE, persist_result=False, retries=0)(perform)
    return cast("Callable[[str], Awaitable[None]]", made)


def _stop_drills(threads: ThreadPoolExecutor, why: str) -> None:
    """Stop the drills of an exercise that is cancelled, which still clean up; they are left where that was asked
    before.
    """
    here = wiring.world()
    if here.stop_now.is_set():
        abandoned.set()
    here.stop.set(why)
    threads.shutdown(wait=not abandoned.is_set())


def _in_exercise(drill: str, exercise: str) -> None:
    wiring.perform_in(exercise, drill, lambda: script(wiring.kind_of(drill)).fn(drill))


def as_container(drill: str, event: str) -> None:
    """Restore a container of a large-incident drill, by the script of its kind."""
    wiring.restore_container(event, drill, lambda named: script(wiring.kind_of(named)).fn(named))


def run_mass_restore(name: str, auto: bool, at_once: int | None, accepted: str, resume: bool) -> str:
    """Run a large-incident drill; return its id."""
    flow = script("mass-restore")
    given = (name, auto, at_once, accepted, resume)
    if not api_configured():
        return str(asyncio.run(flow.fn(*given)))
    here = wiring.world()

    def ended() -> list[str]:
        return [each.id for each in here.ledger.mass_restores.all() if each.verdict and each.id in here.driven]

    return _through_prefect(lambda: asyncio.run(flow(*given)), ended)


def run_drill(drill: str) -> str:
    """Run a drill once, through Prefect where an API is configured, else by the local engine; return the run's id."""
    flow = script(wiring.kind_of(drill))
    if not api_configured():
        return str(flow.fn(drill))
    here = wiring.world()

    def ended() -> list[str]:
        runs = here.ledger.queries.outlines(NEWEST, drill=drill)
        return [run.header.id for run in runs if run.closing and run.header.id in here.driven]

    return _through_prefect(lambda: flow(drill), ended)


def run_quarterly(drills: list[str] | None, at_once: int | None) -> str:
    """Run an exercise likewise; return its id, or that of the one which is under way."""
    return _exercised("quarterly", drills, at_once)


def run_scheduled(at_once: int | None) -> str:
    """Run what the calendar says of now, likewise; return the exercise's id, empty where nothing is to start."""
    return _exercised("scheduled", at_once)


def _exercised(name: str, *given: object) -> str:
    flow = script(name)
    if not api_configured():
        return str(asyncio.run(flow.fn(*given)))
    here = wiring.world()

    def ended() -> list[str]:
        return [each.id for each in here.ledger.queries.exercises(NEWEST) if each.verdict and each.id in here.driven]

    return _through_prefect(lambda: asyncio.run(flow(*given)), ended)


def _through_prefect(perform: Callable[[], object], ended: Callable[[], list[str]]) -> str:
    """Perform a flow; where Prefect goes away in the middle of it, the ledger says what was ended and how.

    `ended` names what this process has ended: another's run of the same drill says nothing of ours.
    """
    api = _reached()
    before = set(ended())
    _in_few_words()
    try:
        return str(perform())
    except Unsuccessful as unsuccessful:
        return unsuccessful.name
    except Exception as error:
        if not _is_prefects(error):
            raise
        gone.set()
        new = [name for name in ended() if name not in before]
        if not new:
            raise _gone(api, error) from None
        log.warning("Prefect at %s went away during %s; what follows is from the ledger, which has it all", api, new[0])
        return new[0]


@functools.cache
def _in_few_words() -> None:
    """The complaint of Prefect when its server is gone: once, without its trace or the events that it could not
    send; and nothing of drills that are no success, which the command itself tells of.
    """
    for logger in ("prefect.flow_runs", "prefect.task_runs"):
        logging.getLogger(logger).addFilter(_not_of_a_drill)
    logging.getLogger("prefect.flow_runs").addFilter(_without_trace)
    logging.getLogger("prefect.events.clients").addFilter(_once())
    logging.getLogger("prefect._internal.concurrency").addFilter(lambda _: False)


def _once() -> Callable[[logging.LogRecord], bool]:
    heard: list[None] = []

    def first(_record: logging.LogRecord) -> bool:
        heard.append(None)
        return len(heard) == 1

    return first


def _not_of_a_drill(record: logging.LogRecord) -> bool:
    """Whether it tells of something else than a drill that is no success, of which Prefect knows the error alone."""
    raised = record.exc_info[1] if record.exc_info else None
    return not isinstance(raised, Unsuccessful) and Unsuccessful.__name__ not in record.getMessage()


def _without_trace(record: logging.LogRecord) -> bool:
    """That Prefect does not answer is told in a line: its trace through Prefect helps nobody at 3 a.m."""
    if record.exc_info and record.exc_info[1] is not None and _is_prefects(record.exc_info[1]):
        record.exc_info = None
    return True


def _reached() -> str:
    """The API's URL; UsageError where nothing answers there, before anything is started."""
    from prefect.client.orchestration import get_client
    from prefect.settings import get_current_settings

    api = without_secrets(str(get_current_settings().api.url))
    error = get_client(sync_client=True).api_healthcheck()
    if error is not None:
        raise _gone(api, error)
    return api


def _gone(api: str, error: Exception) -> UsageError:
    return UsageError(
        f"PREFECT_API_URL={api}: Prefect does not answer: {' '.join(str(error).split()) or type(error).__name__}",
        "start it with `prefect server start`, or run without it: `unset PREFECT_API_URL` "
        "(`prefect config unset PREFECT_API_URL` where a profile sets it)",
    )


def _is_prefects(error: BaseException) -> bool:
    """Whether Prefect, or its way to its API, raised: the program's own errors come from further down."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    module = str(trace.tb_frame.f_globals.get("__name__", "")) if trace else ""
    return module.split(".")[0] in _PREFECTS


def script(name: str) -> Any:
    """The flow of a kind, loaded by path from the workspace's `flows/`."""
    hush()
    function = name.replace("-", "_")
    path = settings.load().flows / f"{function}.py"
    with _loading:
        return getattr(_loaded(path, f"dro_flows_{function}{'_of_prefect' if prefect_is_asked() else ''}"), function)


def _loaded(path: Path, name: str) -> ModuleType:
    """A script as a module, loaded once: drills that run side by side share it."""
    known = sys.modules.get(name)
    if known is not None and known.__file__ == str(path):
        return known
    spec = importlib.util.spec_from_file_location(name, path)
    if not path.is_file() or spec is None or spec.loader is None:
        raise UsageError(f"{path}: no such flow", "a kind of drill is a script of that name in flows/; see `dro init`")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module
