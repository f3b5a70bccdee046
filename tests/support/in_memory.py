"""What tests write lies in memory where there is room for it, and nothing of it stays when all of them passed.

A third of the time of all tests on ext4 was its search for an inode: it gives none anew for a minute after a deletion,
and passes each such by whenever a file is made. Thousands go with each database that a test leaves behind.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

MEMORY = Path("/dev/shm")  # noqa: S108 -- the file system in memory of each Linux
FILES = 4 * 2**30
"""Bytes that must be free there: all tests together write a third of it."""
ALL = 6 * 2**30
"""Bytes of memory that must be free: four workers need them too."""


def go() -> None:
    """From now on, in this process and those it starts; whoever names a folder in TMPDIR gets that one."""
    if "TMPDIR" not in os.environ and roomy(MEMORY):
        os.environ["TMPDIR"] = str(MEMORY)
        tempfile.tempdir = None  # it is asked for anew


def roomy(folder: Path, meminfo: Path = Path("/proc/meminfo")) -> bool:
    """Whether a folder in memory takes all that tests write, and programs of theirs that are run there."""
    if not os.access(folder, os.W_OK | os.X_OK) or os.statvfs(folder).f_flag & os.ST_NOEXEC:
        return False  # that of a container may be 64 MB, and no place for programs
    told = dict(line.split(":") for line in meminfo.read_text().splitlines())
    available = int(told.get("MemAvailable", "0 kB").split()[0]) * 1024
    return shutil.disk_usage(folder).free >= FILES and available >= ALL


@pytest.fixture(scope="session", autouse=True)
def emptied(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """After all: memory is given back, unless there is a failed test's folder to look at."""
    yield
    base = tmp_path_factory.getbasetemp()
    if MEMORY in base.parents and not request.session.testsfailed:
        shutil.rmtree(base, ignore_errors=True)
