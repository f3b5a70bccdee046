"""The scripts that a machine runs on a volume: the right device, and nothing left that holds it."""

from __future__ import annotations

import os
import secrets
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from dr_orchestrator.lab.machines import disk
from dr_orchestrator.resources.ebs_volume import scripts
from dr_orchestrator.resources.ebs_volume.reader import Reader
from dr_orchestrator.resources.ebs_volume.scripts import Device

FILES = {"/srv/VERSION": b"7\n"}
OURS, OTHER = (f"vol-{secrets.token_hex(9)[:17]}" for _ in range(2))
"""Of this process alone: what reads a volume is ended by its id, and another worker runs these tests beside."""
SEEN = Device(OURS, "/dev/sdf", 1)


def looked(*held: disk.Held, at: Device = SEEN) -> disk.Ran:
    """How looking for the file ends."""
    return disk.run(scripts.files(at, FILES), held, 60)


def held(volume: str = OURS, gib: int = 1, xen: str = "", **more: object) -> disk.Held:
    return disk.Held(volume, gib, disk.Disk(FILES, **more), xen)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "there",
    [(held(OTHER), held()), (held(OTHER, xen="xvdg"), held(xen="xvdf")), (held(xen="sdf"),)],
    ids=["serial number", "Xen", "Xen, as it was called"],
)
def test_the_volume_is_found(there: tuple[disk.Held, ...]) -> None:
    """By the number that EBS gives it; on a machine without such, by its name."""
    ran = looked(*there)
    assert (ran.code, "dro file 0 " in ran.output) == (0, True), ran


@pytest.mark.parametrize(
    "there",
    [
        (held(OTHER),),
        (held(OTHER), held(OTHER, xen="xvdf")),
        (held(gib=2),),
        (held(OTHER, gib=2, xen="xvdf"),),
        (held(OTHER, xen="xvdg"),),
    ],
    ids=["another volume", "a name beside numbers", "another size", "another size by name", "another name"],
)
def test_no_other_device_is_taken_for_it(there: tuple[disk.Held, ...]) -> None:
    """Whatever is called alike where disks have numbers, or is of another size, is not read."""
    ran = looked(*there)
    assert (ran.code, "dro file" in ran.output) == (scripts.NO_DEVICE, False), ran


@pytest.mark.parametrize("spelt", ["/dev/sd{}", "/dev/xvd{}", "xvd{}"])
def test_a_name_that_is_spelt_otherwise_is_taken(spelt: str) -> None:
    """Machines take /dev/sdf and xvdf for the same: of all names but one, that one is free."""
    taken = [{"DeviceName": spelt.format(letter)} for letter in "afghijklmnp"]
    machine = {"InstanceId": "i-0", "BlockDeviceMappings": taken}
    api = SimpleNamespace(call=lambda *_, **__: {"Reservations": [{"Instances": [machine]}]})
    assert Reader(cast(Any, SimpleNamespace(api=lambda _: api)), "i-0").free_device("a copy") == "/dev/sdo"


def test_a_logical_volume_that_the_machine_activated_is_not_read() -> None:
    """Nor is it left: the copy could not be taken off."""
    there = held(kind="LVM2_member", activated="ext4")
    ran = looked(there)
    assert (ran.code, "dro file" in ran.output) == (scripts.NOT_MOUNTED, False), ran
    ran = disk.run(scripts.release(SEEN), [there], 60)
    assert ran.output.endswith("nvme1n1-lv removed\n"), ran


def test_what_still_reads_the_volume_is_ended(tmp_path: Path) -> None:
    """A command that outlived its drill, and all that it started: of this volume alone."""
    pipe = tmp_path / "pipe"
    slow = f"echo up >{pipe}; sleep 60"
    os.mkfifo(pipe)
    with ThreadPoolExecutor(1) as beside:
        script = scripts.command(SEEN, ["sh", "-c", slow], 60, ())
        running = beside.submit(disk.run, script, [held()], 90)
        assert pipe.read_text() == "up\n"
        disk.run(scripts.release(Device(OTHER, "/dev/sdg", 1)), [held(OTHER)], 60)
        assert not running.done()
        ran = disk.run(scripts.release(SEEN), [held()], 60)
        assert ran.code == 0, ran
        assert running.result(timeout=20).code not in (0, None)


def test_what_is_busy_is_taken_off_once_it_is_not() -> None:
    """The first umount meets what was ended just now, and another follows."""
    played = """\
lsblk() { case $2 in MOUNTPOINT) [ ! -e "$LAB/off" ] && echo /tmp/a b ;; *) command lsblk "$@" ;; esac; }
umount() { [ -e "$LAB/asked" ] && [ "$1" = "/tmp/a b" ] && : >"$LAB/off"; : >"$LAB/asked"; echo "umount $1"; }
"""
    ran = disk.run(played + scripts.release(SEEN), [held()], 60)
    assert ran.output == "umount /tmp/a b\n" * 2, ran


@pytest.mark.parametrize(("fails", "told"), [("false", "dro direct 0"), ("true", "dro direct 1")])
def test_whether_the_cache_is_passed_by_is_told(fails: str, told: str) -> None:
    """What comes from the machine's memory is not the speed of a cold volume."""
    script = scripts.sample(SEEN, [0]).replace("iflag=direct 2>/dev/null", f"2>/dev/null && {fails}")
    assert told in disk.run(script, [held()], 60).output.splitlines()
