"""Prints a page as a PDF by a Chromium of this machine, where there is one: nothing is installed for it."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
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
    with tempfile.TemporaryDirectory(prefix="dro-print-") as folder:
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
            done = subprocess.run(asked, capture_output=True, timeout=within_s, check=False, env=environment)
        except (OSError, subprocess.SubprocessError) as wrong:
            return f"{found} did not print it: {type(wrong).__name__}"
        if done.returncode or not made.is_file() or not made.read_bytes().startswith(b"%PDF-"):
            return f"{found} did not print it (exit code {done.returncode})"
        draft = to.with_name(f".{to.name}.draft")
        shutil.move(made, draft)
        draft.replace(to)
    return ""
