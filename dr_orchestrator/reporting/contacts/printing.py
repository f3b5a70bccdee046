"""Prints a page as a PDF by a Chromium of this machine, where there is one: nothing is installed for it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
WITHIN_S = 90.0


def browser() -> str:
    """The path of a Chromium; empty where there is none."""
    return next(filter(None, map(shutil.which, BROWSERS)), "")


def print_pdf(page: Path, to: Path, within_s: float = WITHIN_S) -> str:
    """Print a page; why it was not, empty where it was."""
    found = browser()
    if not found:
        return f"no Chromium is on the PATH ({', '.join(BROWSERS)})"
    # What outlives its end may still write there: the folder is then left to the machine.
    with tempfile.TemporaryDirectory(prefix="dro-print-", ignore_cleanup_errors=True) as folder:
        made = Path(folder) / "out.pdf"
        flags = [
            "--headless",
            "--no-pdf-header-footer",
            "--disable-gpu",
            "--no-first-run",
            f"--user-data-dir={folder}/p",
        ]
        # As root it refuses to start within its sandbox; the page is our own, and runs no script.
        flags += ["--no-sandbox"] if os.geteuid() == 0 else []
        asked = [found, *flags, f"--print-to-pdf={made}", page.resolve().as_uri()]
        environment = {"HOME": folder, "PATH": os.environ.get("PATH", ""), "LANG": "C.UTF-8"}
        try:
            ended = _ran(asked, environment, within_s)
            if ended or not made.is_file() or not made.read_bytes().startswith(b"%PDF-"):
                return f"{found} did not print it (exit code {ended})"
            draft = to.with_name(f".{to.name}.draft")
            shutil.move(made, draft)
            draft.replace(to)
        except (OSError, subprocess.SubprocessError) as wrong:
            return f"{found} did not print it: {type(wrong).__name__}"
    return ""


def _ran(asked: Sequence[str], environment: Mapping[str, str], within_s: float) -> int:
    """The exit code of a program; whatever it started ends with it."""
    quiet = subprocess.DEVNULL
    started = subprocess.Popen(asked, stdin=quiet, stdout=quiet, stderr=quiet, env=environment, start_new_session=True)
    try:
        return started.wait(within_s)
    finally:
        with suppress(OSError):
            os.killpg(started.pid, signal.SIGKILL)
        started.wait()
