"""A step as a Prefect task, a kind of drill as a Prefect script, and several drills at once."""

from __future__ import annotations

import asyncio
import contextvars
import importlib.util
import os
import sys
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar

from dr_orchestrator import settings, wiring
from dr_orchestrator.errors import UsageError

T = TypeVar("T")
_loading = threading.Lock()

QUIET = {
    "PREFECT_LOGGING_LEVEL": "WARNING",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_CLI_PROMPT": "false",
    "DO_NOT_TRACK": "1",
}
"""Prefect's own settings for a quiet process that phones nobody; whoever sets one keeps what they set."""


def hush() -> None:
    """Set Prefect's logging and telemetry before it is imported."""
    for name, value in QUIET.items():
        os.environ.setdefault(name, value)


def as_task(name: str, act: Callable[[], T]) -> T:
    """Perform a step as a Prefect task inside a flow run; a plain call anywhere else.

    Inside a task (a drill of an exercise is one) steps are plain calls: the ledger is the record, and Prefect is
    asked for no more task runs than it can keep.
    """
    from prefect import task
    from prefect.cache_policies import NO_CACHE
    from prefect.context import FlowRunContext, TaskRunContext

    if FlowRunContext.get() is None or TaskRunContext.get() is not None:
        return act()

    def step() -> T:
        return act()

    return task(name=name, cache_policy=NO_CACHE, persist_result=False, retries=0)(step)()


async def side_by_side(drills: Sequence[str], at_once: int, exercise: str) -> None:
    """Run drills, each as one Prefect task, in order, at most `at_once` at a time; none keeps another from running."""
    from prefect import task
    from prefect.cache_policies import NO_CACHE
    from prefect.context import FlowRunContext

    lanes = asyncio.Semaphore(at_once)
    threads = ThreadPoolExecutor(at_once, thread_name_prefix="drill")

    async def perform(drill: str) -> None:
        context = contextvars.copy_context()
        await asyncio.get_running_loop().run_in_executor(threads, context.run, _in_exercise, drill, exercise)

    async def one(drill: str) -> None:
        async with lanes:
            if FlowRunContext.get() is None:
                await perform(drill)
            else:
                await task(name=drill, cache_policy=NO_CACHE, persist_result=False, retries=0)(perform)(drill)

    try:
        results = await asyncio.gather(*(one(drill) for drill in drills), return_exceptions=True)
    except BaseException:
        wiring.world().stop.set()  # whoever cancels the exercise stops its drills; they still clean up
        raise
    finally:
        threads.shutdown()
    defects = [result for result in results if isinstance(result, BaseException)]
    if defects:
        raise defects[0]


def _in_exercise(drill: str, exercise: str) -> None:
    with wiring.as_part_of(exercise):
        for _ in range(wiring.runs_of(drill)):
            script(wiring.kind_of(drill)).fn(drill)


def run_drill(drill: str) -> str:
    """Run a drill once, through Prefect where an API is configured, else by the local engine; return the run's id."""
    flow = script(wiring.kind_of(drill))
    return str(flow(drill) if api_configured() else flow.fn(drill))


def run_quarterly(drills: list[str] | None, at_once: int | None) -> str:
    """Run an exercise likewise; return its id."""
    flow = script("quarterly")
    return str(asyncio.run(flow(drills, at_once) if api_configured() else flow.fn(drills, at_once)))


def api_configured() -> bool:
    """Whether a Prefect API is named, in the environment or in the active profile."""
    hush()
    from prefect.settings import get_current_settings

    return bool(get_current_settings().api.url)


def script(name: str) -> Any:
    """The flow of a kind, loaded by path from the workspace's `flows/`."""
    hush()
    function = name.replace("-", "_")
    path = settings.load().flows / f"{function}.py"
    with _loading:
        return getattr(_loaded(path, f"dro_flows_{function}"), function)


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
