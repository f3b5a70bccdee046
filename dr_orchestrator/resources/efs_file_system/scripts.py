"""The shell scripts that a machine runs to read a copy: POSIX sh, as root, of what Linux distributions bring.

Each tells what it found in lines that begin with `dro`. The copy is mounted read-only over NFS 4.1, so that nothing in
it is run: by amazon-efs-utils with TLS where the machine has them, else as it is. What AWS Backup restores lies in a
folder of its own at the root: paths are those below.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from dr_orchestrator.resources.efs_file_system.name import FOLDER, LOST

NOT_MOUNTED, NO_FOLDER = 91, 94
"""How a script ends that cannot mount the copy, or does not find the one folder of what was restored."""


@dataclass(frozen=True)
class Share:
    """A file system that can be mounted: its id, and the address of its mount target."""

    file_system: str
    address: str


_MOUNT = """\
LC_ALL=C; export LC_ALL
work=$(mktemp -d "${TMPDIR:-/tmp}/dro-@fs@-XXXXXX") || exit 92
m=$work/m; mkdir "$m"
ended() { umount "$m" 2>/dev/null || umount -l "$m" 2>/dev/null; rm -f "$work"/o*; rmdir "$m" "$work" 2>/dev/null; }
trap ended EXIT
safe=ro,nosuid,nodev,noexec
if command -v mount.efs >/dev/null 2>&1; then
  timeout 120 mount -t efs -o "tls,mounttargetip=@ip@,$safe" @fs@:/ "$m" 2>"$work/o-m" && echo 'dro mounted with TLS'
else
  timeout 120 mount -t nfs4 -o "nfsvers=4.1,soft,timeo=600,retrans=2,noresvport,$safe" @ip@:/ "$m" 2>"$work/o-m" &&
    echo 'dro mounted without TLS: the machine has no amazon-efs-utils'
fi || { sed 's|^|dro unmounted |' "$work/o-m"; exit @not_mounted@; }
number=0; in=
for each in "$m"/@folder@*; do [ ! -d "$each" ] || { in=$each; number=$((number + 1)); }; done
[ $number -eq 1 ] || { echo "dro folders $number"; exit @no_folder@; }
top=$(readlink -f "$in")
for each in "$m"/@lost@*; do
  [ ! -d "$each" ] || echo "dro lost $(find "$each" -type f -exec printf '%.0sx' {} + | wc -c | tr -d ' ')"
done
"""

_RELEASE = """\
LC_ALL=C; export LC_ALL
for pid in $(grep -lszx 'DRO_READS=@fs@' /proc/[0-9]*/environ 2>/dev/null | cut -d / -f 3); do
  kill -KILL "$pid" 2>/dev/null
done
awk '$2 ~ "/dro-@fs@-[^/]*/m$" {print $2}' /proc/mounts 2>/dev/null | while IFS= read -r m; do umount -f -l "$m"; done
exit 0
"""


def _filled(of: Share, script: str) -> str:
    told = {"fs": shlex.quote(of.file_system), "ip": shlex.quote(of.address), "folder": FOLDER, "lost": LOST}
    told |= {"not_mounted": str(NOT_MOUNTED), "no_folder": str(NO_FOLDER)}
    for name, value in told.items():
        script = script.replace(f"@{name}@", value)
    return script


def _reading(of: Share, script: str) -> str:
    """A script on the mounted copy; by the variable those of its processes are found that outlive their drill."""
    return f"DRO_READS={of.file_system} sh -c {shlex.quote(_filled(of, _MOUNT) + script)}\n"


def files(of: Share, paths: Iterable[str]) -> str:
    """Digest files, and tell when each was changed last, in Unix seconds.

    A link that leads out of the folder is no file of it. The last line tells the nanoseconds that it took: without it
    not all was told.
    """
    looked = "\n".join(f"see {number} {shlex.quote(path)}" for number, path in enumerate(paths))
    return _reading(
        of,
        f"""\
began=$(date +%s%N)
see() {{
  real=$(readlink -f "$top$2" 2>/dev/null)
  case $real in "$top"/*) [ -f "$real" ] || return 0 ;; *) return 0 ;; esac
  if sum=$(sha256sum <"$real"); then echo "dro file $1 ${{sum%% *}} $(stat -c %Y "$real")"
  else echo "dro unread $1"; fi
}}
{looked}
echo "dro end $(( $(date +%s%N) - began ))"
""",
    )


def count(of: Share) -> str:
    """Count all files, whatever they are called; one that cannot be told apart ends it with a fault."""
    return _reading(
        of,
        """\
find "$top" -type f -exec printf '%.0sx' {} + >"$work/o-n" 2>"$work/o-e" || { head -n 3 "$work/o-e"; exit 95; }
echo "dro files $(wc -c <"$work/o-n" | tr -d ' ')"
""",
    )


def command(of: Share, program: Sequence[str], seconds: int, about: Sequence[tuple[str, str]]) -> str:
    """Run a program of the team's own beside the mounted copy: the end of what it prints, and how it ended.

    It is told where what was restored lies (`DRO_COPY_MOUNT`), and `about` it.
    """
    told = "".join(f"{name}={shlex.quote(value)}; export {name}\n" for name, value in about)
    return _reading(
        of,
        told
        + f"""\
DRO_COPY_MOUNT=$top; export DRO_COPY_MOUNT
{{ timeout -k 2 {seconds} {shlex.join(program)} </dev/null; echo $? >"$work/o-code"; }} 2>&1 | tail -c 16384
printf '\\ndro exit %s\\n' "$(cat "$work/o-code")"
exit 0
""",
    )


def release(of: Share) -> str:
    """End what still reads the copy, and take off whatever of it is mounted: without its target it would hang."""
    return _filled(of, _RELEASE)
