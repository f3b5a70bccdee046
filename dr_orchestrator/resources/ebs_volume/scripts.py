"""The shell scripts that a machine runs to read a copy: POSIX sh, as root, of what Linux distributions bring.

Each tells what it found in lines that begin with `dro`. Only what recovering itself would change is changed on the
copy: mounting it replays its journal. It is mounted so that nothing in it is run, and no link leads out of it.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

NO_DEVICE, NOT_MOUNTED = 90, 91
"""How a script ends that does not find the volume, or no file system that it can mount."""

GIB = 1024**3
BLOCK = 512 * 1024
"""Bytes of a block of a snapshot: so much comes from S3 when the first byte of it is read."""


@dataclass(frozen=True)
class Device:
    """A volume that is attached: its id, the name it was attached under, its GiB, and whether fast restore had all
    of its blocks there from the beginning.
    """

    volume: str
    name: str
    gib: int
    fast: bool = False


_FIND = """\
LC_ALL=C; export LC_ALL
disks=$(lsblk -dnpo NAME,SERIAL 2>/dev/null)
dev=$(echo "$disks" | awk -v s={serial} '$2 == s {{print $1; exit}}')
[ -n "$dev" ] || dev=$(echo "$disks" | awk -v x={xen} -v n={name} '{{of = $1; sub(/.*\\//, "", of)}}
  of ~ /^nvme/ {{nvme = 1}} of == x || of == n {{found = $1}} END {{if (!nvme) print found}}')
[ -n "$dev" ] && [ "$(blockdev --getsize64 "$dev")" = {bytes} ] || {{ echo "dro lacks device"; exit {no_device}; }}
"""

_WORK = """\
work=$(mktemp -d) || exit 92
ended() {
  for m in "$work"/m*; do [ -d "$m" ] && umount "$m" 2>/dev/null; done
  rm -f "$work"/o*; rmdir "$work"/m* "$work" 2>/dev/null
}
trap ended EXIT
lsblk -lnpo NAME,TYPE,FSTYPE "$dev" | awk 'NF == 3 && ($2 == "disk" || $2 == "part") {print $1, $3}' > "$work/o-nodes"
"""

_RELEASE = """\
tries=0
while [ $tries -lt 15 ]; do
  pids=$(grep -lszx 'READS' /proc/[0-9]*/environ 2>/dev/null | cut -d / -f 3)
  mounts=$(lsblk -lnpo MOUNTPOINT "$dev" | awk 'NF')
  [ -n "$pids$mounts" ] || break
  for pid in $pids; do kill -KILL "$pid" 2>/dev/null; done
  echo "$mounts" | while IFS= read -r m; do [ -z "$m" ] || umount "$m"; done
  tries=$((tries + 1)); sleep 1
done
lsblk -lnpo NAME,TYPE "$dev" | awk '$2 != "disk" && $2 != "part" {all = $0 "\\n" all} END {printf "%s", all}' |
  while read -r node type; do
    case $type in raid*|md|linear) mdadm --stop "$node" ;; *) dmsetup remove "$node" ;; esac
  done
exit 0
"""

_MOUNT = """\
opts() { case $1 in xfs) echo ro,nosuid,nodev,noexec,nouuid ;; *) echo ro,nosuid,nodev,noexec ;; esac; }
"""

_DIRECT = """\
size=$(blockdev --getsize64 "$dev") || exit 93
direct=; dd if="$dev" of=/dev/null bs=4096 count=1 iflag=direct 2>/dev/null && direct=iflag=direct
[ -n "$direct" ] && echo 'dro direct 1' || echo 'dro direct 0'
"""


def _found(of: Device) -> str:
    """Find the device of a volume: by the serial number that EBS gives it, and never one of another size.

    A machine on which no disk has such a number is one of Xen: there it is found by the name it was attached under.
    """
    name = of.name.removeprefix("/dev/")
    xen = f"xvd{name[2:]}" if name.startswith("sd") else name
    quoted = {"serial": of.volume.replace("-", ""), "xen": xen, "name": name}
    told = {key: shlex.quote(value) for key, value in quoted.items()}
    return _FIND.format(**told, no_device=NO_DEVICE, bytes=of.gib * GIB)


def _reads(of: Device) -> str:
    """The variable that each process of a script has: by it those are found that outlive their drill."""
    return f"DRO_READS={of.volume}"


def _reading(of: Device, script: str) -> str:
    return f"{_reads(of)} sh -c {shlex.quote(_found(of) + _WORK + script)}\n"


def whole(of: Device, parallel: int) -> str:
    """Read every byte once, by so many readers side by side, past the machine's own cache."""
    return _reading(
        of,
        _DIRECT
        + f"""\
all=$(( (size + 1048575) / 1048576 )); each=$(( (all + {parallel} - 1) / {parallel} ))
began=$(date +%s%N); i=0; pids=
while [ $i -lt {parallel} ] && [ $((i * each)) -lt "$all" ]; do
  dd if="$dev" of=/dev/null bs=1048576 skip=$((i * each)) count=$each $direct 2>"$work/o-$i" &
  pids="$pids $!"; i=$((i + 1))
done
failed=0; for pid in $pids; do wait "$pid" || failed=$((failed + 1)); done
ended=$(date +%s%N)
bytes=$(cat "$work"/o-[0-9]* | awk '/ bytes/ {{sum += $1}} END {{printf "%.0f", sum}}')
echo "dro size $size"; echo "dro bytes $bytes"; echo "dro failed $failed"; echo "dro nanoseconds $((ended - began))"
grep -h 'error' "$work"/o-[0-9]* | head -n 3 | sed 's/^/dro error /'
exit 0
""",
    )


def sample(of: Device, blocks: Sequence[int]) -> str:
    """Read some blocks, one after the other."""
    return _reading(
        of,
        _DIRECT
        + f"""\
began=$(date +%s%N); failed=0; bytes=0; beyond=0
for n in {" ".join(map(str, blocks))}; do
  [ $((n * {BLOCK})) -lt "$size" ] || {{ beyond=$((beyond + 1)); continue; }}
  if dd if="$dev" of=/dev/null bs={BLOCK} skip="$n" count=1 $direct 2>"$work/o-1"; then
    bytes=$((bytes + $(awk '/ bytes/ {{print $1}}' "$work/o-1")))
  else failed=$((failed + 1)); echo "dro error block $n"; fi
done
ended=$(date +%s%N)
echo "dro size $size"; echo "dro bytes $bytes"; echo "dro failed $failed"; echo "dro beyond $beyond"
echo "dro nanoseconds $((ended - began))"
""",
    )


def integrity(of: Device) -> str:
    """Have each file system replay its journal, as recovering it would, then check all of itself and change nothing."""
    return _reading(
        of,
        _MOUNT
        + """\
while read -r node type; do
  case $type in
    ext2|ext3|ext4) tool=e2fsck; args=-fn ;;
    xfs) tool=xfs_repair; args=-n ;;
    vfat) tool=fsck.vfat; args=-n ;;
    *) echo "dro unasked $node $type nothing here checks it"; continue ;;
  esac
  command -v $tool >/dev/null 2>&1 || { echo "dro unasked $node $type the machine has no $tool"; continue; }
  m=$work/m; mkdir -p "$m"
  mount -t "$type" -o "$(opts "$type")" "$node" "$m" 2>"$work/o-m" && umount "$m"
  $tool $args "$node" >"$work/o-f" 2>&1; code=$?
  echo "dro checked $node $type $code"
  [ $code -eq 0 ] || tail -n 3 "$work/o-f" | sed "s|^|dro told |"
done <"$work/o-nodes"
exit 0
""",
    )


def files(of: Device, paths: Iterable[str]) -> str:
    """Digest files, wherever among the file systems they are, and tell when each was changed last, in Unix seconds.

    A link that leads out of its own file system is no file of it. The last line tells the nanoseconds that it took:
    without it not all was told.
    """
    looked = "\n".join(f"  see {number} {shlex.quote(path)}" for number, path in enumerate(paths))
    return _reading(
        of,
        _MOUNT
        + f"""\
began=$(date +%s%N); mounted=0; m=$work/m; mkdir -p "$m"; top=$(readlink -f "$m")
see() {{
  real=$(readlink -f "$m$2" 2>/dev/null)
  case $real in "$top"/*) [ -f "$real" ] || return 0 ;; *) return 0 ;; esac
  if sum=$(sha256sum <"$real"); then echo "dro file $1 ${{sum%% *}} $(stat -c %Y "$real")"
  else echo "dro unread $1"; fi
}}
while read -r node type; do
  mount -t "$type" -o "$(opts "$type")" "$node" "$m" 2>"$work/o-m" ||
    {{ sed "s|^|dro unmounted $node |" "$work/o-m"; continue; }}
  mounted=$((mounted + 1))
{looked}
  umount "$m"
done <"$work/o-nodes"
[ $mounted -gt 0 ] || exit {NOT_MOUNTED}
echo "dro end $(( $(date +%s%N) - began ))"
""",
    )


def command(of: Device, program: Sequence[str], seconds: int, about: Sequence[tuple[str, str]]) -> str:
    """Run a program of the team's own beside the mounted copy: the end of what it prints, and how it ended.

    It is told where the copy is mounted (`DRO_COPY_MOUNT`: the first of `DRO_COPY_MOUNTS`), and `about` it.
    """
    told = "".join(f"{name}={shlex.quote(value)}; export {name}\n" for name, value in about)
    return _reading(
        of,
        _MOUNT
        + told
        + f"""\
i=0; DRO_COPY_MOUNT=; DRO_COPY_MOUNTS=
while read -r node type; do
  m=$work/m$i; mkdir -p "$m"
  mount -t "$type" -o "$(opts "$type")" "$node" "$m" 2>/dev/null || {{ rmdir "$m"; continue; }}
  [ -n "$DRO_COPY_MOUNT" ] || DRO_COPY_MOUNT=$m
  DRO_COPY_MOUNTS="$DRO_COPY_MOUNTS${{DRO_COPY_MOUNTS:+:}}$m"; i=$((i + 1))
done <"$work/o-nodes"
[ $i -gt 0 ] || exit {NOT_MOUNTED}
DRO_COPY_DEVICE=$dev; export DRO_COPY_DEVICE DRO_COPY_MOUNT DRO_COPY_MOUNTS
{{ timeout -k 2 {seconds} {shlex.join(program)} </dev/null; echo $? >"$work/o-code"; }} 2>&1 | tail -c 16384
printf '\\ndro exit %s\\n' "$(cat "$work/o-code")"
exit 0
""",
    )


def release(of: Device) -> str:
    """End what still reads the volume, and take off whatever of it is mounted or activated: in use it is not let go."""
    return _found(of) + _RELEASE.replace("READS", _reads(of))
