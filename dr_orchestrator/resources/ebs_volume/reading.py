"""The checks of a restored volume: a machine of the drills reads it, and what was not read is never called good."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from dr_orchestrator.checks.deep import words
from dr_orchestrator.checks.deep.command import running
from dr_orchestrator.checks.deep.command.output import Output
from dr_orchestrator.checks.deep.command.running import Ran, Way
from dr_orchestrator.checks.masking import masked
from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.domain.counted import counted
from dr_orchestrator.domain.objective import format_duration
from dr_orchestrator.domain.proof import Command, Deep, Files, Integrity, WholeRead
from dr_orchestrator.domain.recovery_point import RecoveryPoint
from dr_orchestrator.domain.run import CheckResult
from dr_orchestrator.domain.sampling import CONFIDENCE, unseen
from dr_orchestrator.domain.sampling import drawn as drawn_of
from dr_orchestrator.domain.verdict import Outcome
from dr_orchestrator.errors import NotMeasured
from dr_orchestrator.resources.ebs_volume import scripts
from dr_orchestrator.resources.ebs_volume.commands import Commands, Ended
from dr_orchestrator.resources.ebs_volume.scripts import GIB, Device

_BESIDE = 60.0
"""Seconds that a script has beside what it runs."""

_MOST_PATHS, _MOST_LETTERS = 120, 16_000
"""Paths of one command, and their letters: a line of some 90 letters tells a file, and 24,000 letters are told."""

Attached = Callable[[Copy], Device]
"""Proves a copy to be attached to the machine, and tells as what."""


class Reading:
    """Performs deep checks on a volume by commands on the machine that it is attached to."""

    def __init__(self, commands: Commands, attached: Attached) -> None:
        self._commands, self._attached = commands, attached

    def perform(
        self,
        check: Deep,
        copy: Copy,
        points: Sequence[RecoveryPoint],
        taken: Collection[str] = (),
    ) -> list[CheckResult]:
        """Perform one; a program may tell more results than one."""
        del points
        of = self._attached(copy)
        match check:
            case WholeRead():
                return [self._whole(check, copy, of)]
            case Integrity():
                return [self._integrity(check, copy, of)]
            case Files():
                return [self._files(check, copy, of)]
            case Command():
                return self._command(check, copy, of, taken)
        raise NotMeasured(f"{copy.id} is a volume, of which this cannot be asked")

    def _run(self, copy: Copy, script: str, seconds: float, what: str) -> Ended:
        ended = self._commands.run(copy, script, seconds)
        if ended.killed:
            raise NotMeasured(f"{what} was ended at its limit of {seconds:g} s")
        if ended.code == scripts.NO_DEVICE:
            raise NotMeasured(f"the machine does not see {copy.id}, which EC2 tells is attached to it")
        if ended.code == scripts.NOT_MOUNTED:
            told = masked("; ".join(ended.told("unmounted")))
            raise NotMeasured(f"the machine finds no file system in {copy.id} that it can mount; {told}".rstrip("; "))
        if ended.code != 0:
            raise NotMeasured(f"{what} ended with {ended.code}: {masked(ended.last) or 'nothing was printed'}")
        return ended

    def _whole(self, check: WholeRead, copy: Copy, of: Device) -> CheckResult:
        seed = _seed(copy) if check.seed is None else check.seed
        drawn = _drawn(of.gib, check.sample, seed) if check.sample else []
        read = scripts.sample(of, drawn) if drawn else scripts.whole(of, max(1, check.parallel))
        ended = self._run(copy, read, check.within.total_seconds(), f"reading {copy.id}")
        size, bytes_, failed = (ended.number(each) for each in ("size", "bytes", "failed"))
        if size != of.gib * GIB:
            raise NotMeasured(f"the machine read a device of {size:,} bytes, and {copy.id} has {of.gib:,} GiB")
        seconds = ended.number("nanoseconds") / 1e9
        rate = bytes_ / words.MB / seconds if seconds else 0.0
        figures: dict[str, Any] = {
            "bytes": bytes_,
            "of_bytes": size,
            "seconds": round(seconds, 3),
            "mb_per_s": round(rate, 1),
            "damaged": failed,
            "whole": not drawn and not failed and bytes_ == size,
        }
        how = "read cold" if ended.told("direct") == ["1"] else "read through the machine's cache"
        told = [f"{words.megabytes(bytes_)} of {words.megabytes(size)} {how} in {seconds:.1f} s, {rate:,.1f} MB/s"]
        if drawn:
            every = max(1, size // scripts.BLOCK)
            figures |= {"blocks": len(drawn), "of_blocks": every, "seed": seed}
            told.append(f"{len(drawn):,} blocks of {every:,}, drawn with seed {seed}")
            if not failed:
                figures["damaged_at_most"] = most = unseen(every, len(drawn))
                told.append(f"with {CONFIDENCE * 100:g} % confidence at most {most:,} cannot be read")
        told += [f"damaged: {words.some([masked(each) for each in ended.told('error')])}"] if failed else []
        if failed:
            return words.result(check, Outcome.FAILED, words.joined(told), figures)
        if not drawn and bytes_ != size:
            return words.result(check, Outcome.INCONCLUSIVE, words.joined([*told, "not all was read"]), figures)
        return words.result(check, Outcome.PASSED, words.joined(told), figures)

    def _integrity(self, check: Integrity, copy: Copy, of: Device) -> CheckResult:
        script = scripts.integrity(of)
        ended = self._run(copy, script, check.within.total_seconds(), f"the check of {copy.id}")
        checked = [line.split(" ") for line in ended.told("checked")]
        damaged = [(node, type_, code) for node, type_, code in checked if code != "0"]
        unasked = ended.told("unasked")
        figures = {"checked": len(checked), "damaged": len(damaged), "unasked": unasked}
        told = [f"{counted(len(checked), 'file system')} checked"]
        if damaged:
            said = [f"{type_} on {node} ended with {code}" for node, type_, code in damaged]
            why = masked("; ".join(ended.told("told")))
            return words.result(check, Outcome.FAILED, words.joined([*told, words.some(said), why]), figures)
        if unasked or not checked:
            told.append(f"not asked: {words.some(unasked)}" if unasked else f"{copy.id} holds none that is known")
            return words.result(check, Outcome.INCONCLUSIVE, words.joined(told), figures)
        return words.result(check, Outcome.PASSED, words.joined([*told, "nothing wrong in them"]), figures)

    def _files(self, check: Files, copy: Copy, of: Device) -> CheckResult:
        paths = list(dict.fromkeys((*check.digests, *filter(None, [check.newest]))))
        found, unread = dict[str, set[str]](), set[str]()
        changed, unmounted, left = list[datetime](), dict[str, None](), check.within.total_seconds()
        for part in _parts(paths):
            what = f"looking for files in {copy.id}"
            if left < 1:
                raise NotMeasured(f"{what} took longer than its limit of {format_duration(check.within)}")
            ended = self._run(copy, scripts.files(of, part), left, what)
            for line in ended.told("file"):
                number, digest, at, *_ = [*line.split(" "), "", ""]
                found.setdefault(part[int(number)], set()).add(digest)
                if part[int(number)] == check.newest and at.isdigit():
                    changed.append(datetime.fromtimestamp(int(at), UTC))
            unread |= {part[int(number)] for number in ended.told("unread")}
            unmounted |= dict.fromkeys(ended.told("unmounted"))
            left -= ended.number("end") / 1e9
        newest = max(changed, default=None)
        broken = [path for path in paths if path in unread]
        missing = [path for path in paths if path not in found and path not in unread]
        other = [path for path, held in check.digests.items() if held and held not in found.get(path, {held})]
        figures = {"files": len(found), "of_files": len(paths), "missing": missing, "other": other, "unread": broken}
        told = [f"{counted(len(found), 'file')} of {len(paths)} there"]
        told += [f"{check.newest} changed last at {newest:%Y-%m-%d %H:%M:%S} UTC"] if newest else []
        told += [f"cannot be read: {words.some(broken)}"] if broken else []
        told += [f"missing: {words.some(missing)}"] if missing else []
        told += [f"with other content: {words.some(other)}"] if other else []
        if missing and unmounted:  # they may lie where the machine cannot look
            told.append(f"not looked into: {masked(words.some(list(unmounted)))}")
            outcome = Outcome.FAILED if other or broken else Outcome.INCONCLUSIVE
            return replace(words.result(check, outcome, words.joined(told), figures, proves=bool(found)), newest=newest)
        outcome = Outcome.FAILED if missing or other or broken else Outcome.PASSED
        return replace(words.result(check, outcome, words.joined(told), figures, proves=True), newest=newest)

    def _command(self, check: Command, copy: Copy, of: Device, taken: Collection[str]) -> list[CheckResult]:
        seconds = max(1, round(check.within.total_seconds()))
        about = (
            ("DRO_RUN", copy.run),
            ("DRO_DRILL", copy.drill),
            ("DRO_COPY", copy.id),
            ("DRO_COPY_VOLUME", of.volume),
        )
        script = scripts.command(of, check.run, seconds, about)
        what = f"the command on {copy.id}, with a limit of {format_duration(check.within)},"
        ended = self._run(copy, script, seconds + _BESIDE, what)
        printed, _, code = ended.output.rpartition("dro exit ")
        if not code.strip().isdigit():
            raise NotMeasured(f"{what} did not tell how it ended: {masked(ended.last)}")
        output = Output(())
        output.add(masked(printed).encode())
        output.end()
        killed = int(code) in (_TIMED_OUT, _KILLED)
        return running.told(check, Ran(None if killed else int(code), output), Way(), taken)


_TIMED_OUT, _KILLED = 124, 137
"""How `timeout` ends where it ended what it ran."""


def _seed(copy: Copy) -> int:
    """A seed that the run's id gives: told with the result, so that anybody can draw the same blocks again."""
    return int.from_bytes(hashlib.sha256(copy.run.encode()).digest()[:4], "big")


def _parts(paths: Sequence[str]) -> list[list[str]]:
    """The paths by the command that looks for them: Systems Manager tells the beginning of an output alone."""
    made, letters = [list[str]()], 0
    for path in paths:
        if made[-1] and (len(made[-1]) == _MOST_PATHS or letters + len(path) > _MOST_LETTERS):
            made, letters = [*made, []], 0
        made[-1].append(path)
        letters += len(path)
    return made


def _drawn(gib: int, number: int, seed: int) -> list[int]:
    """The blocks of a sample, in the order of their places."""
    return sorted(drawn_of(gib * GIB // scripts.BLOCK, number, seed))
