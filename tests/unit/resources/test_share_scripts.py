"""The scripts that a machine runs on a file system: mounted safely, and nothing read but what was restored."""

from __future__ import annotations

import os
import secrets
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from dr_orchestrator.lab.machines import disk
from dr_orchestrator.resources.efs_file_system import scripts
from dr_orchestrator.resources.efs_file_system.scripts import Share

IN = "/aws-backup-restore_2026-11-20T01-00-00-108Z"
FILES = {f"{IN}/srv/VERSION": b"7\n", f"{IN}/srv/a b": b"", "/VERSION": b"of nobody"}
OURS, OTHER = (Share(f"fs-{secrets.token_hex(9)[:17]}", "10.0.0.9") for _ in range(2))
"""Of this process alone: what reads a copy is ended by its id, and another worker runs these tests beside."""

BY_UTILS = """\
mount() { echo "asked $*"; while [ $# -gt 1 ]; do shift; done; cp -Rp "$LAB/shares/10.0.0.9/." "$1"; }
: >"$LAB/bin/mount.efs"; chmod +x "$LAB/bin/mount.efs"
timeout() { shift; "$@"; }
"""
"""Stands in for a machine with amazon-efs-utils."""


def ran(script: str, files: dict[str, bytes] | None = None, before: str = "") -> disk.Ran:
    """How a script ends where the copy can be mounted, with these files in it."""
    held = {OURS.address: disk.Disk(FILES if files is None else files)}
    if before:
        lead, quote, rest = script.partition("sh -c '")
        script = f"{lead}{quote}{before}{rest}"
    return disk.run(script, (), 60, (), held)


def test_what_was_restored_is_read_below_its_folder() -> None:
    """Not what lies at the root beside it; paths with a space as well."""
    found = ran(scripts.files(OURS, ["/srv/VERSION", "/srv/a b", "/VERSION"]))
    lines = found.output.splitlines()
    assert found.code == 0, found
    assert [line.split(" ")[2] for line in lines if line.startswith("dro file")] == ["0", "1"]
    assert lines[0].startswith("dro mounted without TLS")


def test_a_machine_with_the_utilities_mounts_by_tls_and_read_only() -> None:
    """By the address of the mount target: the names of the VPC are nobody's here."""
    lines = ran(scripts.files(OURS, ["/srv/VERSION"]), before=BY_UTILS).output.splitlines()
    asked = next(line for line in lines if line.startswith("asked"))
    options = f"tls,mounttargetip={OURS.address},ro,nosuid,nodev,noexec"
    assert asked.startswith(f"asked -t efs -o {options} {OURS.file_system}:/ ")
    assert "dro mounted with TLS" in lines


def test_where_tls_fails_nothing_is_mounted_without() -> None:
    """What can be encrypted on its way is not sent in the clear: it is told as not mounted."""
    failing = BY_UTILS.replace('echo "asked $*"; ', 'echo "stunnel: no" >&2; return 1; ')
    found = ran(scripts.files(OURS, ["/srv/VERSION"]), before=failing)
    assert (found.code, found.output) == (scripts.NOT_MOUNTED, "dro unmounted stunnel: no\n")


def test_what_does_not_answer_is_told() -> None:
    """In the words of who tried to mount it."""
    found = disk.run(scripts.count(OURS), (), 60)
    assert (found.code, found.output) == (scripts.NOT_MOUNTED, "dro unmounted mount.nfs4: Connection timed out\n")


@pytest.mark.parametrize(
    ("files", "number"), [({"/VERSION": b""}, 0), ({f"{IN}/a": b"", "/aws-backup-restore_2/a": b""}, 2)]
)
def test_none_or_two_folders_are_not_guessed_between(files: dict[str, bytes], number: int) -> None:
    """Which one was restored is not known: nothing is read."""
    found = ran(scripts.files(OURS, ["/a"]), files)
    assert (found.code, "dro file" in found.output) == (scripts.NO_FOLDER, False)
    assert f"dro folders {number}" in found.output.splitlines()


def test_an_older_restore_within_is_a_folder_like_any() -> None:
    """The source may hold one from long ago: it lies below what was restored now."""
    found = ran(scripts.files(OURS, ["/aws-backup-restore_2019/a"]), {f"{IN}/aws-backup-restore_2019/a": b""})
    assert "dro file 0 " in found.output


def test_all_files_are_counted_whatever_they_are_called() -> None:
    """Names with line breaks count once; folders not at all."""
    many = {f"{IN}/{number}/file {number}": b"" for number in range(40)} | {f"{IN}/line\nbreak": b""}
    assert "dro files 41" in ran(scripts.count(OURS), many).output.splitlines()
    assert "dro files 1" in ran(scripts.count(OURS), {f"{IN}/deep/er/a": b""}).output.splitlines()


def test_what_could_not_be_put_back_is_counted() -> None:
    """Files that changed while they were backed up lie beside the folder."""
    lost = {**FILES, "/aws-backup-lost+found_2026/x": b"", "/aws-backup-lost+found_2026/d/y": b""}
    assert "dro lost 2" in ran(scripts.files(OURS, ["/srv/VERSION"]), lost).output.splitlines()


def test_no_link_leads_out_of_the_folder(tmp_path: Path) -> None:
    """To the root of the copy, nor to the machine's own files: it is no file of what was restored."""
    script = scripts.files(OURS, ["/out", "/up", "/in"])
    links = 'ln -s /etc/hostname "$top/out"; ln -s ../VERSION "$top/up"; ln -s srv/VERSION "$top/in"\nbegan='
    found = ran(script.replace("began=", links, 1))
    told = [line.split(" ")[2] for line in found.output.splitlines() if line.startswith("dro file")]
    assert told == ["2"], found


def test_a_program_of_the_teams_own_finds_the_files() -> None:
    """By the variable that tells where they lie, and its end is told."""
    run = scripts.command(OURS, ["sh", "-c", 'cat "$DRO_COPY_MOUNT/srv/VERSION"; exit 3'], 20, [("DRO_COPY", "a copy")])
    lines = ran(run).output.split()
    assert (lines[-3:], "7" in lines) == (["dro", "exit", "3"], True)


def test_what_is_mounted_still_is_taken_off() -> None:
    """Of this copy alone, by force: its mount target goes next, and whoever waited for it would wait for ever."""
    mounts = f"10.0.0.9:/ /tmp/dro-{OURS.file_system}-a1/m nfs4\\n10.0.0.9:/ /tmp/dro-{OTHER.file_system}-b2/m nfs4\\n"
    played = f'umount() {{ echo "umount $*"; }}\nawk() {{ printf "{mounts}" | command awk "$1"; }}\n'
    ran = disk.run(played + scripts.release(OURS), (), 60)
    assert (ran.code, ran.output) == (0, f"umount -f -l /tmp/dro-{OURS.file_system}-a1/m\n"), ran


def test_what_still_reads_the_copy_is_ended(tmp_path: Path) -> None:
    """A command that outlived its drill, and all that it started: of this file system alone."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with ThreadPoolExecutor(1) as beside:
        script = scripts.command(OURS, ["sh", "-c", f"echo up >{pipe}; sleep 60"], 60, ())
        running = beside.submit(ran, script)
        assert pipe.read_text() == "up\n"
        disk.run(scripts.release(OTHER), (), 60)
        assert not running.done()
        assert disk.run(scripts.release(OURS), (), 60).code == 0
        assert running.result(timeout=20).code not in (0, None)
