"""The shell scripts that a copy of a machine runs of itself: POSIX sh, as root, of what Linux distributions bring."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Sequence


def files(paths: Iterable[str]) -> str:
    """Digest files, and tell when each was changed last, in Unix seconds.

    The last line tells the nanoseconds that it took: without it not all was told.
    """
    looked = "\n".join(f"see {number} {shlex.quote(path)}" for number, path in enumerate(paths))
    return f"""\
LC_ALL=C; export LC_ALL
began=$(date +%s%N)
see() {{
  at=$(stat -L -c '%Y %F' -- "$2" 2>/dev/null) || return 0
  case ${{at#* }} in regular*) ;; *) return 0 ;; esac
  if sum=$(sha256sum -- "$2" 2>/dev/null); then sum=${{sum#\\\\}}; echo "dro file $1 ${{sum%% *}} ${{at%% *}}"
  else echo "dro unread $1"; fi
}}
{looked}
echo "dro end $(( $(date +%s%N) - began ))"
"""


def command(program: Sequence[str], seconds: int, about: Sequence[tuple[str, str]]) -> str:
    """Run a program of the team's own on the copy itself: the end of what it prints, and how it ended."""
    told = "".join(f"{name}={shlex.quote(value)}; export {name}\n" for name, value in about)
    return f"""\
{told}work=$(mktemp -d) || exit 92
trap 'rm -rf "$work"' EXIT
{{ timeout -k 2 {seconds} {shlex.join(program)} </dev/null; echo $? >"$work/code"; }} 2>&1 | tail -c 16384
printf '\\ndro exit %s\\n' "$(cat "$work/code")"
exit 0
"""
