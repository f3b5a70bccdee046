"""A Prefect server for the demo: on loopback, on a free port, ended with all its processes."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from dr_orchestrator.cli.terminal.notices import writing
from dr_orchestrator.errors import UsageError

START_S = 90
STOP_S = 15


@contextmanager
def starting(home: Path) -> Iterator[str]:
    """Begin to start a server with its own home; the API's URL is known at once, `wait` says when it answers."""
    port = _free_port()
    with writing("the Prefect server's own files", "make the folder writable, or name a workspace that is: DRO_HOME"):
        home.mkdir(parents=True, exist_ok=True)
        (home / "server.log").touch()
    environment = {
        **os.environ,
        "PREFECT_HOME": str(home),
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_LOGGING_LEVEL": "WARNING",
        "DO_NOT_TRACK": "1",
        "PREFECT_API_URL": f"http://127.0.0.1:{port}/api",
    }
    command = [
        sys.executable,
        "-m",
        "prefect",
        "server",
        "start",
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
        "--no-ui",
    ]
    with (home / "server.log").open("w", encoding="utf-8") as log:
        server = subprocess.Popen(command, env=environment, stdout=log, stderr=log, start_new_session=True)
    try:
        yield f"http://127.0.0.1:{port}/api"
    finally:
        _end(server)


def wait(api: str, log: Path) -> None:
    """Wait until the server answers; UsageError with its last words where it does not."""
    give_up = time.monotonic() + START_S
    while time.monotonic() < give_up:
        with contextlib.suppress(httpx.HTTPError):
            if httpx.get(f"{api}/health", trust_env=False, timeout=2).is_success:
                return
        time.sleep(0.1)
    last = log.read_text(encoding="utf-8", errors="replace")[-800:] if log.is_file() else ""
    raise UsageError(f"the Prefect server did not start within {START_S} s\n{last}", f"see {log}")


def _end(server: subprocess.Popen[bytes]) -> None:
    """End the server and whatever it started: it leads a process group of its own."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(server.pid, number)
        try:
            server.wait(STOP_S)
        except subprocess.TimeoutExpired:
            continue
        return


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
