"""The lab as a process of its own: started, found again, stopped, and cleared away after it was killed."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

from dr_orchestrator.errors import LabError
from dr_orchestrator.lab.cloud.world import ACCOUNT, REGION
from dr_orchestrator.lab.orphans import command_line, end_orphans
from dr_orchestrator.lab.programs import account

INFO, LOG, LOCK, STARTING, DATA = "lab.json", "lab.log", "lab.lock", "lab.starting", "lab.data"
MODULE = "dr_orchestrator.wiring.lab"
"""The program of the background process: it knows the types, which a lab by itself does not."""
MARK = "· "
"""Begins a line of the log that tells how far the start has come."""
_START_TIMEOUT, _STOP_TIMEOUT, _LOOKS = 120.0, 30.0, 1.0


@dataclass(frozen=True)
class LabInfo:
    """A lab that runs: where it answers, and how its time runs against the machine's."""

    endpoint: str
    factor: float
    origin: float
    pid: int
    account: str = ACCOUNT
    region: str = REGION

    def environment(self) -> dict[str, str]:
        """The variables by which any AWS client, and this program's clock, are the lab's."""
        return environment(self.endpoint) | {"DRO_CLOCK_PACE": f"{self.factor!r}@{self.origin!r}"}


def environment(endpoint: str) -> dict[str, str]:
    """The variables through which every AWS client finds a lab, and finds no real credentials."""
    return {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": "lab",
        "AWS_SECRET_ACCESS_KEY": "lab",
        "AWS_DEFAULT_REGION": REGION,
        "AWS_REGION": REGION,
        "AWS_EC2_METADATA_DISABLED": "true",
    }


def start(
    state: Path,
    *,
    estate: Path | None = None,
    factor: float = 120.0,
    postgres: bool = True,
    progress: Callable[[str], None] | None = None,
) -> LabInfo:
    """Start a lab in the background and wait until it answers; one that already runs under `state` is returned.

    What it makes is what the `estate` file says, else what the sample company has.
    """
    if factor <= 0:
        raise LabError(f"a lab's time cannot run at {factor} x", "give a factor above 0, for example 120")
    state = state.resolve()
    _make(state)
    with _locked(state / STARTING):
        if not _runs(state):
            clear(state)
            _launch(state, factor, postgres, estate)
        return _await_ready(state, progress or (lambda _: None))


def _make(state: Path) -> None:
    try:
        state.mkdir(parents=True, exist_ok=True)
        (state / STARTING).touch()
    except OSError as wrong:
        told = f"the lab keeps its files in {state}, which cannot be written: {wrong.strerror or wrong}"
        raise LabError(told, "make the folder writable, or name a workspace that is: DRO_HOME") from wrong


def read(state: Path) -> LabInfo | None:
    """The lab that runs under `state` and is ready, None where there is none."""
    file = state.resolve() / INFO
    if not _runs(state.resolve()) or not file.exists():
        return None
    return LabInfo(**json.loads(file.read_text(encoding="utf-8")))


def stop(state: Path) -> bool:
    """End the lab under `state` with its databases and files; False where none ran (what one left is cleared)."""
    state = state.resolve()
    if not state.is_dir():
        return False
    with _locked(state / STARTING):
        ran = _runs(state)
        if ran:
            _end(state)
        clear(state)
    return ran


def clear(state: Path) -> None:
    """Remove what a dead lab left: its database servers, each proven by its command line, and its files."""
    pointer = state / DATA
    if pointer.exists():
        root = Path(pointer.read_text(encoding="utf-8"))
        if root.is_dir():
            end_orphans(root)
            remove(root)
        pointer.unlink()
    for name in (INFO, LOCK):
        (state / name).unlink(missing_ok=True)


def data_root(state: Path) -> Path:
    """An empty folder for the databases, noted in `state` before it is made, so that it is found again in any case.

    It is below `state`, unless the user that PostgreSQL runs as cannot get there.
    """
    user = account()
    root = state / "databases"
    if not user.can_reach(state):
        root = Path(tempfile.gettempdir()) / f"dro-lab-{os.urandom(6).hex()}"
    (state / DATA).write_text(str(root), encoding="utf-8")
    root.mkdir(mode=0o700)
    if user.switched:
        os.chown(root, user.uid, user.gid)
    return root


def publish(state: Path, info: LabInfo) -> None:
    """Tell that the lab is ready; the file appears whole, readable by its owner alone."""
    draft = state / f".{INFO}"
    draft.touch(0o600)
    draft.write_text(json.dumps(asdict(info), indent=1), encoding="utf-8")
    draft.rename(state / INFO)


def remove(root: Path) -> None:
    """Delete a folder; programs that outlived their lab (a base backup, a copy) may write into it for a moment."""
    deadline = time.monotonic() + _STOP_TIMEOUT
    while root.exists():
        shutil.rmtree(root, ignore_errors=True)
        if time.monotonic() > deadline:
            raise LabError(f"{root} cannot be removed", "remove it by hand")
        time.sleep(0.05)


@contextmanager
def sole(state: Path) -> Iterator[None]:
    """Within: this process is the lab of `state`. The lock ends with the process, however it ends."""
    with (state / LOCK).open("a") as lock:
        _take(lock, state)
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


def _take(lock: IO[str], state: Path) -> None:
    # Whoever looks whether a lab runs holds the lock for an instant.
    deadline = time.monotonic() + _LOOKS
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as held:
            if time.monotonic() > deadline:
                raise LabError(f"a lab already runs under {state}") from held
            time.sleep(0.005)
        else:
            return


def _launch(state: Path, factor: float, postgres: bool, estate: Path | None) -> None:
    told = (str(state), repr(factor), "postgres" if postgres else "plain")
    command = [sys.executable, "-m", MODULE, *told, *([str(estate.resolve())] if estate else ())]
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "MOTO_", "DRO_"))}
    with (state / LOG).open("wb") as log:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=kept, start_new_session=True
        )
    deadline = time.monotonic() + _START_TIMEOUT
    while not _runs(state):
        if process.poll() is not None or time.monotonic() > deadline:
            raise LabError(f"the lab did not start: {_said(state)}", f"see {state / LOG}")
        time.sleep(0.02)


def _await_ready(state: Path, progress: Callable[[str], None]) -> LabInfo:
    deadline, told = time.monotonic() + _START_TIMEOUT, 0
    while time.monotonic() < deadline:
        lines = [line[len(MARK) :] for line in _log(state).splitlines() if line.startswith(MARK)]
        for line in lines[told:]:
            progress(line)
        told = len(lines)
        info = read(state)
        if info is not None:
            return info
        if not _runs(state):
            raise LabError(f"the lab did not start: {_said(state)}", f"see {state / LOG}")
        time.sleep(0.02)
    raise LabError(f"the lab is not ready after {_START_TIMEOUT:.0f} s: {_said(state)}", f"see {state / LOG}")


def _end(state: Path) -> None:
    pid = _holder(state)
    if MODULE not in command_line(pid):
        raise LabError(
            f"process {pid} holds {state / LOCK}, but it is no lab", "find out what it is, and end it by hand"
        )
    os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + _STOP_TIMEOUT
    while _runs(state) or MODULE in command_line(pid):
        if time.monotonic() > deadline:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.02)


def _runs(state: Path) -> bool:
    """Whether a process holds the lock of a lab. One that was killed and is still dying is waited for."""
    while not _free(state / LOCK):
        holder = _holder(state)
        if not holder or command_line(holder):
            return True
        time.sleep(0.01)
    return False


def _free(lock: Path) -> bool:
    try:
        with lock.open("r") as held:
            fcntl.flock(held, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except (FileNotFoundError, NotADirectoryError):
        return True
    except BlockingIOError:
        return False
    return True


def _holder(state: Path) -> int:
    return int((state / LOCK).read_text() or 0)


@contextmanager
def _locked(file: Path) -> Iterator[None]:
    with file.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _log(state: Path) -> str:
    file = state / LOG
    return file.read_text(encoding="utf-8", errors="replace") if file.exists() else ""


def _said(state: Path) -> str:
    lines = [line for line in _log(state).splitlines() if line.strip()]
    return lines[-1] if lines else "it said nothing"
