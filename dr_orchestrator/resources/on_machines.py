"""The files that a check names, as a machine found them, and how a program of the team's own ended there, judged."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from dr_orchestrator.aws.machines.commands import Ended
from dr_orchestrator.checks.deep import words
from dr_orchestrator.checks.deep.command import running
from dr_orchestrator.checks.deep.command.output import Output
from dr_orchestrator.checks.deep.command.running import Ran, Way
from dr_orchestrator.checks.masking import masked
from dr_orchestrator.domain.counted import counted
from dr_orchestrator.domain.objective import format_duration
from dr_orchestrator.domain.proof import Command, Files
from dr_orchestrator.domain.run import CheckResult
from dr_orchestrator.domain.verdict import Outcome
from dr_orchestrator.errors import NotMeasured

BESIDE = 60.0
"""Seconds that a script has beside what it runs."""

_MOST_PATHS, _MOST_LETTERS = 120, 16_000
"""Paths of one command, and their letters: a line of some 90 letters tells a file, and 24,000 letters are told."""

_TIMED_OUT, _KILLED = 124, 137
"""How `timeout` ends where it ended what it ran."""

Look = Callable[[Sequence[str], float, str], Ended]
"""Looks for some paths within so many seconds; the words are those of what is done."""


@dataclass
class _Seen:
    """All that was seen of the paths: digests, those that cannot be read, what was not looked into, the last change."""

    found: dict[str, set[str]] = field(default_factory=dict)
    unread: set[str] = field(default_factory=set)
    unmounted: dict[str, None] = field(default_factory=dict)
    changed: list[datetime] = field(default_factory=list)


def files(
    check: Files, where: str, look: Look, started: datetime | None = None, number: int | None = None
) -> CheckResult:
    """The result of looking for files; `started` is when the copy began to write files of its own, if it does.

    What the copy has written itself tells nothing of what was lost. `number` is how many there are in all, where they
    were counted.
    """
    paths = list(dict.fromkeys((*check.digests, *filter(None, [check.newest]))))
    seen = _seen(check, where, look, paths)
    newest = max(seen.changed, default=None)
    own = newest is not None and started is not None and newest >= started
    broken = [path for path in paths if path in seen.unread]
    missing = [path for path in paths if path not in seen.found and path not in seen.unread]
    other = [path for path, held in check.digests.items() if held and held not in seen.found.get(path, {held})]
    figures: dict[str, Any] = {
        "files": len(seen.found),
        "of_files": len(paths),
        "missing": missing,
        "other": other,
        "unread": broken,
    }
    told = [f"{counted(len(seen.found), 'file')} of {len(paths)} there"]
    told += [f"{check.newest} changed last at {newest:%Y-%m-%d %H:%M:%S} UTC"] if newest else []
    told += ["the copy itself has written it since it was started, so that it tells no loss"] if own else []
    told += [f"cannot be read: {words.some(broken)}"] if broken else []
    told += [f"missing: {words.some(missing)}"] if missing else []
    told += [f"with other content: {words.some(other)}"] if other else []
    few = number is not None and number < check.at_least
    if number is not None:
        figures["in_all"] = number
        told.append(f"{number:,} in all" + (f", and {check.at_least:,} at least are wanted" if few else ""))
    wrong, instant = bool(other or broken or few), None if own else newest
    if missing and seen.unmounted:  # they may lie where the machine cannot look
        told.append(f"not looked into: {masked(words.some(list(seen.unmounted)))}")
        outcome = Outcome.FAILED if wrong else Outcome.INCONCLUSIVE
        proves = bool(seen.found)
    else:
        unknown = Outcome.INCONCLUSIVE if own else Outcome.PASSED
        outcome, proves = Outcome.FAILED if missing or wrong else unknown, True
    return replace(words.result(check, outcome, words.joined(told), figures, proves=proves), newest=instant)


def _seen(check: Files, where: str, look: Look, paths: Sequence[str]) -> _Seen:
    """All that the commands told, of as many paths each as one can tell."""
    seen, left = _Seen(), check.within.total_seconds()
    what = f"looking for files in {where}"
    for part in _parts(paths):
        if left < 1:
            raise NotMeasured(f"{what} took longer than its limit of {format_duration(check.within)}")
        ended = look(part, left, what)
        for line in ended.told("file"):
            number, digest, at, *_ = [*line.split(" "), "", ""]
            seen.found.setdefault(part[int(number)], set()).add(digest)
            if part[int(number)] == check.newest and at.isdigit():
                seen.changed.append(datetime.fromtimestamp(int(at), UTC))
        seen.unread |= {part[int(number)] for number in ended.told("unread")}
        seen.unmounted |= dict.fromkeys(ended.told("unmounted"))
        left -= ended.number("end") / 1e9
    return seen


def _parts(paths: Sequence[str]) -> list[list[str]]:
    """The paths by the command that looks for them: Systems Manager tells the beginning of an output alone."""
    made, letters = [list[str]()], 0
    for path in paths:
        if made[-1] and (len(made[-1]) == _MOST_PATHS or letters + len(path) > _MOST_LETTERS):
            made, letters = [*made, []], 0
        made[-1].append(path)
        letters += len(path)
    return made


def program(check: Command, ended: Ended, what: str, taken: Collection[str]) -> list[CheckResult]:
    """The results of a program of the team's own; the last line of its script tells how it ended (`dro exit`)."""
    printed, _, code = ended.output.rpartition("dro exit ")
    if not code.strip().isdigit():
        raise NotMeasured(f"{what} did not tell how it ended: {masked(ended.last)}")
    output = Output(())
    output.add(masked(printed).encode())
    output.end()
    killed = int(code) in (_TIMED_OUT, _KILLED)
    return running.told(check, Ran(None if killed else int(code), output), Way(), taken)


def whole(ended: Ended, what: str, seconds: float) -> Ended:
    """The end of a script that came to it by itself, without a fault; NotMeasured of any other."""
    if ended.killed:
        raise NotMeasured(f"{what} was ended at its limit of {seconds:g} s")
    if ended.code != 0:
        raise NotMeasured(f"{what} ended with {ended.code}: {masked(ended.last) or 'nothing was printed'}")
    return ended


def named(check: Command, copy: str) -> str:
    """The words for such a program."""
    return f"the command on {copy}, with a limit of {format_duration(check.within)},"
