"""Which engine runs a script: Prefect where one of its APIs is named, else this process, which imports no Prefect.

Prefect takes seconds to import. What can name an API is looked at first; only where something may, Prefect is asked.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar, cast

F = TypeVar("F", bound=Callable[..., Any])

NAMES_AN_API = ("PREFECT_API_URL", "PREFECT_PROFILE")
"""Variables that name an API, or a profile that may."""

QUIET = {
    "PREFECT_LOGGING_LEVEL": "WARNING",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_CLI_PROMPT": "false",
    "PREFECT_CLIENT_MAX_RETRIES": "3",
    "DO_NOT_TRACK": "1",
}
"""Prefect's own settings for a quiet process that phones nobody; whoever sets one keeps what they set.

A server that went away is asked for half a minute, not for the two minutes and a half of Prefect's own five tries: the
ledger has the drill's end already.
"""


class LocalFlow:
    """A script that this process runs: `fn` is its function, as of a Prefect flow."""

    def __init__(self, fn: Callable[..., Any]) -> None:
        self.fn = fn
        self.__doc__ = fn.__doc__

    def __call__(self, *given: Any, **named: Any) -> Any:
        """Run the script."""
        return self.fn(*given, **named)


def flow(**options: Any) -> Callable[[F], F]:
    """Make a function the flow of a script: Prefect's own, with its options, where Prefect is there or to be asked."""

    def made(function: F) -> F:
        if not prefect_is_asked():
            return cast(F, LocalFlow(function))
        from prefect import flow as prefects  # noqa: PLC0415 - it takes seconds

        return cast(F, prefects(**options)(function))

    return made


def prefect_is_asked(environ: Mapping[str, str] | None = None) -> bool:
    """Whether Prefect is there already, or must be imported because a setting, or a file of it, may name its API."""
    env = {name.upper(): value for name, value in (os.environ if environ is None else environ).items()}
    return (
        "prefect" in sys.modules
        or any(name in env for name in NAMES_AN_API)
        or any(_holds(file, word) for file, word in _files(env).items())
    )


def hush() -> None:
    """Set Prefect's logging and telemetry before it is imported."""
    for name, value in QUIET.items():
        os.environ.setdefault(name, value)


def api_configured() -> bool:
    """Whether a Prefect API is named, in the environment or in the active profile."""
    hush()
    if not prefect_is_asked():
        return False
    from prefect.settings import get_current_settings  # noqa: PLC0415 - it takes seconds

    return bool(get_current_settings().api.url)


def in_a_flow_run() -> bool:
    """Whether Prefect runs this: one that was never imported runs nothing."""
    context = sys.modules.get("prefect.context")
    return context is not None and context.FlowRunContext.get() is not None


def flow_run() -> str:
    """The id that Prefect has for the flow run in which this is; empty in none."""
    context = sys.modules["prefect.context"].FlowRunContext.get() if in_a_flow_run() else None
    return str(context.flow_run.id) if context is not None and context.flow_run is not None else ""


def _files(env: Mapping[str, str]) -> Mapping[Path, str]:
    """The files that Prefect reads its settings from, and the word of each that has to do with an API."""
    home = Path(env["PREFECT_HOME"]) if env.get("PREFECT_HOME") else Path.home() / ".prefect"
    profiles = Path(env["PREFECT_PROFILES_PATH"]) if env.get("PREFECT_PROFILES_PATH") else home / "profiles.toml"
    return {
        profiles: "api_url",
        Path(".env"): "prefect",
        Path("prefect.toml"): "",
        Path("pyproject.toml"): "tool.prefect",
    }


def _holds(file: Path, word: str) -> bool:
    try:
        return word in file.expanduser().read_text(encoding="utf-8", errors="replace").lower()
    except OSError:
        return False
