"""The disks of the lab's volumes, and the machine that reads them: its commands are run, on files in a folder.

No machine is simulated: a script of Systems Manager is run by this machine's shell, as whoever runs the lab, in a
folder that is gone afterwards. A volume that is attached is a file there, of its size, and what needs root stands
beside: `mount` puts the files of the disk into a folder, `lsblk`, `blockdev` and the checks of file systems tell what
the disk is. `dd` really reads a volume, and `date` tells the nanoseconds that this takes at the volume's speed. All
else (`sha256sum`, `timeout`, the team's own) is this machine's.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType

_MOST_TOLD = 24_000
"""Letters of an output that Systems Manager tells."""


@dataclass
class Disk:
    """The content of a volume: its files by their paths, and how its file system stands.

    `clean` is whether a check of it finds nothing wrong, `readable` whether its blocks can be read. `at` is when its
    files were changed last; the `broken` of them cannot be read. `activated` is the kind of
    the file system that they are in where that is of a logical volume, which the machine has activated of itself.
    `mounts` are the folders in which a machine that starts from it has its other volumes, by their devices.
    """

    files: Mapping[str, bytes] = field(default_factory=dict)
    kind: str = "ext4"
    clean: bool = True
    readable: bool = True
    at: datetime = datetime(2020, 1, 1, tzinfo=UTC)
    broken: Collection[str] = ()
    activated: str = ""
    mounts: Mapping[str, str] = field(default_factory=dict)

    def below(self, folder: str) -> Disk:
        """The volume as it is where it is mounted in a folder."""
        moved = {f"{folder}{path}": content for path, content in self.files.items()}
        return replace(self, files=moved, broken={f"{folder}{path}" for path in self.broken})


def disk_of(of: object) -> Disk:
    """The disk of a volume, or of a snapshot."""
    found: Disk = of.__dict__.setdefault("disk", Disk())
    return found


@dataclass(frozen=True)
class Speed:
    """How fast a volume is read, in bytes and bytes a second: of so many that are `cold` `slow`ly, of others `fast`."""

    cold: int = 0
    slow: float = 125 * 1024.0**2
    fast: float = 125 * 1024.0**2

    def seconds(self, bytes: int) -> float:
        """How long it takes to read so many bytes, the cold ones first."""
        cold = min(bytes, self.cold)
        return cold / self.slow + (bytes - cold) / self.fast


@dataclass(frozen=True)
class Held:
    """A volume that is attached: its id, its GiB, what lies on it, how fast it is read; on a machine of Xen, its name
    there.
    """

    volume: str
    gib: int
    disk: Disk
    xen: str = ""
    speed: Speed = Speed()


@dataclass(frozen=True)
class Ran:
    """How a script ended: its exit code, None where it was ended at its limit, and what it printed.

    `read` are the bytes that it read of volumes by their ids, past the machine's cache, `seconds` how long that would
    have taken: it is ended at its limit by these, too.
    """

    code: int | None
    output: str
    errors: str
    read: Mapping[str, int] = field(default_factory=dict)
    seconds: float = 0.0


_BROKEN = b"what stands in the place of a file whose blocks cannot be read"
_TOOLS = {
    "lsblk": """\
case "$2" in
  NAME,SERIAL) cat "$LAB/serials" ;;
  NAME,TYPE|NAME,TYPE,FSTYPE)
    for each in "$3 disk" "$3-lv lvm"; do
      kind=${each% *}.kind
      [ ! -e "$kind" ] || case $2 in *,FSTYPE) echo "$each $(cat "$kind")" ;; *) echo "$each" ;; esac
    done ;;
esac
""",
    "blockdev": """cat "$2.size"\n""",
    "mount": """\
while [ $# -gt 2 ]; do shift; done
case $1 in *:/)
  [ -d "$LAB/shares/${1%:/}" ] || { echo "mount.nfs4: Connection timed out" >&2; exit 32; }
  cp -Rp "$LAB/shares/${1%:/}/." "$2"; exit ;;
esac
case $(cat "$1.kind") in none|LVM2_member) false ;; esac || { echo "mount: wrong fs type" >&2; exit 32; }
cp -Rp "$1.files/." "$2"
""",
    "dmsetup": """rm "$2.kind" && echo "$2 removed"\n""",
    "umount": """[ -d "$1" ] && find "$1" -mindepth 1 -delete\n""",
    "dd": """\
for each in "$@"; do case $each in if=*) of=${each#if=} ;; esac; done
[ ! -e "$of.damaged" ] || { echo "dd: error reading '$of': Input/output error" >&2; exit 1; }
[ -e "$of.speed" ] || exec "$LAB_DD" "$@"
"$LAB_DD" "$@" 2>"$of.told.$$"; code=$?
cat "$of.told.$$" >&2
awk '/ bytes/ {print $1}' "$of.told.$$" >>"$of.read"
rm "$of.told.$$"
exit $code
""",
    "date": """\
[ "$*" = +%s%N ] && ls "$LAB"/*.read >/dev/null 2>&1 || exec "$LAB_DATE" "$@"
for each in "$LAB"/*.read; do
  awk 'FNR == NR {cold = $1; slow = $2; fast = $3; next} {sum += $1} END {
    c = sum < cold ? sum : cold; printf "%.0f\\n", (c / slow + (sum - c) / fast) * 1e9
  }' "${each%.read}.speed" "$each"
done | awk '{sum += $1} END {printf "%.0f\\n", 1e15 + sum}'
""",
    "stat": """\
[ "$1" != -L ] || exec "$LAB_STAT" -L -c "$3" -- "$LAB_ROOT$5"
exec "$LAB_STAT" "$@"
""",
    "sha256sum": f"""\
told=$(if [ $# -gt 0 ]; then exec "$LAB_SHA256SUM" -- "$LAB_ROOT$2"; else exec "$LAB_SHA256SUM"; fi) || exit
case $told in {hashlib.sha256(_BROKEN).hexdigest()}*) echo "sha256sum: -: Input/output error" >&2; exit 1 ;; esac
echo "$told"
""",
}
_CHECK = """\
for each in "$@"; do of=$each; done
[ -e "$of.clean" ] && exit 0
echo "$of: UNEXPECTED INCONSISTENCY" ; exit 4
"""


def run(
    script: str,
    held: Sequence[Held],
    seconds: float,
    own: Sequence[Disk] = (),
    shares: Mapping[str, Disk] = MappingProxyType({}),
) -> Ran:
    """Run a script where these volumes are attached, for so many real seconds at most; `own` is what the machine has
    mounted of itself: by absolute paths these files are told, and they are where programs find themselves. `shares` are
    what it can mount over NFS, by address.
    """
    with tempfile.TemporaryDirectory(prefix="dro-lab-machine-", ignore_cleanup_errors=True) as folder:
        home = Path(folder).resolve()
        tools, work = home / "bin", home / "tmp"
        tools.mkdir()
        work.mkdir()
        for name, code in {**_TOOLS, **dict.fromkeys(("e2fsck", "xfs_repair", "fsck.vfat"), _CHECK)}.items():
            (tools / name).write_text(f"#!/bin/sh\n{code}")
            (tools / name).chmod(0o755)
        devices = {_attach(home, number, each): each for number, each in enumerate(held)}
        serials = [
            f"{device} {'' if each.xen else each.volume.replace('-', '')}".rstrip() for device, each in devices.items()
        ]
        (home / "serials").write_text("".join(f"{each}\n" for each in serials))
        for address, disk in shares.items():
            _fill(home / "shares" / address, disk)
        path = os.pathsep.join((str(tools), os.environ.get("PATH", os.defpath)))
        given = {"PATH": path, "LAB": str(home), "TMPDIR": str(work)}
        given |= {f"LAB_{each.upper()}": shutil.which(each) or each for each in ("dd", "sha256sum", "stat", "date")}
        top = home / "root"
        for each in own:
            _fill(top, each)
        ran = _run(script, {**given, "LAB_ROOT": str(top)} if own else given, top if own else work, seconds)
        read = {each.volume: _read(device) for device, each in devices.items()}
        took = sum(each.speed.seconds(read[each.volume]) for each in held)
        return replace(ran, read=read, seconds=min(took, seconds), code=None if took > seconds else ran.code)


def _read(device: Path) -> int:
    """The bytes that were read of a device."""
    told = device.with_name(f"{device.name}.read")
    return sum(map(int, told.read_text().split())) if told.exists() else 0


def _attach(home: Path, number: int, held: Held) -> Path:
    """The device of a volume: a file of its size, with holes, and beside it what lies on it."""
    device = home / (held.xen or f"nvme{number + 1}n1")
    with device.open("wb") as file:
        file.truncate(held.gib * 1024**3)
    speed = f"{held.speed.cold} {held.speed.slow:.0f} {held.speed.fast:.0f}"
    beside = {"kind": held.disk.kind, "size": str(held.gib * 1024**3), "speed": speed}
    beside |= {} if held.disk.readable else {"damaged": ""}
    beside |= {"clean": ""} if held.disk.clean else {}
    for ending, told in beside.items():
        device.with_name(f"{device.name}.{ending}").write_text(told)
    holds = f"{device.name}-lv" if held.disk.activated else device.name
    if held.disk.activated:
        device.with_name(f"{holds}.kind").write_text(held.disk.activated)
    _fill(device.with_name(f"{holds}.files"), held.disk)
    return device


def _fill(folder: Path, disk: Disk) -> None:
    """Write the files of a disk into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for path, content in disk.files.items():
        of = folder / path.lstrip("/")
        of.parent.mkdir(parents=True, exist_ok=True)
        of.write_bytes(_BROKEN if path in disk.broken else content)
        os.utime(of, (disk.at.timestamp(), disk.at.timestamp()))


def _run(script: str, own: Mapping[str, str], work: Path, seconds: float) -> Ran:
    process = subprocess.Popen(
        ("/bin/sh", "-c", script),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=work,
        env=dict(own),
        start_new_session=True,
        text=True,
        errors="replace",
    )
    code: int | None
    try:
        output, errors = process.communicate(timeout=seconds)
        code = process.returncode
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        output, errors = process.communicate()
        code = None
    return Ran(code, output[:_MOST_TOLD], errors[:_MOST_TOLD])
