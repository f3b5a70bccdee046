"""Where tests write."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from unittest import mock

import pytest

from tests.support import in_memory


@pytest.mark.parametrize(
    ("available", "free", "flag", "fit"),
    [(16, 8, 0, True), (16, 1, 0, False), (5, 5, 0, False), (16, 8, in_memory.os.ST_NOEXEC, False)],
    ids=["roomy", "64 MB of a container", "little memory", "no place for programs"],
)
def test_a_folder_in_memory_takes_all_or_nothing(
    tmp_path: Path, available: int, free: int, flag: int, fit: bool
) -> None:
    """Room for the files of all tests, memory for them and their processes, and leave to run programs there."""
    meminfo = tmp_path / "meminfo"
    meminfo.write_text(f"MemTotal:       99999999 kB\nMemAvailable:   {available * 2**20} kB\n")
    with (
        mock.patch.object(in_memory.os, "statvfs", lambda _: SimpleNamespace(f_flag=flag)),
        mock.patch.object(in_memory.shutil, "disk_usage", lambda _: SimpleNamespace(free=free * 2**30)),
    ):
        assert in_memory.roomy(tmp_path, meminfo) is fit


def test_a_machine_without_one_writes_to_its_disk(tmp_path: Path) -> None:
    """What is not there is not roomy."""
    assert not in_memory.roomy(tmp_path / "shm")


def test_who_names_a_folder_gets_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """TMPDIR is left as it is."""
    monkeypatch.setenv("TMPDIR", "/mine")
    in_memory.go()
    assert in_memory.os.environ["TMPDIR"] == "/mine"
